package nn

import "github.com/auxrl/auxrl/internal/f32"

// Act is the nonlinearity that a layer ends with.
type Act uint8

// Linear is none, ReLU is max(x, 0) with slope 0 at 0, Tanh is the hyperbolic tangent.
const (
	Linear Act = iota
	ReLU
	Tanh
)

// Rows is what a layer reads: rows of floats or, where it reads the observation itself, rows of bytes; and the vector
// beside the observation, for layers that take it in.
type Rows struct {
	Floats []float32
	Bytes  []byte
	Side   []float32

	help *help // of the graph; nil: none
}

// help is what a graph keeps for its layers, shard by shard.
type help struct {
	turned  []float32 // in Backward: the layer's weights transposed, see Layer.turning; read unless dx is nil
	palette *palette  // working memory of layers that read symbols; nil: they do without
}

// Layer maps rows to rows. Its methods run on the caller's goroutine, over all the rows they are given, and allocate
// nothing; several goroutines may run the same layer over different rows.
type Layer interface {
	// Shape returns the shape of an output row.
	Shape() (h, w, c int)
	// Scratch returns how many floats of working memory the methods need.
	Scratch() int
	// Forward writes rows of y.
	Forward(y []float32, x Rows, scratch []float32, rows int)
	// Backward adds to dx, unless that is nil, and to g, the gradients of the layer's own parameters, unless that is nil.
	// It may overwrite dy.
	Backward(dx, g, dy, y []float32, x Rows, scratch []float32, rows int)

	// declare names the layer's parameters in an arena; they stand in it without gaps.
	declare(p *Params, name string)
	// span returns where in the arena they stand.
	span() (lo, hi int)
	// reads returns how long the rows are that the layer reads; 0 means it does not read those.
	reads() (floats, bytes, side int)
	// turning returns which weights Backward needs transposed: blocks of [rows, cols], first in the span, without gaps.
	turning() (blocks, rows, cols int)
}

// placer is a layer whose weights, transposed, stand in another order than the blocks that turning returns.
type placer interface {
	// place returns which block of the transposed weights a block becomes.
	place(block int) int
}

// turn transposes rows lo..hi-1 of the blocks of weights that Backward of a layer needs transposed.
func turn(dst, w []float32, l Layer, lo, hi int) {
	blocks, rows, cols := l.turning()
	p, placed := l.(placer)
	for b := range blocks {
		from, to := b*rows*cols, b*rows*cols
		if placed {
			to = p.place(b) * rows * cols
		}
		f32.Transpose(dst[to+lo:to+rows*cols], w[from+lo*cols:from+hi*cols], hi-lo, cols, rows, cols)
	}
}

// spanned is the stretch of an arena that a layer owns.
type spanned struct {
	params *Params
	lo, hi int
}

func (s *spanned) span() (lo, hi int) { return s.lo, s.hi }

// weights returns the matrix and the bias behind it.
func (s *spanned) weights(bias int) (w, b []float32) {
	w = s.params.W[s.lo:s.hi]
	return w[:len(w)-bias], w[len(w)-bias:]
}

// declareAffine declares a matrix and its bias.
func (s *spanned) declareAffine(p *Params, name string, gain float32, shape ...int) {
	s.params = p
	s.lo = p.declare(name+".w", gain, shape...)
	out := shape[len(shape)-1]
	s.hi = p.declare(name+".b", 0, out) + out
}

// windows returns how many windows of k fit into n, stride apart.
func windows(n, k, stride int) int {
	if k <= 0 || k > n || stride <= 0 {
		return 0
	}
	return (n-k)/stride + 1
}

// activate applies in place what is left to do of a nonlinearity: ReLU is done where y is written.
func activate(y []float32, act Act) {
	if act == Tanh {
		f32.Tanh(y)
	}
}

// mask multiplies dy by the slope of the nonlinearity that gave y.
func mask(dy, y []float32, act Act) {
	switch act {
	case ReLU:
		f32.MaskReLU(dy, y)
	case Tanh:
		f32.MaskTanh(dy, y)
	}
}

var one = []float32{1}

// addColumns adds the sum over rows of dy, [rows, n], to g.
func addColumns(g, dy []float32) {
	n := len(g)
	f32.Mul(&f32.Product{C: g, I: g, A: one, B: dy, M: 1, N: n, K: len(dy) / n, Segs: 1, Tiles: 1, BRow: n, Floor: negInf})
}
