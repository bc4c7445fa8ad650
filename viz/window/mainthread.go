//go:build pixel && cgo

package window

import (
	"fmt"
	"io"
	"log"
	"os"
	"sync"
	"sync/atomic"

	"github.com/faiface/pixel/pixelgl"
	"github.com/go-gl/glfw/v3.3/glfw"
)

// The main thread waits until the first window is asked for, and serves windows from then on until the program ends: the library must be
// started once at most, and whoever holds a texture waits for ever if nobody serves it. A program that opens none never asks for the screen.
var (
	started  atomic.Bool // Run was called
	requests = make(chan chan<- error)
	serving  sync.Mutex // held to read and write served
	served   bool

	broken  = make(chan struct{}) // closed when the library has panicked; then failure says why
	failure error
)

// Run calls main in another goroutine, keeps the main thread for windows, and returns when main does. The program's main function calls it,
// once; where it runs already, Run just calls main.
func Run(main func()) {
	if !started.CompareAndSwap(false, true) {
		main() // the main thread is taken: another would draw from where it may not
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		main()
	}()
	for {
		select {
		case <-done:
			return
		case answer := <-requests:
			if err := initialize(); err != nil {
				answer <- err
				continue
			}
			serve(answer, done)
		}
	}
}

// serve runs what windows ask of the main thread until done is closed, or the library panics.
func serve(answer chan<- error, done <-chan struct{}) {
	defer func() {
		if p := recover(); p != nil {
			failure = unavailable("the window library failed: %v", p)
			close(broken)
		}
	}()
	pixelgl.Run(func() {
		answer <- nil
		<-done
	})
}

// initialize connects to the screen. The library logs why it cannot instead of returning it; so it is asked for something afterwards, which
// panics if there is no connection.
func initialize() (err error) {
	before := log.Writer()
	log.SetOutput(io.Discard)
	defer log.SetOutput(before)
	defer func() {
		if recover() != nil {
			err = noServer(os.Getenv("DISPLAY"))
		}
	}()
	if err := glfw.Init(); err != nil {
		return unavailable("the screen cannot be used: %v", err)
	}
	glfw.GetTime()
	return nil
}

// start has the main thread serve windows, if it does not yet.
func start() error {
	if !started.Load() {
		return unavailable("the program's main function does not go through window.Run")
	}
	serving.Lock()
	defer serving.Unlock()
	if served {
		return nil
	}
	answer := make(chan error)
	requests <- answer
	select {
	case err := <-answer:
		served = err == nil
		return err
	case <-broken:
		return failure
	}
}

// guard calls f, which uses the library, and returns when it has returned, or the library has failed: then f may never return.
func guard(f func() error) error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	select {
	case err := <-result:
		return err
	case <-broken:
		return failure
	}
}

func unavailable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnavailable, fmt.Sprintf(format, args...))
}
