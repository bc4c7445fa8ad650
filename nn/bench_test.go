package nn

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/team"
)

// miniGrid is the network for MiniGrid's partial view: 7 x 7 cells of three symbols, the direction as a side vector.
func miniGrid(rows int, workers *team.Team) (*Graph, *Params) {
	g, p := NewGraph(rows, workers), &Params{}
	n := g.Add("conv1", &CodeConv{H: 7, W: 7, Codes: []int{11, 6, 4}, KH: 2, KW: 2, Out: 16, Act: ReLU, Gain: math.Sqrt2}, p, Input)
	n = g.Add("pool", &MaxPool{H: 6, W: 6, C: 16, K: 2, Stride: 2}, p, n)
	n = g.Add("conv2", &Conv{H: 3, W: 3, C: 16, KH: 2, KW: 2, Out: 32, Stride: 1, Act: ReLU, Gain: math.Sqrt2}, p, n)
	n = g.Add("conv3", &Conv{H: 2, W: 2, C: 32, KH: 2, KW: 2, Out: 64, Stride: 1, Act: ReLU, Gain: math.Sqrt2}, p, n)
	n = g.Add("features", &Dense{In: 64, Side: 4, Out: 64, Act: ReLU, Gain: math.Sqrt2}, p, n)
	a := g.Add("actor", &Dense{In: 64, Out: 64, Act: Tanh, Gain: math.Sqrt2}, p, n)
	c := g.Add("critic", &Dense{In: 64, Out: 64, Act: Tanh, Gain: math.Sqrt2}, p, n)
	g.Add("logits", &Dense{In: 64, Out: 7, Gain: 0.01}, p, a)
	g.Add("value", &Dense{In: 64, Out: 1, Gain: 1}, p, c)
	p.Init(1)
	return g, p
}

// nature is the network of Mnih et al. (2015) for four grey frames of 84 x 84, with two heads.
func nature(rows int, workers *team.Team) (*Graph, *Params) {
	g, p := NewGraph(rows, workers), &Params{}
	n := g.Add("conv1", &Conv{H: 84, W: 84, C: 4, KH: 8, KW: 8, Out: 32, Stride: 4, Act: ReLU, Gain: math.Sqrt2, Bytes: true}, p, Input)
	n = g.Add("conv2", &Conv{H: 20, W: 20, C: 32, KH: 4, KW: 4, Out: 64, Stride: 2, Act: ReLU, Gain: math.Sqrt2}, p, n)
	n = g.Add("conv3", &Conv{H: 9, W: 9, C: 64, KH: 3, KW: 3, Out: 64, Stride: 1, Act: ReLU, Gain: math.Sqrt2}, p, n)
	n = g.Add("features", &Dense{In: 7 * 7 * 64, Out: 512, Act: ReLU, Gain: math.Sqrt2}, p, n)
	g.Add("logits", &Dense{In: 512, Out: 6, Gain: 0.01}, p, n)
	g.Add("value", &Dense{In: 512, Out: 1, Gain: 1}, p, n)
	p.Init(1)
	return g, p
}

// minAtar is the network for MinAtar's 10 x 10 cells of seven channels, each of which holds something or not: symbols of two.
func minAtar(rows int, workers *team.Team) (*Graph, *Params) {
	g, p := NewGraph(rows, workers), &Params{}
	n := g.Add("conv1", &CodeConv{H: 10, W: 10, Codes: []int{2, 2, 2, 2, 2, 2, 2}, KH: 3, KW: 3, Out: 16, Act: ReLU, Gain: math.Sqrt2}, p, Input)
	minAtarTop(g, p, n)
	return g, p
}

// minAtarBytes is the same for frames of bytes.
func minAtarBytes(rows int, workers *team.Team) (*Graph, *Params) {
	g, p := NewGraph(rows, workers), &Params{}
	n := g.Add("conv1", &Conv{H: 10, W: 10, C: 7, KH: 3, KW: 3, Out: 16, Stride: 1, Act: ReLU, Gain: math.Sqrt2, Bytes: true}, p, Input)
	minAtarTop(g, p, n)
	return g, p
}

