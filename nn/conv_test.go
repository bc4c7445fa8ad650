package nn

import "testing"

// Rows so large that they are computed one by one give what each gives alone.
func TestConvLargeRows(t *testing.T) {
	const rows = 3
	layer := &Conv{H: 33, W: 32, C: 32, KH: 3, KW: 3, Out: 2, Stride: 1, Pad: 1, Act: ReLU, Gain: 1}
	in := layer.H * layer.W * layer.C
	if layer.batch(rows) != 1 || in < largeRow {
		t.Fatal("the rows are not large")
	}
	s := newSubject(layer, rows)
	y := s.forward()
	compare(t, "forward", y, s.slow(wide(s.params.W), wide(s.x.Floats)), 1e-5)
	dx, g := s.backward(y, 0.5)
	sum := make([]float64, len(g))
	for r := range rows {
		one := newSubject(layer, 1)
		copy(one.params.W, s.params.W)
		one.x = Rows{Floats: s.x.Floats[r*in : (r+1)*in]}
		one.dy = s.dy[r*s.size() : (r+1)*s.size()]
		gotX, gotG := one.backward(y[r*s.size():(r+1)*s.size()], 0.5)
		same(t, "dx", gotX, dx[r*in:(r+1)*in])
		for i, v := range gotG {
			sum[i] += float64(v) - 0.5
		}
	}
	compare(t, "g", g, plus(sum, 0.5), 1e-5)
}
