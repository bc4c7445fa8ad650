package nn

import "github.com/auxrl/auxrl/internal/f32"

// ConvTranspose is a transposed convolution without padding over rows of [H, W, C]: each place of the input adds a kernel to
// the output, Stride apart (Dumoulin & Visin 2016, ch. 4),
//
//	y[Stride*i+a, Stride*j+b, o] = act(bias[o] + Σ_c x[i,j,c] W[a,c,b,o]),
//
// summed over all i, a, j, b that reach the place. It is what Conv sends back to its input. The output is
// [(H-1)*Stride+KH, (W-1)*Stride+KW, Out].
//
// Kernels are [KH, C, KW, Out], also in files: then lines of kernels are contiguous, as lines of the output are. Each place of
// the output meets one in Stride² of a kernel's elements: Gain Stride, not 1, keeps the size of what passes.
type ConvTranspose struct {
	H, W, C     int
	KH, KW, Out int
	Stride      int
	Act         Act
	Gain        float32 // of the orthogonal first weights

	spanned
}

// Shape returns the shape of the output.
func (c *ConvTranspose) Shape() (h, w, ch int) {
	return reach(c.H, c.KH, c.Stride), reach(c.W, c.KW, c.Stride), c.Out
}

// reach returns how many places n kernels of length k take, stride apart.
func reach(n, k, stride int) int {
	if n <= 0 || k <= 0 || stride <= 0 {
		return 0
	}
	return (n-1)*stride + k
}

// Scratch returns 0.
func (c *ConvTranspose) Scratch() int { return 0 }

func (c *ConvTranspose) declare(p *Params, name string) {
	c.declareAffine(p, name, c.Gain, c.KH, c.C, c.KW, c.Out)
}

func (c *ConvTranspose) reads() (floats, bytes, side int) { return c.H * c.W * c.C, 0, 0 }

// turning implements Layer: the kernels as [KH, KW*Out, C].
func (c *ConvTranspose) turning() (blocks, rows, cols int) { return c.KH, c.C, c.KW * c.Out }

// sizes returns the lengths of an input row, an output row, a line of the output, and a line of a kernel.
func (c *ConvTranspose) sizes() (in, out, line, depth int) {
	oh, ow, _ := c.Shape()
	return c.H * c.W * c.C, oh * ow * c.Out, ow * c.Out, c.KW * c.Out
}

// across reports whether products run across the rows of a batch, as those of Conv do.
func (c *ConvTranspose) across(rows int) bool { return rows > c.W }

// Forward implements Layer.
func (c *ConvTranspose) Forward(y []float32, x Rows, _ []float32, rows int) {
	w, b := c.weights(c.Out)
	_, out, _, _ := c.sizes()
	y = y[:rows*out]
	fill(y, b)
	if c.across(rows) {
		c.addOutputAcross(y, x.Floats, w, rows)
	} else {
		c.addOutput(y, x.Floats, w, rows)
	}
	if c.Act == ReLU {
		f32.ReLU(y)
	}
	activate(y, c.Act)
}

