package nn

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/auxrl/auxrl/internal/team"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small is a network with every kind of layer, whose heads have an arena of their own.
type small struct {
	*Graph
	body, heads *Params
	codes, side int
}

func newSmall(rows int, workers *team.Team) *small {
	s := &small{Graph: NewGraph(rows, workers), body: &Params{}, heads: &Params{}, codes: 5 * 6 * 2, side: 3}
	a := s.Add("codes", &CodeConv{H: 5, W: 6, Codes: []int{3, 4}, KH: 2, KW: 2, Out: 5, Act: ReLU, Gain: 1}, s.body, Input)
	b := s.Add("pool", &MaxPool{H: 4, W: 5, C: 5, K: 2, Stride: 2}, s.body, a)
	c := s.Add("conv", &Conv{H: 2, W: 2, C: 5, KH: 2, KW: 2, Out: 6, Stride: 1, Act: Tanh, Gain: 1}, s.body, b)
	d := s.Add("dense", &Dense{In: 6, Side: 3, Out: 7, Act: ReLU, Gain: 1}, s.body, c)
	s.Add("policy", &Dense{In: 7, Out: 4, Gain: 1}, s.heads, d)
	s.Add("value", &Dense{In: 7, Out: 1, Act: Tanh, Gain: 1}, s.heads, d)
	for _, p := range []*Params{s.body, s.heads} {
		p.Init(3)
		copy(p.W, randoms(len(p.W), "small"+p.Views[0].Name))
	}
	return s
}

// input returns observations and side vectors.
func (s *small) input(rows int) ([]byte, []float32) {
	return codeBytes(rows*5*6, []int{3, 4}, "obs"), randoms(rows*s.side, "side")
}

// leave puts gradients at every tap, as heads do, and returns them by node.
func (s *small) leave(rows int) [][]float32 {
	left := make([][]float32, len(s.nodes))
	for i, t := range s.Taps() {
		left[i] = randoms(rows*t.Len(), "head "+t.Name)
		for j, v := range left[i] {
			t.Grad[j] += v
		}
	}
	return left
}

// slow returns the outputs of all nodes in float64, with the weights given.
func (s *small) slow(body, heads []float64, obs []byte, side []float32, rows int) [][]float64 {
	out := make([][]float64, len(s.nodes))
	for r := range rows {
		for i := range s.nodes {
			n := &s.nodes[i]
			w := body
			if n.params == s.heads {
				w = heads
			}
			lo, hi := n.layer.span()
			var x, beside []float64
			if n.from != Input {
				size := s.nodes[n.from].tap.Len()
				x = out[n.from][r*size : (r+1)*size]
			}
			if n.side > 0 {
				beside = wide(side[r*n.side : (r+1)*n.side])
			}
			out[i] = append(out[i], slowForward(n.layer, w[lo:hi], x, beside, obs[r*s.codes:(r+1)*s.codes])...)
		}
	}
	return out
}

// Every weight's gradient is that of Σ (gradients left at taps) × (taps), by central differences of the slow version; it is
// added to G, and the taps are cleared.
func TestGraphGradients(t *testing.T) {
	const rows, start = 3, 0.25
	s := newSmall(rows, nil)
	obs, side := s.input(rows)
	for _, tap := range s.Taps() {
		poison(tap.Act)
	}
	s.Forward(obs, side, rows, "")
	body, heads := wide(s.body.W), wide(s.heads.W)
	for i, want := range s.slow(body, heads, obs, side, rows) {
		compare(t, s.nodes[i].tap.Name, s.nodes[i].tap.Act, want, 1e-5)
	}

	left := s.leave(rows)
	objective := func() (sum float64) {
		for i, y := range s.slow(body, heads, obs, side, rows) {
			for j, v := range y {
				sum += float64(left[i][j]) * v
			}
		}
		return sum
	}
	for _, p := range []*Params{s.body, s.heads} {
		for i := range p.G {
			p.G[i] = start
		}
	}
	s.Backward()
	compare(t, "body", s.body.G, plus(slopes(objective, body), start), 1e-5)
	compare(t, "heads", s.heads.G, plus(slopes(objective, heads), start), 1e-5)
	for _, tap := range s.Taps() {
		same(t, "gradients at "+tap.Name, tap.Grad, make([]float32, len(tap.Grad)))
	}

	// Cleared taps add nothing.
	was := append([]float32(nil), s.body.G...)
	s.Backward()
	same(t, "a second Backward", s.body.G, was)
}

