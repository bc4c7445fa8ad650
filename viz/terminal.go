package viz

import (
	"fmt"
	"image"
	"io"
	"os"

	"golang.org/x/term"
)

// Control sequences around a session: alternate screen, no cursor, no wrapping at the margin; and all that undone.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
	leaveScreen = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// Terminal is a sink that draws with the cells of a terminal: pictures in half blocks, two pixels to a cell, everything else as
// text. It sends only the cells that changed. With [Plain] it writes a line for each snapshot instead.
type Terminal struct {
	w       io.Writer
	size    func() (cols, rows int)
	screen  screen
	scaler  scaler
	picture *image.RGBA // pictures at the size of the screen
	buf     []byte      // numbers in decimal, lines
	entered bool
}

// NewTerminal returns a sink that writes to w, which shows as many cells as size says; size is asked before each frame.
func NewTerminal(w io.Writer, size func() (cols, rows int), color Color) *Terminal {
	return &Terminal{w: w, size: size, screen: screen{color: color}, picture: &image.RGBA{}}
}

// TerminalSize returns a function that tells the size of the terminal that f is, and 80 by 24 if it is none.
func TerminalSize(f *os.File) func() (cols, rows int) {
	return func() (int, int) {
		w, h, err := term.GetSize(int(f.Fd()))
		if err != nil || w <= 0 || h <= 0 {
			return 80, 24
		}
		return w, h
	}
}

// Show draws s.
func (t *Terminal) Show(s *Snapshot) error {
	if t.screen.color == Plain {
		return t.write(t.lines(s))
	}
	if !t.entered {
		t.entered = true
		if err := t.write([]byte(enterScreen)); err != nil {
			return err
		}
	}
	cols, rows := t.size()
	t.screen.resize(max(cols, 1), max(rows, 1))
	t.screen.clear()
	t.draw(s)
	return t.write(t.screen.diff())
}

// Close gives the terminal back as it was.
func (t *Terminal) Close() error {
	if !t.entered {
		return nil
	}
	t.entered = false
	return t.write([]byte(leaveScreen))
}

func (t *Terminal) write(b []byte) error {
	if _, err := t.w.Write(b); err != nil {
		return fmt.Errorf("viz: terminal: %w", err)
	}
	return nil
}
