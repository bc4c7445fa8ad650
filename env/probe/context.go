package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

const contexts = 4

// ContextBlind is the best mean return in Probe/Context-v0 of a policy that does not read the observation.
const ContextBlind = 1.0 / contexts

// Context is Probe/Context-v0: does the policy read the observation?
//
// Goal: pull the arm that is shown.
//
// Actions: arm 0 .. arm 3.
//
// Observation: one byte, the number of the best arm; drawn evenly for every episode.
//
// Reward: 1 for the arm shown, 0 for the others. The best mean return is 1, without looking it is ContextBlind.
//
// End: terminates after one decision; the last observation shows what the first did.
type Context struct {
	world
	draws  rng.Stream
	shown  byte
	pulled byte // 1 + the arm that was pulled; 0: none yet
}

func newContext(id string) env.Env {
	return &Context{world: world{
		spec: env.Spec{
			ID: id, H: 1, W: 1, C: 1, Frames: 1, Codes: []int{contexts},
			Actions: []string{"arm 0", "arm 1", "arm 2", "arm 3"}, Success: 1, Best: 1,
		},
		longest: 1, cols: contexts, rows: 2,
	}}
}

// Seed restarts the draws of what is shown.
func (w *Context) Seed(seed uint64) { w.draws.Seed(seed) }

// Reset begins an episode.
func (w *Context) Reset(obs []byte, _ []float32) {
	w.begin()
	w.shown = byte(w.draws.Below(contexts))
	w.pulled = 0
	obs[0] = w.shown
}

// Step pulls an arm.
func (w *Context) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	w.pulled = byte(1 + action)
	obs[0] = w.shown
	if action == int(w.shown) {
		return w.leave(1, env.Terminated)
	}
	return w.leave(0, env.Terminated)
}

// AppendState appends the episode and the generator.
func (w *Context) AppendState(b []byte) []byte {
	return w.draws.AppendState(w.appendState(b, w.shown))
}

// RestoreState continues what AppendState saved.
func (w *Context) RestoreState(b []byte) error {
	at := max(0, len(b)-rng.StateLen)
	own, err := w.restoreState(b[:at], contexts-1)
	if err != nil {
		return err
	}
	w.shown, w.pulled = own[0], 0
	return w.draws.RestoreState(b[at:])
}

// Render draws the arms with the one shown and below them the one that was pulled.
func (w *Context) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == 0 && col == int(w.shown):
			return sign
		case row == 0:
			return floor
		case col+1 == int(w.pulled):
			return actor
		}
		return dark
	})
}
