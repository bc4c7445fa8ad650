package probe

import (
	"image"
	"image/color"

	"github.com/auxrl/auxrl/env"
)

const (
	corridorCells = 8
	corridorGoal  = corridorCells - 1
	corridorLimit = 32
	corridorCost  = 1.0 / 64
)

// Symbols of Corridor's image.
const (
	cellEmpty = iota
	cellGoal
	cellAgent // also at the goal
	cellKinds
)

// Corridor is Probe/Corridor-v0: does reward travel back in time?
//
// Goal: walk from the left end of eight cells to the right end.
//
// Actions: left, right. Walking into the left wall goes nowhere.
//
// Observation: [1, 8, 1], one byte per cell: 0 empty, 1 goal, 2 agent.
//
// Reward: every decision costs 1/64, reaching the goal pays 1. The best return is that of seven steps right, 0.890625.
//
// End: terminates at the goal; truncated after 32 decisions, with a return of -0.5.
type Corridor struct {
	world
	at, far int // cell of the agent, rightmost it has been to
}

func newCorridor(id string) env.Env {
	return &Corridor{world: world{
		spec: env.Spec{
			ID: id, H: 1, W: corridorCells, C: 1, Frames: 1, Codes: []int{cellKinds}, Actions: []string{"left", "right"},
			Milestones: []string{"middle", "goal"},
			StepLimit:  corridorLimit, Success: 1 - corridorLimit*corridorCost, Best: 1 - corridorGoal*corridorCost,
		},
		longest: corridorLimit, cols: corridorCells, rows: 1,
	}}
}

// Seed does nothing: nothing is drawn.
func (w *Corridor) Seed(uint64) {}

// Reset begins an episode.
func (w *Corridor) Reset(obs []byte, _ []float32) {
	w.begin()
	w.at, w.far = 0, 0
	w.observe(obs)
}

// Step walks one cell.
func (w *Corridor) Step(action int, obs []byte, _ []float32) env.Step {
	w.take(action)
	w.at = max(0, w.at+2*action-1)
	w.far = max(w.far, w.at)
	w.observe(obs)
	switch {
	case w.at == corridorGoal:
		return w.leave(1-corridorCost, env.Terminated)
	case w.steps == corridorLimit:
		return w.leave(-corridorCost, env.Truncated)
	}
	return w.leave(-corridorCost, env.Running)
}

func (w *Corridor) observe(obs []byte) {
	clear(obs)
	obs[corridorGoal] = cellGoal
	obs[w.at] = cellAgent
}

// Potential returns the negative distance to the goal as a fraction of the whole way.
func (w *Corridor) Potential() float64 { return float64(w.at-corridorGoal) / corridorGoal }

// Milestones returns bit 0 once the agent was past the middle, bit 1 once it was at the goal.
func (w *Corridor) Milestones() uint64 {
	switch {
	case w.far == corridorGoal:
		return 0b11
	case w.far >= corridorCells/2:
		return 0b01
	}
	return 0
}

// AppendState appends the episode.
func (w *Corridor) AppendState(b []byte) []byte { return w.appendState(b, byte(w.at), byte(w.far)) }

// RestoreState continues what AppendState saved.
func (w *Corridor) RestoreState(b []byte) error {
	own, err := w.restoreState(b, corridorGoal-1, corridorGoal-1)
	if err != nil {
		return err
	}
	at, far := int(own[0]), int(own[1])
	if at > far || far > w.steps {
		return errState
	}
	w.at, w.far = at, far
	return nil
}

// Render draws the corridor.
func (w *Corridor) Render(dst *image.RGBA) {
	w.paint(dst, func(col, _ int) color.RGBA {
		switch col {
		case w.at:
			return actor
		case corridorGoal:
			return prize
		}
		return floor
	})
}
