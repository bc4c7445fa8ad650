package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
)

const (
	truncationLimit  = 8
	truncationReward = 1.0 / truncationLimit
)

// TruncationValue returns the value of Probe/Truncation-v0: r / (1 - gamma) with r = 1/8.
func TruncationValue(gamma float64) float64 { return truncationReward / (1 - gamma) }

// TruncationValueAsEnd returns what one-step bootstrapping finds instead if it takes the time limit for an end. Only one
// decision in 8 is then the last, but the observation does not tell which: v = r + gamma v 7/8.
func TruncationValueAsEnd(gamma float64) float64 {
	const goesOn = (truncationLimit - 1.0) / truncationLimit
	return truncationReward / (1 - gamma*goesOn)
}

// Truncation is Probe/Truncation-v0: is the value bootstrapped at a time limit?
//
// Goal: none, there is no choice. What is learned is the value.
//
// Actions: wait.
//
// Observation: one byte that is always 0; it does not reveal the clock.
//
// Reward: 1/8 for every decision. The return of an episode is 1, the value 12.5 for gamma = 0.99 (TruncationValue), but 0.93
// if the time limit is taken for an end (TruncationValueAsEnd); 1.25 and 0.59 for gamma = 0.9.
//
// End: never terminates; truncated after 8 decisions.
type Truncation struct{ world }

func newTruncation(id string) env.Env {
	return &Truncation{world{
		spec: env.Spec{
			ID: id, H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1}, Actions: []string{"wait"},
			StepLimit: truncationLimit, Best: truncationLimit * truncationReward,
		},
		longest: truncationLimit, cols: truncationLimit, rows: 1,
	}}
}

// Seed does nothing: nothing is drawn.
func (w *Truncation) Seed(uint64) {}

// Reset begins an episode.
func (w *Truncation) Reset(obs []byte, _ []float32) {
	w.begin()
	obs[0] = 0
}

// Step waits.
func (w *Truncation) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	obs[0] = 0
	if w.steps == truncationLimit {
		return w.leave(truncationReward, env.Truncated)
	}
	return w.leave(truncationReward, env.Running)
}

// AppendState appends the episode.
func (w *Truncation) AppendState(b []byte) []byte { return w.appendState(b) }

// RestoreState continues what AppendState saved.
func (w *Truncation) RestoreState(b []byte) error {
	_, err := w.restoreState(b)
	return err
}

// Render draws the clock, which the agent does not see.
func (w *Truncation) Render(dst *image.RGBA) {
	w.paint(dst, func(col, _ int) color.RGBA {
		if col < w.steps {
			return actor
		}
		return floor
	})
}
