package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/bench"
	"github.com/spf13/cobra"
)

// Pages are followed here as somebody would who reads them from top to bottom and runs what they say, in a directory for each page. What
// differs from a reader's day stands in the tables below.

// docKinds is every kind of command that may stand on a page, and what becomes of it. What is not run is looked up.
var docKinds = []struct {
	begins string
	follow func(r *docReader, args []string, c docCode) error
}{
	{"rlrun", (*docReader).rlrun},                  // run, with the budget of a moment
	{"time rlrun", (*docReader).rlrun},             // the same
	{"go run", (*docReader).goRun},                 // the same, where it is of rlrun
	{"go install", (*docReader).goInstall},         // is there such a program?
	{"go doc", (*docReader).goDoc},                 // such a package?
	{"go test", (*docReader).goTest},               // such packages, with such tests, benchmarks and flags?
	{"make", (*docReader).make},                    // such a target, with such variables?
	{"./test.sh", (*docReader).script},             // such a script?
	{"apt-get install", (*docReader).installation}, // does test.sh want these packages?
}

// granted is what pages take for granted, made before anything that they say.
var granted = map[string][]string{
	"docs/configuration.md": {"train Probe/Corridor-v0 --steps 300 --run runs/a", "train Probe/Corridor-v0 --steps 300 --seed 2 --run runs/b"},
	"docs/sweep.md":         {"train Probe/Corridor-v0 --steps 3k --run runs/a", "train Probe/Corridor-v0 --algo a2c --steps 3k --run runs/b"},
	"docs/watching.md": {
		"train MiniGrid-DoorKey-6x6-v0 --steps 300 --episodes 1 --run runs/doorkey", "train MiniGrid-DoorKey-6x6-v0 --steps 300 --episodes 1 --run runs/plain",
		"train MiniGrid-DoorKey-6x6-v0 --steps 300 --episodes 1 --aux unreal --run runs/unreal", "play MiniGrid-DoorKey-6x6-v0 --view web --trace game.jsonl",
	},
}

// later are commands that come after the rest of their page, because the page says that what they need is below.
var later = []string{"rlrun watch thinking --view pixel --seed 3"}

// given/run is what a reader has already, where a page says RUN.
const given = "given"

// placeholders are what a reader replaces; before: only behind this word.
var placeholders = []struct{ before, word, value string }{
	{"", "ENV", corridor}, {"", "ENV...", corridor}, {"", "ID", corridor}, {"", "[PATTERN]", "DoorKey"},
	{"", "RUN", given + "/run"}, {"", "RUNS", given}, {"--resume", "DIR", given + "/run"}, {"", "DIR", "made-by-"},
	{"--map", "FILE", "docs/maps/vault.map"}, {"sweep", "FILE", "studies/sweeps/minigrid.toml"}, {"--out", "FILE", "made.gif"},
	{"--overlay", "NAME", "action"}, {"", "NAME", "pixel-control"}, {"", "[NAME]", "pixel-control"},
	{"", "A,B", "base,+counts"}, {"", "SHELL", "bash"}, {"", "VERB", "train"},
}

// docStatus is what commands end with that pages say do not end with 0.
var docStatus = map[string]int{
	"rlrun":                                exitUsage, // without a verb it lists them
	"rlrun train ENV --require-return 0.9": exitMissed,
}

// briefly is what is added to a verb's flags, so that it takes a moment. A viewer is a page: a test has neither terminal nor window.
func briefly(verb string, args []string) []string {
	has := func(flag string) bool { return hasFlag(args, flag) }
	switch {
	case verb == "train" && has("--watch"):
		return []string{"--steps", "100M"} // it is left
	case verb == "train" && has("--resume"):
		return []string{"--steps", "5k", "--episodes", "1"}
	case verb == "train":
		return []string{"--steps", "128", "--episodes", "1"}
	case verb == "compare":
		return []string{"--steps", "128", "--episodes", "1", "--seeds", "2"}
	case verb == "eval", verb == "watch" && has("--out") && !has("--view"):
		return []string{"--episodes", "1"}
	case verb == "watch":
		return []string{"--view", "web"}
	case verb == "play" && !has("--replay"):
		return []string{"--view", "web", "--force"}
	case verb == "bench engine":
		return []string{"--seconds", "0.001", "--filter", oneOf(bench.Names(), args, "minigrid_act_b1")}
	case verb == "bench agent":
		return []string{"--seconds", "0.001", "--filter", oneOf(bench.AgentNames(), args, "lstm_42_base")}
	case verb == "bench envs":
		return []string{"--seconds", "0.001"}
	}
	return nil
}

