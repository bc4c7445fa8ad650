//go:build pixel && cgo

package window

import (
	"bytes"
	"image"
	"sync"
	"time"
	"unicode"

	"github.com/auxrl/auxrl/viz"
	"github.com/faiface/mainthread"
	"github.com/faiface/pixel"
	"github.com/go-gl/glfw/v3.3/glfw"
)

const (
	maxFPS = 20                     // pictures that are drawn per second at most
	rest   = 100 * time.Millisecond // that the main thread waits for events at most: others may need it
)

// Window is a window on the screen. A person may resize it, and gets the picture at that size.
type Window struct {
	pane  pane
	ended chan struct{} // closed when the loop is over
	keys  chan viz.Key

	mu    sync.Mutex    // guards what follows
	next  *viz.Snapshot // what Show gave last
	news  bool          // it has not been drawn
	size  image.Point   // of the window
	stale bool          // the window does not show the picture at its size
	left  bool          // Close was called, or the person has closed the window
	over  bool          // keys is closed

	// Of the loop alone.
	shown     *viz.Snapshot
	pace      *viz.Pacer
	dashboard *viz.Dashboard
	picture   *image.RGBA
	upward    []byte // picture as the canvas wants it: the bottom row first
}

func newWindow(c Config) *Window {
	w := &Window{
		ended: make(chan struct{}), keys: make(chan viz.Key, 128), next: new(viz.Snapshot),
		shown: new(viz.Snapshot), pace: viz.NewPacer(maxFPS, viz.SystemClock{}), dashboard: viz.NewDashboard(), picture: new(image.RGBA),
	}
	w.dashboard.Light = c.Light
	return w
}

// Show has s drawn, 20 times a second at most: of snapshots that come faster, the newest. It does not wait for that. Once the window is
// closed nothing is drawn, and it is for Keys to tell.
func (w *Window) Show(s *viz.Snapshot) error {
	select {
	case <-broken:
		return failure
	default:
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next.Copy(s)
	if !w.news && !w.over {
		w.news = true
		wake()
	}
	return nil
}

// Close closes the window.
func (w *Window) Close() error {
	w.leave()
	select {
	case <-w.ended:
		return nil
	case <-broken:
		return failure
	}
}

// Keys returns the keys that were pressed. A key that is held down comes again and again, as on a terminal.
func (w *Window) Keys() <-chan viz.Key { return w.keys }

// loop lives as long as the window is open.
func (w *Window) loop() {
	defer close(w.ended)
	for w.wanted() {
		mainthread.Call(func() { glfw.WaitEventsTimeout(w.wait().Seconds()) })
		w.refresh()
	}
	w.end()
	w.pane.release()
}

// wanted reports whether neither Close nor the person has closed the window.
func (w *Window) wanted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.left
}

// leave asks the loop to end.
func (w *Window) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = true
	wake()
}

// wake ends the main thread's wait for events. Where the library has failed, broken tells of it.
func wake() {
	defer func() { _ = recover() }()
	glfw.PostEmptyEvent()
}

// wait returns how long the loop may wait for events: until the next picture is due, if there is one to draw.
func (w *Window) wait() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.news || w.stale {
		return w.pace.Left()
	}
	return rest
}

// end closes the channel of keys.
func (w *Window) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.over = true
		close(w.keys)
	}
}

// endWithLibrary ends the keys if the library fails: then the loop waits for ever.
func (w *Window) endWithLibrary() {
	select {
	case <-w.ended:
	case <-broken:
		w.end()
	}
}

// refresh draws if there is something new to draw and a picture is due.
func (w *Window) refresh() {
	w.mu.Lock()
	if !w.news && !w.stale || !w.pace.Due() {
		w.mu.Unlock()
		return
	}
	if w.news {
		w.next, w.shown = w.shown, w.next
	}
	size, stale := w.size, w.stale
	w.news, w.stale = false, false
	w.mu.Unlock()
	if size.X < 1 || size.Y < 1 || !w.paint(size) && !stale {
		return
	}
	w.pane.Canvas().SetBounds(pixel.R(0, 0, float64(size.X), float64(size.Y)))
	w.pane.Canvas().SetPixels(w.upward)
	w.pane.SwapBuffers()
}

// paint draws the picture and reports whether it differs from the last.
func (w *Window) paint(size image.Point) bool {
	if w.picture.Rect.Max != size {
		w.picture = image.NewRGBA(image.Rectangle{Max: size})
		w.upward = make([]byte, len(w.picture.Pix))
	}
	w.dashboard.Draw(w.picture, w.shown)
	differs := false
	for y, row := 0, 4*size.X; y < size.Y; y++ {
		from, to := w.picture.Pix[y*row:][:row], w.upward[(size.Y-1-y)*row:][:row]
		if !bytes.Equal(from, to) {
			copy(to, from)
			differs = true
		}
	}
	return differs
}

// listen has the library tell of events. The main thread calls it, and all that it sets.
func (w *Window) listen() {
	w.pane.frame.SetKeyCallback(func(_ *glfw.Window, key glfw.Key, code int, action glfw.Action, mods glfw.ModifierKey) {
		k, ok := unprintable(key)
		if mods&glfw.ModControl != 0 && glfw.GetKeyName(key, code) == "c" {
			k, ok = viz.KeyInterrupt, true
		}
		if ok && action != glfw.Release {
			w.press(k)
		}
	})
	w.pane.frame.SetCharCallback(func(_ *glfw.Window, char rune) { w.press(viz.Key(unicode.ToLower(char))) })
	w.pane.frame.SetSizeCallback(func(_ *glfw.Window, width, height int) { w.redraw(image.Pt(width, height)) })
	w.pane.frame.SetRefreshCallback(func(f *glfw.Window) { w.redraw(image.Pt(f.GetSize())) })
	w.pane.frame.SetCloseCallback(func(*glfw.Window) { w.leave() })
	w.redraw(image.Pt(w.pane.frame.GetSize()))
}

// press passes a key on.
func (w *Window) press(k viz.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	select {
	case w.keys <- k:
	default: // nobody reads them
	}
}

// redraw asks for a picture of the given size.
func (w *Window) redraw(size image.Point) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size, w.stale = size, true
}

// unprintable returns which key that types no character was pressed, if it is one that means something.
func unprintable(key glfw.Key) (viz.Key, bool) {
	switch key {
	case glfw.KeyUp:
		return viz.KeyUp, true
	case glfw.KeyDown:
		return viz.KeyDown, true
	case glfw.KeyLeft:
		return viz.KeyLeft, true
	case glfw.KeyRight:
		return viz.KeyRight, true
	case glfw.KeyEnter, glfw.KeyKPEnter:
		return viz.KeyEnter, true
	case glfw.KeyEscape:
		return viz.KeyEscape, true
	}
	return 0, false
}
