package nn

import "github.com/auxrl/auxrl/internal/f32"

// CodeConv is a convolution with stride 1 and without padding over bytes that are symbols, not intensities: each channel of
// each cell counts as a one-hot vector. Kernels are W [KH, KW, Σ Codes, Out]. The zeros are never touched: an output sums
// KH*KW*C rows of W, whatever the number of symbols. First outputs are smaller than a plain convolution's: with first weights
// of mean square Gain²/(KH*KW*Σ Codes) their variance is Gain² C / Σ Codes.
type CodeConv struct {
	H, W        int
	Codes       []int // per channel, how many symbols there are
	KH, KW, Out int
	Act         Act
	Gain        float32 // of the orthogonal first weights, [KH*KW*Σ Codes, Out]

	spanned
	base []int32 // [KH, KW*C] row of W at which the symbols of that input begin
}

// Shape returns the shape of the output.
func (c *CodeConv) Shape() (h, w, ch int) {
	return windows(c.H, c.KH, 1), windows(c.W, c.KW, 1), c.Out
}

// Scratch returns 0.
func (c *CodeConv) Scratch() int { return 0 }

func (c *CodeConv) declare(p *Params, name string) {
	symbols := 0
	for _, n := range c.Codes {
		symbols += n
	}
	c.base = c.base[:0]
	for cell := range c.KH * c.KW {
		at := cell * symbols
		for _, n := range c.Codes {
			c.base = append(c.base, int32(at))
			at += n
		}
	}
	c.declareAffine(p, name, c.Gain, c.KH, c.KW, symbols, c.Out)
}

func (c *CodeConv) reads() (floats, bytes, side int) { return 0, c.H * c.W * len(c.Codes), 0 }

// check panics on a byte that is no symbol of its channel: its row of W would be another symbol's.
func (c *CodeConv) check(obs []byte) {
	for at := 0; at < len(obs); at += len(c.Codes) {
		for i, n := range c.Codes {
			if int(obs[at+i]) >= n {
				panic("nn: CodeConv: a byte is no symbol of its channel")
			}
		}
	}
}

// Forward implements Layer. It panics on a byte that is no symbol of its channel.
func (c *CodeConv) Forward(y []float32, x Rows, _ []float32, rows int) {
	oh, ow, _ := c.Shape()
	w, b := c.weights(c.Out)
	ch := len(c.Codes)
	in, n, wide := c.H*c.W*ch, oh*ow*c.Out, c.KW*ch
	c.check(x.Bytes[:rows*in])
	for r := range rows {
		obs, out := x.Bytes[r*in:(r+1)*in], y[r*n:(r+1)*n]
		for i := range oh {
			for j := range ow {
				o := out[(i*ow+j)*c.Out : (i*ow+j+1)*c.Out]
				copy(o, b)
				for a := range c.KH {
					at := ((i+a)*c.W + j) * ch
					f32.Embed(o, obs[at:at+wide], c.base[a*wide:(a+1)*wide], w)
				}
			}
		}
		if c.Act == ReLU {
			f32.ReLU(out)
		}
	}
	activate(y[:rows*n], c.Act)
}

// turning implements Layer.
func (c *CodeConv) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// Backward implements Layer; symbols have no gradient.
func (c *CodeConv) Backward(_, g, dy, y []float32, x Rows, _ []float32, rows int) {
	oh, ow, _ := c.Shape()
	ch := len(c.Codes)
	in, n, wide := c.H*c.W*ch, oh*ow*c.Out, c.KW*ch
	dy = dy[:rows*n]
	mask(dy, y[:rows*n], c.Act)
	if g == nil {
		return
	}
	w := g[:len(g)-c.Out]
	for r := range rows {
		obs, d := x.Bytes[r*in:(r+1)*in], dy[r*n:(r+1)*n]
		for i := range oh {
			for j := range ow {
				for a := range c.KH {
					at := ((i+a)*c.W + j) * ch
					f32.EmbedBack(w, obs[at:at+wide], c.base[a*wide:(a+1)*wide], d[(i*ow+j)*c.Out:(i*ow+j+1)*c.Out])
				}
			}
		}
	}
	addColumns(g[len(g)-c.Out:], dy)
}
