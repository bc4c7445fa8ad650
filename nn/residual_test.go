package nn

import (
	"fmt"
	"testing"

	"github.com/auxrl/auxrl/internal/team"
)

// residual is a small network of the kind of Espeholt et al. (2018): convolution, pool, two residual blocks of which one reads what
// the other gives, and a dense layer.
func residual(rows int, workers *team.Team) (*Graph, *Params) {
	g, p := NewGraph(rows, workers), &Params{}
	conv := func(name string, act Act, from int) int {
		return g.Add(name, &Conv{H: 3, W: 4, C: 5, KH: 3, KW: 3, Out: 5, Stride: 1, Pad: 1, Act: act, Gain: 1}, p, from)
	}
	at := g.Add("in", &Conv{H: 6, W: 7, C: 2, KH: 3, KW: 3, Out: 5, Stride: 1, Pad: 1, Gain: 1, Bytes: true}, p, Input)
	at = g.Add("pool", &MaxPool{H: 6, W: 7, C: 5, K: 3, Stride: 2, Pad: 1}, p, at)
	for _, block := range []string{"a", "b"} {
		relu := g.Add(block+".relu", &Activation{H: 3, W: 4, C: 5, Act: ReLU}, p, at)
		at = g.Residual(block, at, conv(block+".2", Linear, conv(block+".1", ReLU, relu)))
	}
	at = g.Residual("twice", at, at)
	g.Add("out", &Dense{In: 60, Out: 3, Act: Tanh, Gain: 1}, p, at)
	p.Init(3)
	copy(p.W, randoms(len(p.W), "residual"))
	for i := range p.W {
		p.W[i] *= 0.3
	}
	return g, p
}

// slowGraph returns the outputs of all nodes in float64, with the weights given.
func slowGraph(g *Graph, w []float64, obs []byte, rows int) [][]float64 {
	out := make([][]float64, len(g.nodes))
	for r := range rows {
		for i := range g.nodes {
			n := &g.nodes[i]
			lo, hi := n.layer.span()
			var x []float64
			if n.from != Input {
				size := g.nodes[n.from].size
				x = out[n.from][r*size : (r+1)*size]
			}
			y := slowForward(n.layer, w[lo:hi], x, nil, obs[r*n.bytes:(r+1)*n.bytes])
			if n.skip != Input {
				for j, v := range out[n.skip][r*n.size : (r+1)*n.size] {
					y[j] += v
				}
			}
			out[i] = append(out[i], y...)
		}
	}
	return out
}

// Gradients left at every tap, between the blocks and inside them, reach every weight: by central differences in float64.
func TestResidualGradients(t *testing.T) {
	const rows, start = 2, 0.25
	g, p := residual(rows, nil)
	obs := randomBytes(rows*6*7*2, 256, "residual")
	for _, tap := range g.Taps() {
		poison(tap.Act)
	}
	g.Forward(obs, nil, rows, "")
	w := wide(p.W)
	for i, want := range slowGraph(g, w, obs, rows) {
		compare(t, g.nodes[i].tap.Name, g.nodes[i].tap.Act, want, 1e-5)
	}
	left := make([][]float32, len(g.nodes))
	for i, tap := range g.Taps() {
		left[i] = randoms(len(tap.Grad), "head "+tap.Name)
		copy(tap.Grad, left[i])
	}
	objective := func() (sum float64) {
		for i, y := range slowGraph(g, w, obs, rows) {
			for j, v := range y {
				sum += float64(left[i][j]) * v
			}
		}
		return sum
	}
	for i := range p.G {
		p.G[i] = start
	}
	g.Backward()
	compare(t, "weights", p.G, plus(slopes(objective, w), start), 1e-5)
	for _, tap := range g.Taps() {
		if maxAbs(tap.Grad) != 0 {
			t.Errorf("the gradient at %s is not cleared", tap.Name)
		}
	}
}

// Results do not depend on the number of workers, nor does a pass allocate; a shared graph has the same blocks.
func TestResidualWorkers(t *testing.T) {
	const rows = 19
	obs := randomBytes(rows*6*7*2, 256, "residual")
	run := func(g *Graph, p *Params) []float32 {
		clear(p.G)
		g.Forward(obs, nil, rows, "")
		for _, tap := range g.Taps() {
			copy(tap.Grad, tap.Act)
		}
		g.Backward()
		return append(append([]float32(nil), p.G...), g.Tap(len(g.nodes)-1).Act...)
	}
	g, p := residual(rows, nil)
	want := run(g, p)
	same(t, "shared", run(g.Share(rows, nil), p), want)
	for workers := 1; workers <= 3; workers++ {
		crew := team.New(workers)
		g, p := residual(rows, crew)
		same(t, fmt.Sprint(workers, " workers"), run(g, p), want)
		pass := func() {
			g.Forward(obs, nil, rows, "")
			g.Backward()
		}
		if n := testing.AllocsPerRun(5, pass); n != 0 {
			t.Errorf("%d workers: %v allocations", workers, n)
		}
		crew.Close()
	}
}

func TestResidualPanics(t *testing.T) {
	for name, add := range map[string]func(g *Graph){
		"the input": func(g *Graph) { g.Residual("x", Input, 0) },
		"no node":   func(g *Graph) { g.Residual("x", 0, len(g.nodes)) },
		"shapes":    func(g *Graph) { g.Residual("x", 0, 1) },
	} {
		g, _ := residual(1, nil)
		if !panics(func() { add(g) }) {
			t.Errorf("%s: no panic", name)
		}
	}
}
