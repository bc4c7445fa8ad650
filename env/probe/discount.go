package probe

import (
	"image"
	"image/color"
	"math"

	"github.com/auxrl/auxrl/env"
)

// DiscountDelay is how many steps after the first decision of Probe/Discount-v0 the reward comes.
const DiscountDelay = 8

// DiscountValue returns the value of Probe/Discount-v0 after the given number of decisions, 0 .. DiscountDelay, which is also
// the byte that its observation shows: gamma^(DiscountDelay-steps).
func DiscountValue(gamma float64, steps int) float64 {
	return math.Pow(gamma, float64(DiscountDelay-steps))
}

// Discount is Probe/Discount-v0: is the value discounted?
//
// Goal: none, there is no choice. What is learned is the value.
//
// Actions: wait.
//
// Observation: one byte, the number of decisions taken so far; after the last it stays at DiscountDelay.
//
// Reward: 0, and 1 for the last of DiscountDelay+1 decisions. The best return is 1, the value of the first observation
// gamma^DiscountDelay: 0.43046721 for gamma = 0.9. See DiscountValue.
//
// End: terminates with the reward.
type Discount struct{ world }

func newDiscount(id string) env.Env {
	return &Discount{world{
		spec: env.Spec{
			ID: id, H: 1, W: 1, C: 1, Frames: 1, Codes: []int{DiscountDelay + 1}, Actions: []string{"wait"}, Success: 1, Best: 1,
		},
		longest: DiscountDelay + 1, cols: DiscountDelay + 1, rows: 1,
	}}
}

// Seed does nothing: nothing is drawn.
func (w *Discount) Seed(uint64) {}

// Reset begins an episode.
func (w *Discount) Reset(obs []byte, _ []float32) {
	w.begin()
	obs[0] = 0
}

// Step waits.
func (w *Discount) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	obs[0] = byte(min(w.steps, DiscountDelay))
	if w.steps > DiscountDelay {
		return w.leave(1, env.Terminated)
	}
	return w.leave(0, env.Running)
}

// AppendState appends the episode.
func (w *Discount) AppendState(b []byte) []byte { return w.appendState(b) }

// RestoreState continues what AppendState saved.
func (w *Discount) RestoreState(b []byte) error {
	_, err := w.restoreState(b)
	return err
}

// Render draws the way to the reward.
func (w *Discount) Render(dst *image.RGBA) {
	w.paint(dst, func(col, _ int) color.RGBA {
		switch col {
		case min(w.steps, DiscountDelay):
			return actor
		case DiscountDelay:
			return prize
		}
		return floor
	})
}
