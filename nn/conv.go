package nn

import "github.com/auxrl/auxrl/internal/f32"

// Conv is a convolution over rows of [H, W, C], floats or bytes, with kernels W [KH, KW, C, Out]:
//
//	y[i,j,o] = act(bias[o] + Σ_abc x[i*Stride+a-Pad, j*Stride+b-Pad, c] W[a,b,c,o])
//
// Pad cells on each side count as 0; Pad is less than KH and KW. Bytes are intensities and scaled by 1/255.
type Conv struct {
	H, W, C     int
	KH, KW, Out int
	Stride, Pad int
	Act         Act
	Gain        float32 // of the orthogonal first weights
	Bytes       bool    // the input is the observation itself

	spanned
}

// Shape returns the shape of the output.
func (c *Conv) Shape() (h, w, ch int) {
	return windows(c.H+2*c.Pad, c.KH, c.Stride), windows(c.W+2*c.Pad, c.KW, c.Stride), c.Out
}

// Scratch returns room for one row of the input as floats, where that is bytes.
func (c *Conv) Scratch() int {
	if c.Bytes {
		return c.H * c.W * c.C
	}
	return 0
}

func (c *Conv) declare(p *Params, name string) {
	if c.Pad < 0 || c.Pad >= c.KH || c.Pad >= c.KW {
		panic("nn: Conv: Pad must be less than the kernel")
	}
	c.declareAffine(p, name, c.Gain, c.KH, c.KW, c.C, c.Out)
}

func (c *Conv) reads() (floats, bytes, side int) {
	if c.Bytes {
		return 0, c.H * c.W * c.C, 0
	}
	return c.H * c.W * c.C, 0, 0
}

// largeRow is how many floats of input a row has from which on rows are computed one by one: more of them do not stay in the cache.
const largeRow = 1 << 15

// batch returns how many rows are computed together.
func (c *Conv) batch(rows int) int {
	if c.Bytes || c.H*c.W*c.C >= largeRow {
		return 1
	}
	return rows
}

// floats returns batch rows of the input, from row r on, as floats.
func (c *Conv) floats(x Rows, scratch []float32, r, batch int) []float32 {
	n := c.H * c.W * c.C
	if !c.Bytes {
		return x.Floats[r*n : (r+batch)*n]
	}
	f32.Bytes(scratch[:n], x.Bytes[r*n:(r+1)*n], 1.0/255)
	return scratch[:n]
}

// stretch is a run of n places along one side of a map, from at on, all of which meet the kernel elements lo..hi-1.
type stretch struct{ at, n, lo, hi int }

func (s *stretch) taps() int { return s.hi - s.lo }

// meets returns the stretch of outputs from at on, of n along a side whose input is size long: all that see the whole kernel, or
// one that sees part of it.
func (c *Conv) meets(at, n, size, k int) stretch {
	if c.Pad == 0 {
		return stretch{at, n - at, 0, k}
	}
	first := at*c.Stride - c.Pad
	s := stretch{at, 1, max(0, -first), min(k, size-first)}
	if s.taps() == k {
		s.n = min(n, (size-k+c.Pad)/c.Stride+1) - at
	}
	return s
}

// meetings returns how often elements of kernels of length k meet the cells of a side, over n outputs.
func (c *Conv) meetings(n, size, k int) (sum int) {
	for at := 0; at < n; {
		s := c.meets(at, n, size, k)
		sum += s.n * s.taps()
		at += s.n
	}
	return sum
}

// frame is what a product over a part of a batch runs along: columns, lines and rows.
type frame struct {
	n       [3]int // how many there are
	in, out [3]int // how far apart they stand in the input and in the output
}

func (c *Conv) frame(oh, ow, batch int) frame {
	return frame{
		n:   [3]int{0, 0, batch},
		in:  [3]int{c.Stride * c.C, c.Stride * c.W * c.C, c.H * c.W * c.C},
		out: [3]int{c.Out, ow * c.Out, oh * ow * c.Out},
	}
}

// sorted returns what is longest, and makes the rows of a matrix or the terms of a sum, what comes next, and what is shortest.
func (f *frame) sorted(cols, lines int) (long, middle, short int) {
	f.n[0], f.n[1] = cols, lines
	long, middle, short = 0, 1, 2
	if cols < lines {
		long, middle = middle, long
	}
	if f.n[long] < f.n[short] {
		long, short = short, long
	}
	if f.n[middle] < f.n[short] {
		middle, short = short, middle
	}
	return long, middle, short
}

