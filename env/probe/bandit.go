package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
)

// arms has what each of Bandit's arms pays.
var arms = [4]float64{0, 0.25, 1, 0.5}

// Bandit is Probe/Bandit-v0: does the policy follow the reward?
//
// Goal: pull the arm that pays most.
//
// Actions: arm 0 .. arm 3.
//
// Observation: one byte that is always 0, a symbol of one.
//
// Reward: arms 0 to 3 pay 0, 0.25, 1 and 0.5, every time. The best mean return is 1, pulling at random gets 0.4375.
//
// End: terminates after one decision.
type Bandit struct {
	world
	pulled byte // 1 + the arm that was pulled; 0: none yet
}

func newBandit(id string) env.Env {
	return &Bandit{world: world{
		spec: env.Spec{
			ID: id, H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1},
			Actions: []string{"arm 0", "arm 1", "arm 2", "arm 3"}, Success: 1, Best: 1,
		},
		longest: 1, cols: len(arms), rows: 2,
	}}
}

// Seed does nothing: nothing is drawn.
func (w *Bandit) Seed(uint64) {}

// Reset begins an episode.
func (w *Bandit) Reset(obs []byte, _ []float32) {
	w.begin()
	w.pulled = 0
	obs[0] = 0
}

// Step pulls an arm.
func (w *Bandit) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	w.pulled = byte(1 + action)
	obs[0] = 0
	return w.leave(arms[action], env.Terminated)
}

// AppendState appends the episode.
func (w *Bandit) AppendState(b []byte) []byte { return w.appendState(b) }

// RestoreState continues what AppendState saved.
func (w *Bandit) RestoreState(b []byte) error {
	w.pulled = 0
	_, err := w.restoreState(b)
	return err
}

// Render draws the arms, the brighter the more they pay, and below them the one that was pulled.
func (w *Bandit) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == 0:
			return blend(floor, prize, arms[col])
		case int(w.pulled) == 1+col:
			return actor
		}
		return dark
	})
}