// A pass up to a tap runs nothing behind it, forward or backward, and needs no vectors that only later layers read.
func TestGraphUpTo(t *testing.T) {
	const rows = 5
	s := newSmall(rows, nil)
	_, behind := wideDense(s.Graph, 3)
	obs, side := s.input(rows)
	s.Forward(obs, side, rows, "")
	want := append([]float32(nil), s.Tap(2).Act...)
	for _, tap := range s.Taps() {
		poison(tap.Act)
	}
	s.Forward(obs, nil, rows, "conv")
	same(t, "conv", s.Tap(2).Act, want)
	same(t, "dense", s.Tap(3).Act, poison(make([]float32, len(s.Tap(3).Act))))

	copy(s.Tap(2).Grad, randoms(len(want), "up to"))
	s.Backward()
	for i, v := range s.body.Views {
		g := s.body.G[v.Off : v.Off+v.Len()]
		if zero := maxAbs(g) == 0; zero != (i >= 4) { // codes.w .b, conv.w .b; then dense
			t.Errorf("%s: gradient zero is %v", v.Name, zero)
		}
	}
	for name, p := range map[string]*Params{"heads": s.heads, "wide": behind} {
		same(t, "gradient of layers that did not run: "+name, p.G, make([]float32, len(p.G)))
	}
}

func maxAbs(x []float32) (top float32) {
	for _, v := range x {
		top = max(top, v, -v)
	}
	return top
}

// run passes rows forward and backward and returns all outputs and gradients.
func (s *small) run(rows int) (all []float32) {
	obs, side := s.input(rows)
	clear(s.body.G)
	clear(s.heads.G)
	s.Forward(obs, side, rows, "")
	for _, t := range s.Taps() {
		all = append(all, t.Act[:rows*t.Len()]...)
	}
	s.leave(rows)
	s.Backward()
	return append(append(all, s.body.G...), s.heads.G...)
}

// Results are the same bit for bit whatever the number of workers; rows beyond those given stay untouched; and gradients are
// the sum over rows.
func TestGraphWorkersAndRows(t *testing.T) {
	used := newSmall(70, nil)
	used.run(70)
	for _, rows := range []int{1, 2, 3, 7, 8, 9, 64} {
		s := newSmall(70, nil)
		for _, tap := range s.Taps() {
			poison(tap.Act)
		}
		want := s.run(rows)
		for _, tap := range s.Taps() {
			for i, v := range tap.Act[rows*tap.Len():] {
				if v == v {
					t.Fatalf("%d rows: %s: element %d behind them was written", rows, tap.Name, i)
				}
			}
			same(t, "gradients at "+tap.Name, tap.Grad, make([]float32, len(tap.Grad)))
		}
		for workers := 1; workers <= 3; workers++ {
			crew := team.New(workers)
			same(t, fmt.Sprintf("%d rows, %d workers", rows, workers), newSmall(70, crew).run(rows), want)
			crew.Close()
		}
		same(t, fmt.Sprintf("%d rows, again", rows), s.run(rows), want)
		same(t, fmt.Sprintf("%d rows after a larger pass", rows), used.run(rows), want)
		used.run(70)
		s.checkSumOverRows(t, rows)
	}
}

// checkSumOverRows passes the rows one by one and compares the gradients.
func (s *small) checkSumOverRows(t *testing.T, rows int) {
	t.Helper()
	s.run(rows)
	want := wide(append(append([]float32(nil), s.body.G...), s.heads.G...))
	clear(s.body.G)
	clear(s.heads.G)
	one := s.Share(1, nil)
	obs, side := s.input(rows)
	for r := range rows {
		one.Forward(obs[r*s.codes:(r+1)*s.codes], side[r*s.side:(r+1)*s.side], 1, "")
		for _, tap := range one.Taps() {
			n := tap.Len()
			copy(tap.Grad, randoms(rows*n, "head "+tap.Name)[r*n:(r+1)*n])
		}
		one.Backward()
	}
	compare(t, fmt.Sprintf("%d rows one by one", rows), append(append([]float32(nil), s.body.G...), s.heads.G...), want, 1e-5)
}

func TestShare(t *testing.T) {
	const rows = 6
	s := newSmall(rows, nil)
	obs, side := s.input(rows)
	s.Forward(obs, side, rows, "")
	other := s.Share(2*rows, nil)
	if got := other.Rows(); got != 2*rows {
		t.Errorf("rows: got %d, want %d", got, 2*rows)
	}
	was := append([]float32(nil), s.Tap(5).Act...)
	other.Forward(obs, side, rows, "")
	for i, tap := range s.Taps() {
		o := other.Taps()[i]
		same(t, tap.Name, o.Act[:len(tap.Act)], tap.Act)
		if &o.Act[0] == &tap.Act[0] || &o.Grad[0] == &tap.Grad[0] || o.Name != tap.Name {
			t.Errorf("%s: the two graphs share activations", tap.Name)
		}
	}
	s.body.W[0]++ // both see it
	other.Forward(obs, side, rows, "")
	same(t, "outputs of the first", s.Tap(5).Act, was)
	s.Forward(obs, side, rows, "")
	same(t, "outputs after a change of the weights", other.Tap(5).Act[:rows], s.Tap(5).Act)
}

