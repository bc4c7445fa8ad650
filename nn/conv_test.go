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

// What is counted is what meets an input: of a 3x3 kernel on 4x5 padded cells, 10x13 of 12x15.
func TestConvCost(t *testing.T) {
	for _, test := range []struct {
		layer *Conv
		want  float64
	}{
		{&Conv{H: 4, W: 5, C: 2, KH: 3, KW: 3, Out: 7, Stride: 1, Pad: 1}, 2 * 10 * 13 * 2 * 7},
		{&Conv{H: 4, W: 5, C: 2, KH: 3, KW: 3, Out: 7, Stride: 1}, 2 * 2 * 3 * 9 * 2 * 7},
		{&Conv{H: 84, W: 84, C: 4, KH: 8, KW: 8, Out: 32, Stride: 4}, 2 * 20 * 20 * 64 * 4 * 32},
	} {
		if got := cost(test.layer); got != test.want {
			t.Errorf("%+v: %v operations, want %v", test.layer, got, test.want)
		}
	}
}