// oneOf is the first row that the filter among arguments leaves, or usual, if there is none.
func oneOf(rows, args []string, usual string) string {
	i := slices.Index(args, "--filter")
	if i < 0 || i+1 == len(args) {
		return usual
	}
	for _, row := range rows {
		if strings.Contains(row, args[i+1]) {
			return row
		}
	}
	return args[i+1]
}

// readersEnvironment are variables: no window, and smaller agents that never play for long, where nobody says how large and how long.
var readersEnvironment = map[string]string{
	"DISPLAY": "", "RLRUN_HORIZON": "16", "RLRUN_PPO_EPOCHS": "1", "RLRUN_REPLAY_LEN": "200", "RLRUN_NET_FEATURES": "16", "RLRUN_NET_CORE_SIZE": "16", "RLRUN_WRAP_TIME_LIMIT": "32",
}

// smaller are the budgets that files have themselves: settings, studies and sweeps, whose first rung has a ninth of the steps.
var smaller = []struct{ key, value, inSweep string }{
	{"steps", "128", "3000"}, {"configs", "3", "3"}, {"points", "20", "20"}, {"episodes", "1", "1"}, {"seeds", "[101, 102]", "[101, 102]"},
}

// shortened is a file with the budget of a moment.
func shortened(file string) string {
	sweep := strings.Contains(file, "\n[range]")
	for _, s := range smaller {
		value := s.value
		if sweep {
			value = s.inSweep
		}
		file = regexp.MustCompile(`(?m)^`+s.key+` *=[^#\n]*`).ReplaceAllString(file, s.key+" = "+value+" ")
	}
	return file
}

// leaves are files that a verb leaves in the directory of --out or --run.
var leaves = map[string][]string{"train": {"config.json", "metrics.jsonl"}, "compare": {"report.html", "results.jsonl"}, "sweep": {sweepTable, sweepBest}}

// everywhere reports whether a command does the same on every page, and leaves nothing that a page uses.
func everywhere(verb, command string) bool {
	return slices.Contains([]string{"bench agent", "bench engine", "bench envs", "tasks", "version"}, verb) || verb == "compare" && strings.HasSuffix(command, "--out DIR")
}

// commandWords are what a span begins with that is a command.
var commandWords = regexp.MustCompile(`^((rlrun|\./test\.sh)( |$)|(go|make|time|apt-get) )`)

