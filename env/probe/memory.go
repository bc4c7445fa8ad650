package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// MemoryBlind is the best mean return in Probe/Memory-v0 of an agent without memory.
const MemoryBlind = 0.5

const (
	memoryCues = 2
	memoryWait = memoryCues // the action that waits
	memoryAsk  = 0          // the symbol that asks; cue k is the symbol 1+k
)

// Memory is Probe/Memory-v0: does the agent remember?
//
// Goal: wait while the cue is shown, then name it.
//
// Actions: name 0, name 1, wait.
//
// Observation: one byte. At first 1 or 2, the cue, drawn evenly; afterwards 0, which asks for it.
//
// Reward: 1 for naming the cue when asked, otherwise 0. The best mean return is 1. Without memory it is MemoryBlind: wait, then
// guess. Because naming the cue too early ends the episode, an agent cannot hand it to itself in an action either: being fed
// its last action and reward does not help. Two stacked frames do; so does a recurrent core.
//
// End: terminates after the second decision, or after the first if that is not wait.
type Memory struct {
	world
	draws rng.Stream
	cue   byte
	said  byte // 1 + the last action; 0: none yet
}

func newMemory(id string) env.Env {
	return &Memory{world: world{
		spec: env.Spec{
			ID: id, H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1 + memoryCues},
			Actions: []string{"name 0", "name 1", "wait"}, Success: 1, Best: 1,
		},
		longest: 2, cols: memoryCues, rows: 2,
	}}
}

// Seed restarts the draws of the cue.
func (w *Memory) Seed(seed uint64) { w.draws.Seed(seed) }

// Reset begins an episode.
func (w *Memory) Reset(obs []byte, _ []float32) {
	w.begin()
	w.cue = byte(w.draws.Below(memoryCues))
	w.said = 0
	obs[0] = 1 + w.cue
}

// Step waits or names a cue.
func (w *Memory) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	w.said = byte(1 + action)
	obs[0] = memoryAsk
	switch {
	case w.steps == 1 && action == memoryWait:
		return w.leave(0, env.Running)
	case w.steps == 2 && action == int(w.cue):
		return w.leave(1, env.Terminated)
	}
	return w.leave(0, env.Terminated)
}

// AppendState appends the episode and the generator.
func (w *Memory) AppendState(b []byte) []byte {
	return w.draws.AppendState(w.appendState(b, w.cue))
}

// RestoreState continues what AppendState saved.
func (w *Memory) RestoreState(b []byte) error {
	at := max(0, len(b)-rng.StateLen)
	own, err := w.restoreState(b[:at], memoryCues-1)
	if err != nil {
		return err
	}
	w.cue, w.said = own[0], 0
	return w.draws.RestoreState(b[at:])
}

// Render draws the cue, bright while the agent sees it, and below it the one that was named.
func (w *Memory) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == 1 && col+1 == int(w.said):
			return actor
		case row == 1:
			return dark
		case col != int(w.cue):
			return floor
		case w.steps == 0:
			return sign
		}
		return blend(floor, sign, 0.4)
	})
}
