package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// DeepSea is Probe/DeepSea-N-v0: does the agent explore? It is bsuite's deterministic deep_sea (Osband et al. 2019, 2020).
//
// Goal: dive from the upper left corner of N x N cells to the lower right one, where the treasure is.
//
// Actions: 0, 1. One of them moves right, the other left, and which does what was drawn for every cell, once for all worlds of a size.
// Every action moves down by one; at the walls there is no moving sideways.
//
// Observation: [N, N, 1], 1 where the diver is, else 0; all 0 after the end.
//
// Reward: a move to the right costs 0.01/N; 1 for moving right in the last column, which only the last decision of a diver who never
// moved left can do. The best return is 0.99, the best without the treasure 0: what is learned first is to stay away. Random actions
// find it once in 2^N episodes, so an agent has to explore on purpose: count what it has seen, or be drawn to what it cannot predict.
//
// End: terminates after N decisions.
type DeepSea struct {
	world
	size, col int
	found     bool   // the treasure, in the last decision
	right     []byte // [N, N] the action that moves right
}

const deepSeaCost = 0.01 // of the whole way

func newDeepSea(size int) func(id string) env.Env {
	return func(id string) env.Env {
		w := &DeepSea{size: size, right: make([]byte, size*size), world: world{
			spec: env.Spec{
				ID: id, H: size, W: size, C: 1, Frames: 1, Codes: []int{2}, Actions: []string{"0", "1"}, Success: 0.5, Best: 1 - deepSeaCost,
			},
			longest: size, cols: size, rows: size,
		}}
		key := rng.Key(uint64(size), "deep sea")
		for i := range w.right {
			w.right[i] = byte(rng.Below(rng.At(key, uint64(i)), 2))
		}
		return w
	}
}

// Seed does nothing: nothing is drawn.
func (w *DeepSea) Seed(uint64) {}

// Reset begins an episode.
func (w *DeepSea) Reset(obs []byte, _ []float32) {
	w.begin()
	w.col, w.found = 0, false
	w.observe(obs)
}

// Step dives one cell.
func (w *DeepSea) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	reward := 0.0
	if action == int(w.right[(w.steps-1)*w.size+w.col]) {
		if w.found = w.col == w.size-1; w.found {
			reward = 1
		}
		reward -= deepSeaCost / float64(w.size)
		w.col = min(w.col+1, w.size-1)
	} else {
		w.col = max(w.col-1, 0)
	}
	w.observe(obs)
	if w.steps == w.size {
		return w.leave(reward, env.Terminated)
	}
	return w.leave(reward, env.Running)
}

func (w *DeepSea) observe(obs []byte) {
	clear(obs)
	if w.steps < w.size {
		obs[w.steps*w.size+w.col] = 1
	}
}

// Potential returns how far the treasure is, as a fraction of the way: the steps that are left, and all of it once it is out of reach.
func (w *DeepSea) Potential() float64 {
	if w.col < w.steps && !w.found {
		return -1
	}
	return float64(w.steps)/float64(w.size) - 1
}

// Key returns a number of the diver's cell.
func (w *DeepSea) Key() uint64 { return uint64(w.steps*w.size + w.col) }

// AppendState appends the episode.
func (w *DeepSea) AppendState(b []byte) []byte { return w.appendState(b, byte(w.col)) }

// RestoreState continues what AppendState saved.
func (w *DeepSea) RestoreState(b []byte) error {
	own, err := w.restoreState(b, byte(w.size-1))
	if err != nil {
		return err
	}
	if int(own[0]) > w.steps {
		return errState
	}
	w.col, w.found = int(own[0]), false
	return nil
}

// Render draws the diver and the treasure.
func (w *DeepSea) Render(dst *image.RGBA) {
	row := min(w.steps, w.size-1)
	w.paint(dst, func(c, r int) color.RGBA {
		switch {
		case c == w.col && r == row:
			return actor
		case c == w.size-1 && r == w.size-1:
			return prize
		case c > r:
			return dark // nobody gets here
		}
		return floor
	})
}
