package tasktest

import (
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// World is a kind of observations that tasks are built for.
type World struct {
	Name   string
	Shape  policy.Shape
	Frames int  // of a stack
	Core   bool // the encoder has a recurrent core
	Maze   bool // has the signals of a maze
	Heavy  bool // not for quick tests
}

// Worlds returns those that the suite goes through: symbols and frames, from a single cell to 84x84, with and without a core; some
// with signals.
func Worlds() []World {
	minigrid := policy.Shape{H: 7, W: 7, C: 3, Codes: []int{11, 6, 4}, Vec: 4, Actions: 7}
	minatar := policy.Shape{H: 10, W: 10, C: 4, Codes: []int{2, 2, 2, 2}, Actions: 6}
	return []World{
		{Name: "7x7x3 symbols", Shape: minigrid},
		{Name: "7x7x3 symbols, core", Shape: minigrid, Core: true},
		{Name: "10x10x4 symbols", Shape: minatar},
		{Name: "10x10x4 symbols, core", Shape: minatar, Core: true},
		{Name: "42x42x1", Shape: policy.Shape{H: 42, W: 42, C: 1, Actions: 3}, Maze: true},
		{Name: "42x42x4 stack, core", Shape: policy.Shape{H: 42, W: 42, C: 4, Actions: 3}, Frames: 4, Core: true, Maze: true},
		{Name: "84x84x3", Shape: policy.Shape{H: 84, W: 84, C: 3, Actions: 6}, Maze: true, Heavy: true},
		{Name: "1x1x2 symbols", Shape: policy.Shape{H: 1, W: 1, C: 2, Codes: []int{5, 3}, Vec: 2, Actions: 3}},
	}
}

// worlds is how many worlds a draw is made of.
const worlds = 4

// most is how many rows a pass has at most.
const most = 128

// encoder builds the network of a world.
func (w World) encoder(workers *nn.Team) (auxtasks.Encoder, error) {
	cfg := policy.Default(w.Shape)
	if w.Core {
		cfg = cfg.WithCore("gru", w.Shape)
		cfg.CoreSize = 24
	}
	cfg.Features, cfg.Hidden = 32, 0
	return policy.New(w.Shape, cfg, []string{""}, most, 1, workers)
}

// dims says what a task of that world is built for.
func (w World) dims(enc auxtasks.Encoder, workers *nn.Team) auxtasks.Dims {
	s := w.Shape
	d := auxtasks.Dims{
		H: s.H, W: s.W, C: s.C, Frames: w.Frames, Codes: s.Codes, Vec: s.Vec, Actions: s.Actions,
		Streams: []auxtasks.Stream{{Weight: 1, Gamma: 0.97, Episodic: true}},
		Rows:    most, Worlds: worlds, Team: workers, Seed: 3,
	}
	if w.Maze {
		d.Signals = signals()
	}
	for _, t := range enc.Taps() {
		d.Taps = append(d.Taps, auxtasks.Tap{Name: t.Name, H: t.H, W: t.W, C: t.C})
	}
	return d
}

// batch makes up what a task needs, from random numbers. If closed, every sequence ends by termination: then no target depends on
// the network.
//
// Of the four sequences the first goes on, the second terminates half-way and is padded, the third is truncated at its end, the
// fourth terminates there.
func (w World) batch(n auxtasks.Needs, seed string, closed bool) *auxtasks.Batch {
	g := &draws{key: rng.Key(7, w.Name, seed)}
	b := &auxtasks.Batch{T: n.Draw.Burn + n.Draw.Len, B: n.Draw.Seqs, Burn: n.Draw.Burn}
	if n.Draw.Len == 0 {
		b.T += 6
	}
	if b.B == 0 {
		b.B = worlds
	}
	if n.Source == auxtasks.Minibatch {
		b.T, b.B = 1, 24
	}
	w.transitions(b, g)
	switch {
	case n.Source == auxtasks.Minibatch:
	case !n.Draw.Skewed || !n.Draw.NoNext:
		w.ends(b, closed)
		if n.Draw.NoNext {
			b.Next, b.Start = nil, b.Start[:b.T*b.B]
		}
	case b.T > 1: // the second window begins one step late
		b.Weight[1] = 0
	}
	for i := range b.Burn * b.B {
		b.Weight[i] = 0
	}
	if n.Source == auxtasks.Minibatch {
		b.Weight[5] = 0
		w.targets(b, g)
	}
	w.observations(b, g)
	return b
}

// draws is a table of random numbers that is read in order.
type draws struct{ key, i uint64 }

func (g *draws) below(n int) int { g.i++; return rng.Below(rng.At(g.key, g.i), n) }

// float returns a number in [-1, 1).
func (g *draws) float() float32 { g.i++; return float32(2*rng.Float64(rng.At(g.key, g.i)) - 1) }

func (w World) transitions(b *auxtasks.Batch, g *draws) {
	n := b.T * b.B
	b.Action, b.Reward, b.LogP = make([]int32, n), make([]float32, n), make([]float32, n)
	b.Ended, b.Terminated, b.Weight = make([]bool, n), make([]bool, n), make([]float32, n)
	for i := range n {
		b.Action[i] = int32(g.below(w.Shape.Actions))
		b.Reward[i] = float32([]int{0, 0, 1, -1}[g.below(4)])
		b.LogP[i] = g.float() - 2
		b.Weight[i] = 1
	}
	for i := range b.B { // of windows that end on a reward, half do
		b.Reward[n-b.B+i] = float32(i % 2)
	}
	b.Paid = [][]float32{b.Reward}
	b.LastAction, b.LastReward, b.Env = make([]int32, b.B), make([]float32, b.B), make([]int32, b.B)
	for i := range b.B {
		b.LastAction[i], b.Env[i] = -1, int32(i)
	}
}

// ends makes episodes end, and links every transition to the row that follows.
func (w World) ends(b *auxtasks.Batch, closed bool) {
	n := b.T * b.B
	b.Next, b.Start = make([]int32, n), make([]bool, n+b.B)
	for i := range n {
		b.Next[i] = int32(i + b.B)
	}
	for s := range b.B {
		b.Start[s] = s%2 == 0
		last := n - b.B + s
		b.Ended[last] = s%4 >= 2 || closed
		b.Terminated[last] = s%4 == 3 || closed
		if middle := max((b.T-1)/2, b.Burn)*b.B + s; s%4 == 1 && middle < last {
			b.Ended[middle], b.Terminated[middle] = true, true
			for i := middle + b.B; i < n; i += b.B {
				b.Next[i], b.Weight[i], b.Ended[i], b.Terminated[i] = int32(i), 0, false, false
			}
		}
	}
}

func (w World) targets(b *auxtasks.Batch, g *draws) {
	n := b.T * b.B
	t := &replay.Targets{Adv: make([]float32, n), Return: [][]float32{make([]float32, n)}, Value: [][]float32{make([]float32, n)}}
	for i := range n {
		t.Adv[i], t.Return[0][i], t.Value[0][i] = g.float(), g.float(), g.float()
	}
	b.Targets = t
}

func (w World) observations(b *auxtasks.Batch, g *draws) {
	rows, s := b.Rows(), w.Shape
	size := s.H * s.W * s.C
	b.Obs, b.Vec = make([]byte, rows*size), make([]float32, rows*s.Vec)
	b.Phi, b.Marks, b.Key = make([]float32, rows), make([]uint64, rows), make([]uint64, rows)
	for i := range b.Obs {
		b.Obs[i] = byte(g.below(256))
		if s.Codes != nil {
			b.Obs[i] = byte(g.below(s.Codes[i%s.C]))
		}
	}
	for i := range b.Vec {
		b.Vec[i] = g.float()
	}
	for i := range rows {
		b.Phi[i], b.Marks[i], b.Key[i] = g.potential(), uint64(g.below(8)), uint64(g.below(16))
	}
	if w.Maze {
		w.signals(b, g)
	}
}

// signals lists those of a maze, see env/maze.
func signals() []auxtasks.Signal {
	return []auxtasks.Signal{
		{Name: "pose", Off: 0, Len: 4}, {Name: "depth_bands", Off: 4, Len: 4 * 16}, {Name: "velocity", Off: 68, Len: 3}, {Name: "loop", Off: 71, Len: 1},
	}
}

// signals makes up the signals of all rows: bands among eight, more of them far, and a loop in one of four.
func (w World) signals(b *auxtasks.Batch, g *draws) {
	for range b.Rows() {
		for _, s := range signals() {
			for range s.Len {
				v := g.float()
				switch s.Name {
				case "depth_bands":
					v = float32(max(g.below(8), g.below(8)))
				case "loop":
					v = float32(1 - min(g.below(4), 1))
				}
				b.Signals = append(b.Signals, v)
			}
		}
	}
}

// potential returns a number in [-1, 0).
func (g *draws) potential() float32 { return (g.float() - 1) / 2 }