// commandsOf returns the commands in a block, or the one that a span is.
func commandsOf(c docCode) (found []docCode, err error) {
	var lines []docCode
	for i, line := range strings.Split(c.text, "\n") {
		last := len(lines) - 1
		if last >= 0 && strings.HasSuffix(lines[last].text, `\`) {
			lines[last].text = strings.TrimSuffix(lines[last].text, `\`) + line
			continue
		}
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, docCode{line: c.line + i, kind: c.kind, text: line})
		}
	}
	every := func(prefix string) bool {
		return !slices.ContainsFunc(lines, func(l docCode) bool { return !strings.HasPrefix(l.text, prefix) })
	}
	switch c.kind {
	case codeSpan:
		if commandWords.MatchString(c.text) {
			return []docCode{c}, nil
		}
	case "go", "toml":
	case "text":
		for _, l := range lines {
			if commandWords.MatchString(strings.TrimPrefix(l.text, "$ ")) {
				return nil, fmt.Errorf("%s: a command in a block of text", l.text)
			}
		}
	case "":
		if every("rlrun: ") { // what it says
			return nil, nil
		}
		prompted := strings.HasPrefix(strings.TrimSpace(c.text), "$ ")
		for _, l := range lines {
			text, command := strings.CutPrefix(l.text, "$ ")
			if l.text = text; command || !prompted {
				found = append(found, l)
			}
		}
	default:
		return nil, fmt.Errorf("a block of %q: commands stand in blocks without a word, perhaps behind $ with their output, other output in blocks of text", c.kind)
	}
	return found, nil
}

// followPage follows a page in the working directory, which is empty, and returns what does not work.
func followPage(t *testing.T, root string, p *docPage, tally *docTally) (wrong []string) {
	t.Helper()
	r := &docReader{t: t, root: root, docTally: tally, ran: map[string]bool{}}
	r.top = newApp(t.Context(), Options{}, nil, nil, nil).root()
	check := func(line int, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s:%d: %v", p.name, line, err))
		}
	}
	if p.unclosed > 0 {
		check(p.unclosed, fmt.Errorf("the block does not end"))
	}
	files := filesOf(p)
	check(1, r.prepare(p, files))
	var last []docCode
	for _, c := range p.code {
		commands, err := commandsOf(c)
		check(c.line, err)
		for _, one := range commands {
			if slices.Contains(later, one.text) {
				last = append(last, one)
				continue
			}
			check(one.line, r.follow(one))
		}
		switch name := files[c.line]; {
		case c.kind == codeSpan:
			check(c.line, r.flags(c))
		case c.kind == "toml" && name == "" && !r.quotes(c.text):
			check(c.line, fmt.Errorf("a file that the page does not name, and no part of a study"))
		case c.kind == "toml" && name != "":
			check(c.line, os.WriteFile(name, []byte(shortened(c.text+"\n")), 0o666))
		}
	}
	for _, c := range last {
		check(c.line, r.follow(c))
	}
	return wrong
}

// Every command of README.md and docs works, in the order of its page, and every verb is on one.
func TestDocumented(t *testing.T) {
	root, err := filepath.Abs(projectDir)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range readersEnvironment {
		t.Setenv(key, value)
	}
	tally := &docTally{verbs: map[string]int{}, alike: map[string]bool{}}
	pages := docPages(t)
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, text := range followPage(t, root, p, tally) {
				t.Error(text)
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		for _, c := range below(newApp(t.Context(), Options{}, nil, nil, nil).root()) {
			if verb := verbOf(c); !c.HasSubCommands() && verb != "help" && tally.verbs[verb] == 0 {
				t.Errorf("rlrun %s is on no page", verb)
			}
		}
		on := func(command string) bool { // a page
			return slices.ContainsFunc(pages, func(p *docPage) bool {
				return slices.ContainsFunc(p.code, func(c docCode) bool { return c.text == command })
			})
		}
		for _, command := range slices.AppendSeq(slices.Clone(later), maps.Keys(docStatus)) {
			if !on(command) {
				t.Errorf("%s is in a table of this test, but on no page", command)
			}
		}
		for name := range granted {
			if !slices.ContainsFunc(pages, func(p *docPage) bool { return p.name == name }) {
				t.Errorf("%s is in a table of this test, but there is no such page", name)
			}
		}
	})
}

// below returns a command and all that are below it.
func below(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, b := range c.Commands() {
		all = append(all, below(b)...)
	}
	return all
}

// What does not work on a page is found, with its line, and what works is not.
func TestDocumentedWrong(t *testing.T) {
	root, err := filepath.Abs(projectDir)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, lines ...string) string {
		return "```" + kind + "\n" + strings.Join(lines, "\n") + "\n```\n"
	}
	for _, tc := range []struct {
		page string
		want string // "": nothing is wrong
		run  bool   // it is wrong only where it is run
	}{
		{block("", "$ rlrun envs DoorKey \\", "  --json > worlds.jsonl # a comment", "output") + block("text", "output") + block("go", "x := 1") + "`go` is a word, `go on` is not\n", "12: go on: no kind", false},
		{block("", "$ rlrun envs DoorKey \\", "  --json > worlds.jsonl # a comment", "output") + block("", "rlrun: no world") + "`--aux x`, `watch --attach RUN`, `rlrun compare`\n", "", false},
		{block("", "rlrun envs") + block("", "rlrun envs --jsn"), "5: rlrun envs --jsn: ", false},
		{"One\nand `rlrun trian ENV`", `2: rlrun trian ENV: status 2, want 0: rlrun: no verb "trian"; did you mean train?`, true},
		{"`rlrun envs WHAT`", "1: rlrun envs WHAT: no placeholder WHAT that the test knows", false},
		{"`rlrun tasks pixel-contrl`", "1: rlrun tasks pixel-contrl: status 2, want 0: ", true},
		{"`rlrun bench engine --filter stap`", "1: rlrun bench engine --filter stap: status 2, want 0: ", true},
		{"`rlrun runs show runs/*`", "1: rlrun runs show runs/*: there is no runs/*", true},
		{"`rlrun watch nosuch`", `1: rlrun watch nosuch: status 2, want 0: rlrun: "nosuch" is neither a run directory nor a world`, true},
		{block("", "rlrun train --help", "rlrun envs | head"), "3: rlrun envs | head: the test is no shell, for which | has a meaning", false},
		{block("", "rlrun envs", "pip install auxrl"), "3: pip install auxrl: no kind of command that the test knows", false},
		{block("sh", "rlrun envs"), `2: a block of "sh": `, false},
		{block("text", "$ rlrun envs"), "2: $ rlrun envs: a command in a block of text", false},
		{"```\nrlrun envs\n", "1: the block does not end", false},
		{block("toml", "lr = 1"), "2: a file that the page does not name, and no part of a study", false},
		{block("toml", "[arm.lstm]", `net.core = "lstm"`), "", false},
		{block("toml", "", "lr = x") + block("", "rlrun config ENV --config mine.toml"), "6: rlrun config ENV --config mine.toml: status 2, want 0: rlrun: mine.toml:2: ", true},
		{"`go run ./cmd/nosuch train`", "1: go run ./cmd/nosuch train: no program that the test runs", false},
		{"`go run ./cmd/rlrun completion SHELL`", "", false},
		{"`go install ./env`", "1: go install ./env: ./env is no program", false},
		{"`go doc ./nosuch`", "1: go doc ./nosuch: package ./nosuch: ", false},
		{"`go test ./cli -run NoSuch`", "1: go test ./cli -run NoSuch: -run NoSuch: is there such a test? false", false},
		{"`go test ./agent -run '^$' -bench NoSuch/x`", "-bench NoSuch: is there such a benchmark? false", false},
		{"`go test ./agent -run Resume -bench Peek`", "-run Resume: is there such a test? true", false},
		{"`go test ./agent -update`", "1: go test ./agent -update: no flag -update in these tests", false},
		{"`go test ./cli/... -run Documented -update`", "", false},
		{"`go vet ./...`", "1: go vet ./...: no kind", false},
		{"`make nosuch`", "1: make nosuch: no target nosuch", false},
		{"`make study NAME=nosuch`", "1: make study NAME=nosuch: stat ", false},
		{"`make study NAM=memory`", "1: make study NAM=memory: no variable NAM", false},
		{"`./test.sh fast`", "1: ./test.sh fast: it cannot be executed like this", false},
		{"`apt-get install make nosuch`", "1: apt-get install make nosuch: test.sh does not know the package nosuch", false},
		{"`--nosuch=3`", "1: --nosuch=3: no flag --nosuch", false},
		{"`train ENV --tensorbord`", "1: train ENV --tensorbord: no flag --tensorbord", false},
	} {
		if tc.run && testing.Short() {
			continue
		}
		t.Run("", func(t *testing.T) {
			t.Chdir(t.TempDir())
			wrong := followPage(t, root, parsePage("docs/new.md", tc.page), &docTally{verbs: map[string]int{}, alike: map[string]bool{}})
			switch {
			case tc.want == "" && len(wrong) > 0, tc.want != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], tc.want)):
				t.Errorf("%s\nfound %q, want %q", tc.page, wrong, tc.want)
			}
		})
	}
}
