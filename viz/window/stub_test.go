//go:build !(pixel && cgo)

package window

import (
	"errors"
	"strings"
	"testing"
)

// Without the window library everything else works, and the error names the way to get it.
func TestStub(t *testing.T) {
	called := 0
	Run(func() { called++ })
	if called != 1 {
		t.Errorf("Run called main %d times, want once", called)
	}
	w, err := Open(Config{Title: "test", Width: 640, Height: 400})
	if w != nil {
		t.Error("Open returned a window")
	}
	for _, err := range []error{err, Available()} {
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "-tags pixel") || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want ErrUnavailable and one line that names -tags pixel", err)
		}
	}
}
