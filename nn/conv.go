package nn

import "github.com/auxrl/auxrl/internal/f32"

// Conv is a convolution without padding over rows of [H, W, C], floats or bytes, with kernels W [KH, KW, C, Out]:
//
//	y[i,j,o] = act(bias[o] + Σ_abc x[i*Stride+a, j*Stride+b, c] W[a,b,c,o])
//
// Bytes are intensities and scaled by 1/255.
type Conv struct {
	H, W, C     int
	KH, KW, Out int
	Stride      int
	Act         Act
	Gain        float32 // of the orthogonal first weights
	Bytes       bool    // the input is the observation itself

	spanned
}

// Shape returns the shape of the output.
func (c *Conv) Shape() (h, w, ch int) {
	return windows(c.H, c.KH, c.Stride), windows(c.W, c.KW, c.Stride), c.Out
}

// Scratch returns room for one row of the input as floats, where that is bytes.
func (c *Conv) Scratch() int {
	if c.Bytes {
		return c.H * c.W * c.C
	}
	return 0
}

func (c *Conv) declare(p *Params, name string) {
	c.declareAffine(p, name, c.Gain, c.KH, c.KW, c.C, c.Out)
}

func (c *Conv) reads() (floats, bytes, side int) {
	if c.Bytes {
		return 0, c.H * c.W * c.C, 0
	}
	return c.H * c.W * c.C, 0, 0
}

// row returns input row r as floats.
func (c *Conv) row(x Rows, scratch []float32, r int) []float32 {
	n := c.H * c.W * c.C
	if !c.Bytes {
		return x.Floats[r*n : (r+1)*n]
	}
	f32.Bytes(scratch[:n], x.Bytes[r*n:(r+1)*n], 1.0/255)
	return scratch[:n]
}

// across reports whether products run across the rows of a batch, one place of the output at a time, and not along the lines
// of one row's output: the longer of the two makes the better product.
func (c *Conv) across(rows int) bool {
	_, ow, _ := c.Shape()
	return !c.Bytes && rows > ow
}

// Forward implements Layer by products whose segments are kernel rows.
func (c *Conv) Forward(y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	in, n, line := c.H*c.W*c.C, oh*ow*c.Out, c.Stride*c.W*c.C
	w, b := c.weights(c.Out)
	p := f32.Product{
		N: c.Out, K: c.KW * c.C, Segs: c.KH,
		ACol: 1, ASeg: c.W * c.C,
		B: w, BRow: c.Out, BSeg: c.KW * c.C * c.Out,
		I: b, Floor: negInf,
	}
	if c.Act == ReLU {
		p.Floor = 0
	}
	if c.across(rows) {
		p.M, p.CRow, p.ARow = rows, n, in
		p.Tiles, p.CTile, p.ATile = ow, c.Out, c.Stride*c.C
		for i := range oh {
			p.A, p.C = x.Floats[i*line:], y[i*ow*c.Out:]
			f32.Mul(&p)
		}
	} else {
		p.M, p.CRow, p.ARow = ow, c.Out, c.Stride*c.C
		p.Tiles, p.CTile, p.ATile = oh, ow*c.Out, line
		for r := range rows {
			p.A, p.C = c.row(x, scratch, r), y[r*n:(r+1)*n]
			f32.Mul(&p)
		}
	}
	activate(y[:rows*n], c.Act)
}

// Backward implements Layer.
func (c *Conv) Backward(dx, g, dy, y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	in, n := c.H*c.W*c.C, oh*ow*c.Out
	dy = dy[:rows*n]
	mask(dy, y[:rows*n], c.Act)
	switch {
	case dx == nil:
	case c.across(rows):
		c.addInputAcross(dx, dy, x.help.turned, rows)
	default:
		for r := range rows {
			c.addInput(dx[r*in:(r+1)*in], dy[r*n:(r+1)*n], x.help.turned)
		}
	}
	if g != nil {
		c.addWeights(g[:len(g)-c.Out], dy, x, scratch, rows)
		addColumns(g[len(g)-c.Out:], dy)
	}
}

// addWeights adds to g, [KH, KW, C, Out], the products of input columns with output gradients; their tiles are kernel rows.
func (c *Conv) addWeights(g, dy []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	in, n, line, depth := c.H*c.W*c.C, oh*ow*c.Out, c.Stride*c.W*c.C, c.KW*c.C
	p := f32.Product{
		C: g, I: g, M: depth, N: c.Out, Tiles: c.KH,
		CRow: c.Out, CTile: depth * c.Out, IRow: c.Out, ITile: depth * c.Out,
		ARow: 1, ATile: c.W * c.C, Floor: negInf,
	}
	if c.across(rows) {
		p.K, p.ACol, p.BRow = rows, in, n
		p.Segs, p.ASeg, p.BSeg = ow, c.Stride*c.C, c.Out
		for i := range oh {
			p.A, p.B = x.Floats[i*line:], dy[i*ow*c.Out:]
			f32.Mul(&p)
		}
		return
	}
	p.K, p.ACol, p.BRow = ow, c.Stride*c.C, c.Out
	p.Segs, p.ASeg, p.BSeg = oh, line, ow*c.Out
	for r := range rows {
		p.A, p.B = c.row(x, scratch, r), dy[r*n:(r+1)*n]
		f32.Mul(&p)
	}
}

// turning implements Layer: the kernels as [KH, Out, KW*C].
func (c *Conv) turning() (blocks, rows, cols int) { return c.KH, c.KW * c.C, c.Out }

// addInput adds to dx, [H, W, C], what one row's output gradients d send back: for each kernel row, output gradients times the
// kernels transposed. Kernel columns are taken Stride at a time, so that the stretches of dx that neighbouring outputs add to
// do not overlap.
func (c *Conv) addInput(dx, d, turned []float32) {
	oh, ow, _ := c.Shape()
	wide, depth := c.W*c.C, c.KW*c.C
	p := f32.Product{
		A: d, M: ow, K: c.Out, ARow: c.Out, ACol: 1, Segs: 1, Tiles: oh, ATile: ow * c.Out,
		CRow: c.Stride * c.C, CTile: c.Stride * wide, IRow: c.Stride * c.C, ITile: c.Stride * wide, BRow: depth, Floor: negInf,
	}
	for a := range c.KH {
		for b := 0; b < c.KW; b += c.Stride {
			p.C = dx[a*wide+b*c.C:]
			p.I, p.B, p.N = p.C, turned[a*c.Out*depth+b*c.C:], min(c.Stride, c.KW-b)*c.C
			f32.Mul(&p)
		}
	}
}

// addInputAcross is addInput for all rows, one line of the output and one kernel row at a time. The tiles, places of the
// line, overlap in dx and are added in turn.
func (c *Conv) addInputAcross(dx, dy, turned []float32, rows int) {
	oh, ow, _ := c.Shape()
	in, n, depth := c.H*c.W*c.C, oh*ow*c.Out, c.KW*c.C
	p := f32.Product{
		M: rows, N: depth, K: c.Out, ARow: n, ACol: 1, Segs: 1, Tiles: ow, ATile: c.Out,
		CRow: in, CTile: c.Stride * c.C, IRow: in, ITile: c.Stride * c.C, BRow: depth, Floor: negInf,
	}
	for i := range oh {
		for a := range c.KH {
			p.C = dx[(i*c.Stride+a)*c.W*c.C:]
			p.I, p.A, p.B = p.C, dy[i*ow*c.Out:], turned[a*c.Out*depth:]
			f32.Mul(&p)
		}
	}
}
