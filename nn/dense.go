package nn

import (
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// Dense is a fully connected layer, y = act([x, side] W + b) with W [In+Side, Out]: rows of In floats, and of the Side
// floats beside the observation if Side is not 0. In may be 0: a layer on Input then reads nothing but those.
type Dense struct {
	In, Side, Out int
	Act           Act
	Gain          float32 // of the orthogonal first weights

	spanned
}

var negInf = float32(math.Inf(-1))

// Shape returns 1, 1, Out.
func (d *Dense) Shape() (h, w, c int) { return 1, 1, d.Out }

// Scratch returns In+Side where there is a side: a single row is joined with its side and multiplied at once.
func (d *Dense) Scratch() int {
	if d.Side == 0 {
		return 0
	}
	return d.In + d.Side
}

func (d *Dense) declare(p *Params, name string) {
	d.declareAffine(p, name, d.Gain, d.In+d.Side, d.Out)
}

func (d *Dense) reads() (floats, bytes, side int) { return d.In, 0, d.Side }

// Forward implements Layer.
func (d *Dense) Forward(y []float32, x Rows, scratch []float32, rows int) {
	if rows == 1 && d.Side > 0 {
		joined := scratch[:d.In+d.Side]
		copy(joined[copy(joined, x.Floats[:d.In]):], x.Side[:d.Side])
		whole := Dense{In: d.In + d.Side, Out: d.Out, Act: d.Act, spanned: d.spanned}
		whole.outputs(y, Rows{Floats: joined}, 1, 0, d.Out)
		return
	}
	d.outputs(y, x, rows, 0, d.Out)
}

// outputs writes columns lo..hi-1 of y.
func (d *Dense) outputs(y []float32, x Rows, rows, lo, hi int) {
	if lo == hi {
		return
	}
	w, b := d.weights(d.Out)
	p := f32.Product{
		C: y[lo:], CRow: d.Out, A: x.Floats, ARow: d.In, ACol: 1, B: w[lo:], BRow: d.Out, I: b[lo:],
		M: rows, N: hi - lo, K: d.In, Segs: 1, Tiles: 1, Floor: negInf,
	}
	if d.Side > 0 {
		f32.Mul(&p)
		p.A, p.ARow, p.K, p.B = x.Side, d.Side, d.Side, w[d.In*d.Out+lo:]
		p.I, p.IRow = p.C, d.Out
	}
	if d.Act == ReLU {
		p.Floor = 0
	}
	f32.Mul(&p)
	if hi-lo == d.Out {
		activate(y[:rows*d.Out], d.Act)
		return
	}
	for r := range rows {
		activate(y[r*d.Out+lo:r*d.Out+hi], d.Act)
	}
}

// Backward implements Layer.
func (d *Dense) Backward(dx, g, dy, y []float32, x Rows, _ []float32, rows int) {
	dy = dy[:rows*d.Out]
	mask(dy, y[:rows*d.Out], d.Act)
	if dx != nil {
		d.addInputs(dx, dy, x.help.turned, rows, 0, d.In)
	}
	if g != nil {
		d.addWeights(g, dy, x, rows, 0, d.features())
	}
}

// addInputs adds to columns lo..hi-1 of dx.
func (d *Dense) addInputs(dx, dy, turned []float32, rows, lo, hi int) {
	if lo == hi {
		return
	}
	p := f32.Product{
		C: dx[lo:], A: dy, B: turned[lo:], M: rows, N: hi - lo, K: d.Out, Segs: 1, Tiles: 1,
		CRow: d.In, IRow: d.In, ARow: d.Out, ACol: 1, BRow: d.In, Floor: negInf,
	}
	p.I = p.C
	f32.Mul(&p)
}

// sendInputs adds to columns lo..hi-1 of dx, given dy transposed, [Out, rows]; sent, [In, rows], is where dx is computed
// transposed: W dy'. Rows of both are pitch(rows) apart; zeros is [rows].
func (d *Dense) sendInputs(dx, dy, sent, zeros []float32, rows, lo, hi int) {
	if lo == hi {
		return
	}
	w, _ := d.weights(d.Out)
	step := pitch(rows)
	sent = sent[lo*step:]
	f32.Mul(&f32.Product{
		C: sent, A: w[lo*d.Out:], B: dy, I: zeros, M: hi - lo, N: rows, K: d.Out, Segs: 1, Tiles: 1,
		CRow: step, ARow: d.Out, ACol: 1, BRow: step, Floor: negInf,
	})
	f32.AddTransposed(dx[lo:], sent, hi-lo, rows, d.In, step)
}

// turning implements Layer: W without the rows of the side as [Out, In].
func (d *Dense) turning() (blocks, rows, cols int) { return 1, d.In, d.Out }

// features returns how many rows of W plus b there are: the pieces a wide layer's gradient can be split into.
func (d *Dense) features() int { return d.In + d.Side + 1 }

// addWeights adds to rows lo..hi-1 of g, [In+Side+1, Out], whose last row is the bias: every sum runs over all rows of the
// batch in order, so that splitting lo..hi changes no bit.
func (d *Dense) addWeights(g, dy []float32, x Rows, rows, lo, hi int) {
	p := f32.Product{
		B: dy, BRow: d.Out, ACol: d.In, ARow: 1, CRow: d.Out, IRow: d.Out,
		N: d.Out, K: rows, Segs: 1, Tiles: 1, Floor: negInf,
	}
	if end := min(hi, d.In); lo < end {
		p.M = end - lo
		p.A = x.Floats[lo:]
		p.C = g[lo*d.Out : end*d.Out]
		p.I = p.C
		f32.Mul(&p)
	}
	if from, end := max(lo, d.In), min(hi, d.In+d.Side); from < end {
		p.M = end - from
		p.A, p.ACol = x.Side[from-d.In:], d.Side
		p.C = g[from*d.Out : end*d.Out]
		p.I = p.C
		f32.Mul(&p)
	}
	if hi == d.features() {
		addColumns(g[(hi-1)*d.Out:hi*d.Out], dy)
	}
}
