package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

const (
	catchRows = 10
	catchCols = 5
)

// CatchAtRandom is the mean return of random actions in Probe/Catch-v0: wherever the paddle ends, the ball falls there once in five times.
const CatchAtRandom = -0.6

// Catch is Probe/Catch-v0: does the policy generalise over an image? It is bsuite's catch (Osband et al. 2020).
//
// Goal: be under the ball when it arrives.
//
// Actions: left, stay, right. The paddle moves first, then the ball falls by one.
//
// Observation: [10, 5, 1], 1 where the ball or the paddle is, else 0. The ball starts at the top in a column drawn evenly, the paddle
// in the middle of the bottom.
//
// Reward: 1 for the ball caught, -1 for the ball missed. The best return is 1; at random it is CatchAtRandom.
//
// End: terminates after nine decisions, when the ball has arrived.
type Catch struct {
	world
	draws        rng.Stream
	ball, paddle int // columns; the ball's row is the number of decisions
}

func newCatch(id string) env.Env {
	return &Catch{world: world{
		spec: env.Spec{
			ID: id, H: catchRows, W: catchCols, C: 1, Frames: 1, Codes: []int{2}, Actions: []string{"left", "stay", "right"}, Success: 1, Best: 1,
		},
		longest: catchRows - 1, cols: catchCols, rows: catchRows,
	}}
}

// Seed restarts the draws of the ball's column.
func (w *Catch) Seed(seed uint64) { w.draws.Seed(seed) }

// Reset begins an episode.
func (w *Catch) Reset(obs []byte, _ []float32) {
	w.begin()
	w.ball, w.paddle = w.draws.Below(catchCols), catchCols/2
	w.observe(obs)
}

// Step moves the paddle and drops the ball.
func (w *Catch) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	w.paddle = min(max(w.paddle+action-1, 0), catchCols-1)
	w.observe(obs)
	switch {
	case w.steps < catchRows-1:
		return w.leave(0, env.Running)
	case w.paddle == w.ball:
		return w.leave(1, env.Terminated)
	}
	return w.leave(-1, env.Terminated)
}

func (w *Catch) observe(obs []byte) {
	clear(obs)
	obs[w.steps*catchCols+w.ball] = 1
	obs[(catchRows-1)*catchCols+w.paddle] = 1
}

// AppendState appends the episode and the generator.
func (w *Catch) AppendState(b []byte) []byte {
	return w.draws.AppendState(w.appendState(b, byte(w.ball), byte(w.paddle)))
}

// RestoreState continues what AppendState saved.
func (w *Catch) RestoreState(b []byte) error {
	at := max(0, len(b)-rng.StateLen)
	own, err := w.restoreState(b[:at], catchCols-1, catchCols-1)
	if err != nil {
		return err
	}
	w.ball, w.paddle = int(own[0]), int(own[1])
	return w.draws.RestoreState(b[at:])
}

// Render draws the ball and the paddle.
func (w *Catch) Render(dst *image.RGBA) {
	w.paint(dst, func(col, row int) color.RGBA {
		switch {
		case row == catchRows-1 && col == w.paddle:
			return actor
		case row == w.steps && col == w.ball:
			return prize
		}
		return floor
	})
}
