package nn

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

// window returns the part of the window of output (i, j) that lies inside.
func (m *MaxPool) window(i, j int) (y0, y1, x0, x1 int) {
	y, x := i*m.Stride-m.Pad, j*m.Stride-m.Pad
	return max(y, 0), min(y+m.K, m.H), max(x, 0), min(x+m.K, m.W)
}

// Forward implements Layer.
func (m *MaxPool) Forward(y []float32, x Rows, _ []float32, rows int) {
	oh, ow, _ := m.Shape()
	in, n := m.H*m.W*m.C, oh*ow*m.C
	for r := range rows {
		src, dst := x.Floats[r*in:(r+1)*in], y[r*n:(r+1)*n]
		for i := range oh {
			for j := range ow {
				y0, y1, x0, x1 := m.window(i, j)
				o := dst[(i*ow+j)*m.C : (i*ow+j+1)*m.C]
				copy(o, src[(y0*m.W+x0)*m.C:])
				for a := y0; a < y1; a++ {
					for b := x0; b < x1; b++ {
						cell := src[(a*m.W+b)*m.C:][:len(o)]
						for c, v := range cell {
							o[c] = max(o[c], v)
						}
					}
				}
			}
		}
	}
}

// turning implements Layer.
func (m *MaxPool) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// Backward implements Layer.
func (m *MaxPool) Backward(dx, _, dy, y []float32, x Rows, _ []float32, rows int) {
	if dx == nil {
		return
	}
	oh, ow, _ := m.Shape()
	in, n := m.H*m.W*m.C, oh*ow*m.C
	for r := range rows {
		src, dst := x.Floats[r*in:(r+1)*in], dx[r*in:(r+1)*in]
		top, d := y[r*n:(r+1)*n], dy[r*n:(r+1)*n]
		for i := range oh {
			for j := range ow {
				y0, y1, x0, x1 := m.window(i, j)
				for c := range m.C {
					o := (i*ow+j)*m.C + c
					dst[first(src, top[o], y0, y1, x0, x1, m.W, m.C, c)] += d[o]
				}
			}
		}
	}
}

// first returns where in the window the largest value, or a NaN, stands first. The window must hold one.
func first(src []float32, value float32, y0, y1, x0, x1, w, ch, c int) int {
	for a := y0; a < y1; a++ {
		for b := x0; b < x1; b++ {
			if at := (a*w+b)*ch + c; src[at] == value || src[at] != src[at] {
				return at
			}
		}
	}
	panic("nn: MaxPool: the output is not that of the input")
}
