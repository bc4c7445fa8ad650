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

// Forward implements Layer: per row one product, whose segments are kernel rows and whose tiles are output rows.
func (c *Conv) Forward(y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	w, b := c.weights(c.Out)
	p := f32.Product{
		M: ow, N: c.Out, K: c.KW * c.C, Segs: c.KH, Tiles: oh,
		CRow: c.Out, CTile: ow * c.Out,
		ARow: c.Stride * c.C, ACol: 1, ASeg: c.W * c.C, ATile: c.Stride * c.W * c.C,
		B: w, BRow: c.Out, BSeg: c.KW * c.C * c.Out,
		I: b, Floor: negInf,
	}
	if c.Act == ReLU {
		p.Floor = 0
	}
	n := oh * ow * c.Out
	for r := range rows {
		p.A, p.C = c.row(x, scratch, r), y[r*n:(r+1)*n]
		f32.Mul(&p)
	}
	activate(y[:rows*n], c.Act)
}

// Backward implements Layer. The weights' gradient is a product in column form; the input's adds, for each kernel row, the
// output gradients times the kernels transposed.
func (c *Conv) Backward(dx, g, dy, y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	n, in, depth := oh*ow*c.Out, c.H*c.W*c.C, c.KW*c.C
	dy = dy[:rows*n]
	mask(dy, y[:rows*n], c.Act)
	for r := range rows {
		d := dy[r*n : (r+1)*n]
		if dx != nil {
			c.addInput(dx[r*in:(r+1)*in], d, oh, ow)
		}
		if g == nil {
			continue
		}
		k := g[:len(g)-c.Out]
		f32.Mul(&f32.Product{
			C: k, I: k, A: c.row(x, scratch, r), B: d,
			M: depth, N: c.Out, K: ow, Segs: oh, Tiles: c.KH,
			CRow: c.Out, CTile: depth * c.Out, IRow: c.Out, ITile: depth * c.Out,
			ARow: 1, ACol: c.Stride * c.C, ASeg: c.Stride * c.W * c.C, ATile: c.W * c.C,
			BRow: c.Out, BSeg: ow * c.Out, Floor: negInf,
		})
	}
	if g != nil {
		addColumns(g[len(g)-c.Out:], dy)
	}
}

// addInput adds to dx, [H, W, C], what one row's output gradients d send back. Kernel columns are taken Stride at a time, so
// that the stretches of dx that neighbouring outputs add to do not overlap.
func (c *Conv) addInput(dx, d []float32, oh, ow int) {
	w, _ := c.weights(c.Out)
	for i := range oh {
		for a := range c.KH {
			line := dx[(i*c.Stride+a)*c.W*c.C : (i*c.Stride+a+1)*c.W*c.C]
			for b := 0; b < c.KW; b += c.Stride {
				cols := min(c.Stride, c.KW-b) * c.C
				f32.MulT(line[b*c.C:], d[i*ow*c.Out:(i+1)*ow*c.Out], w[(a*c.KW+b)*c.C*c.Out:],
					ow, cols, c.Out, c.Stride*c.C, c.Out, c.Out)
			}
		}
	}
}
