package viz

import (
	"image/color"
	"strconv"
	"unicode/utf8"
)

// cell is one place on the screen.
type cell struct {
	r      rune
	fg, bg uint32 // as Color.code says
	bold   bool
}

// screen is a grid of cells and what of it the terminal shows already.
type screen struct {
	color Color
	w, h  int
	cells []cell // [H, W] to be shown
	shown []cell // [H, W] on the terminal; rune 0 where that is unknown
	pen   cell   // attributes in force
	known bool   // whether pen is
	out   []byte
}

// resize sets the size. After a change all cells are blank and nothing is taken to be shown.
func (s *screen) resize(w, h int) {
	if w == s.w && h == s.h {
		return
	}
	s.w, s.h = w, h
	s.cells = make([]cell, w*h)
	s.shown = make([]cell, w*h)
}

// clear blanks all cells.
func (s *screen) clear() {
	blank := cell{r: ' ', bg: s.color.code(background)}
	for i := range s.cells {
		s.cells[i] = blank
	}
}

// put sets one cell, if it is on the screen.
func (s *screen) put(x, y int, r rune, fg, bg color.RGBA, bold bool) {
	if x < 0 || x >= s.w || y < 0 || y >= s.h {
		return
	}
	c := cell{r: r, fg: s.color.code(fg), bg: s.color.code(bg), bold: bold}
	if r == ' ' {
		c.fg, c.bold = 0, false // invisible; must not count as a change
	}
	s.cells[y*s.w+x] = c
}

// diff returns the bytes that make the terminal show the cells, and takes them for shown. They are valid until the next call.
func (s *screen) diff() []byte {
	s.out = append(s.out[:0], "\x1b[?2026h"...) // begin synchronised update
	s.known = false
	x, y := -1, -1 // of the cursor
	for i, c := range s.cells {
		if c == s.shown[i] {
			continue
		}
		cx, cy := i%s.w, i/s.w
		s.move(x, y, cx, cy)
		s.attributes(c)
		s.out = utf8.AppendRune(s.out, c.r)
		s.shown[i] = c
		x, y = cx+1, cy
	}
	s.out = append(s.out, "\x1b[?2026l"...)
	return s.out
}

// move sends the cursor from one cell to another.
func (s *screen) move(x, y, cx, cy int) {
	switch {
	case y == cy && x == cx:
	case y == cy && x >= 0:
		s.out = append(s.out, "\x1b["...)
		if cx-x > 1 {
			s.out = strconv.AppendInt(s.out, int64(cx-x), 10)
		}
		s.out = append(s.out, 'C')
	default:
		s.out = append(s.out, "\x1b["...)
		s.out = strconv.AppendInt(s.out, int64(cy+1), 10)
		s.out = append(s.out, ';')
		s.out = strconv.AppendInt(s.out, int64(cx+1), 10)
		s.out = append(s.out, 'H')
	}
}

// attributes sends what differs from the attributes in force.
func (s *screen) attributes(c cell) {
	if !s.known {
		s.out = append(s.out, "\x1b[0m"...)
		s.pen = cell{fg: ^uint32(0), bg: ^uint32(0)}
		s.known = true
	}
	if c.bold != s.pen.bold {
		if c.bold {
			s.out = append(s.out, "\x1b[1m"...)
		} else {
			s.out = append(s.out, "\x1b[22m"...)
		}
		s.pen.bold = c.bold
	}
	if s.color < Color256 {
		return
	}
	if c.fg != s.pen.fg && c.r != ' ' {
		s.appendColor('3', c.fg)
		s.pen.fg = c.fg
	}
	if c.bg != s.pen.bg {
		s.appendColor('4', c.bg)
		s.pen.bg = c.bg
	}
}

// appendColor sends the foreground ('3') or background ('4').
func (s *screen) appendColor(ground byte, code uint32) {
	s.out = append(s.out, "\x1b["...)
	s.out = append(s.out, ground)
	if s.color == Color256 {
		s.out = append(s.out, "8;5;"...)
		s.out = strconv.AppendUint(s.out, uint64(code), 10)
	} else {
		s.out = append(s.out, "8;2;"...)
		s.out = strconv.AppendUint(s.out, uint64(code>>16), 10)
		s.out = append(s.out, ';')
		s.out = strconv.AppendUint(s.out, uint64(code>>8&0xff), 10)
		s.out = append(s.out, ';')
		s.out = strconv.AppendUint(s.out, uint64(code&0xff), 10)
	}
	s.out = append(s.out, 'm')
}
