package nn

import (
	"testing"

	"github.com/auxrl/auxrl/internal/team"
)

// A head on a tap gives what its layers give in the tap's own graph, outputs and gradients alike, bit for bit.
func TestHead(t *testing.T) {
	const rows = 19
	layers := func(g *Graph, p *Params, from int) (last int) {
		a := g.Add("hidden", &Dense{In: 7, Side: 3, Out: 8, Act: ReLU, Gain: 1}, p, from)
		b := g.Add("up", &ConvTranspose{H: 2, W: 2, C: 2, KH: 3, KW: 2, Out: 4, Stride: 2, Gain: 2}, p, a)
		g.Add("q", &Dueling{H: 5, W: 4, A: 3}, p, b)
		return g.Add("far", &Dense{In: 7, Side: 3, Out: wideLen / 8, Act: ReLU, Gain: 1}, p, from)
	}
	for _, workers := range []int{1, 3} {
		crew := team.New(workers)
		whole, above := newSmall(rows, crew), &Params{}
		layers(whole.Graph, above, 3)
		above.Init(5)
		below, head, p := newSmall(rows, crew), NewHead(7, rows, crew), &Params{}
		layers(head, p, Input)
		p.Init(5)

		obs, side := whole.input(rows)
		whole.Forward(obs, side, rows, "")
		below.Forward(obs, side, rows, "dense")
		tap := below.Tap(3)
		head.ForwardFloats(tap.Act, side, rows, "")
		for i, own := range head.Taps() {
			twin := whole.Tap(i + 6)
			same(t, twin.Name, own.Act, twin.Act)
			g := randoms(len(own.Grad), twin.Name)
			copy(own.Grad, g)
			copy(twin.Grad, g)
		}
		whole.Backward()
		head.BackwardFloats(tap.Grad)
		below.Backward()
		same(t, "the head's weights", p.G, above.G)
		same(t, "weights below", below.body.G, whole.body.G)

		// Nobody wants the input's gradient: it is left out.
		p.G = make([]float32, len(p.G))
		for _, own := range head.Taps() {
			copy(own.Grad, randoms(len(own.Grad), own.Name))
		}
		head.Backward()
		same(t, "the head's weights alone", p.G, above.G)
		crew.Close()
	}
}

func TestHeadPanics(t *testing.T) {
	g := NewHead(4, 3, nil)
	p := &Params{}
	g.Add("y", &Dense{In: 4, Out: 2, Gain: 1}, p, Input)
	p.Init(1)
	g.ForwardFloats(make([]float32, 12), nil, 3, "")
	for name, call := range map[string]func(){
		"a head that reads nothing": func() { NewHead(0, 3, nil) },
		"a short input":             func() { g.ForwardFloats(make([]float32, 11), nil, 3, "") },
		"floats for observations":   func() { NewGraph(3, nil).ForwardFloats(nil, nil, 0, "") },
		"a short gradient":          func() { g.BackwardFloats(make([]float32, 11)) },
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
}
