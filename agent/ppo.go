package agent

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/nn"
)

// PPOConfig holds the constants of proximal policy optimisation (Schulman et al. 2017).
type PPOConfig struct {
	ActorCritic
	Clip        float32 `json:"clip"`        // range of the probability ratio around 1
	ValueClip   float32 `json:"value_clip"`  // range of the value around its old one; 0: not clipped
	Epochs      int     `json:"epochs"`      // passes over each rollout
	Minibatches int     `json:"minibatches"` // optimiser steps per pass
}

// DefaultPPO returns constants for grid worlds, close to those of the torch-ac package but for the entropy bonus: while no reward
// is seen, normalised advantages are noise, and a bonus of 0.01 let them talk 7 of 120 agents out of ever finding DoorKey's goal;
// with 0.05 it was 1 of 98.
func DefaultPPO() PPOConfig {
	return PPOConfig{
		ActorCritic: ActorCritic{Lambda: 0.95, Value: 0.5, Entropy: 0.05, Normalize: true},
		Clip:        0.2, Epochs: 4, Minibatches: 8,
	}
}

// Validate reports the first setting that cannot work.
func (c PPOConfig) Validate() error {
	if err := c.validate(); err != nil {
		return err
	}
	if !(c.Clip > 0) {
		return fmt.Errorf("agent: clip is %v, must be positive", c.Clip)
	}
	if !(c.ValueClip >= 0) {
		return fmt.Errorf("agent: value clip is %v, must not be negative", c.ValueClip)
	}
	if c.Epochs < 1 || c.Minibatches < 1 {
		return fmt.Errorf("agent: %d epochs of %d minibatches, both must be at least 1", c.Epochs, c.Minibatches)
	}
	return nil
}

// PPO is the clipped objective: mean of max(-A ρ, -A clip(ρ, 1-Clip, 1+Clip)) with ρ = π/π_old, plus value loss, minus
// entropy.
type PPO struct {
	actorCritic
	cfg PPOConfig
}

// NewPPO returns the objective. workers may be nil.
func NewPPO(cfg PPOConfig, workers *nn.Team) *PPO {
	p := &PPO{cfg: cfg}
	p.init(cfg.ActorCritic, cfg.ValueClip, p.clipped, workers)
	return p
}

// Plan implements Objective.
func (p *PPO) Plan() Plan { return Plan{Epochs: p.cfg.Epochs, Minibatches: p.cfg.Minibatches} }

// clipped returns the clipped loss of one transition and its slope with respect to the log-probability.
func (p *PPO) clipped(logp, old, adv float32) (loss, slope float32, clipped bool) {
	ratio := float32(math.Exp(float64(logp - old)))
	held := min(max(ratio, 1-p.cfg.Clip), 1+p.cfg.Clip)
	clipped = held != ratio
	plain, bound := -adv*ratio, -adv*held
	if bound > plain {
		return bound, 0, clipped // the clip is active and pessimistic: no gradient
	}
	return plain, -adv * ratio, clipped
}
