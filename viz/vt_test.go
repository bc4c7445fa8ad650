package viz

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// vt is a terminal that knows the sequences the sink may use, and panics on any other.
type vt struct {
	w, h          int
	x, y          int
	cells         []vtCell
	pen           vtCell
	alt, sync     bool
	cursor, wraps bool
	writes        int
}

type vtCell struct {
	r      rune
	fg, bg string
	bold   bool
}

func newVT(w, h int) *vt {
	v := &vt{w: w, h: h, cells: make([]vtCell, w*h), cursor: true, wraps: true}
	for i := range v.cells {
		v.cells[i].r = '#' // whatever was there before
	}
	return v
}

func (v *vt) size() (cols, rows int) { return v.w, v.h }

// Write shows b.
func (v *vt) Write(b []byte) (int, error) {
	v.writes++
	for i := 0; i < len(b); {
		if b[i] == 0x1b {
			i += v.control(string(b[i:]))
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r < 0x20 || r == utf8.RuneError || r >= 0x7f && r < 0xa0 {
			panic(fmt.Sprintf("vt: byte %#x in the text", b[i]))
		}
		i += size
		if v.x >= v.w {
			panic("vt: wrote beyond the margin")
		}
		c := v.pen
		c.r = r
		v.cells[v.y*v.w+v.x] = c
		v.x++
	}
	return len(b), nil
}

// control executes a sequence and returns its length.
func (v *vt) control(s string) int {
	end := strings.IndexFunc(s[2:], func(r rune) bool { return r >= '@' }) + 2
	args, final := s[2:end], s[end]
	switch final {
	case 'H':
		row, col, _ := strings.Cut(args, ";")
		v.y, v.x = atoi(row)-1, atoi(col)-1
	case 'C':
		v.x += max(atoi(args), 1)
	case 'J':
		for i := range v.cells {
			v.cells[i] = vtCell{r: ' '}
		}
	case 'm':
		v.attribute(args)
	case 'h', 'l':
		on := final == 'h'
		switch args {
		case "?1049":
			v.alt = on
		case "?25":
			v.cursor = on
		case "?7":
			v.wraps = on
		case "?2026":
			v.sync = on
		default:
			panic("vt: mode " + args)
		}
	default:
		panic("vt: sequence " + strconv.Quote(s[:end+1]))
	}
	return end + 1
}

func (v *vt) attribute(args string) {
	switch {
	case args == "0":
		v.pen = vtCell{}
	case args == "1":
		v.pen.bold = true
	case args == "22":
		v.pen.bold = false
	case strings.HasPrefix(args, "38;"):
		v.pen.fg = args[3:]
	case strings.HasPrefix(args, "48;"):
		v.pen.bg = args[3:]
	default:
		panic("vt: attribute " + args)
	}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil && s != "" {
		panic("vt: number " + s)
	}
	return n
}

// seen returns the cells as one sees them: the foreground of a space cannot be seen.
func (v *vt) seen() []vtCell {
	cells := append([]vtCell(nil), v.cells...)
	for i := range cells {
		if cells[i].r == ' ' {
			cells[i].fg, cells[i].bold = "", false
		}
	}
	return cells
}

// String returns the text on the screen.
func (v *vt) String() string {
	var b strings.Builder
	for y := range v.h {
		var row strings.Builder
		for _, c := range v.cells[y*v.w : (y+1)*v.w] {
			row.WriteRune(c.r)
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	return b.String()
}
