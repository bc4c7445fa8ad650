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
	places []f32.Place // [KH, KW*C] the rows of W that the symbols of that input name
	cells  []f32.Place // [KH, KW] where in a table of sums the cells of a palette stand
}

// Shape returns the shape of the output.
func (c *CodeConv) Shape() (h, w, ch int) {
	return windows(c.H, c.KH, 1), windows(c.W, c.KW, 1), c.Out
}

// Scratch returns room for the sums of W's rows that the cells of a palette name, and one row more.
func (c *CodeConv) Scratch() int {
	if c.paletteLen() == 0 {
		return 0
	}
	return (c.KH*c.KW*c.paletteLen() + 1) * c.Out
}

func (c *CodeConv) declare(p *Params, name string) {
	symbols := 0
	for _, n := range c.Codes {
		symbols += n
	}
	c.places, c.cells = c.places[:0], c.cells[:0]
	for cell := range c.KH * c.KW {
		c.cells = append(c.cells, f32.Place{Base: int32(cell * c.paletteLen()), Count: int32(c.paletteLen())})
		at := cell * symbols
		for _, n := range c.Codes {
			c.places = append(c.places, f32.Place{Base: int32(at), Count: int32(n)})
			at += n
		}
	}
	c.declareAffine(p, name, c.Gain, c.KH, c.KW, symbols, c.Out)
}

func (c *CodeConv) reads() (floats, bytes, side int) { return 0, c.H * c.W * len(c.Codes), 0 }

// lookup describes the convolution of rows of x.
func (c *CodeConv) lookup(x Rows, rows int) f32.Lookup {
	oh, ow, _ := c.Shape()
	ch := len(c.Codes)
	return f32.Lookup{
		X: x.Bytes, Places: c.places, Rows: rows, Tiles: oh, M: ow, N: c.Out, Segs: c.KH, K: c.KW * ch, Group: ch,
		XBatch: c.H * c.W * ch, XTile: c.W * ch, XRow: ch, XSeg: c.W * ch,
	}
}

// Forward implements Layer. It panics on a byte that is no symbol of its channel.
func (c *CodeConv) Forward(y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	w, b := c.weights(c.Out)
	floor := negInf
	if c.Act == ReLU {
		floor = 0
	}
	y = y[:rows*oh*ow*c.Out]
	if step := c.rowsAtOnce(x, rows); step > 0 {
		c.forwardPalette(y, w, b, floor, x, scratch, rows, step)
	} else {
		x.forget()
		l := c.lookup(x, rows)
		f32.Embed(y, w, b, floor, &l)
	}
	activate(y, c.Act)
}

// turning implements Layer.
func (c *CodeConv) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// Backward implements Layer. The gradient of a symbol is that of the 1 which stands for it.
func (c *CodeConv) Backward(dx, g, dy, y []float32, x Rows, scratch []float32, rows int) {
	oh, ow, _ := c.Shape()
	dy = dy[:rows*oh*ow*c.Out]
	mask(dy, y[:len(dy)], c.Act)
	if dx != nil {
		c.addSymbols(dx, dy, x, rows)
	}
	if g == nil {
		return
	}
	w, b := g[:len(g)-c.Out], g[len(g)-c.Out:]
	if step := c.rowsAtOnce(x, rows); step > 0 {
		c.backwardPalette(w, b, dy, x, scratch, rows, step)
	} else {
		l := c.lookup(x, rows)
		f32.EmbedBack(w, b, dy, &l)
	}
}

// addSymbols adds to dx, [rows, H, W, channels]: to each symbol, the gradients of the outputs that saw it times its rows of W. It is for
// viewers, a row at a time.
func (c *CodeConv) addSymbols(dx, dy []float32, x Rows, rows int) {
	oh, ow, _ := c.Shape()
	w, _ := c.weights(c.Out)
	ch := len(c.Codes)
	for o := range rows * oh * ow {
		d := dy[o*c.Out : (o+1)*c.Out]
		r, i, j := o/(oh*ow), o/ow%oh, o%ow
		for k, p := range c.places {
			at := ((r*c.H+i+k/(c.KW*ch))*c.W+j)*ch + k%(c.KW*ch)
			row := w[(int(p.Base)+int(x.Bytes[at]))*c.Out:][:c.Out]
			sum := float32(0)
			for n, v := range row {
				sum += v * d[n]
			}
			dx[at] += sum
		}
	}
}
