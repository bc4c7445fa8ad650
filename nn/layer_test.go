package nn

import (
	"slices"
	"strings"
	"testing"
)

// layers is every kind of layer, at sizes where something does not divide.
var layers = []struct {
	name  string
	layer func() Layer
}{
	{"conv/stride=1", func() Layer { return &Conv{H: 5, W: 4, C: 3, KH: 3, KW: 2, Out: 5, Stride: 1, Gain: 1} }},
	{"conv/stride=2", func() Layer { return &Conv{H: 7, W: 9, C: 2, KH: 3, KW: 3, Out: 5, Stride: 2, Act: ReLU, Gain: 1} }},
	{"conv/stride=2/rest", func() Layer { return &Conv{H: 8, W: 6, C: 3, KH: 2, KW: 3, Out: 4, Stride: 2, Act: Tanh, Gain: 1} }},
	{"conv/stride=4", func() Layer { return &Conv{H: 12, W: 17, C: 1, KH: 8, KW: 6, Out: 3, Stride: 4, Act: ReLU, Gain: 1} }},
	{"conv/stride=4/gaps", func() Layer { return &Conv{H: 9, W: 11, C: 2, KH: 3, KW: 2, Out: 3, Stride: 4, Gain: 1} }},
	{"conv/one", func() Layer { return &Conv{H: 1, W: 1, C: 1, KH: 1, KW: 1, Out: 1, Stride: 3, Gain: 1} }},
	{"conv/bytes/stride=1", func() Layer {
		return &Conv{H: 5, W: 4, C: 3, KH: 2, KW: 3, Out: 5, Stride: 1, Act: ReLU, Gain: 1, Bytes: true}
	}},
	{"conv/bytes/stride=2", func() Layer {
		return &Conv{H: 8, W: 7, C: 2, KH: 3, KW: 2, Out: 3, Stride: 2, Act: Tanh, Gain: 1, Bytes: true}
	}},
	{"conv/bytes/stride=4", func() Layer { return &Conv{H: 13, W: 12, C: 1, KH: 6, KW: 8, Out: 2, Stride: 4, Gain: 1, Bytes: true} }},
	{"conv/same", func() Layer {
		return &Conv{H: 5, W: 4, C: 3, KH: 3, KW: 3, Out: 5, Stride: 1, Pad: 1, Act: ReLU, Gain: 1}
	}},
	{"conv/same/one", func() Layer { return &Conv{H: 1, W: 1, C: 2, KH: 3, KW: 3, Out: 3, Stride: 1, Pad: 1, Gain: 1} }},
	{"conv/same/line", func() Layer {
		return &Conv{H: 1, W: 7, C: 2, KH: 3, KW: 3, Out: 3, Stride: 1, Pad: 1, Act: Tanh, Gain: 1}
	}},
	{"conv/pad=2/stride=2", func() Layer {
		return &Conv{H: 6, W: 7, C: 2, KH: 5, KW: 3, Out: 3, Stride: 2, Pad: 2, Act: ReLU, Gain: 1}
	}},
	{"conv/pad=2/stride=3/gaps", func() Layer { return &Conv{H: 8, W: 5, C: 2, KH: 3, KW: 4, Out: 3, Stride: 3, Pad: 2, Gain: 1} }},
	{"conv/pad=3/larger than the map", func() Layer { return &Conv{H: 2, W: 3, C: 2, KH: 7, KW: 5, Out: 3, Stride: 2, Pad: 3, Gain: 1} }},
	{"conv/bytes/same", func() Layer {
		return &Conv{H: 6, W: 5, C: 2, KH: 3, KW: 3, Out: 4, Stride: 1, Pad: 1, Act: ReLU, Gain: 1, Bytes: true}
	}},
	{"activation", func() Layer { return &Activation{H: 3, W: 2, C: 5} }},
	{"activation/relu", func() Layer { return &Activation{H: 3, W: 2, C: 5, Act: ReLU} }},
	{"activation/tanh", func() Layer { return &Activation{H: 1, W: 1, C: 17, Act: Tanh} }},
	{"codes", func() Layer { return &CodeConv{H: 4, W: 5, Codes: []int{3, 1, 4}, KH: 2, KW: 3, Out: 5, Gain: 1} }},
	{"codes/relu", func() Layer { return &CodeConv{H: 5, W: 3, Codes: []int{7}, KH: 2, KW: 2, Out: 9, Act: ReLU, Gain: 1} }},
	{"codes/tanh", func() Layer {
		return &CodeConv{H: 3, W: 3, Codes: []int{2, 2}, KH: 3, KW: 1, Out: 3, Act: Tanh, Gain: 1}
	}},
	{"dense", func() Layer { return &Dense{In: 7, Out: 5, Gain: 1} }},
	{"dense/relu/side", func() Layer { return &Dense{In: 7, Side: 3, Out: 6, Act: ReLU, Gain: 1} }},
	{"dense/tanh/side", func() Layer { return &Dense{In: 4, Side: 1, Out: 9, Act: Tanh, Gain: 1} }},
	{"dense/side only", func() Layer { return &Dense{Side: 3, Out: 5, Act: ReLU, Gain: 1} }},
	{"dense/one", func() Layer { return &Dense{In: 1, Out: 1, Gain: 1} }},
	{"pool/2s2", func() Layer { return &MaxPool{H: 5, W: 6, C: 3, K: 2, Stride: 2} }},
	{"pool/3s2p1", func() Layer { return &MaxPool{H: 6, W: 5, C: 2, K: 3, Stride: 2, Pad: 1} }},
	{"transpose/stride=1", func() Layer { return &ConvTranspose{H: 3, W: 4, C: 2, KH: 3, KW: 2, Out: 5, Stride: 1, Gain: 1} }},
	{"transpose/stride=2", func() Layer {
		return &ConvTranspose{H: 3, W: 2, C: 5, KH: 4, KW: 4, Out: 3, Stride: 2, Act: ReLU, Gain: 2}
	}},
	{"transpose/stride=2/rest", func() Layer {
		return &ConvTranspose{H: 2, W: 4, C: 3, KH: 2, KW: 3, Out: 4, Stride: 2, Act: Tanh, Gain: 2}
	}},
	{"transpose/stride=3/one", func() Layer { return &ConvTranspose{H: 1, W: 1, C: 1, KH: 1, KW: 1, Out: 1, Stride: 3, Gain: 1} }},
	{"transpose/islands", func() Layer { return &ConvTranspose{H: 3, W: 2, C: 2, KH: 2, KW: 3, Out: 2, Stride: 4, Gain: 1} }},
	{"norm", func() Layer { return &LayerNorm{In: 7, Eps: 1e-5} }},
	{"norm/two", func() Layer { return &LayerNorm{In: 2, Eps: 0.1} }},
	{"dueling", func() Layer { return &Dueling{H: 2, W: 3, A: 4} }},
	{"dueling/one", func() Layer { return &Dueling{H: 1, W: 1, A: 1} }},
	{"pool/3s1p1", func() Layer { return &MaxPool{H: 3, W: 4, C: 1, K: 3, Stride: 1, Pad: 1} }},
}

