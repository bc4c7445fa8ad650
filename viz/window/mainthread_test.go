//go:build pixel && cgo

package window

import "testing"

// Within Run, another calls its function and leaves the main thread alone.
func TestRunWithinRun(t *testing.T) {
	started.Store(true)
	defer started.Store(false)
	called := false
	Run(func() { called = true })
	if !called {
		t.Error("the function was not called")
	}
}
