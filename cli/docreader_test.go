package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/live"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// docReader follows a page in the working directory.
type docReader struct {
	t    *testing.T
	root string          // of the project
	top  *cobra.Command  // rlrun, to be asked
	ran  map[string]bool // commands of this page
	*docTally
}

// docTally is what was followed on all pages.
type docTally struct {
	verbs map[string]int  // how often each was
	alike map[string]bool // commands that do the same on every page
}

// verbOf returns the words that call a command.
func verbOf(c *cobra.Command) string {
	_, verb, _ := strings.Cut(c.CommandPath(), " ")
	return verb
}

// filesOf returns the names of the files that a page shows, by line: the file that is named last before it, else the first that is behind it.
func filesOf(p *docPage) map[int]string {
	files := map[int]string{}
	name := regexp.MustCompile(`(?:^| )([a-z0-9-]+\.toml)\b`)
	for i, c := range p.code {
		if c.kind != "toml" {
			continue
		}
		before, behind := slices.Clone(p.code[:i]), p.code[i+1:]
		slices.Reverse(before)
		for _, other := range slices.Concat(before, behind) {
			if m := name.FindStringSubmatch(other.text); m != nil && (other.kind == codeSpan || other.kind == "") {
				files[c.line] = m[1]
				break
			}
		}
	}
	return files
}

// prepare makes what there is before a page is read: the project's maps and studies, what the page takes for granted, and what it shows.
func (r *docReader) prepare(p *docPage, files map[int]string) error {
	err := os.CopyFS("docs/maps", os.DirFS(filepath.Join(r.root, "docs/maps")))
	for _, dir := range []string{"studies", "studies/sweeps"} {
		names, _ := filepath.Glob(filepath.Join(r.root, dir, "*.toml"))
		err = errors.Join(err, os.MkdirAll(dir, 0o777))
		for _, name := range names {
			text, bad := os.ReadFile(name)
			err = errors.Join(err, bad, os.WriteFile(filepath.Join(dir, filepath.Base(name)), []byte(shortened(string(text))), 0o666))
		}
	}
	for i := len(p.code) - 1; i >= 0; i-- { // what is shown first is there first
		if c := p.code[i]; files[c.line] != "" {
			err = errors.Join(err, os.WriteFile(files[c.line], []byte(shortened(c.text+"\n")), 0o666))
		}
	}
	if testing.Short() {
		return err
	}
	for _, line := range granted[p.name] {
		err = errors.Join(err, r.first(strings.Fields(line)))
	}
	return err
}

