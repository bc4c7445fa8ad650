package nn

// MaxPool takes the largest value of each K x K window, Stride apart, over rows of [H, W, C]. Padding counts as -Inf. Where
// several are largest, the gradient goes to the first, as in PyTorch.
type MaxPool struct {
	H, W, C        int
	K, Stride, Pad int
}

// Shape returns the shape of the output.
func (m *MaxPool) Shape() (h, w, c int) {
	return (m.H+2*m.Pad-m.K)/m.Stride + 1, (m.W+2*m.Pad-m.K)/m.Stride + 1, m.C
}

// Scratch returns 0.
func (m *MaxPool) Scratch() int { return 0 }

func (m *MaxPool) declare(*Params, string) {}
func (m *MaxPool) span() (lo, hi int)      { return 0, 0 }

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
					if at := first(src, top[o], y0, y1, x0, x1, m.W, m.C, c); at >= 0 {
						dst[at] += d[o]
					}
				}
			}
		}
	}
}

// first returns where in the window the value stands first; -1 if it is NaN.
func first(src []float32, value float32, y0, y1, x0, x1, w, ch, c int) int {
	for a := y0; a < y1; a++ {
		for b := x0; b < x1; b++ {
			if at := (a*w+b)*ch + c; src[at] == value {
				return at
			}
		}
	}
	return -1
}
