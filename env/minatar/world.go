package minatar

import (
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/npyrand"
)

// The actions, in the original's order.
const (
	actNoop = iota
	actLeft
	actUp
	actRight
	actDown
	actFire
	actions
)

var actionNames = [actions]string{"noop", "left", "up", "right", "down", "fire"}

// phase says where in an episode a world is.
type phase uint8

const (
	idle    phase = iota // no episode yet
	running              // Step may be called
	over                 // the episode has ended
)

// game is the rules and the state of one game. Random numbers are drawn in the original's order.
type game interface {
	// reset begins an episode.
	reset(rng *npyrand.RandomState)
	// step takes one of the six actions.
	step(action int, rng *npyrand.RandomState) (reward int, over bool)
	// draw marks what there is in an observation that is all zeros.
	draw(obs []byte)
	// code saves or restores the state of an episode.
	code(c *codec)
}

// World is one game. It implements the Stateful, Renderer and Digester of package env.
type World struct {
	title   *title
	cfg     Config
	spec    env.Spec
	actions []int // [action of the Spec], one of the six

	rng   npyrand.RandomState
	last  int // the action taken before, of the six; it survives Reset
	phase phase
	steps int // of this episode, counted where there is a limit
	game  game
}

func newWorld(id string, t *title, acts []int, cfg Config) *World {
	w := &World{title: t, cfg: cfg, actions: acts, game: t.build(cfg.Ramping)}
	w.spec = env.Spec{
		ID: id,
		H:  side, W: side, C: len(t.palette),
		Frames:    1,
		StepLimit: cfg.StepLimit,
	}
	for range t.palette {
		w.spec.Codes = append(w.spec.Codes, 2)
	}
	for _, a := range acts {
		w.spec.Actions = append(w.spec.Actions, actionNames[a])
	}
	w.rng.Seed(0)
	return w
}

// Spec describes the world; see the package comment for the observation.
func (w *World) Spec() env.Spec { return w.spec }

// Seed makes the world as if new: the next Reset begins the first episode of the original's seed(seed), with no action
// remembered.
func (w *World) Seed(seed uint64) {
	w.rng.Seed(seed)
	w.last, w.phase, w.steps = actNoop, idle, 0
}

// Reset begins the next episode of the stream. vec is not used.
func (w *World) Reset(obs []byte, _ []float32) {
	w.phase, w.steps = running, 0
	w.game.reset(&w.rng)
	w.observe(obs)
}

// Step takes one action, or the previous one again. An episode that the game ends on the last step of the limit is Terminated.
// It panics on an action outside the Spec's list and outside an episode. vec is not used.
func (w *World) Step(action int, obs []byte, _ []float32) env.Step {
	if uint(action) >= uint(len(w.actions)) {
		panic("minatar: no such action")
	}
	if w.phase != running {
		panic("minatar: step outside an episode")
	}
	if !(w.rng.Float64() < w.cfg.Sticky) {
		w.last = w.actions[action]
	}
	reward, lost := w.game.step(w.last, &w.rng)
	w.observe(obs)
	return env.Step{Reward: float64(reward), End: w.tick(lost)}
}

// tick counts a step and says how it left the episode.
func (w *World) tick(lost bool) env.End {
	if w.cfg.StepLimit > 0 {
		w.steps++
	}
	switch {
	case lost:
		w.phase = over
		return env.Terminated
	case w.cfg.StepLimit > 0 && w.steps == w.cfg.StepLimit:
		w.phase = over
		return env.Truncated
	}
	return env.Running
}

// observe writes the image; it is empty before the first episode.
func (w *World) observe(obs []byte) {
	obs = obs[:w.spec.ObsLen()]
	clear(obs)
	if w.phase != idle {
		w.game.draw(obs)
	}
}
