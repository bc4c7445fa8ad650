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
	for a := range min(c.Stride, c.KH) {
		down := c.phase(a, c.H, c.KH)
		for u := down.at; u < down.end; {
			lines := down.meets(u, oh)
			if batch > lines.n {
				lines.n = 1
			}
			u += lines.n
			for b := range min(c.Stride, c.KW) {
				right := c.phase(b, c.W, c.KW)
				for v := right.at; v < right.end; {
					cols := right.meets(v, ow)
					v += cols.n
					if lines.taps() > 0 && cols.taps() > 0 {
						c.addPhase(dx, dy, turned, &down, &right, &lines, &cols, batch)
					}
				}
			}
		}
	}
}

func (c *Conv) addPhase(dx, dy, turned []float32, down, right *phase, lines, cols *stretch, batch int) {
	oh, ow, _ := c.Shape()
	line := ow * c.Out
	p := f32.Product{N: c.C, ACol: 1, ASeg: line, BRow: c.C, BSeg: c.KW * c.Out * c.C, Floor: negInf}
	p.K, p.Segs = cols.taps()*c.Out, lines.taps()
	p.B = turned[((down.order+down.taps-lines.hi)*c.KW+right.order+right.taps-cols.hi)*c.Out*c.C:]
	from := (lines.at-lines.hi+1)*line + (cols.at-cols.hi+1)*c.Out
	to := ((c.Stride*lines.at+down.from)*c.W + c.Stride*cols.at + right.from) * c.C
	long, middle, short := axes(
		axis{cols.n, c.Stride * c.C, c.Out}, axis{lines.n, c.Stride * c.W * c.C, line}, axis{batch, c.H * c.W * c.C, oh * line})
	p.M, p.CRow, p.IRow, p.ARow = long.n, long.in, long.in, long.out
	p.Tiles, p.CTile, p.ITile, p.ATile = middle.n, middle.in, middle.in, middle.out
	for range short.n {
		p.C, p.A = dx[to:], dy[from:]
		p.I = p.C
		f32.Mul(&p)
		to, from = to+short.in, from+short.out
	}
}
