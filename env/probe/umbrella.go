package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// Umbrella is Probe/UmbrellaLength-L-v0 and Probe/UmbrellaDistract-D-v0: is credit given where it is due? They are bsuite's
// umbrella_length and umbrella_distract (Osband et al. 2020): L steps with 20 distractors, and 20 steps with D.
//
// Goal: have the umbrella at the end if it is needed, and only then.
//
// Actions: leave it, take it. Only the first decision counts; it is overlaid by rewards that mean nothing.
//
// Observation: [1, 2+D, 1] of bits: whether it is needed, whether it is there, and D distractors, drawn evenly for every observation.
// Beside it the time that is left, from 1 to 0.
//
// Reward: 1 or -1, drawn evenly, for all decisions but the last; at the end 1 for having chosen well, else -1. The best mean return is
// 1, that of random actions 0.
//
// End: terminates after L decisions.
type Umbrella struct {
	world
	draws      rng.Stream
	length     int
	need, have byte
}

func newUmbrella(length, distractors int) func(id string) env.Env {
	return func(id string) env.Env {
		return &Umbrella{length: length, world: world{
			spec: env.Spec{
				ID: id, H: 1, W: 2 + distractors, C: 1, Frames: 1, Codes: []int{2}, Vector: []env.Field{{Name: "time left", Len: 1}},
				Actions: []string{"leave it", "take it"}, Best: 1,
			},
			longest: length, cols: 2, rows: 2,
		}}
	}
}

// Seed restarts all draws.
func (w *Umbrella) Seed(seed uint64) { w.draws.Seed(seed) }

// Reset begins an episode.
func (w *Umbrella) Reset(obs []byte, vec []float32) {
	w.begin()
	w.need, w.have = byte(w.draws.Below(2)), byte(w.draws.Below(2))
	w.observe(obs, vec)
}

// Step chooses, if it is the first, and waits.
func (w *Umbrella) Step(action int, obs []byte, vec []float32) env.Step {
	w.take(action)
	if w.steps == 1 {
		w.have = byte(action)
	}
	reward, end := -1.0, env.Running
	if w.steps == w.length {
		end = env.Terminated
		if w.have == w.need {
			reward = 1
		}
	} else if w.draws.Below(2) == 1 {
		reward = 1
	}
	w.observe(obs, vec)
	return w.leave(reward, end)
}

func (w *Umbrella) observe(obs []byte, vec []float32) {
	vec[0] = 1 - float32(w.steps)/float32(w.length)
	obs[0], obs[1] = w.need, w.have
	bits := uint64(0)
	for i := range obs[2:] {
		if i%64 == 0 {
			bits = w.draws.Uint64()
		}
		obs[2+i] = byte(bits & 1)
		bits >>= 1
	}
}

// AppendState appends the episode and the generator.
func (w *Umbrella) AppendState(b []byte) []byte {
	return w.draws.AppendState(w.appendState(b, w.need, w.have))
}

// RestoreState continues what AppendState saved.
func (w *Umbrella) RestoreState(b []byte) error {
	at := max(0, len(b)-rng.StateLen)
	own, err := w.restoreState(b[:at], 1, 1)
	if err != nil {
		return err
	}
	w.need, w.have = own[0], own[1]
	return w.draws.RestoreState(b[at:])
}

// Render draws whether the umbrella is needed and whether it is there, and below that the clock.
func (w *Umbrella) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == 1:
			return blend(dark, sign, float64(w.steps)/float64(w.length))
		case col == 0 && w.need == 1:
			return prize
		case col == 1 && w.have == 1:
			return actor
		}
		return floor
	})
}