func minAtarTop(g *Graph, p *Params, n int) {
	n = g.Add("features", &Dense{In: 8 * 8 * 16, Out: 128, Act: ReLU, Gain: math.Sqrt2}, p, n)
	g.Add("logits", &Dense{In: 128, Out: 6, Gain: 0.01}, p, n)
	g.Add("value", &Dense{In: 128, Out: 1, Gain: 1}, p, n)
	p.Init(1)
}

// sparse returns cells of which one in eight holds something, in one of the channels.
func sparse(cells int) []byte {
	obs := make([]byte, cells*7)
	for i, v := range randomBytes(cells, 56, "bench") {
		if v < 7 {
			obs[i*7+int(v)] = 1
		}
	}
	return obs
}

// work returns the multiplications and additions of one row of a forward pass. Backward takes as many for the weights, and as
// many for the inputs of all layers that do not read the observation. Symbols count
// like bytes.
func work(g *Graph) (forward, both float64) {
	for i := range g.nodes {
		n := &g.nodes[i]
		flops := 0.0
		switch l := n.layer.(type) {
		case *Conv:
			flops = 2 * float64(n.tap.Len()*l.KH*l.KW*l.C)
		case *CodeConv:
			flops = 2 * float64(n.tap.Len()*l.KH*l.KW*len(l.Codes))
		case *Dense:
			flops = 2 * float64(l.Out*(l.In+l.Side))
		}
		forward += flops
		both += 2 * flops
		if n.from != Input {
			both += flops
		}
	}
	return forward, both
}

type net struct {
	name  string
	build func(rows int, workers *team.Team) (*Graph, *Params)
	rows  []int
	obs   func(rows int) []byte
	side  int
}

func BenchmarkNet(b *testing.B) {
	for _, n := range []net{
		{"minigrid", miniGrid, []int{16, 256}, func(rows int) []byte { return codeBytes(rows*49, []int{11, 6, 4}, "bench") }, 4},
		{"minatar", minAtar, []int{256}, func(rows int) []byte { return sparse(rows * 100) }, 0},
		{"minatar-bytes", minAtarBytes, []int{256}, func(rows int) []byte { return sparse(rows * 100) }, 0},
		{"nature", nature, []int{32, 256}, func(rows int) []byte { return randomBytes(rows*84*84*4, 256, "bench") }, 0},
	} {
		for _, rows := range n.rows {
			for _, workers := range []int{1, 2} {
				for _, pass := range []string{"forward", "both", "step"} {
					b.Run(fmt.Sprintf("net=%s/rows=%d/workers=%d/pass=%s", n.name, rows, workers, pass), func(b *testing.B) {
						benchmarkNet(b, n, rows, workers, pass)
					})
				}
			}
		}
	}
}

// A step is a pass in both directions, clipping and Adam.
func benchmarkNet(b *testing.B, n net, rows, workers int, what string) {
	crew := team.New(workers)
	defer crew.Close()
	g, p := n.build(rows, crew)
	arenas := []*Params{p}
	adam := NewAdam(DefaultAdam(), crew, p)
	obs, side := n.obs(rows), randoms(rows*n.side, "bench")
	taps := g.Taps()
	flops, all := work(g)
	if what != "forward" {
		flops = all
	}
	pass := func() {
		g.Forward(obs, side, rows, "")
		if what == "forward" {
			return
		}
		for _, t := range taps[len(taps)-2:] {
			copy(t.Grad, t.Act)
		}
		g.Backward()
		if what == "step" {
			adam.Step(1e-4, 0.5, arenas...)
		}
	}
	pass()
	b.ReportAllocs()
	best, peak := time.Hour, 0.0
	for b.Loop() {
		start := time.Now()
		pass()
		best = min(best, time.Since(start))
		start = time.Now()
		peak = max(peak, float64(f32.Peak())/time.Since(start).Seconds())
	}
	b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-us")
	b.ReportMetric(flops*float64(rows)/best.Seconds()/peak/float64(workers), "of-peak")
}

// BenchmarkInit draws the first weights of the largest dense layer of the Nature network.
func BenchmarkInit(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		p := &Params{}
		p.declare("w", 1, 7*7*64, 512)
		p.Init(1)
	}
}
