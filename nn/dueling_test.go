package nn

import "testing"

// One transposed convolution for values and advantages computes what UNREAL's two do.
func TestDuelingBehindOneConvTranspose(t *testing.T) {
	const rows, actions = 3, 4
	both := ConvTranspose{H: 3, W: 3, C: 5, KH: 4, KW: 4, Out: 1 + actions, Stride: 2, Gain: 2}
	h, w, _ := both.Shape()
	g, p := NewGraph(rows, nil), &Params{}
	n := g.Add("map", &Dense{Side: 6, Out: 3 * 3 * 5, Act: ReLU, Gain: 1}, p, Input)
	n = g.Add("both", &both, p, n)
	q := g.Tap(g.Add("q", &Dueling{H: h, W: w, A: actions}, p, n))
	p.Init(1)
	copy(p.W, randoms(len(p.W), "weights"))
	g.Forward(nil, randoms(rows*6, "side"), rows, "")

	// part is a layer with output channels lo..hi-1 alone, and what it makes of the same map.
	part := func(lo, hi int) []float32 {
		l := both
		l.Out = hi - lo
		s := newSubject(&l, rows)
		s.params.W = s.params.W[:0]
		for at := both.lo; at < both.hi; at += both.Out {
			s.params.W = append(s.params.W, p.W[at+lo:at+hi]...)
		}
		s.x.Floats = g.Tap(0).Act
		return s.forward()
	}
	value, adv := part(0, 1), part(1, 1+actions)
	want := make([]float64, len(adv))
	for i := range want {
		cell := i / actions
		mean := 0.0
		for _, a := range adv[cell*actions : (cell+1)*actions] {
			mean += float64(a) / actions
		}
		want[i] = float64(value[cell]) + float64(adv[i]) - mean
	}
	compare(t, "q", q.Act, want, 1e-6)
}
