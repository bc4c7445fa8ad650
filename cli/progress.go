package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/viz"
	"golang.org/x/term"
)

// progress tells how a run goes: on a terminal in one live line, elsewhere in a plain line per interval, or as JSON.
type progress struct {
	w     io.Writer     // where lines go
	enc   *json.Encoder // nil: no JSON
	live  bool
	width func() int // of the terminal
	full  string     // what the bar is made of, as far as it is full
	empty string     // and where it is empty
	total int
	pace  pace
	now   func() time.Time
	start time.Time

	mu    sync.Mutex // of what follows, and of w
	shown time.Time  // when the live line was drawn
	last  string     // the live line
	quiet bool       // something else is on the terminal
	held  []string   // notes that wait meanwhile
}

// redraw is how often the live line changes at most.
const redraw = 100 * time.Millisecond

const clearLine = "\r\x1b[K"

// newProgress returns a progress for a budget of so many steps, of which the first ones are taken.
func (a *app) newProgress(first, total int, asJSON bool) *progress {
	p := &progress{w: a.err, total: total, now: time.Now, width: func() int { return 80 }, full: "#", empty: "."}
	p.start = p.now()
	p.pace.add(p.start, first)
	if asJSON {
		p.enc = json.NewEncoder(a.out)
	}
	f, ok := a.err.(*os.File)
	if p.live = ok && isTerminal(f) && viz.DetectColor(a.getenv) != viz.Plain && (!asJSON || !isTerminal(a.out)); !p.live {
		return p
	}
	size := viz.TerminalSize(f)
	p.width = func() int {
		columns, _ := size()
		return columns
	}
	if utf8Locale(a.getenv) {
		p.full, p.empty = "█", "·"
	}
	return p
}

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// utf8Locale reports whether the environment says that characters are UTF-8.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// interval tells of the state at the end of an interval: where there is no live line, nothing else is told.
func (p *progress) interval(m measure) error {
	if p.enc != nil {
		return p.enc.Encode(m)
	}
	if p.live {
		return nil
	}
	return p.note(strings.Join(p.words(m), "  "))
}

// update redraws the live line if it is time to, or if it must.
func (p *progress) update(step int, recent func() agent.Summary, must bool) error {
	now := p.now()
	p.pace.add(now, step)
	if !p.live || !must && now.Sub(p.shown) < redraw {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quiet {
		return nil
	}
	p.shown = now
	p.last = p.line(measure{step: step, rate: p.pace.rate(), summary: recent()}, p.width())
	_, err := fmt.Fprint(p.w, clearLine, p.last)
	return err
}

// note prints a line of its own, above the live line.
func (p *progress) note(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.print(text)
}

// print prints a note, or keeps it.
func (p *progress) print(text string) error {
	if p.quiet {
		p.held = append(p.held, text)
		return nil
	}
	if !p.live {
		_, err := fmt.Fprintln(p.w, text)
		return err
	}
	_, err := fmt.Fprintf(p.w, "%s%s\n%s", clearLine, text, p.last)
	return err
}

// hush keeps quiet on a terminal that something else takes, or tells what was kept.
func (p *progress) hush(quiet bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if quiet {
		p.quiet = p.live
		return nil
	}
	held := p.held
	p.quiet, p.held = false, nil
	for _, text := range held {
		if err := p.print(text); err != nil {
			return err
		}
	}
	return nil
}

// end leaves the live line as it is.
func (p *progress) end() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == "" {
		return nil
	}
	p.live, p.last = false, ""
	_, err := fmt.Fprintln(p.w)
	return err
}

// words are the parts of a line, in the order in which they stand.
func (p *progress) words(m measure) []string {
	left := "-"
	switch {
	case m.step >= p.total:
		left = "in " + clock(p.now().Sub(p.start))
	case m.rate > 0:
		left = clock(about(time.Duration(float64(p.total-m.step)/m.rate*float64(time.Second)))) + " left"
	}
	s := m.summary
	return []string{
		fmt.Sprintf("step %s/%s", short(m.step), short(p.total)), short(int(m.rate)) + "/s", "return " + decimal(s.Mean, 3),
		"success " + percent(s.Success), "length " + decimal(s.Len, 1), left,
	}
}

// expendable are indices of words, the most expendable first.
var expendable = []int{4, 1, 3, 2, 0}

// Columns of the bar and beside it.
const (
	minBar = 10
	maxBar = 30
	margin = 3 // columns kept free: a full line wraps, and so does the ^C that a terminal shows
)

// line returns a live line for so many columns. What has no room is left out.
func (p *progress) line(m measure, columns int) string {
	var text string
	var room int
	words := p.words(m)
	for k := 0; ; k++ {
		text = strings.Join(nonempty(words), "  ")
		room = columns - margin - utf8.RuneCountInString(text) - len("[] ")
		if room >= minBar || k == len(expendable) {
			break
		}
		words[expendable[k]] = ""
	}
	if room < minBar {
		return ""
	}
	return p.bar(float64(m.step)/float64(p.total), min(room, maxBar)) + " " + text
}

func nonempty(words []string) []string {
	var kept []string
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return kept
}

// bar draws a fraction.
func (p *progress) bar(fraction float64, width int) string {
	n := int(min(max(fraction, 0), 1)*float64(width) + 0.5)
	return "[" + strings.Repeat(p.full, n) + strings.Repeat(p.empty, width-n) + "]"
}

// pace tells how fast a run has been lately: over the last half minute, or since the start.
type pace struct {
	at   []time.Time
	step []int
}

const (
	paceWindow = 30 * time.Second
	paceEvery  = time.Second / 2 // between two entries
)

// add says which step was reached when. The last entry is the newest, the others are some time apart.
func (p *pace) add(now time.Time, step int) {
	n := len(p.at)
	if n >= 2 && p.at[n-1].Sub(p.at[n-2]) < paceEvery {
		p.at, p.step = p.at[:n-1], p.step[:n-1]
	}
	p.at, p.step = append(p.at, now), append(p.step, step)
	for len(p.at) > 2 && now.Sub(p.at[1]) >= paceWindow {
		p.at, p.step = p.at[1:], p.step[1:]
	}
}

// rate returns decisions per second.
func (p *pace) rate() float64 {
	n := len(p.at) - 1
	return float64(p.step[n]-p.step[0]) / max(p.at[n].Sub(p.at[0]).Seconds(), 1e-9)
}
