package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/page"
	"github.com/auxrl/auxrl/viz/window"
)

// view is a flag for where to show.
type view string

// Where a person can look. auto is a window or the terminal, whichever works here.
const (
	viewAuto  view = "auto"
	viewPixel view = "pixel"
	viewTerm  view = "term"
	viewWeb   view = "web"
)

var views = []string{string(viewAuto), string(viewPixel), string(viewTerm), string(viewWeb)}

func (v *view) String() string { return string(*v) }
func (v *view) Type() string   { return "VIEW" }

func (v *view) Set(text string) error {
	if !slices.Contains(views, text) {
		return errors.New(anyOf(views))
	}
	*v = view(text)
	return nil
}

// viewer opens what a person looks at. Where there is a keyboard too, it is a viz.Interactive.
type viewer struct {
	app   *app
	view  view
	flag  string // that it was said with, as it stands before the word
	title string
	addr  string // of a page; "": a free port of this machine
	light bool
	help  []page.KeyHelp // buttons of a page
	stop  string         // what is said of how a page ends; "": that Ctrl-C ends it
	stdin io.Reader
}

// open opens the viewer that is wanted, or of auto the first that works, and says which one that is and why. Only auto falls back.
func (v viewer) open() (viz.Sink, error) {
	switch v.view {
	case viewPixel:
		return usageSink(v.window())
	case viewTerm:
		return v.terminal()
	case viewWeb:
		return v.page()
	}
	w, no := v.window()
	if no == nil {
		v.say("showing in a window; %sterm shows in the terminal", v.flag)
		return w, nil
	}
	why, _, _ := strings.Cut(reason(no), ": ")
	if !isTerminal(v.app.out) {
		v.say("showing on a page (no window: %s; standard output is no terminal)", why)
		return v.page()
	}
	v.say("showing in the terminal (no window: %s)", why) // before it is no longer written to line by line
	return v.terminal()
}

func (v viewer) say(format string, args ...any) {
	fmt.Fprintf(v.app.err, "%s: %s\n", v.app.name, fmt.Sprintf(format, args...))
}

// reason returns why there is no window.
func reason(err error) string {
	return strings.TrimPrefix(tidy(err.Error()), tidy(window.ErrUnavailable.Error())+": ")
}

// usageSink makes the error one of usage: another choice helps.
func usageSink[S viz.Sink](sink S, err error) (viz.Sink, error) {
	if err != nil {
		return nil, usage(err)
	}
	return sink, nil
}

// window opens a window.
func (v viewer) window() (*window.Window, error) {
	if err := window.Available(); err != nil {
		return nil, err
	}
	size := viz.DefaultRecord()
	return window.Open(window.Config{Title: v.title, Width: size.Width, Height: size.Height, Light: v.light})
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

// page serves a page and says where.
func (v viewer) page() (viz.Sink, error) {
	c := page.Default()
	c.Addr, c.Title, c.Light, c.Help = v.addr, v.title, v.light, v.help
	if host, _, err := net.SplitHostPort(v.addr); err == nil && host != "" && net.ParseIP(host) == nil {
		c.Hosts = []string{host}
	}
	p, err := page.Listen(c)
	if err != nil {
		return nil, usagef("the page cannot be served: %s", tidy(err.Error()))
	}
	v.say("watch at %s  (%s)", p.URL(), cmp.Or(v.stop, "Ctrl-C ends it"))
	return p, nil
}

// viewHelp describes the flag.
func viewHelp() string { return "where to show: " + strings.Join(views, ", ") }

// addrHelp describes the flag for where a page is served.
const addrHelp = "where --view web serves its page (default: this machine alone)"

// newAddrFlag is the flag for where a page is served.
func newAddrFlag() name { return name{kind: "HOST:PORT", such: "an address such as 127.0.0.1:8080"} }
