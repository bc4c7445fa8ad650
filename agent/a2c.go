package agent

import "github.com/auxrl/auxrl/nn"

// A2CConfig holds the constants of the synchronous advantage actor-critic (Mnih et al. 2016).
type A2CConfig struct {
	ActorCritic
}

// DefaultA2C returns constants for grid worlds, close to those of the torch-ac package.
func DefaultA2C() A2CConfig {
	return A2CConfig{ActorCritic{Lambda: 0.95, Value: 0.5, Entropy: 0.01}}
}

// Validate reports the first setting that cannot work.
func (c A2CConfig) Validate() error { return c.validate() }

// A2C is the policy gradient: mean of -log π A, plus value loss, minus entropy; one optimiser step per rollout.
type A2C struct {
	actorCritic
}

// NewA2C returns the objective. workers may be nil.
func NewA2C(cfg A2CConfig, workers *nn.Team) *A2C {
	a := new(A2C)
	a.init(cfg.ActorCritic, 0, policyGradient, workers)
	return a
}

// Plan implements Objective.
func (a *A2C) Plan() Plan { return Plan{Epochs: 1, Minibatches: 1} }

// policyGradient returns -log π A and its slope with respect to the log-probability.
func policyGradient(logp, _, adv float32) (loss, slope float32, clipped bool) {
	return -adv * logp, -adv, false
}
