package probe

import (
	"fmt"
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
)

const (
	chainLength = 100
	chainBonus  = 0.1
)

// ChainDelays is after how many decisions each action of Probe/DiscountingChain-D-v0 pays.
var ChainDelays = [...]int{1, 3, 10, 30, 100}

// DiscountingChain is Probe/DiscountingChain-D-v0: how far does the agent look? It is bsuite's discounting_chain (Osband et al. 2020).
//
// Goal: choose the delay that pays more than the others, D.
//
// Actions: wait 1, 3, 10, 30, 100. Only the first decision counts.
//
// Observation: one byte, 0 before the first decision, then 1 + its action; beside it the part of the time that has passed.
//
// Reward: 1 after as many decisions as were chosen, 1.1 if that is D. The best return is 1.1. Who discounts by γ prefers the bonus
// to the reward at once only where 1.1 γ^(D-1) is more than 1: at γ = 0.99 for D = 3 and 10, not for 30 and 100.
//
// End: terminates after 100 decisions, whatever was chosen.
type DiscountingChain struct {
	world
	chosen byte // 1 + the first action; 0: none yet
	bonus  int  // action
}

func newDiscountingChain(bonus int) func(id string) env.Env {
	return func(id string) env.Env {
		w := &DiscountingChain{bonus: bonus, world: world{
			spec: env.Spec{
				ID: id, H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1 + len(ChainDelays)}, Vector: []env.Field{{Name: "time passed", Len: 1}},
				Success: 1 + chainBonus, Best: 1 + chainBonus,
			},
			longest: chainLength, cols: len(ChainDelays), rows: 2,
		}}
		for _, d := range ChainDelays {
			w.spec.Actions = append(w.spec.Actions, fmt.Sprint("wait ", d))
		}
		return w
	}
}

// Seed does nothing: nothing is drawn.
func (w *DiscountingChain) Seed(uint64) {}

// Reset begins an episode.
func (w *DiscountingChain) Reset(obs []byte, vec []float32) {
	w.begin()
	w.chosen = 0
	w.observe(obs, vec)
}

// Step chooses, if it is the first, and waits.
func (w *DiscountingChain) Step(action int, obs []byte, vec []float32) env.Step {
	w.take(action)
	if w.chosen == 0 {
		w.chosen = byte(1 + action)
	}
	reward, end := 0.0, env.Running
	if chosen := int(w.chosen) - 1; w.steps == ChainDelays[chosen] {
		reward = 1
		if chosen == w.bonus {
			reward += chainBonus
		}
	}
	if w.steps == chainLength {
		end = env.Terminated
	}
	w.observe(obs, vec)
	return w.leave(reward, end)
}

func (w *DiscountingChain) observe(obs []byte, vec []float32) {
	obs[0], vec[0] = w.chosen, float32(w.steps)/chainLength
}

// AppendState appends the episode.
func (w *DiscountingChain) AppendState(b []byte) []byte { return w.appendState(b, w.chosen) }

// RestoreState continues what AppendState saved.
func (w *DiscountingChain) RestoreState(b []byte) error {
	own, err := w.restoreState(b, byte(len(ChainDelays)))
	if err != nil {
		return err
	}
	if (own[0] == 0) != (w.steps == 0) {
		return errState
	}
	w.chosen = own[0]
	return nil
}

// Render draws the delays, the one that pays more in full colour, and below the chosen one how much of it has passed.
func (w *DiscountingChain) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == 0 && col == w.bonus:
			return prize
		case row == 0:
			return blend(floor, prize, 0.5)
		case col+1 == int(w.chosen):
			return blend(floor, actor, min(1, float64(w.steps)/float64(ChainDelays[col])))
		}
		return dark
	})
}
