package nn

import (
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// LayerNorm normalises the features of each row (Ba, Kiros & Hinton 2016, eq. 4):
//
//	y = gain (x - mean) / sqrt(var + Eps) + bias
//
// with the mean and the variance, not corrected for bias, over the In features. Gains begin at one, biases at zero; files hold
// them in this order.
type LayerNorm struct {
	In  int
	Eps float32 // PyTorch takes 1e-5

	spanned
}

// Shape returns 1, 1, In.
func (l *LayerNorm) Shape() (h, w, c int) { return 1, 1, l.In }

// Scratch returns room for one row.
func (l *LayerNorm) Scratch() int { return l.In }

func (l *LayerNorm) declare(p *Params, name string) {
	l.params = p
	l.lo = p.declare(name+".w", 0, l.In)
	p.begin(l.lo, l.In, 1)
	l.hi = p.declare(name+".b", 0, l.In) + l.In
}

func (l *LayerNorm) reads() (floats, bytes, side int)  { return l.In, 0, 0 }
func (l *LayerNorm) turning() (blocks, rows, cols int) { return 0, 0, 0 }

// normalise sets dst to (x - mean) scale, where scale = 1 / sqrt(var + Eps). Sums are in float64.
func (l *LayerNorm) normalise(dst, x []float32) (scale float32) {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	mean := float32(sum / float64(l.In))
	for i, v := range x {
		dst[i] = v - mean
	}
	scale = float32(1 / math.Sqrt(f32.Dot(dst, dst)/float64(l.In)+float64(l.Eps)))
	f32.Scale(dst, scale)
	return scale
}

// Forward implements Layer.
func (l *LayerNorm) Forward(y []float32, x Rows, _ []float32, rows int) {
	gain, bias := l.weights(l.In)
	for r := range rows {
		out := y[r*l.In : (r+1)*l.In]
		l.normalise(out, x.Floats[r*l.In:(r+1)*l.In])
		for i, v := range out {
			out[i] = gain[i]*v + bias[i]
		}
	}
}

// Backward implements Layer. With n the normalised row and d = dy gain,
//
//	dx = scale (d - mean(d) - n mean(d n)).
func (l *LayerNorm) Backward(dx, g, dy, _ []float32, x Rows, scratch []float32, rows int) {
	gain, _ := l.weights(l.In)
	n := scratch[:l.In]
	for r := range rows {
		lo, hi := r*l.In, (r+1)*l.In
		d := dy[lo:hi]
		scale := l.normalise(n, x.Floats[lo:hi])
		if g != nil {
			gw, gb := g[:l.In], g[l.In:]
			for i, v := range d {
				gw[i] += v * n[i]
				gb[i] += v
			}
		}
		if dx == nil {
			continue
		}
		sum, dot := 0.0, 0.0
		for i, v := range d {
			p := float64(v) * float64(gain[i])
			sum += p
			dot += p * float64(n[i])
		}
		mean, along := float32(sum/float64(l.In)), float32(dot/float64(l.In))
		out := dx[lo:hi]
		for i, v := range d {
			out[i] += scale * (v*gain[i] - mean - n[i]*along)
		}
	}
}