// fill repeats pattern over dst, whose length is a multiple of its.
func fill(dst, pattern []float32) {
	for n := copy(dst, pattern); n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// addOutput adds to y row by row: for each line of the kernels, lines of the input times that. Kernel columns are taken Stride
// at a time, so that the stretches of y that neighbouring inputs add to do not overlap; the last ones first, so that what meets
// in a place of y comes in the order of addOutputAcross.
func (c *ConvTranspose) addOutput(y, x, w []float32, rows int) {
	in, out, line, depth := c.sizes()
	p := f32.Product{
		M: c.W, K: c.C, ARow: c.C, ACol: 1, Segs: 1, Tiles: c.H, ATile: c.W * c.C, BRow: depth,
		CRow: c.Stride * c.Out, CTile: c.Stride * line, IRow: c.Stride * c.Out, ITile: c.Stride * line, Floor: negInf,
	}
	for r := range rows {
		p.A = x[r*in : (r+1)*in]
		for a := range c.KH {
			for b := (c.KW - 1) / c.Stride * c.Stride; b >= 0; b -= c.Stride {
				p.C = y[r*out+a*line+b*c.Out : (r+1)*out]
				p.I, p.B, p.N = p.C, w[a*c.C*depth+b*c.Out:], min(c.Stride, c.KW-b)*c.Out
				f32.Mul(&p)
			}
		}
	}
}

// addOutputAcross is addOutput for all rows, one line of the kernels and of the input at a time. The tiles, places of the line,
// overlap in y and are added in turn.
func (c *ConvTranspose) addOutputAcross(y, x, w []float32, rows int) {
	in, out, line, depth := c.sizes()
	p := f32.Product{
		M: rows, N: depth, K: c.C, ARow: in, ACol: 1, Segs: 1, Tiles: c.W, ATile: c.C, BRow: depth,
		CRow: out, CTile: c.Stride * c.Out, IRow: out, ITile: c.Stride * c.Out, Floor: negInf,
	}
	for a := range c.KH {
		for i := range c.H {
			p.C = y[(i*c.Stride+a)*line:]
			p.I, p.A, p.B = p.C, x[i*c.W*c.C:], w[a*c.C*depth:]
			f32.Mul(&p)
		}
	}
}

// Backward implements Layer.
func (c *ConvTranspose) Backward(dx, g, dy, y []float32, x Rows, _ []float32, rows int) {
	_, out, _, _ := c.sizes()
	dy = dy[:rows*out]
	mask(dy, y[:rows*out], c.Act)
	if dx != nil {
		c.addInput(dx, dy, x.help.turned, rows)
	}
	if g != nil {
		c.addWeights(g[:len(g)-c.Out], dy, x.Floats, rows)
		addColumns(g[len(g)-c.Out:], dy)
	}
}

// addInput adds to dx the convolution of dy with the kernels; its segments are their lines.
func (c *ConvTranspose) addInput(dx, dy, turned []float32, rows int) {
	in, out, line, depth := c.sizes()
	p := f32.Product{
		N: c.C, K: depth, ACol: 1, Segs: c.KH, ASeg: line,
		B: turned, BRow: c.C, BSeg: depth * c.C, Floor: negInf,
	}
	if c.across(rows) {
		p.M, p.ARow, p.CRow, p.IRow = rows, out, in, in
		p.Tiles, p.ATile, p.CTile, p.ITile = c.W, c.Stride*c.Out, c.C, c.C
		for i := range c.H {
			p.C, p.A = dx[i*c.W*c.C:], dy[i*c.Stride*line:]
			p.I = p.C
			f32.Mul(&p)
		}
		return
	}
	p.M, p.ARow, p.CRow, p.IRow = c.W, c.Stride*c.Out, c.C, c.C
	p.Tiles, p.ATile, p.CTile, p.ITile = c.H, c.Stride*line, c.W*c.C, c.W*c.C
	for r := range rows {
		p.C, p.A = dx[r*in:(r+1)*in], dy[r*out:(r+1)*out]
		p.I = p.C
		f32.Mul(&p)
	}
}

// addWeights adds to g, [KH, C, KW, Out], the products of inputs with the lines of dy that they reached; its tiles are lines
// of the kernels.
func (c *ConvTranspose) addWeights(g, dy, x []float32, rows int) {
	in, out, line, depth := c.sizes()
	p := f32.Product{
		C: g, I: g, M: c.C, N: depth, CRow: depth, CTile: c.C * depth, IRow: depth, ITile: c.C * depth,
		ARow: 1, Tiles: c.KH, BTile: line, Floor: negInf,
	}
	if c.across(rows) {
		p.K, p.ACol, p.BRow = rows, in, out
		p.Segs, p.ASeg, p.BSeg = c.W, c.C, c.Stride*c.Out
		for i := range c.H {
			p.A, p.B = x[i*c.W*c.C:], dy[i*c.Stride*line:]
			f32.Mul(&p)
		}
		return
	}
	p.K, p.ACol, p.BRow = c.W, c.C, c.Stride*c.Out
	p.Segs, p.ASeg, p.BSeg = c.H, c.W*c.C, c.Stride*line
	for r := range rows {
		p.A, p.B = x[r*in:(r+1)*in], dy[r*out:(r+1)*out]
		f32.Mul(&p)
	}
}
