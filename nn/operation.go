package nn

import (
	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/rng"
)

// Operation is one layer by itself, over rows of input, on the caller's goroutine: what is measured when a layer is. In a Graph
// the same methods of the layer run on pieces of a batch.
type Operation struct {
	layer Layer
	in    Rows
	rows  int

	params    *Params
	y, dy, dx []float32
	scratch   []float32

	wide                *Dense    // the layer, if it is wide: then the weights are not transposed, but what follows is
	turned, sent, zeros []float32 // as in a Graph
}

// NewOperation returns the layer with small random weights and with so many rows of input, which must be as long as the layer
// reads. The gradient of its output is a copy of its output.
func NewOperation(layer Layer, in Rows, rows int) *Operation {
	floats, bytes, side := layer.reads()
	if len(in.Floats) != rows*floats || len(in.Bytes) != rows*bytes || len(in.Side) != rows*side {
		panic("nn: an operation's inputs have the wrong length")
	}
	o := &Operation{layer: layer, in: in, rows: rows, params: new(Params)}
	layer.declare(o.params, "layer")
	o.params.Alloc()
	for i := range o.params.W {
		o.params.W[i] = float32(rng.Float64(rng.At(1, uint64(i)))-0.5) / 8
	}
	h, w, c := layer.Shape()
	o.y, o.scratch = make([]float32, rows*h*w*c), make([]float32, layer.Scratch())
	if d, ok := layer.(*Dense); ok && o.params.Len() >= wideLen {
		o.wide = d
		o.turned, o.sent, o.zeros = make([]float32, d.Out*pitch(rows)), make([]float32, d.In*pitch(rows)), make([]float32, rows)
	} else {
		blocks, r, cols := layer.turning()
		o.in.help = &help{turned: make([]float32, blocks*r*cols)}
	}
	o.dx = make([]float32, rows*floats)
	o.Forward()
	o.dy = append([]float32(nil), o.y...)
	return o
}

// FLOPs returns the floating-point operations of each of the methods, as Graph.FLOPs counts them.
func (o *Operation) FLOPs() float64 { return float64(o.rows) * cost(o.layer) }

// Forward computes the output.
func (o *Operation) Forward() { o.layer.Forward(o.y, o.in, o.scratch, o.rows) }

// BackwardWeights adds the gradient of the parameters, nonlinearity included.
func (o *Operation) BackwardWeights() {
	o.layer.Backward(nil, o.params.G, o.dy, o.y, o.in, o.scratch, o.rows)
}

// BackwardData adds the gradient of the input, nonlinearity and transpositions included. The layer must not read the observation.
func (o *Operation) BackwardData() {
	if d := o.wide; d != nil {
		mask(o.dy, o.y, d.Act)
		f32.Transpose(o.turned, o.dy, o.rows, d.Out, pitch(o.rows), d.Out)
		d.sendInputs(o.dx, o.turned, o.sent, o.zeros, o.rows, 0, d.In)
		return
	}
	_, rows, _ := o.layer.turning()
	turn(o.in.help.turned, o.params.W, o.layer, 0, rows)
	o.layer.Backward(o.dx, nil, o.dy, o.y, o.in, o.scratch, o.rows)
}
