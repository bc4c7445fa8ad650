//go:build pixel && cgo

package window

import (
	"fmt"
	"strings"
	"sync"

	"github.com/faiface/mainthread"
	"github.com/faiface/pixel"
	"github.com/faiface/pixel/pixelgl"
	"github.com/go-gl/glfw/v3.3/glfw"
)

// pane is a window as the library knows it, by both of its layers.
type pane struct {
	*pixelgl.Window
	frame *glfw.Window
}

// spare holds the panes of closed windows, hidden. They are used again and never destroyed: the library gives each new window what belongs
// to the one before.
var spare struct {
	sync.Mutex
	panes []pane
}

// Open opens a window. Errors that wrap ErrUnavailable say why there can be none here.
func Open(c Config) (*Window, error) {
	if c.Width < 1 || c.Height < 1 {
		return nil, fmt.Errorf("window: a size of %dx%d, must be positive", c.Width, c.Height)
	}
	if err := Available(); err != nil {
		return nil, err
	}
	if err := start(); err != nil {
		return nil, err
	}
	w := newWindow(c)
	if err := guard(func() error { return w.open(c) }); err != nil {
		return nil, err
	}
	go w.loop()
	go w.endWithLibrary()
	return w, nil
}

// open takes a spare pane or makes one, and listens to it.
func (w *Window) open(c Config) error {
	var err error
	if w.pane, err = newPane(c); err != nil {
		return err
	}
	mainthread.Call(func() {
		w.listen()
		w.pane.frame.Show()
	})
	return nil
}

func newPane(c Config) (pane, error) {
	spare.Lock()
	defer spare.Unlock()
	if last := len(spare.panes) - 1; last >= 0 {
		p := spare.panes[last]
		spare.panes = spare.panes[:last]
		mainthread.Call(func() {
			p.frame.SetShouldClose(false)
			p.frame.SetTitle(c.Title)
			p.frame.SetSize(c.Width, c.Height)
		})
		return p, nil
	}
	win, err := pixelgl.NewWindow(pixelgl.WindowConfig{
		Title: c.Title, Bounds: pixel.R(0, 0, float64(c.Width), float64(c.Height)), Resizable: true, Invisible: true,
	})
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "creating window failed: ")
		return pane{}, unavailable("OpenGL 3.3 is needed, which this screen does not offer (%s): update its driver, or log in on the machine itself", reason)
	}
	p := pane{Window: win}
	mainthread.Call(func() { p.frame = glfw.GetCurrentContext() }) // the library does not name it, but has just drawn with it
	return p, nil
}

// release hides the pane and keeps it.
func (p pane) release() {
	mainthread.Call(p.frame.Hide)
	spare.Lock()
	spare.panes = append(spare.panes, p)
	spare.Unlock()
}
