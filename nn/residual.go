package nn

import "github.com/auxrl/auxrl/internal/f32"

// Activation is a nonlinearity by itself, over rows of [H, W, C]: for where what it reads is read by others as well. Linear
// copies.
type Activation struct {
	H, W, C int
	Act     Act
}

// Shape returns H, W, C.
func (a *Activation) Shape() (h, w, c int) { return a.H, a.W, a.C }

// Scratch returns 0.
func (a *Activation) Scratch() int { return 0 }

func (a *Activation) declare(*Params, string)           {}
func (a *Activation) span() (lo, hi int)                { return 0, 0 }
func (a *Activation) reads() (floats, bytes, side int)  { return a.H * a.W * a.C, 0, 0 }
func (a *Activation) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// Forward implements Layer.
func (a *Activation) Forward(y []float32, x Rows, _ []float32, rows int) {
	y = y[:rows*a.H*a.W*a.C]
	copy(y, x.Floats[:len(y)])
	if a.Act == ReLU {
		f32.ReLU(y)
	}
	activate(y, a.Act)
}

// Backward implements Layer.
func (a *Activation) Backward(dx, _, dy, y []float32, _ Rows, _ []float32, rows int) {
	if dx == nil {
		return
	}
	n := rows * a.H * a.W * a.C
	mask(dy[:n], y[:n], a.Act)
	f32.Add(dx[:n], dy[:n])
}

// Residual appends a node whose output is the sum of those of nodes x and f, which have one shape, and returns it: the end of a
// residual block, where f is made of x (He et al. 2016). Its gradient goes to both.
func (g *Graph) Residual(name string, x, f int) int {
	if min(x, f) < 0 || max(x, f) >= len(g.nodes) {
		panic("nn: a residual block reads a node that is not there")
	}
	a, b := g.nodes[x].tap, g.nodes[f].tap
	if a.H != b.H || a.W != b.W || a.C != b.C {
		panic("nn: a residual block adds two shapes")
	}
	node := g.Add(name, &Activation{H: b.H, W: b.W, C: b.C}, g.nodes[f].params, f)
	g.nodes[node].skip = x
	return node
}