// begin returns where in the input, the output and the kernels what concerns two stretches of the output begins.
func (c *Conv) begin(f *frame, down, right *stretch) (in, out, tap int) {
	in = ((down.at*c.Stride+down.lo-c.Pad)*c.W + right.at*c.Stride + right.lo - c.Pad) * c.C
	return in, down.at*f.out[1] + right.at*f.out[0], (down.lo*c.KW + right.lo) * c.C * c.Out
}

// Forward implements Layer by products whose segments are kernel rows.
func (c *Conv) Forward(y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	n, batch := oh*ow*c.Out, c.batch(rows)
	w, b := c.weights(c.Out)
	p := f32.Product{N: c.Out, ACol: 1, ASeg: c.W * c.C, BRow: c.Out, BSeg: c.KW * c.C * c.Out, I: b, Floor: negInf}
	if c.Act == ReLU {
		p.Floor = 0
	}
	f := c.frame(oh, ow, batch)
	for r := 0; r < rows; r += batch {
		from, to := c.floats(x, scratch, r, batch), y[r*n:(r+batch)*n]
		for i := 0; i < oh; {
			down := c.meets(i, oh, c.H, c.KH)
			for j := 0; j < ow; {
				right := c.meets(j, ow, c.W, c.KW)
				in, out, tap := c.begin(&f, &down, &right)
				long, middle, short := f.sorted(right.n, down.n)
				p.K, p.Segs, p.B = right.taps()*c.C, down.taps(), w[tap:]
				p.M, p.ARow, p.CRow = f.n[long], f.in[long], f.out[long]
				p.Tiles, p.ATile, p.CTile = f.n[middle], f.in[middle], f.out[middle]
				for range f.n[short] {
					p.A, p.C = from[in:], to[out:]
					f32.Mul(&p)
					in, out = in+f.in[short], out+f.out[short]
				}
				j += right.n
			}
			i += down.n
		}
	}
	activate(y[:rows*n], c.Act)
}

// Backward implements Layer.
func (c *Conv) Backward(dx, g, dy, y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	in, n, batch := c.H*c.W*c.C, oh*ow*c.Out, c.batch(rows)
	dy = dy[:rows*n]
	mask(dy, y[:rows*n], c.Act)
	for r := 0; r < rows; r += batch {
		d := dy[r*n : (r+batch)*n]
		if dx != nil {
			c.addInput(dx[r*in:(r+batch)*in], d, x.help.turned, batch)
		}
		if g != nil {
			c.addWeights(g[:len(g)-c.Out], d, c.floats(x, scratch, r, batch), batch)
		}
	}
	if g != nil {
		addColumns(g[len(g)-c.Out:], dy)
	}
}

// addWeights adds to g, [KH, KW, C, Out], the products of input columns with output gradients; their tiles are kernel rows.
func (c *Conv) addWeights(g, dy, x []float32, batch int) {
	oh, ow, _ := c.Shape()
	p := f32.Product{
		N: c.Out, CRow: c.Out, IRow: c.Out, CTile: c.KW * c.C * c.Out, ITile: c.KW * c.C * c.Out,
		ARow: 1, ATile: c.W * c.C, Floor: negInf,
	}
	f := c.frame(oh, ow, batch)
	for i := 0; i < oh; {
		down := c.meets(i, oh, c.H, c.KH)
		for j := 0; j < ow; {
			right := c.meets(j, ow, c.W, c.KW)
			in, out, tap := c.begin(&f, &down, &right)
			long, middle, short := f.sorted(right.n, down.n)
			p.M, p.Tiles, p.C = right.taps()*c.C, down.taps(), g[tap:]
			p.I = p.C
			p.K, p.ACol, p.BRow = f.n[long], f.in[long], f.out[long]
			p.Segs, p.ASeg, p.BSeg = f.n[middle], f.in[middle], f.out[middle]
			for range f.n[short] {
				p.A, p.B = x[in:], dy[out:]
				f32.Mul(&p)
				in, out = in+f.in[short], out+f.out[short]
			}
			j += right.n
		}
		i += down.n
	}
}
