package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// Symbols of MemoryChain's image.
const (
	chainNothing = iota
	chainZero    // a bit that is 0; in the lower row: this is asked for
	chainOne     // a bit that is 1
	chainKinds
)

// MemoryChain is Probe/MemoryLength-L-v0 and Probe/MemorySize-B-v0: for how long, and how much, does the agent remember? They are
// bsuite's memory_len and memory_size (Osband et al. 2020): one bit over L steps, and B bits over 2.
//
// Goal: name the bit that is asked for, as it was shown at the beginning.
//
// Actions: bit 0, bit 1. Only the last one counts.
//
// Observation: [2, B, 1], 0 nothing, 1 a bit that is 0, 2 a bit that is 1. The upper row shows the bits, drawn evenly, in the first
// observation and in that after the first decision. The lower row has a 1 under the bit that is asked for, before the last decision.
// Beside it the time that is left, from 1 to 0. (bsuite gives the number of the bit that is asked for instead of marking it.)
//
// Reward: 1 for the right bit, -1 for the wrong one. The best return is 1; without memory it is 0, whatever is said: what the agent
// did last does not tell it, unless it makes its own actions a memory.
//
// End: terminates after L+1 decisions.
type MemoryChain struct {
	world
	draws   rng.Stream
	length  int
	context []byte // [B] bits
	query   int
}

func newMemoryChain(length, bits int) func(id string) env.Env {
	return func(id string) env.Env {
		return &MemoryChain{length: length, context: make([]byte, bits), world: world{
			spec: env.Spec{
				ID: id, H: 2, W: bits, C: 1, Frames: 1, Codes: []int{chainKinds}, Vector: []env.Field{{Name: "time left", Len: 1}},
				Actions: []string{"bit 0", "bit 1"}, Success: 1, Best: 1,
			},
			longest: length + 1, cols: bits, rows: 3,
		}}
	}
}

// Seed restarts the draws of bits and questions.
func (w *MemoryChain) Seed(seed uint64) { w.draws.Seed(seed) }

// Reset begins an episode.
func (w *MemoryChain) Reset(obs []byte, vec []float32) {
	w.begin()
	for i := range w.context {
		w.context[i] = byte(w.draws.Below(2))
	}
	w.query = w.draws.Below(len(w.context))
	w.observe(obs, vec)
}

// Step names a bit.
func (w *MemoryChain) Step(action int, obs []byte, vec []float32) env.Step {
	w.take(action)
	w.observe(obs, vec)
	switch {
	case w.steps <= w.length:
		return w.leave(0, env.Running)
	case action == int(w.context[w.query]):
		return w.leave(1, env.Terminated)
	}
	return w.leave(-1, env.Terminated)
}

// clock is the time that is shown: the original's first decision does not move it.
func (w *MemoryChain) clock() int { return max(w.steps-1, 0) }

func (w *MemoryChain) observe(obs []byte, vec []float32) {
	clear(obs)
	vec[0] = 1 - float32(w.clock())/float32(w.length)
	if w.clock() == 0 {
		for i, bit := range w.context {
			obs[i] = chainZero + bit
		}
	}
	if w.asks() {
		obs[len(w.context)+w.query] = 1
	}
}

// asks reports whether the question is shown.
func (w *MemoryChain) asks() bool { return w.clock() == w.length-1 }

// AppendState appends the episode and the generator.
func (w *MemoryChain) AppendState(b []byte) []byte {
	own := append([]byte{byte(w.query)}, w.context...)
	return w.draws.AppendState(w.appendState(b, own...))
}

// RestoreState continues what AppendState saved.
func (w *MemoryChain) RestoreState(b []byte) error {
	at := max(0, len(b)-rng.StateLen)
	bounds := make([]byte, 1+len(w.context))
	for i := range bounds {
		bounds[i] = 1
	}
	bounds[0] = byte(len(w.context) - 1)
	own, err := w.restoreState(b[:at], bounds...)
	if err != nil {
		return err
	}
	w.query = int(own[0])
	copy(w.context, own[1:])
	return w.draws.RestoreState(b[at:])
}

// Render draws the bits, bright while the agent sees them, below them the one that is asked for, and below that the clock.
func (w *MemoryChain) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == 0:
			bit := blend(dark, sign, 0.3+0.7*float64(w.context[col]))
			if w.clock() > 0 {
				return blend(floor, bit, 0.4)
			}
			return bit
		case row == 1 && col == w.query && w.asks():
			return prize
		case row == 2:
			return blend(dark, actor, float64(min(w.steps, w.length))/float64(w.length))
		}
		return dark
	})
}
