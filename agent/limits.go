package agent

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/env"
)

// rolloutLimit is how much memory the observations of a rollout may take, in bytes.
const rolloutLimit = 8 << 30

// maxSteps bounds a run: the steps of checkpoints have twelve digits.
const maxSteps = 999_999_999_999

// maxExtras bounds the tasks and bonuses of a run.
const maxExtras = 64

// ValidateSizes reports the first number that is beyond all reason, before any memory is taken for it. Settings may come from anyone.
func (c Config) ValidateSizes() error {
	for _, s := range []struct {
		name    string
		n, most int
	}{
		{"steps", c.Steps, maxSteps}, {"worlds", c.Worlds, 1 << 14}, {"horizon", c.Horizon, 1 << 16},
		{"worlds x horizon", min(c.Worlds, 1<<14) * min(c.Horizon, 1<<16), 1 << 22}, {"bptt", c.BPTT, 1 << 16},
		{"ppo.epochs", c.PPO.Epochs, 1 << 10}, {"ppo.minibatches", c.PPO.Minibatches, 1 << 16}, {"aux_steps", c.AuxSteps, 1 << 26},
		{"net.features", c.Net.Features, 1 << 14}, {"net.hidden", c.Net.Hidden, 1 << 14}, {"net.core_size", c.Net.CoreSize, 1 << 12},
		{"replay_len", c.ReplayLen, math.MaxInt32}, {"wrap.no_ops", c.Wrap.NoOps, 1 << 20}, {"wrap.skip", c.Wrap.Skip, 1 << 10},
		{"wrap.repeat", c.Wrap.Repeat, 1 << 10}, {"wrap.height", c.Wrap.Height, 1 << 12}, {"wrap.width", c.Wrap.Width, 1 << 12},
		{"wrap.frame_stack", c.Wrap.FrameStack, 1 << 8}, {"number of tasks and bonuses", len(c.Aux), maxExtras},
	} {
		if s.n > s.most {
			return fmt.Errorf("agent: %s is %d, at most %d is possible", s.name, s.n, s.most)
		}
	}
	return nil
}

// validateMemory reports a rollout that takes too much of it.
func (c Config) validateMemory(spec env.Spec) error {
	row := int64(spec.ObsLen()) + 4*int64(spec.VecLen())
	if n := row * int64(c.Horizon+1) * int64(c.Worlds); n > rolloutLimit {
		return fmt.Errorf("agent: %d worlds with a horizon of %d make a rollout of %.3g GB of observations, at most %.3g GB are possible",
			c.Worlds, c.Horizon, float64(n)/1e9, float64(rolloutLimit)/1e9)
	}
	return nil
}