// subject is a layer with weights, inputs and an objective, Σ dy y.
type subject struct {
	layer   Layer
	params  *Params
	x       Rows
	dy      []float32
	rows    int
	scratch []float32
}

func newSubject(layer Layer, rows int) *subject {
	s := &subject{layer: layer, params: &Params{}, rows: rows, scratch: poison(make([]float32, layer.Scratch()))}
	layer.declare(s.params, "it")
	s.params.Init(1)
	copy(s.params.W, randoms(len(s.params.W), "weights")) // biases too
	floats, bytes, side := layer.reads()
	s.x = Rows{Floats: randoms(rows*floats, "floats"), Side: randoms(rows*side, "side")}
	if c, ok := layer.(*CodeConv); ok {
		s.x.Bytes = codeBytes(rows*c.H*c.W, c.Codes, "bytes")
	} else {
		s.x.Bytes = randomBytes(rows*bytes, 256, "bytes")
	}
	s.dy = randoms(rows*s.size(), "dy")
	return s
}

func (s *subject) size() int {
	h, w, c := s.layer.Shape()
	return h * w * c
}

func (s *subject) forward() []float32 {
	y := poison(make([]float32, s.rows*s.size()))
	s.layer.Forward(y, s.x, s.scratch, s.rows)
	return y
}

