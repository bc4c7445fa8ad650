package nn

import (
	"fmt"
	"math"
	"testing"
)

func TestConvTransposeAgainstTorch(t *testing.T) {
	v := loadGolden(t).Transpose
	xs, ws := v.XShape, v.WShape
	l := &ConvTranspose{H: xs[1], W: xs[2], C: xs[3], KH: ws[0], KW: ws[1], Out: ws[3], Stride: v.Stride}
	// theirs turns kernels from [KH, KW, C, Out] to [KH, C, KW, Out].
	theirs := func(w []float64) []float64 {
		var k []float64
		for a := range l.KH {
			for c := range l.C {
				for b := range l.KW {
					at := ((a*l.KW+b)*l.C + c) * l.Out
					k = append(k, w[at:at+l.Out]...)
				}
			}
		}
		return k
	}
	s := newSubject(l, xs[0])
	s.x.Floats, s.dy = narrow(v.X), narrow(v.DY)
	copy(s.params.W, narrow(append(theirs(v.W), v.B...)))
	y := s.forward()
	dx, g := s.backward(y, 0)
	compare(t, "y", y, v.Y, 1e-6)
	compare(t, "dx", dx, v.DX, 1e-6)
	compare(t, "dw", g[:len(v.W)], theirs(v.DW), 1e-6)
	compare(t, "db", g[len(v.W):], v.DB, 1e-6)
}

// Conv and ConvTranspose are adjoint: <Conv x, y> is <x, ConvTranspose y>.
func TestConvTransposeIsAdjoint(t *testing.T) {
	for _, l := range []ConvTranspose{
		{H: 4, W: 3, C: 5, KH: 3, KW: 2, Out: 3, Stride: 1},
		{H: 9, W: 9, C: 32, KH: 4, KW: 4, Out: 7, Stride: 2},
		{H: 2, W: 5, C: 3, KH: 5, KW: 4, Out: 2, Stride: 3},
	} {
		for _, rows := range []int{1, 11} {
			h, w, _ := l.Shape()
			conv := &Conv{H: h, W: w, C: l.Out, KH: l.KH, KW: l.KW, Out: l.C, Stride: l.Stride}
			to, from := newSubject(conv, rows), newSubject(&l, rows)
			clear(to.params.W[conv.hi-conv.Out:]) // no biases
			clear(from.params.W[l.hi-l.Out:])
			for a := range l.KH { // Conv has [KH, KW, Out, C]
				for c := range l.C {
					for i := range l.KW * l.Out {
						from.params.W[(a*l.C+c)*l.KW*l.Out+i] = to.params.W[(a*l.KW*l.Out+i)*l.C+c]
					}
				}
			}
			x, y := to.x.Floats, from.x.Floats
			got, want := dot(to.forward(), y), dot(x, from.forward())
			if size := math.Sqrt(dot(x, x) * dot(y, y)); math.Abs(got-want) > 1e-6*size {
				t.Errorf("%+v, %d rows: <Conv x, y> is %v, <x, ConvTranspose y> %v", l, rows, got, want)
			}
		}
	}
}

func dot(x, y []float32) (s float64) {
	for i, v := range x {
		s += float64(v) * float64(y[i])
	}
	return s
}

// BenchmarkConvTranspose is the head of pixel control: value and seven advantages per cell.
func BenchmarkConvTranspose(b *testing.B) {
	for _, l := range []ConvTranspose{
		{H: 9, W: 9, C: 32, KH: 4, KW: 4, Out: 8, Stride: 2, Gain: 2},
		{H: 7, W: 7, C: 32, KH: 4, KW: 4, Out: 8, Stride: 2, Gain: 2},
		{H: 3, W: 3, C: 16, KH: 3, KW: 3, Out: 8, Stride: 2, Gain: 2},
	} {
		for _, rows := range []int{4, 40} {
			for _, pass := range []string{"forward", "dx", "dw"} {
				b.Run(fmt.Sprintf("in=%dx%dx%d/rows=%d/pass=%s", l.H, l.W, l.C, rows, pass), func(b *testing.B) {
					s := newSubject(&l, rows)
					s.x.help = &help{turned: turned(s.layer, s.params)}
					y := s.forward()
					dx, g := s.backward(y, 0)
					b.ReportAllocs()
					for b.Loop() {
						switch pass {
						case "forward":
							s.layer.Forward(y, s.x, nil, rows)
						case "dx":
							s.layer.Backward(dx, nil, s.dy, y, s.x, nil, rows)
						case "dw":
							s.layer.Backward(nil, g, s.dy, y, s.x, nil, rows)
						}
					}
					flops := 2 * float64(rows*l.H*l.W*l.C*l.KH*l.KW*l.Out)
					b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
				})
			}
		}
	}
}
