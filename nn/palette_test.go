package nn

import (
	"fmt"
	"testing"
)

// codeLayers are layers for observations of few kinds of cells, of more than a palette holds, and of three channels, which are
// looked up by a loop of their own.
var codeLayers = []*CodeConv{
	{H: 4, W: 5, Codes: []int{3, 4}, KH: 2, KW: 3, Out: 5, Act: ReLU, Gain: 1},
	{H: 7, W: 7, Codes: []int{11, 6, 4}, KH: 2, KW: 2, Out: 16, Act: ReLU, Gain: 1},
	{H: 10, W: 10, Codes: []int{2, 2, 2, 2, 2, 2, 2}, KH: 3, KW: 3, Out: 16, Gain: 1},
	{H: 9, W: 9, Codes: []int{40, 20}, KH: 2, KW: 2, Out: 7, Gain: 1},
}

// With a palette, Forward gives the same bits; Backward the same sums, whether it looks for the cells again or not.
func TestPaletteChangesNothing(t *testing.T) {
	for _, c := range codeLayers {
		for _, rows := range []int{1, 7, 8, 33, 250} { // the last in several blocks
			t.Run(fmt.Sprintf("codes=%d/rows=%d", len(c.Codes), rows), func(t *testing.T) {
				p := &Params{}
				c.declare(p, "c")
				p.Init(1)
				oh, ow, _ := c.Shape()
				n := rows * oh * ow * c.Out
				x := Rows{Bytes: codeBytes(rows*c.H*c.W, c.Codes, "palette")}
				scratch := func() []float32 { return poison(make([]float32, c.Scratch())) }
				want := make([]float32, n)
				c.Forward(want, x, scratch(), rows)
				x.help = &help{palette: &palette{}}
				got := poison(make([]float32, n))
				c.Forward(got, x, scratch(), rows)
				same(t, "outputs", got, want)

				back := func(x Rows) []float32 {
					g := make([]float32, p.Len())
					c.Backward(nil, g, randoms(n, "dy"), want, x, scratch(), rows)
					return g
				}
				plain := x
				plain.help = nil
				found := back(x)
				x.forget()
				same(t, "gradients, cells looked up again", back(x), found)
				compare(t, "gradients", found, wide(back(plain)), 1e-4) // sums of up to 16,000 numbers of either sign, in another order
			})
		}
	}
}

// A palette that another layer, or other rows, left behind is not mistaken for the layer's own.
func TestPaletteBelongsToOneLayer(t *testing.T) {
	a := &CodeConv{H: 3, W: 3, Codes: []int{3, 4}, KH: 2, KW: 2, Out: 4, Gain: 1}
	b := &CodeConv{H: 3, W: 3, Codes: []int{5, 6}, KH: 3, KW: 3, Out: 4, Gain: 1}
	const rows = 9
	p := &Params{}
	a.declare(p, "a")
	b.declare(p, "b")
	p.Init(1)
	x := Rows{Bytes: codeBytes(2*rows*9, a.Codes, "palette"), help: &help{palette: &palette{}}}
	scratch := make([]float32, max(a.Scratch(), b.Scratch()))
	y := make([]float32, rows*4*4)
	gradient := func(x Rows) []float32 {
		g := make([]float32, p.Len())
		lo, hi := a.span()
		a.Backward(nil, g[lo:hi], randoms(len(y), "dy"), y, x, scratch, rows)
		return g
	}
	want := gradient(x)
	b.Forward(make([]float32, rows*4), x, scratch, rows)
	same(t, "after another layer", gradient(x), want)
	other := x
	other.Bytes = x.Bytes[rows*18:]
	a.Forward(y, other, scratch, rows)
	same(t, "after other rows", gradient(x), want)
}

func TestPalettePanicsOnWrongSymbols(t *testing.T) {
	for _, c := range codeLayers {
		p := &Params{}
		c.declare(p, "c")
		p.Init(1)
		oh, ow, _ := c.Shape()
		const rows = paletteRows
		for ch, n := range c.Codes {
			x := Rows{Bytes: make([]byte, rows*c.H*c.W*len(c.Codes)), help: &help{palette: &palette{}}}
			x.Bytes[len(x.Bytes)-len(c.Codes)+ch] = byte(n)
			if !panics(func() { c.Forward(make([]float32, rows*oh*ow*c.Out), x, make([]float32, c.Scratch()), rows) }) {
				t.Errorf("%v: symbol %d of channel %d: no panic", c.Codes, n, ch)
			}
		}
	}
}
