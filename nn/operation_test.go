package nn

import (
	"math"
	"slices"
	"testing"
)

// An operation computes what its layer does.
func TestOperation(t *testing.T) {
	const rows = 5
	x := randoms(rows*5*4*3, "operation")
	for _, tc := range []struct {
		name  string
		layer func() Layer
	}{
		{"conv", func() Layer { return &Conv{H: 5, W: 4, C: 3, KH: 2, KW: 2, Out: 6, Stride: 1, Act: ReLU, Gain: 1} }},
		{"dense", func() Layer { return &Dense{In: 60, Out: 7, Act: Tanh, Gain: 1} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := NewOperation(tc.layer(), Rows{Floats: x}, rows)
			layer, p := tc.layer(), new(Params)
			layer.declare(p, "layer")
			p.Alloc()
			copy(p.W, o.params.W)
			in := Rows{Floats: x, help: &help{turned: turned(layer, p)}}
			y, dx, dw := make([]float32, len(o.y)), make([]float32, len(x)), make([]float32, p.Len())
			layer.Forward(y, in, nil, rows)
			layer.Backward(dx, dw, slices.Clone(y), y, in, nil, rows)
			if o.wide != nil {
				t.Fatal("a small layer is wide")
			}
			o.BackwardData()
			o.dy = slices.Clone(o.y)
			o.BackwardWeights()
			if !slices.Equal(o.y, y) || !slices.Equal(o.dx, dx) || !slices.Equal(o.params.G, dw) {
				t.Error("not what the layer computes")
			}
		})
	}
	if n := testing.AllocsPerRun(3, NewOperation(&Dense{In: 60, Out: 7, Gain: 1}, Rows{Floats: x}, rows).BackwardData); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !panics(func() { NewOperation(&Dense{In: 60, Out: 7, Gain: 1}, Rows{Floats: x[:9]}, rows) }) {
		t.Error("a short input was accepted")
	}
}

// A wide layer's gradient is that of a narrow one, by another way.
func TestWideOperation(t *testing.T) {
	const rows, in, out = 5, 1100, 60
	x := randoms(rows*in, "operation")
	o := NewOperation(&Dense{In: in, Out: out, Act: ReLU, Gain: 1}, Rows{Floats: x}, rows)
	if o.wide == nil {
		t.Fatal("not wide")
	}
	o.BackwardData()
	for r := range rows {
		for k := range in {
			want := 0.0
			for n := range out {
				if o.y[r*out+n] > 0 {
					want += float64(o.y[r*out+n]) * float64(o.params.W[k*out+n])
				}
			}
			if got := float64(o.dx[r*in+k]); math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
				t.Fatalf("row %d, input %d: got %v, want %v", r, k, got, want)
			}
		}
	}
}

// The model of the measurements in docs/engine.md: 18.69 and 49.5 million for the Nature network.
func TestFLOPs(t *testing.T) {
	g, _ := nature(1, nil)
	forward, step := g.FLOPs()
	const conv1, conv2, conv3, dense, heads = 400 * 32 * 256, 81 * 64 * 512, 49 * 64 * 576, 3136 * 512, 512 * 7
	if want := 2.0 * (conv1 + conv2 + conv3 + dense + heads); forward != want || step != 3*want-2*conv1 || math.Abs(forward/1e6-18.69) > 0.01 {
		t.Errorf("nature: %v and %v, want %v and %v", forward, step, want, 3*want-2*conv1)
	}
	g, _ = miniGrid(1, nil)
	forward, _ = g.FLOPs()
	const first, second, third, features, actor = 36 * 16 * 12, 4 * 32 * 64, 64 * 128, 64 * 68, 64*64*2 + 64*8
	if want := 2.0 * (first + second + third + features + actor); forward != want {
		t.Errorf("minigrid: %v, want %v", forward, want)
	}
	// A transposed convolution costs what the convolution does whose input gradient it is.
	up := &ConvTranspose{H: 3, W: 4, C: 5, KH: 2, KW: 2, Out: 6, Stride: 2}
	if got, want := cost(up), cost(&Conv{H: 6, W: 8, C: 6, KH: 2, KW: 2, Out: 5, Stride: 2}); got != want {
		t.Errorf("transposed: %v, want %v", got, want)
	}
	o := NewOperation(&Dense{In: 3, Out: 4, Gain: 1}, Rows{Floats: make([]float32, 6)}, 2)
	if got := o.FLOPs(); got != 48 {
		t.Errorf("operation: %v, want 48", got)
	}
}
