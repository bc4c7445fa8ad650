package nn

import "github.com/auxrl/auxrl/internal/f32"

// MaxPool takes the largest value of each K x K window, Stride apart, over rows of [H, W, C]. Pad cells on each side count as
// -Inf; Pad is at most K/2, so that every window holds something. Where several are largest, the gradient goes to the first,
// as in PyTorch; a NaN is larger than everything.
type MaxPool struct {
	H, W, C        int
	K, Stride, Pad int
}

// Shape returns the shape of the output.
func (m *MaxPool) Shape() (h, w, c int) {
	return windows(m.H+2*m.Pad, m.K, m.Stride), windows(m.W+2*m.Pad, m.K, m.Stride), m.C
}

// Scratch returns 0.
func (m *MaxPool) Scratch() int { return 0 }

func (m *MaxPool) declare(*Params, string) {
	if m.Pad < 0 || 2*m.Pad > m.K {
		panic("nn: MaxPool: Pad must be at most K/2")
	}
}

func (m *MaxPool) span() (lo, hi int)               { return 0, 0 }
func (m *MaxPool) reads() (floats, bytes, side int) { return m.H * m.W * m.C, 0, 0 }

func (m *MaxPool) pool(rows int) f32.Pool {
	oh, ow, _ := m.Shape()
	return f32.Pool{Rows: rows, H: m.H, W: m.W, C: m.C, K: m.K, Stride: m.Stride, Pad: m.Pad, OH: oh, OW: ow}
}

// Forward implements Layer.
func (m *MaxPool) Forward(y []float32, x Rows, _ []float32, rows int) {
	p := m.pool(rows)
	f32.MaxPool(y[:rows*p.OH*p.OW*m.C], x.Floats[:rows*m.H*m.W*m.C], &p)
}

// turning implements Layer.
func (m *MaxPool) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// Backward implements Layer.
func (m *MaxPool) Backward(dx, _, dy, y []float32, x Rows, _ []float32, rows int) {
	if dx == nil {
		return
	}
	p := m.pool(rows)
	in, n := rows*m.H*m.W*m.C, rows*p.OH*p.OW*m.C
	f32.MaxPoolBack(dx[:in], dy[:n], y[:n], x.Floats[:in], &p)
}
