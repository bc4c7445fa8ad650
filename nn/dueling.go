package nn

// Dueling makes action values of a state value and advantages (Wang et al. 2016, eq. 9), in every cell of rows [H, W, 1+A]
// whose first channel is the value:
//
//	q[a] = v + adv[a] - mean_a adv
//
// The output is [H, W, A]. Pixel control puts it behind one ConvTranspose with 1+A channels, which is the two that UNREAL has,
// one for values and one for advantages, computed together: their input is the same.
type Dueling struct {
	H, W, A int
}

// Shape returns H, W, A.
func (d *Dueling) Shape() (h, w, c int) { return d.H, d.W, d.A }

// Scratch returns 0.
func (d *Dueling) Scratch() int { return 0 }

func (d *Dueling) declare(*Params, string)           {}
func (d *Dueling) span() (lo, hi int)                { return 0, 0 }
func (d *Dueling) reads() (floats, bytes, side int)  { return d.H * d.W * (1 + d.A), 0, 0 }
func (d *Dueling) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// Forward implements Layer.
func (d *Dueling) Forward(y []float32, x Rows, _ []float32, rows int) {
	for i := range rows * d.H * d.W {
		cell, q := x.Floats[i*(1+d.A):(i+1)*(1+d.A)], y[i*d.A:(i+1)*d.A]
		base := cell[0] - sum(cell[1:])/float32(d.A)
		for a, v := range cell[1:] {
			q[a] = base + v
		}
	}
}

// Backward implements Layer: dv = Σ_a dq[a], dadv[a] = dq[a] - mean_a dq.
func (d *Dueling) Backward(dx, _, dy, _ []float32, _ Rows, _ []float32, rows int) {
	if dx == nil {
		return
	}
	for i := range rows * d.H * d.W {
		cell, q := dx[i*(1+d.A):(i+1)*(1+d.A)], dy[i*d.A:(i+1)*d.A]
		total := sum(q)
		mean := total / float32(d.A)
		cell[0] += total
		for a, v := range q {
			cell[1+a] += v - mean
		}
	}
}

func sum(x []float32) (s float32) {
	for _, v := range x {
		s += v
	}
	return s
}
