package tasktest

import (
	"slices"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
)

// cells is how long the corridor is that each world of a Game walks in.
const cells = 7

// BonusDims are the shapes that CheckBonus builds for: small images of symbols in two frames, and the world's own stream.
func BonusDims(worlds int) auxtasks.Dims {
	return auxtasks.Dims{
		H: 1, W: cells, C: 4, Frames: 2, Codes: []int{4, 4, 4, 4}, Vec: 2, Actions: 2,
		Signals: []auxtasks.Signal{{Name: "place", Len: 1}},
		Streams: []auxtasks.Stream{{Weight: 1, Gamma: 0.97, Episodic: true}},
		Rows:    256, Worlds: worlds, Seed: 1,
	}
}

// Ending says how episodes of a Game end.
type Ending uint8

const (
	Mixed  Ending = iota // both ways, now and then
	Always               // every step ends one
	Never
)

// Game plays worlds that walk at random in a corridor of seven cells, and lays out what they do as rollouts. They have all abilities;
// an observation is two frames of where they are and were.
type Game struct {
	Ends Ending

	dims   auxtasks.Dims
	key    uint64
	calls  uint64
	worlds []walker
	batch  *auxtasks.Batch
}

// walker is the state of one world.
type walker struct {
	at, last int // cell now and one step ago
	marks    uint64
	start    bool
}

// NewGame begins a game for BonusDims(worlds).
func NewGame(worlds int, seed uint64) *Game {
	g := &Game{dims: BonusDims(worlds), key: rng.Key(seed, "game"), worlds: make([]walker, worlds)}
	for i := range g.worlds {
		g.reset(&g.worlds[i])
	}
	return g
}

// drawn returns the next random number below n.
func (g *Game) drawn(n int) int {
	g.calls++
	return rng.Below(rng.At(g.key, g.calls), n)
}

func (g *Game) reset(w *walker) {
	at := g.drawn(cells)
	*w = walker{at: at, last: at, start: true}
}

// Rollout plays on for so many steps in each world. The batch is valid until the next: it is spoilt then.
func (g *Game) Rollout(length int) *auxtasks.Batch {
	if g.batch != nil {
		for row := range g.batch.Rows() {
			g.soil(row)
		}
	}
	g.batch = g.room(length)
	b, n := g.batch, length*len(g.worlds)
	for i := range n {
		w := &g.worlds[i%b.B]
		if i < b.B {
			g.show(i, w)
		}
		g.step(i, w)
	}
	rows := b.Rows()
	b.Obs, b.Vec, b.Signals = b.Obs[:rows*g.size()], b.Vec[:rows*g.dims.Vec], b.Signals[:rows]
	b.Phi, b.Marks, b.Key = b.Phi[:rows], b.Marks[:rows], b.Key[:rows]
	return b
}

// room returns a batch as large as it can become: every transition may end an episode.
func (g *Game) room(length int) *auxtasks.Batch {
	width := len(g.worlds)
	n := length * width
	rows := 2*n + width
	b := &auxtasks.Batch{
		T: length, B: width,
		Obs: make([]byte, rows*g.size()), Vec: make([]float32, rows*g.dims.Vec), Signals: make([]float32, rows),
		Phi: make([]float32, rows), Marks: make([]uint64, rows), Key: make([]uint64, rows), Start: make([]bool, n+width),
		LastAction: make([]int32, width), LastReward: make([]float32, width), Env: make([]int32, width),
		Next: make([]int32, n), Action: make([]int32, n), Reward: make([]float32, n), LogP: make([]float32, n),
		Ended: make([]bool, n), Terminated: make([]bool, n),
	}
	for i := range width {
		b.Env[i] = int32(i)
	}
	return b
}

func (g *Game) size() int { return g.dims.H * g.dims.W * g.dims.C }

// step takes transition i.
func (g *Game) step(i int, w *walker) {
	b := g.batch
	b.Action[i] = int32(g.drawn(2))
	w.last, w.at = w.at, min(max(w.at+2*int(b.Action[i])-1, 0), cells-1)
	w.marks |= 1 << (w.at / 2)
	w.start = false
	ends := g.Ends == Always || g.Ends == Mixed && g.drawn(4) == 0
	b.Ended[i] = ends
	b.Terminated[i] = ends && g.drawn(2) == 0
	b.Reward[i] = float32(w.at) / cells
	b.Next[i] = int32(i + b.B)
	if ends {
		b.Next[i] = int32((b.T+1)*b.B + b.F)
		b.F++
		g.show(int(b.Next[i]), w)
		g.reset(w)
	}
	g.show(i+b.B, w)
}

// show writes what a world looks like into a row.
func (g *Game) show(row int, w *walker) {
	b := g.batch
	obs := b.Obs[row*g.size() : (row+1)*g.size()]
	clear(obs)
	obs[w.last*g.dims.C] = 1      // the older frame
	obs[w.at*g.dims.C+2] = 2      // the newest
	obs[(cells-1)*g.dims.C+3] = 3 // the goal
	b.Vec[2*row], b.Vec[2*row+1] = float32(w.at), 1
	b.Signals[row] = float32(w.at)
	b.Phi[row] = float32(w.at-cells+1) / cells
	b.Marks[row] = w.marks
	b.Key[row] = rng.At(1, uint64(w.at))
	if row < len(b.Start) {
		b.Start[row] = w.start
	}
}

// soil makes a row look like a place that is nowhere else.
func (g *Game) soil(row int) {
	b := g.batch
	for i := range g.size() {
		b.Obs[row*g.size()+i] = byte(i % 4)
	}
	b.Vec[2*row], b.Vec[2*row+1], b.Signals[row] = -9, -9, -9
	b.Phi[row], b.Marks[row], b.Key[row] = -9, ^uint64(0), ^uint64(0)
}

// clone returns a copy of a batch that shares nothing with it.
func clone(b *auxtasks.Batch) *auxtasks.Batch {
	c := *b
	c.Obs, c.Vec, c.Signals = slices.Clone(b.Obs), slices.Clone(b.Vec), slices.Clone(b.Signals)
	c.Phi, c.Marks, c.Key, c.Start = slices.Clone(b.Phi), slices.Clone(b.Marks), slices.Clone(b.Key), slices.Clone(b.Start)
	c.LastAction, c.LastReward, c.Env = slices.Clone(b.LastAction), slices.Clone(b.LastReward), slices.Clone(b.Env)
	c.Next, c.Action, c.Reward, c.LogP = slices.Clone(b.Next), slices.Clone(b.Action), slices.Clone(b.Reward), slices.Clone(b.LogP)
	c.Ended, c.Terminated = slices.Clone(b.Ended), slices.Clone(b.Terminated)
	return &c
}