// first runs what comes before a page.
func (r *docReader) first(args []string) error {
	res, err := r.run(args)
	if err == nil && res.code != exitOK {
		err = fmt.Errorf("status %d: %s", res.code, res.err)
	}
	if err != nil {
		return fmt.Errorf("before all: rlrun %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// follow does what a command says.
func (r *docReader) follow(c docCode) error {
	if c.kind == codeSpan && r.ran[c.text] {
		return nil
	}
	r.ran[c.text] = true
	words, to, err := shellWords(c.text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.text, err)
	}
	c.to = to
	for _, k := range docKinds {
		begins := strings.Fields(k.begins)
		if len(words) < len(begins) || !slices.Equal(words[:len(begins)], begins) {
			continue
		}
		if err := k.follow(r, words[len(begins):], c); err != nil {
			return fmt.Errorf("%s: %w", c.text, err)
		}
		return nil
	}
	return fmt.Errorf("%s: no kind of command that the test knows", c.text)
}

// shellWords splits a line as a shell does, as far as pages need it, and returns the file that standard output goes to.
func shellWords(line string) (words []string, to string, err error) {
	var word []byte
	open, quote := false, byte(0)
	flush := func() {
		if open {
			words = append(words, string(word))
		}
		word, open = nil, false
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word = append(word, c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == ' ':
			flush()
		case c == '#' && !open:
			i = len(line)
		case strings.IndexByte("|&;<$`()", c) >= 0:
			return nil, "", fmt.Errorf("the test is no shell, for which %c has a meaning", c)
		default:
			word, open = append(word, c), true
		}
	}
	flush()
	if quote != 0 {
		return nil, "", errors.New("a quote is open")
	}
	if n := len(words) - 2; n >= 0 && words[n] == ">" {
		words, to = words[:n], words[n+1]
	}
	if slices.Contains(words, ">") {
		return nil, "", errors.New("> stands at the end, with a file")
	}
	return words, to, nil
}

// filled replaces placeholders, and patterns by the names of files.
func (r *docReader) filled(args []string) ([]string, error) {
	var all []string
	for i, word := range args {
		for _, p := range placeholders {
			if word == p.word && (p.before == "" || i > 0 && args[i-1] == p.before) {
				if word = p.value; strings.HasSuffix(word, "-") {
					word += filepath.Base(args[0] + " " + args[min(1, len(args)-1)]) // another one each time
				}
				break
			}
		}
		switch {
		case regexp.MustCompile(`^\[?[A-Z][A-Z,]*\]?(\.\.\.)?$`).MatchString(word):
			return nil, fmt.Errorf("no placeholder %s that the test knows", word)
		case testing.Short() || !strings.Contains(word, "*") && !strings.HasSuffix(word, "/step-N"):
			all = append(all, word)
		default:
			names, _ := filepath.Glob(strings.Replace(word, "step-N", "step-*", 1))
			if len(names) == 0 {
				return nil, fmt.Errorf("there is no %s", word)
			}
			if strings.HasSuffix(word, "N") {
				names = names[len(names)-1:]
			}
			all = append(all, names...)
		}
	}
	return all, nil
}

// rlrun runs a command, shortened.
func (r *docReader) rlrun(args []string, c docCode) error {
	args, err := r.filled(args)
	if err != nil {
		return err
	}
	cmd, rest, err := r.top.Find(args)
	if err != nil {
		return err
	}
	verb := verbOf(cmd)
	if c.kind == codeSpan && verb != "" && len(rest) == 0 && cmd.ValidateArgs(nil) != nil {
		args = append(args, "--help") // no more than the verb's name
	} else {
		args = append(args, briefly(verb, rest)...)
	}
	r.verbs[verb]++
	if everywhere(verb, c.text) {
		if r.alike[c.text] {
			return nil
		}
		r.alike[c.text] = true
	}
	if testing.Short() {
		return r.parsed(args)
	}
	if err := r.give(args); err != nil {
		return err
	}
	res, err := r.run(args)
	if err != nil {
		return err
	}
	want, pinned := docStatus[c.text]
	switch missed := hasFlag(args, "--require-return") && res.code == exitMissed; {
	case res.code != want && (pinned || !missed):
		return fmt.Errorf("status %d, want %d: %s", res.code, want, res.err)
	case verb == "compare" && !hasFlag(args, "--help") && !strings.Contains(res.out, "Against "):
		return fmt.Errorf("it compared nothing:\n%s", res.out)
	case c.to != "" && res.out == "":
		return errors.New("it printed nothing")
	case c.to != "":
		if err := os.WriteFile(c.to, []byte(res.out), 0o666); err != nil {
			return err
		}
	}
	return left(verb, args)
}

// left finds out whether a command left what it was to leave.
func left(verb string, args []string) error {
	for i, flag := range args {
		if !slices.Contains([]string{"--out", "--run", "--trace"}, flag) {
			continue
		}
		for _, name := range append(leaves[verb], ".") {
			if _, err := os.Stat(filepath.Join(args[i+1], name)); err != nil {
				return fmt.Errorf("it left nothing: %w", err)
			}
		}
	}
	return nil
}

// hasFlag reports whether a flag is among arguments, with or without a value.
func hasFlag(args []string, flag string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a == flag || strings.HasPrefix(a, flag+"=") })
}

// parsed reports whether a command would be understood.
func (r *docReader) parsed(args []string) error {
	cmd, rest, err := newApp(r.t.Context(), Options{}, nil, nil, nil).root().Find(args) // flags keep what they were given
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return nil
		}
		return cmd.FlagErrorFunc()(cmd, err)
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// give makes what a reader has already, where it is used.
func (r *docReader) give(args []string) error {
	used := slices.ContainsFunc(args, func(a string) bool { return a == given || strings.HasPrefix(a, given+"/") })
	if !used || isPath(given) {
		return nil
	}
	return r.first([]string{"train", "MiniGrid-DoorKey-5x5-v0", "--steps", "128", "--episodes", "1", "--run", given + "/run"})
}

// run runs a command to its end, or until it has shown something.
func (r *docReader) run(args []string) (result, error) {
	attach := slices.Index(args, "--attach")
	switch {
	case len(args) == 0, hasFlag(args, "--help"):
	case attach >= 0:
		return r.attached(args[attach+1], args)
	case args[0] == "train" && hasFlag(args, "--watch"):
		res, err := r.looked(args)
		if res.code == exitResumable { // it was left
			res.code = exitOK
		}
		return res, err
	case slices.Contains([]string{"watch", "play"}, args[0]) && hasFlag(args, "--view"):
		return r.looked(args)
	}
	return r.ended(r.t.Context(), args...), nil
}

