package nn

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// randoms returns n numbers of roughly standard normal size, off the grid of exact float32 sums.
func randoms(n int, name string) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(normal(rng.Key(1, name), uint64(i)))
	}
	return x
}

func randomBytes(n, below int, name string) []byte {
	x := make([]byte, n)
	for i := range x {
		x[i] = byte(rng.Below(rng.At(rng.Key(1, name), uint64(i)), below))
	}
	return x
}

// codeBytes returns cells cells of one symbol per channel.
func codeBytes(cells int, codes []int, name string) []byte {
	x := make([]byte, 0, cells*len(codes))
	for i := range cells {
		for c, n := range codes {
			x = append(x, byte(rng.Below(rng.At(rng.Key(1, name), uint64(i*len(codes)+c)), n)))
		}
	}
	return x
}

func poison(x []float32) []float32 {
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// compare fails the test where got is further from want than tolerance times want, or times a tenth of the largest want where
// that is more: float32 sums err by their terms, which may cancel.
func compare(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	top := 0.0
	for _, v := range want {
		top = max(top, math.Abs(v))
	}
	for i, v := range want {
		if e := math.Abs(float64(got[i]) - v); !(e <= tolerance*max(math.Abs(v), 0.1*top)) {
			t.Fatalf("%s: element %d of %d: got %v, want %v", what, i, len(want), got[i], v)
		}
	}
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// same fails the test unless got is want, bit for bit.
func same(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: element %d of %d: got %v, want %v", what, i, len(want), got[i], want[i])
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func apply(act Act, x float64) float64 {
	switch act {
	case ReLU:
		return math.Max(x, 0)
	case Tanh:
		return math.Tanh(x)
	}
	return x
}

// padded returns x, [h, w, c], with pad cells of zeros on each side.
func padded(x []float64, h, w, c, pad int) []float64 {
	y := make([]float64, (h+2*pad)*(w+2*pad)*c)
	for i := range h {
		copy(y[((i+pad)*(w+2*pad)+pad)*c:], x[i*w*c:(i+1)*w*c])
	}
	return y
}

// slowConv is the comment of Conv in float64, for one row: x [h, w, c], kernels k [kh, kw, c, out].
func slowConv(x, k, bias []float64, h, w, c, kh, kw, out, stride int, act Act) []float64 {
	var y []float64
	for i := 0; i+kh <= h; i += stride {
		for j := 0; j+kw <= w; j += stride {
			for o := range out {
				sum := bias[o]
				for a := range kh {
					for b := range kw {
						for ch := range c {
							sum += x[((i+a)*w+j+b)*c+ch] * k[((a*kw+b)*c+ch)*out+o]
						}
					}
				}
				y = append(y, apply(act, sum))
			}
		}
	}
	return y
}

// slowPool is the comment of MaxPool in float64, for one row.
func slowPool(x []float64, m *MaxPool) []float64 {
	oh, ow, _ := m.Shape()
	y := make([]float64, oh*ow*m.C)
	for i := range y {
		y[i] = math.Inf(-1)
	}
	for i := range oh {
		for j := range ow {
			for a := range m.K {
				for b := range m.K {
					row, col := i*m.Stride+a-m.Pad, j*m.Stride+b-m.Pad
					if row < 0 || row >= m.H || col < 0 || col >= m.W {
						continue
					}
					for c := range m.C {
						y[(i*ow+j)*m.C+c] = math.Max(y[(i*ow+j)*m.C+c], x[(row*m.W+col)*m.C+c])
					}
				}
			}
		}
	}
	return y
}

// slowConvTranspose is the comment of ConvTranspose in float64, for one row: kernels k [kh, c, kw, out].
func slowConvTranspose(x, k, bias []float64, l *ConvTranspose) []float64 {
	oh, ow, _ := l.Shape()
	var y []float64
	for range oh * ow {
		y = append(y, bias...)
	}
	for i := range l.H {
		for j := range l.W {
			for a := range l.KH {
				for b := range l.KW {
					for o := range l.Out {
						for c := range l.C {
							y[((l.Stride*i+a)*ow+l.Stride*j+b)*l.Out+o] += x[(i*l.W+j)*l.C+c] * k[((a*l.C+c)*l.KW+b)*l.Out+o]
						}
					}
				}
			}
		}
	}
	for i, v := range y {
		y[i] = apply(l.Act, v)
	}
	return y
}

// slowNorm is the comment of LayerNorm in float64, for one row: w is gain and bias.
func slowNorm(x, w []float64, eps float64) []float64 {
	n := float64(len(x))
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = w[i]*(v-mean)/math.Sqrt(variance+eps) + w[len(x)+i]
	}
	return y
}

// slowDueling is the comment of Dueling in float64, for one row.
func slowDueling(x []float64, actions int) (q []float64) {
	for ; len(x) > 0; x = x[1+actions:] {
		mean := 0.0
		for _, v := range x[1 : 1+actions] {
			mean += v / float64(actions)
		}
		for _, v := range x[1 : 1+actions] {
			q = append(q, x[0]+v-mean)
		}
	}
	return q
}

// slowForward is what a layer of weights w, matrix and bias, makes of one row, in float64.
func slowForward(l Layer, w, x, side []float64, bytes []byte) []float64 {
	split := func(out int) (k, bias []float64) { return w[:len(w)-out], w[len(w)-out:] }
	switch l := l.(type) {
	case *Conv:
		if l.Bytes {
			x = nil
			for _, b := range bytes {
				x = append(x, float64(b)/255)
			}
		}
		k, bias := split(l.Out)
		return slowConv(padded(x, l.H, l.W, l.C, l.Pad), k, bias, l.H+2*l.Pad, l.W+2*l.Pad, l.C, l.KH, l.KW, l.Out, l.Stride, l.Act)
	case *CodeConv:
		symbols := 0
		for i, b := range bytes {
			hot := make([]float64, l.Codes[i%len(l.Codes)])
			hot[b] = 1
			x = append(x, hot...)
		}
		for _, n := range l.Codes {
			symbols += n
		}
		k, bias := split(l.Out)
		return slowConv(x, k, bias, l.H, l.W, symbols, l.KH, l.KW, l.Out, 1, l.Act)
	case *Dense:
		k, bias := split(l.Out)
		in := append(append([]float64(nil), x...), side...)
		return slowConv(in, k, bias, 1, 1, len(in), 1, 1, l.Out, 1, l.Act)
	case *MaxPool:
		return slowPool(x, l)
	case *ConvTranspose:
		k, bias := split(l.Out)
		return slowConvTranspose(x, k, bias, l)
	case *LayerNorm:
		return slowNorm(x, w, float64(l.Eps))
	case *Activation:
		var y []float64
		for _, v := range x {
			y = append(y, apply(l.Act, v))
		}
		return y
	case *Dueling:
		return slowDueling(x, l.A)
	}
	panic("no slow version")
}

// slope is the derivative of f with respect to the number at, by central differences: good to about 1e-9.
func slope(f func() float64, at *float64) float64 {
	const h = 1e-5
	was := *at
	*at = was + h
	up := f()
	*at = was - h
	down := f()
	*at = was
	return (up - down) / (2 * h)
}

func slopes(f func() float64, x []float64) []float64 {
	g := make([]float64, len(x))
	for i := range x {
		g[i] = slope(f, &x[i])
	}
	return g
}