// backward returns gradients that began at start.
func (s *subject) backward(y []float32, start float32) (dx, g []float32) {
	g = make([]float32, len(s.params.W))
	if len(s.x.Floats) > 0 {
		dx = make([]float32, len(s.x.Floats))
	}
	for i := range dx {
		dx[i] = start
	}
	for i := range g {
		g[i] = start
	}
	s.x.help = &help{turned: turned(s.layer, s.params)}
	s.layer.Backward(dx, g, append([]float32(nil), s.dy...), y, s.x, s.scratch, s.rows)
	return dx, g
}

// slow returns the outputs in float64.
func (s *subject) slow(w, x []float64) (y []float64) {
	floats, bytes, side := s.layer.reads()
	for r := range s.rows {
		y = append(y, slowForward(s.layer, w, x[r*floats:(r+1)*floats], wide(s.x.Side[r*side:(r+1)*side]), s.x.Bytes[r*bytes:(r+1)*bytes])...)
	}
	return y
}

func TestLayersAgainstSlowVersion(t *testing.T) {
	for _, test := range layers {
		for _, rows := range []int{1, 3} {
			s := newSubject(test.layer(), rows)
			compare(t, test.name, s.forward(), s.slow(wide(s.params.W), wide(s.x.Floats)), 1e-5)
		}
	}
}

// Gradients are those of the slow version, by central differences in float64.
func TestLayerGradients(t *testing.T) {
	const start = 0.5
	for _, test := range layers {
		t.Run(test.name, func(t *testing.T) {
			s := newSubject(test.layer(), 3)
			w, x := wide(s.params.W), wide(s.x.Floats)
			objective := func() (sum float64) {
				for i, v := range s.slow(w, x) {
					sum += float64(s.dy[i]) * v
				}
				return sum
			}
			y := s.forward()
			dx, g := s.backward(y, start)
			compare(t, "dx", dx, plus(slopes(objective, x), start), 1e-5)
			compare(t, "g", g, plus(slopes(objective, w), start), 1e-5)

			onlyDx, onlyG := make([]float32, len(dx)), make([]float32, len(g))
			wantDx, wantG := s.backward(y, 0)
			if dx == nil {
				onlyDx = nil
			}
			s.layer.Backward(onlyDx, nil, append([]float32(nil), s.dy...), y, s.x, s.scratch, s.rows)
			s.layer.Backward(nil, onlyG, append([]float32(nil), s.dy...), y, s.x, s.scratch, s.rows)
			same(t, "dx without g", onlyDx, wantDx)
			same(t, "g without dx", onlyG, wantG)
		})
	}
}

// What a row gives does not depend on the rows beside it, bit for bit.
func TestLayersRowByRow(t *testing.T) {
	for _, test := range layers {
		const rows = 9
		s := newSubject(test.layer(), rows)
		y := s.forward()
		dx, _ := s.backward(y, 0.5)
		floats, bytes, side := s.layer.reads()
		for r := range rows {
			one := newSubject(s.layer, 1)
			copy(one.params.W, s.params.W)
			one.x = Rows{Floats: s.x.Floats[r*floats : (r+1)*floats], Bytes: s.x.Bytes[r*bytes : (r+1)*bytes], Side: s.x.Side[r*side : (r+1)*side]}
			one.dy = s.dy[r*s.size() : (r+1)*s.size()]
			same(t, test.name, one.forward(), y[r*s.size():(r+1)*s.size()])
			got, _ := one.backward(y[r*s.size():(r+1)*s.size()], 0.5)
			if dx != nil {
				same(t, test.name+": dx", got, dx[r*floats:(r+1)*floats])
			}
		}
	}
}