// ended runs a command to its end.
func (r *docReader) ended(ctx context.Context, args ...string) result {
	var out, said bytes.Buffer
	code := Run(ctx, Options{}, args, strings.NewReader(""), &out, &said)
	return result{code, out.String(), said.String()}
}

// attached looks on at a run that goes on meanwhile.
func (r *docReader) attached(dir string, args []string) (result, error) {
	ctx, stop := context.WithTimeout(r.t.Context(), time.Minute)
	defer stop()
	trained := make(chan result, 1)
	go func() { trained <- r.ended(ctx, "train", "--resume", dir, "--steps", "100M") }()
	for {
		c, err := live.Dial(dir)
		if err == nil {
			_ = c.Close() // it was to see whether somebody is there
			break
		}
		select {
		case res := <-trained:
			return res, errors.New("it is not being trained")
		case <-time.After(time.Millisecond):
		}
	}
	res, err := r.looked(args)
	stop()
	if t := <-trained; t.code != exitResumable {
		err = errors.Join(err, fmt.Errorf("training ended with status %d: %s", t.code, t.err))
	}
	return res, err
}

// looked runs a viewer until its page has shown a picture.
func (r *docReader) looked(args []string) (result, error) {
	ctx, leave := context.WithTimeout(r.t.Context(), time.Minute)
	defer leave()
	told, seen := make(chan string, 1), make(chan error, 1)
	said := &said{address: told}
	go func() {
		defer leave()
		select {
		case address := <-told:
			seen <- seePicture(ctx, address)
		case <-ctx.Done():
			seen <- errors.New("there was no page")
		}
	}()
	var out bytes.Buffer
	code := Run(ctx, Options{}, args, strings.NewReader(""), &out, said)
	leave()
	err := <-seen
	if code != exitOK && code != exitResumable { // its status says more
		err = nil
	}
	return result{code, out.String(), said.text.String()}, err
}

// said is standard error, and looks out for the address of a page.
type said struct {
	mu      sync.Mutex
	text    bytes.Buffer
	address chan string // nil: it was told
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if m := regexp.MustCompile(`watch at (http\S+)  `).FindSubmatch(s.text.Bytes()); m != nil && s.address != nil {
		s.address <- string(m[1])
		s.address = nil
	}
	return len(p), nil
}

// seePicture waits at a page's address until a picture comes.
func seePicture(ctx context.Context, address string) error {
	base, token, _ := strings.Cut(address, "#")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"frames", http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines, event := bufio.NewReader(resp.Body), ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("the page of status %d showed nothing: %w", resp.StatusCode, err)
		}
		switch { // a picture is an event without a name
		case line == "\n":
			event = ""
		case strings.HasPrefix(line, "event: "):
			event = line
		case strings.HasPrefix(line, "data: ") && event == "":
			return nil
		}
	}
}

// flags finds flags in a span, of a verb or of any, that do not exist.
func (r *docReader) flags(c docCode) error {
	words := strings.Fields(c.text)
	at := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "--") })
	if at < 0 {
		return nil
	}
	cmd := r.top
	if at > 0 {
		if cmd, _, _ = r.top.Find(words[:at]); cmd == r.top {
			return nil // no verb, no flag of ours
		}
	}
	for _, word := range words[at:] {
		flag, is := strings.CutPrefix(word, "--")
		if flag, _, _ = strings.Cut(flag, "="); is && !knowsFlag(cmd, flag) {
			return fmt.Errorf("%s: no flag --%s", c.text, flag)
		}
	}
	return nil
}

// knowsFlag reports whether a command, or one below it, has a flag.
func knowsFlag(c *cobra.Command, flag string) bool {
	c.InitDefaultHelpFlag()
	return c.Flags().Lookup(flag) != nil || slices.ContainsFunc(c.Commands(), func(below *cobra.Command) bool { return knowsFlag(below, flag) })
}

// quotes reports whether a text is lines of one of the project's studies.
func (r *docReader) quotes(text string) bool {
	names, _ := filepath.Glob(filepath.Join(r.root, "studies", "*.toml"))
	return slices.ContainsFunc(names, func(name string) bool {
		study, err := os.ReadFile(name)
		lines := strings.Split(string(study), "\n")
		return err == nil && !slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool { return !slices.Contains(lines, line) })
	})
}
