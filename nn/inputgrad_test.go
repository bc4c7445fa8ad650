package nn

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// read is a network twice: as it reads observations, and as it reads the floats that they stand for.
type read struct {
	bytes, floats *Graph
	obs           []byte
	x             []float32
	at            func(i int) int // where in x stands what the gradient of byte i is of
}

// reads returns networks on intensities and on symbols, of layers that share their parameters.
func reads(t *testing.T, rows int) map[string]read {
	t.Helper()
	const h, w, c = 6, 5, 2
	codes := []int{3, 4}
	symbols := 7
	nets := make(map[string]read)
	for name, first := range map[string][2]Layer{
		"intensities": {&Conv{H: h, W: w, C: c, KH: 3, KW: 2, Out: 4, Stride: 1, Act: Tanh, Gain: 1, Bytes: true},
			&Conv{H: h, W: w, C: c, KH: 3, KW: 2, Out: 4, Stride: 1, Act: Tanh, Gain: 1}},
		"padded": {&Conv{H: h, W: w, C: c, KH: 3, KW: 3, Out: 4, Stride: 2, Pad: 1, Act: Tanh, Gain: 1, Bytes: true},
			&Conv{H: h, W: w, C: c, KH: 3, KW: 3, Out: 4, Stride: 2, Pad: 1, Act: Tanh, Gain: 1}},
		"symbols": {&CodeConv{H: h, W: w, Codes: codes, KH: 2, KW: 3, Out: 4, Act: Tanh, Gain: 1},
			&Conv{H: h, W: w, C: symbols, KH: 2, KW: 3, Out: 4, Stride: 1, Act: Tanh, Gain: 1}},
	} {
		var made [2]*Graph
		var arenas [2]*Params
		for i := range made {
			g, p := NewGraph(rows, nil), new(Params)
			if i == 1 {
				floats, _, _ := first[1].reads()
				g = NewHead(floats, rows, nil)
			}
			node := g.Add("first", first[i], p, Input)
			g.Add("wide", &Dense{In: g.length(node), Out: 2000, Act: Tanh, Gain: 1}, p, node)
			g.Add("out", &Dense{In: 2000, Out: 3, Gain: 1}, p, 1)
			p.Alloc()
			made[i], arenas[i] = g, p
		}
		arenas[0].Init(7)
		copy(arenas[1].W, arenas[0].W)
		n := read{bytes: made[0], floats: made[1], obs: make([]byte, rows*h*w*c)}
		n.at = func(i int) int { return i }
		if name == "symbols" {
			n.x = make([]float32, rows*h*w*symbols)
			n.at = func(i int) int { return i/c*symbols + i%c*codes[0] + int(n.obs[i]) }
		} else {
			n.x = make([]float32, len(n.obs))
		}
		for i := range n.obs {
			n.obs[i] = byte(rng.At(3, uint64(i)))
			if name == "symbols" {
				n.obs[i] %= byte(codes[i%c])
				n.x[n.at(i)] = 1
			} else {
				n.x[i] = float32(n.obs[i]) / 255
			}
		}
		nets[name] = n
	}
	return nets
}

// What BackwardInput gives is the slope of the output where the float that a byte stands for moves, and no parameter gets a gradient.
func TestBackwardInput(t *testing.T) {
	const rows = 3
	for name, n := range reads(t, rows) {
		value := func(x []float32) float64 {
			n.floats.ForwardFloats(x, nil, rows, "")
			sum := 0.0
			for i, y := range n.floats.Tap(2).Act {
				sum += float64(y) * float64(i+1)
			}
			return sum
		}
		n.bytes.Forward(n.obs, nil, rows, "")
		dx := make([]float32, len(n.obs))
		for range 2 { // it adds
			for i := range n.bytes.Tap(2).Grad {
				n.bytes.Tap(2).Grad[i] = float32(i+1) / 2
			}
			n.bytes.BackwardInput(dx)
		}
		for _, tap := range n.bytes.Taps() {
			for _, g := range tap.Grad {
				if g != 0 {
					t.Fatalf("%s: tap %s is not cleared", name, tap.Name)
				}
			}
		}
		for i := range n.bytes.nodes {
			for _, g := range n.bytes.nodes[i].params.G {
				if g != 0 {
					t.Fatalf("%s: a parameter has a gradient", name)
				}
			}
		}
		most := 0.0
		for _, v := range dx {
			most = max(most, math.Abs(float64(v)))
		}
		const eps = 1e-2
		for i := range dx {
			at := n.at(i)
			was := n.x[at]
			n.x[at] = was + eps
			up := value(n.x)
			n.x[at] = was - eps
			down := value(n.x)
			n.x[at] = was
			if want := (up - down) / (2 * eps); math.Abs(float64(dx[i])-want) > 0.02*most {
				t.Errorf("%s: byte %d: gradient %v, slope %v", name, i, dx[i], want)
			}
		}
		grad := func() {
			n.bytes.Tap(2).Grad[0] = 1
			n.bytes.BackwardInput(dx)
		}
		if a := testing.AllocsPerRun(10, grad); a != 0 {
			t.Errorf("%s: allocates %v times", name, a)
		}
	}
}

// After BackwardInput, Backward gives what it gives without.
func TestBackwardAfterBackwardInput(t *testing.T) {
	for name, n := range reads(t, 2) {
		again := func() []float32 {
			p := n.bytes.nodes[0].params
			clear(p.G)
			n.bytes.Forward(n.obs, nil, 2, "")
			for i := range n.bytes.Tap(2).Grad {
				n.bytes.Tap(2).Grad[i] = 1
			}
			n.bytes.Backward()
			return append([]float32(nil), p.G...)
		}
		before := again()
		n.bytes.Tap(2).Grad[1] = 1
		n.bytes.BackwardInput(make([]float32, len(n.obs)))
		for i, g := range again() {
			if g != before[i] {
				t.Fatalf("%s: gradient %d is %v, was %v", name, i, g, before[i])
			}
		}
	}
}