// A shared graph has working memory of its own: here for observations as floats.
func TestShareScratch(t *testing.T) {
	g, p := NewGraph(2, nil), &Params{}
	g.Add("conv", &Conv{H: 5, W: 5, C: 2, KH: 3, KW: 3, Out: 3, Stride: 2, Gain: 1, Bytes: true}, p, Input)
	p.Init(1)
	obs := randomBytes(2*50, 256, "obs")
	g.Forward(obs, nil, 2, "")
	other := g.Share(2, nil)
	other.Forward(obs, nil, 2, "")
	same(t, "outputs", other.Tap(0).Act, g.Tap(0).Act)
	if &other.scratch[0][0] == &g.scratch[0][0] {
		t.Error("the two graphs share working memory")
	}
}

func TestGraphAllocatesNothing(t *testing.T) {
	crew := team.New(2)
	defer crew.Close()
	for name, workers := range map[string]*team.Team{"nil team": nil, "two workers": crew} {
		const rows = 16
		s := newSmall(rows, workers)
		wideDense(s.Graph, 3)
		obs, side := s.input(rows)
		pass := func() {
			s.Forward(obs, side, rows, "")
			s.Forward(obs, side, rows, "pool")
			s.Forward(obs, side, rows, "")
			s.Backward()
		}
		pass()
		if got := testing.AllocsPerRun(20, pass); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// wideDense appends a layer large enough to have no gradient per shard, which reads node from and the side vectors.
func wideDense(g *Graph, from int) (d *Dense, p *Params) {
	d, p = &Dense{In: g.Tap(from).Len(), Side: 3, Out: wideLen / 8, Act: ReLU, Gain: 1}, &Params{}
	g.Add("wide", d, p, from)
	p.Init(5)
	copy(p.W, randoms(len(p.W), "wide"))
	return d, p
}

// A wide layer, whose gradient is split by feature and not by row, computes what a narrow one does.
func TestWideDense(t *testing.T) {
	for _, rows := range []int{1, 5, 19} {
		s := newSmall(rows, nil)
		d, p := wideDense(s.Graph, 3)
		if s.nodes[6].wide == nil {
			t.Fatal("the layer is not wide")
		}
		obs, side := s.input(rows)
		s.Forward(obs, side, rows, "")
		dy := randoms(rows*d.Out, "dy")
		x := Rows{Floats: s.Tap(3).Act, Side: side, help: &help{turned: turned(d, p)}}

		y := poison(make([]float32, rows*d.Out))
		d.Forward(y, x, make([]float32, d.Scratch()), rows)
		compare(t, "forward", s.Tap(6).Act, wide(y), 1e-6)
		dx, g := make([]float32, rows*d.In), make([]float32, len(p.G))
		d.Backward(dx, g, append([]float32(nil), dy...), y, x, nil, rows)

		var got [][]float32
		for workers := range 4 {
			crew := team.New(workers + 1)
			s.team = crew
			clear(p.G)
			clear(s.body.G)
			copy(s.Tap(6).Grad, dy)
			s.Backward()
			crew.Close()
			compare(t, fmt.Sprintf("%d rows", rows), p.G, wide(g), 1e-6)
			if maxAbs(s.Tap(6).Grad) != 0 {
				t.Error("its tap is not cleared")
			}
			got = append(got, append(append([]float32(nil), p.G...), s.body.G...))
			same(t, fmt.Sprintf("%d rows, %d workers", rows, workers+1), got[workers], got[0])
		}
		// What it sends back is what the layer before it gets.
		clear(s.body.G)
		copy(s.Tap(3).Grad, dx)
		s.Backward()
		compare(t, "body", s.body.G, wide(got[0][len(p.G):]), 1e-5)
	}
}

func TestGraphPanics(t *testing.T) {
	conv := func() *Conv { return &Conv{H: 4, W: 4, C: 1, KH: 2, KW: 2, Out: 1, Stride: 1, Gain: 1, Bytes: true} }
	graph := func() *Graph {
		g, p := NewGraph(4, nil), &Params{}
		g.Add("conv", conv(), p, Input)
		g.Add("out", &Dense{In: 9, Side: 2, Out: 3, Gain: 1}, p, 0)
		p.Init(1)
		return g
	}
	obs, side := make([]byte, 64, 128), make([]float32, 8, 16)
	graph().Forward(obs, side, 4, "")
	for name, call := range map[string]func(){
		"more rows":             func() { graph().Forward(make([]byte, 80), make([]float32, 10), 5, "") },
		"rows below zero":       func() { graph().Forward(nil, nil, -1, "") },
		"observations missing":  func() { graph().Forward(obs[:60], side, 4, "") },
		"observations too many": func() { graph().Forward(obs[:65], side, 4, "") },
		"side missing":          func() { graph().Forward(obs, side[:7], 4, "") },
		"no such tap":           func() { graph().Forward(obs, side, 4, "nowhere") },
		"empty output": func() {
			NewGraph(1, nil).Add("a", &Conv{H: 2, W: 2, C: 1, KH: 3, KW: 3, Out: 1, Stride: 2, Bytes: true}, &Params{}, Input)
		},
		"floats from observation": func() { NewGraph(1, nil).Add("a", &Dense{In: 2, Out: 1}, &Params{}, Input) },
		"bytes from a layer":      func() { graph().Add("a", conv(), &Params{}, 0) },
		"another length":          func() { graph().Add("a", &Dense{In: 4, Out: 1}, &Params{}, 1) },
		"no such node":            func() { graph().Add("a", &Dense{In: 4, Out: 1}, &Params{}, 2) },
		"node below Input":        func() { graph().Add("a", &Dense{In: 4, Out: 1}, &Params{}, -2) },
		"two taps of one name":    func() { graph().Add("out", &Dense{In: 3, Out: 1}, &Params{}, 1) },
		"layer after Init": func() {
			g := graph()
			g.Add("a", &Dense{In: 3, Out: 1}, g.nodes[0].params, 1)
		},
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
}

// No rows are no work, and leave no trace of the pass before.
func TestGraphWithoutRows(t *testing.T) {
	s := newSmall(4, nil)
	s.run(4)
	clear(s.body.G)
	s.Forward(nil, nil, 0, "")
	s.Backward()
	if maxAbs(s.body.G) != 0 {
		t.Error("no rows have a gradient")
	}
}

// A layer may read the vectors alone.
func TestDenseOnSideAlone(t *testing.T) {
	g, p := NewGraph(2, nil), &Params{}
	g.Add("it", &Dense{Side: 3, Out: 1}, p, Input)
	p.Init(0)
	copy(p.W, []float32{1, 2, 4, 8})
	g.Forward(nil, []float32{1, 1, 1, 0, 1, 0}, 2, "")
	same(t, "outputs", g.Tap(0).Act, []float32{15, 10})
	copy(g.Tap(0).Grad, []float32{1, 10})
	g.Backward()
	same(t, "gradients", p.G, []float32{1, 11, 1, 11})
}

// A NaN among the weights of any layer reaches all outputs behind it and the losses there.
func TestGraphKeepsNaN(t *testing.T) {
	for node := range newSmall(1, nil).nodes {
		s := newSmall(3, nil)
		lo, hi := s.nodes[node].layer.span()
		if lo == hi {
			continue
		}
		poison(s.nodes[node].params.W[lo:hi])
		obs, side := s.input(3)
		s.Forward(obs, side, 3, "")
		value := s.Tap(5)
		if node == 4 {
			value = s.Tap(4)
		}
		loss, _ := MSE(value.Grad, value.Act, make([]float32, len(value.Act)), nil, 3, 1)
		if !math.IsNaN(float64(loss)) {
			t.Errorf("%s: NaN among its weights, loss %v", s.nodes[node].tap.Name, loss)
		}
		if s.Backward(); s.heads.G[0] == s.heads.G[0] && node != 5 {
			t.Errorf("%s: NaN among its weights, gradient %v", s.nodes[node].tap.Name, s.heads.G[0])
		}
	}
}

// The first weights do not depend on the number of processors.
func TestInitIgnoresProcessors(t *testing.T) {
	first := func() []float32 {
		p := &Params{}
		p.declare("w", 1, 300, 200)
		p.Init(7)
		return p.W
	}
	want := first()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	same(t, "on one processor", first(), want)
}

// What a forward pass makes of a row does not depend on the rows beside it, nor on the pieces that they are split into.
func TestForwardRowsAreIndependent(t *testing.T) {
	const rows = 70
	s := newSmall(rows, nil)
	obs, side := s.input(rows)
	s.Forward(obs, side, rows, "")
	for _, size := range []int{1, 2, 5, 33} {
		some := s.Share(size, nil)
		for lo := 0; lo+size <= rows; lo += size {
			some.Forward(obs[lo*s.codes:(lo+size)*s.codes], side[lo*s.side:(lo+size)*s.side], size, "")
			for i, tap := range some.Taps() {
				n := tap.Len()
				same(t, fmt.Sprintf("%s, %d rows from %d on", tap.Name, size, lo), tap.Act, s.Tap(i).Act[lo*n:(lo+size)*n])
			}
		}
	}
}