func plus(x []float64, a float64) []float64 {
	for i := range x {
		x[i] += a
	}
	return x
}

// A NaN among the weights or inputs reaches the outputs, whatever the nonlinearity, and the gradients.
func TestLayersKeepNaN(t *testing.T) {
	for _, test := range layers {
		t.Run(test.name, func(t *testing.T) {
			s := newSubject(test.layer(), 3)
			if len(s.params.W) > 0 {
				poison(s.params.W)
				for i, v := range s.forward() {
					if v == v {
						t.Fatalf("weights NaN: output %d is %v", i, v)
					}
				}
			}
			if s = newSubject(test.layer(), 3); len(s.x.Floats) > 0 {
				poison(s.x.Floats)
				y := s.forward()
				islands := strings.HasSuffix(test.name, "islands") // between them there is nothing but the bias
				for i, v := range y {
					if v == v && !islands {
						t.Fatalf("input NaN: output %d is %v", i, v)
					}
				}
				isNaN := func(v float32) bool { return v != v }
				if _, g := s.backward(y, 0); len(g) > 0 && !slices.ContainsFunc(g, isNaN) {
					t.Fatalf("input NaN: the gradient is %v", g)
				}
			}
			s = newSubject(test.layer(), 3)
			y := s.forward()
			if _, pool := s.layer.(*MaxPool); pool {
				return // most of its inputs get no gradient
			}
			poison(s.dy)
			poison(y) // else a ReLU that is shut clears dy
			dx, g := s.backward(y, 0)
			if len(g) > 0 && g[len(g)-1] == g[len(g)-1] {
				t.Errorf("dy NaN: bias gradient is %v", g[len(g)-1])
			}
			if len(dx) > 0 && dx[0] == dx[0] {
				t.Errorf("dy NaN: input gradient is %v", dx[0])
			}
		})
	}
}

// A NaN is the largest of its window, and its gradient goes to where it stands.
func TestMaxPoolNaN(t *testing.T) {
	m := &MaxPool{H: 2, W: 2, C: 1, K: 2, Stride: 2}
	s := newSubject(m, 1)
	copy(s.x.Floats, []float32{9, 1, 2, 3})
	poison(s.x.Floats[2:3])
	s.dy[0] = 5
	dx, _ := s.backward(s.forward(), 0)
	same(t, "dx", dx, []float32{0, 0, 5, 0})
}

func TestCodeConvPanicsOnWrongSymbols(t *testing.T) {
	c := &CodeConv{H: 2, W: 2, Codes: []int{3, 4}, KH: 2, KW: 2, Out: 1, Gain: 1}
	for at, wrong := range []byte{3, 4, 3, 4, 3, 4, 255, 255} {
		s := newSubject(c, 1)
		s.x.Bytes[at] = wrong
		if !panics(func() { s.forward() }) {
			t.Errorf("byte %d: %d is no symbol of its channel, no panic", at, wrong)
		}
	}
}

