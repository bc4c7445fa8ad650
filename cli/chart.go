package cli

import (
	"fmt"
	"math"
	"strings"

	"github.com/auxrl/auxrl/viz/plot"
)

// chart draws curves in text: with a mark of its own for each, or, where there is colour or only one curve, with Braille dots.
type chart struct {
	columns, rows int    // of the field
	marks         []rune // one per curve, from the first again if there are more; nil: dots
	colored       bool
	x             func(x int) string // a label of the axis

	cells []cell // [rows, columns]
}

// cell is what stands in one: a curve's mark, or dots.
type cell struct {
	curve int // from 1; 0: nothing
	dots  rune
}

const braille = 0x2800

// dotBits are the bits of the dots of a Braille pattern, [4][2].
var dotBits = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// palette has the colours of viz/plot's curves, as terminals of 256 colours have them.
var palette = []int{32, 166, 36, 175, 178, 74}

var (
	marksUTF8  = []rune("●▲■◆○△□◇")
	marksASCII = []rune("*+xo#@%&")
)

// mark returns what stands for a curve in a legend.
func (c *chart) mark(i int) string {
	if c.marks != nil {
		return c.paint(i, string(c.marks[i%len(c.marks)]))
	}
	return c.paint(i, "⣤")
}

func (c *chart) paint(i int, text string) string {
	if !c.colored {
		return text
	}
	return fmt.Sprintf("\x1b[38;5;%dm%s\x1b[0m", palette[i%len(palette)], text)
}

// draw returns the lines of the chart, or none if there is nothing to draw.
func (c *chart) draw(series []plot.Series) []string {
	x0, x1, y0, y1, ok := extent(series)
	if !ok {
		return nil
	}
	c.cells = make([]cell, c.rows*c.columns)
	across, down := 1, 1 // dots per cell
	if c.marks == nil {
		across, down = 2, 4
	}
	width, height := c.columns*across, c.rows*down
	for i, s := range series {
		before := -1
		for col := range width {
			v := between(s, x0+float64(col)/float64(width-1)*(x1-x0))
			if math.IsNaN(v) {
				before = -1
				continue
			}
			at := int(math.Round((y1 - v) / (y1 - y0) * float64(height-1)))
			lo, hi := at, at
			if before >= 0 && before < at {
				lo = before + 1
			} else if before > at {
				hi = before - 1
			}
			for row := lo; row <= hi; row++ {
				k := &c.cells[row/down*c.columns+col/across]
				if k.curve != i+1 {
					*k = cell{curve: i + 1}
				}
				k.dots |= dotBits[row%down][col%across]
			}
			before = at
		}
	}
	return c.lines(x0, x1, y0, y1)
}

// lines returns the cells with axes.
func (c *chart) lines(x0, x1, y0, y1 float64) []string {
	top, bottom := number3(y1), number3(y0)
	mid := number3((y0 + y1) / 2)
	margin := max(len(top), len(bottom), len(mid))
	var out []string
	for row := range c.rows {
		label := ""
		switch row {
		case 0:
			label = top
		case c.rows - 1:
			label = bottom
		case (c.rows - 1) / 2:
			if c.rows%2 == 1 {
				label = mid
			}
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%*s | ", margin, label)
		for _, k := range c.cells[row*c.columns : (row+1)*c.columns] {
			switch {
			case k.curve == 0:
				b.WriteByte(' ')
			case c.marks == nil:
				b.WriteString(c.paint(k.curve-1, string(braille+k.dots)))
			default:
				b.WriteString(c.mark(k.curve - 1))
			}
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	left, right := c.x(int(x0)), c.x(int(x1))
	gap := max(c.columns-len(left)-len(right), 1)
	return append(out, fmt.Sprintf("%*s   %s%s%s", margin, "", left, strings.Repeat(" ", gap), right))
}

// number3 prints a number with three digits.
func number3(v float64) string { return fmt.Sprintf("%.3g", v) }

// extent returns what the axes show, and whether there is a point at all.
func extent(series []plot.Series) (x0, x1, y0, y1 float64, ok bool) {
	x0, x1, y0, y1 = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range series {
		for i, v := range s.Mean {
			if math.IsNaN(v) {
				continue
			}
			x0, x1, y0, y1, ok = min(x0, float64(s.Steps[i])), max(x1, float64(s.Steps[i])), min(y0, v), max(y1, v), true
		}
	}
	if x0 > 0 && x0 < x1/4 {
		x0 = 0
	}
	if x1 == x0 {
		x1++
	}
	if y1-y0 <= 1e-9*max(math.Abs(y0), math.Abs(y1)) {
		pad := max(math.Abs(y0)/10, 0.5)
		y0, y1 = y0-pad, y1+pad
	}
	return x0, x1, y0, y1, ok
}

// between returns a curve's value at x, on the straight line between two points that have one; NaN elsewhere.
func between(s plot.Series, x float64) float64 {
	for i := range s.Steps {
		at := float64(s.Steps[i])
		if at < x {
			continue
		}
		if at == x || i == 0 {
			if at > x {
				break
			}
			return s.Mean[i]
		}
		before := float64(s.Steps[i-1])
		return s.Mean[i-1] + (x-before)/(at-before)*(s.Mean[i]-s.Mean[i-1])
	}
	return math.NaN()
}
