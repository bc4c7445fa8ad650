package viz

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"
)

// Console is a Terminal with a person before it. From NewConsole to Close its input comes key by key and is not echoed.
type Console struct {
	*Terminal
	*keyboard
	in     *os.File
	before *term.State
}

// NewConsole returns a console that shows on out and reads keys from in, which are the same terminal.
func NewConsole(in, out *os.File, color Color) (*Console, error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("viz: the terminal cannot be read key by key: %w", err)
	}
	c := &Console{Terminal: NewTerminal(out, TerminalSize(out), color), keyboard: newKeyboard(), in: in, before: before}
	go c.read(in)
	return c, nil
}

// Close gives the terminal back as it was.
func (c *Console) Close() error {
	c.shut()
	return errors.Join(c.Terminal.Close(), term.Restore(int(c.in.Fd()), c.before))
}
