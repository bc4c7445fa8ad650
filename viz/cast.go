package viz

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// Cast is a sink that records what a terminal shows, in version 2 of asciinema's format: a line of JSON for each frame.
type Cast struct {
	w      io.Writer
	term   *Terminal
	fps    float64
	hold   time.Duration
	frames int
	out    []byte // what the terminal was sent since the last event
	line   []byte
}

// NewCast returns a recorder of a terminal with so many cells and 24-bit colours, that is played at fps frames per second. The last
// frame stands for hold.
func NewCast(w io.Writer, cols, rows int, fps float64, hold time.Duration) *Cast {
	c := &Cast{w: w, fps: fps, hold: hold}
	c.term = NewTerminal((*castTerminal)(c), func() (int, int) { return cols, rows }, TrueColor)
	return c
}

// castTerminal takes what a terminal is sent.
type castTerminal Cast

func (c *castTerminal) Write(p []byte) (int, error) {
	c.out = append(c.out, p...)
	return len(p), nil
}

// castHeader is the first line of a cast.
type castHeader struct {
	Version int    `json:"version"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Title   string `json:"title,omitempty"`
}

// Show appends a frame.
func (c *Cast) Show(s *Snapshot) error {
	if c.frames == 0 {
		cols, rows := c.term.size()
		head, err := json.Marshal(castHeader{Version: 2, Width: cols, Height: rows, Title: s.Title})
		if err != nil {
			return fmt.Errorf("viz: cast: %w", err)
		}
		c.line = append(append(c.line[:0], head...), '\n')
	}
	if err := c.term.Show(s); err != nil {
		return err
	}
	c.event(float64(c.frames) / c.fps)
	c.frames++
	return c.flush()
}

// Frames returns the number of frames so far.
func (c *Cast) Frames() int { return c.frames }

// Close appends a last event that lets the last frame stand. The underlying writer stays open.
func (c *Cast) Close() error {
	if c.frames == 0 {
		return nil
	}
	c.out = append(c.out[:0], leaveScreen...)
	c.event(float64(c.frames-1)/c.fps + max(c.hold.Seconds(), 1/c.fps))
	return c.flush()
}

// event appends a line for what the terminal was sent, and forgets it.
func (c *Cast) event(at float64) {
	c.line = append(c.line, '[')
	c.line = strconv.AppendFloat(c.line, at, 'f', 3, 64)
	c.line = append(c.line, `,"o","`...)
	c.line = appendJSON(c.line, c.out)
	c.line = append(c.line, "\"]\n"...)
	c.out = c.out[:0]
}

func (c *Cast) flush() error {
	_, err := c.w.Write(c.line)
	c.line = c.line[:0]
	if err != nil {
		return fmt.Errorf("viz: cast: %w", err)
	}
	return nil
}

// appendJSON appends text as the inside of a JSON string.
func appendJSON(b, text []byte) []byte {
	const hex = "0123456789abcdef"
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20 || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		case r == utf8.RuneError && n == 1:
			b = append(b, `\ufffd`...)
		default:
			b = append(b, text[i:i+n]...)
		}
		i += n
	}
	return b
}
