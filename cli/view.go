package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/viz"
)

// view is a flag for where to show.
type view string

// Where a person can look. auto is the first of them that works here.
const (
	viewAuto view = "auto"
	viewTerm view = "term"
)

var views = []string{string(viewAuto), string(viewTerm)}

func (v *view) String() string { return string(*v) }
func (v *view) Type() string   { return "VIEW" }

func (v *view) Set(text string) error {
	if !slices.Contains(views, text) {
		return fmt.Errorf("%s", anyOf(views))
	}
	*v = view(text)
	return nil
}

// viewer opens what a person looks at and, if there is a keyboard, has keys from: then it is a viz.Interactive.
type viewer struct {
	app   *app
	view  view
	title string
	light bool
	stdin io.Reader
}

// open opens the viewer that is wanted. Of auto it says which one that is, and why.
func (v viewer) open() (viz.Sink, error) {
	switch v.view {
	case viewTerm:
		return v.terminal()
	}
	sink, err := v.terminal()
	if err != nil {
		return nil, err
	}
	v.say("showing in the terminal")
	return sink, nil
}

func (v viewer) say(format string, args ...any) {
	fmt.Fprintf(v.app.err, "%s: %s\n", v.app.name, fmt.Sprintf(format, args...))
}

// terminal shows on standard output, with keys from standard input if that is a terminal too.
func (v viewer) terminal() (viz.Sink, error) {
	out, ok := v.app.out.(*os.File)
	if !ok || !isTerminal(out) {
		return nil, usagef("standard output is no terminal: name a file with --out FILE, such as agent.gif")
	}
	color := viz.DetectColor(v.app.getenv)
	in, ok := v.stdin.(*os.File)
	if !ok || !isTerminal(in) || color == viz.Plain {
		return viz.NewTerminal(out, viz.TerminalSize(out), color), nil
	}
	return viz.NewConsole(in, out, color)
}

// viewHelp describes the flag.
func viewHelp() string { return "where to show: " + strings.Join(views, ", ") }