// Kernels larger than their input have no output, also where a division rounds towards one.
func TestShapes(t *testing.T) {
	for _, test := range []struct {
		layer   Layer
		h, w, c int
	}{
		{&Conv{H: 84, W: 84, C: 4, KH: 8, KW: 8, Out: 32, Stride: 4}, 20, 20, 32},
		{&Conv{H: 2, W: 9, C: 1, KH: 3, KW: 3, Out: 1, Stride: 2}, 0, 4, 1},
		{&Conv{H: 9, W: 2, C: 1, KH: 3, KW: 4, Out: 1, Stride: 4}, 2, 0, 1},
		{&Conv{H: 9, W: 9, C: 1, KH: 3, KW: 3, Out: 1}, 0, 0, 1},
		{&Conv{H: 84, W: 83, C: 4, KH: 3, KW: 3, Out: 16, Stride: 1, Pad: 1}, 84, 83, 16},
		{&Conv{H: 1, W: 6, C: 4, KH: 5, KW: 5, Out: 2, Stride: 2, Pad: 2}, 1, 3, 2},
		{&Activation{H: 2, W: 3, C: 4}, 2, 3, 4},
		{&CodeConv{H: 7, W: 6, KH: 2, KW: 3, Out: 4}, 6, 4, 4},
		{&CodeConv{H: 1, W: 6, KH: 3, KW: 3, Out: 4}, 0, 4, 4},
		{&ConvTranspose{H: 9, W: 9, C: 32, KH: 4, KW: 4, Out: 7, Stride: 2}, 20, 20, 7}, // the table of pixel control
		{&ConvTranspose{H: 7, W: 7, C: 32, KH: 4, KW: 4, Out: 7, Stride: 2}, 16, 16, 7},
		{&ConvTranspose{H: 4, W: 4, C: 32, KH: 4, KW: 4, Out: 7, Stride: 2}, 10, 10, 7},
		{&ConvTranspose{H: 3, W: 3, C: 32, KH: 3, KW: 3, Out: 7, Stride: 2}, 7, 7, 7},
		{&ConvTranspose{H: 2, W: 2, C: 16, KH: 3, KW: 3, Out: 7, Stride: 2}, 5, 5, 7},
		{&ConvTranspose{H: 2, W: 3, C: 1, KH: 4, KW: 2, Out: 3, Stride: 3}, 7, 8, 3},
		{&ConvTranspose{H: 0, W: 3, C: 1, KH: 4, KW: 0, Out: 3, Stride: 3}, 0, 0, 3},
		{&ConvTranspose{H: 2, W: 3, C: 1, KH: 4, KW: 2, Out: 3}, 0, 0, 3},
		{&LayerNorm{In: 5}, 1, 1, 5},
		{&Dueling{H: 2, W: 3, A: 4}, 2, 3, 4},
		{&MaxPool{H: 84, W: 83, C: 2, K: 3, Stride: 2, Pad: 1}, 42, 42, 2},
		{&MaxPool{H: 1, W: 1, C: 2, K: 2, Stride: 2}, 0, 0, 2},
	} {
		if h, w, c := test.layer.Shape(); h != test.h || w != test.w || c != test.c {
			t.Errorf("%+v: shape %d, %d, %d; want %d, %d, %d", test.layer, h, w, c, test.h, test.w, test.c)
		}
	}
	if !panics(func() { (&MaxPool{H: 4, W: 4, C: 1, K: 2, Stride: 2, Pad: 2}).declare(nil, "") }) {
		t.Error("windows made of padding alone were accepted")
	}
	for _, pad := range []int{-1, 2, 3} {
		if !panics(func() {
			(&Conv{H: 4, W: 4, C: 1, KH: 3, KW: 2, Out: 1, Stride: 1, Pad: pad}).declare(new(Params), "it")
		}) {
			t.Errorf("a padding of %d was accepted by kernels of 3x2", pad)
		}
	}
}

// turned returns the weights that Backward needs transposed.
func turned(layer Layer, p *Params) []float32 {
	blocks, rows, cols := layer.turning()
	from, _ := layer.span()
	t := make([]float32, blocks*rows*cols)
	for b := range blocks {
		to := b
		if p, ok := layer.(placer); ok {
			to = p.place(b)
		}
		for i := range rows {
			for j := range cols {
				t[(to*cols+j)*rows+i] = p.W[from+(b*rows+i)*cols+j]
			}
		}
	}
	return t
}
