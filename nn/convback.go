package nn

import "github.com/auxrl/auxrl/internal/f32"

// turning implements Layer: each place of the kernels as [Out, C].
func (c *Conv) turning() (blocks, rows, cols int) { return c.KH * c.KW, c.C, c.Out }

// place implements placer: along each side, elements stand by phase and the last of a phase first. That is the order in which
// outputs meet them, so that one product sums over kernel rows, and over the elements of each that are Stride apart.
func (c *Conv) place(block int) int {
	a, b := block/c.KW, block%c.KW
	down, right := c.phase(a%c.Stride, c.H, c.KH), c.phase(b%c.Stride, c.W, c.KW)
	return (down.order+down.taps-1-a/c.Stride)*c.KW + right.order + right.taps - 1 - b/c.Stride
}

// phase is the places along one side of the input that meet the kernel elements first, first+Stride, first+2*Stride, ...: place u
// stands at Stride*u+from and meets those of the outputs u, u-1, u-2, ...
type phase struct {
	at, end int // of the places inside
	from    int
	taps    int // how many elements there are
	order   int // where the first of them stand in the transposed kernels
}

// phase returns the places along a side of the given size for kernels of length k.
func (c *Conv) phase(first, size, k int) phase {
	p := phase{from: first - c.Pad, taps: windows(k-first, 1, c.Stride)}
	p.end = windows(size-p.from, 1, c.Stride)
	if p.from < 0 {
		p.at = (c.Stride - 1 - p.from) / c.Stride
	}
	for before := range first {
		p.order += windows(k-before, 1, c.Stride)
	}
	return p
}

// meets returns the stretch of places from u on, with what elements of the phase n outputs bring there: all places that meet all
// elements, or one that meets part of them, or none.
func (p *phase) meets(u, n int) stretch {
	s := stretch{u, 1, max(0, u-n+1), min(p.taps, u+1)}
	if s.taps() == p.taps {
		s.n = min(n, p.end) - u
	}
	return s
}

// addInput adds to dx what the output gradients send back: to each place, those of the outputs that saw it times the transposed
// kernels.
func (c *Conv) addInput(dx, dy, turned []float32, batch int) {
	oh, ow, _ := c.Shape()
	f := c.frame(oh, ow, batch)
	for a := range min(c.Stride, c.KH) {
		down := c.phase(a, c.H, c.KH)
		for b := range min(c.Stride, c.KW) {
			right := c.phase(b, c.W, c.KW)
			for u := down.at; u < down.end; {
				lines := down.meets(u, oh)
				for v := right.at; v < right.end; {
					cols := right.meets(v, ow)
					if lines.taps() > 0 && cols.taps() > 0 {
						c.addPlaces(dx, dy, turned, &f, &down, &right, &lines, &cols)
					}
					v += cols.n
				}
				u += lines.n
			}
		}
	}
}

// addPlaces adds to places of one phase, in two stretches.
func (c *Conv) addPlaces(dx, dy, turned []float32, f *frame, down, right *phase, lines, cols *stretch) {
	from := (lines.at-lines.hi+1)*f.out[1] + (cols.at-cols.hi+1)*f.out[0]
	to := ((c.Stride*lines.at+down.from)*c.W + c.Stride*cols.at + right.from) * c.C
	block := (down.order+down.taps-lines.hi)*c.KW + right.order + right.taps - cols.hi
	long, middle, short := f.sorted(cols.n, lines.n)
	p := f32.Product{
		B: turned[block*c.Out*c.C:], N: c.C, K: cols.taps() * c.Out, Segs: lines.taps(),
		ACol: 1, ASeg: f.out[1], BRow: c.C, BSeg: c.KW * c.Out * c.C, Floor: negInf,
		M: f.n[long], CRow: f.in[long], IRow: f.in[long], ARow: f.out[long],
		Tiles: f.n[middle], CTile: f.in[middle], ITile: f.in[middle], ATile: f.out[middle],
	}
	for range f.n[short] {
		p.C, p.A = dx[to:], dy[from:]
		p.I = p.C
		f32.Mul(&p)
		to, from = to+f.in[short], from+f.out[short]
	}
}
