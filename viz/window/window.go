// Package window shows an agent at work in a window of the desktop.
//
// The window is there in programs built with -tags pixel and with cgo, which need the headers of X11 and OpenGL (the README names the
// packages); in all others [Open] and [Available] say how to get it. The window library wants the program's main thread, so main is
//
//	func main() { window.Run(realMain) }
//
// and after that any goroutine may open windows:
//
//	w, err := window.Open(window.Config{Title: "agent", Width: 640, Height: 400})
//	if errors.Is(err, window.ErrUnavailable) {
//		... // another sink, and say why
//	}
//	defer w.Close()
//
// The picture is that of [viz.Dashboard], pixel by pixel, also after the window was resized.
package window

import (
	"errors"

	"github.com/auxrl/auxrl/viz"
)

// ErrUnavailable is what errors of Open and Available wrap: there can be no window here. The error's text says in one line why not,
// and what to do about it.
var ErrUnavailable = errors.New("window: no window can be opened")

// Config says what a window is like.
type Config struct {
	Title         string // of the window
	Width, Height int    // of the picture at first, in pixels of a screen without scaling; at least 1
	Light         bool   // dark on light instead of light on dark
}

// A Window is a sink with a person before it. Show and Close may be called from another goroutine than the one that reads Keys.
var _ viz.Interactive = (*Window)(nil)
