//go:build !(pixel && cgo)

package window

import (
	"fmt"

	"github.com/auxrl/auxrl/viz"
)

// Run calls main.
func Run(main func()) { main() }

// Window is a window on the screen. In this build there is none.
type Window struct{ viz.Interactive }

// Open returns an error that wraps ErrUnavailable.
func Open(Config) (*Window, error) { return nil, Available() }

// Available returns the same error.
func Available() error {
	return fmt.Errorf("%w: this program was built without it: build it with -tags pixel and a C compiler (docs/watching.md, The window)", ErrUnavailable)
}
