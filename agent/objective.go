// Package agent trains: objectives (PPO, A2C), the Learner that performs updates with them, the Trainer that runs worlds
// and learner in turn, and evaluation.
package agent

import (
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/replay"
)

// Objective is the main loss.
type Objective interface {
	// Targets fills b.Targets from the value heads' predictions, value[stream] over all rows of b.
	Targets(b *replay.Batch, streams []auxtasks.Stream, value [][]float32)
	// Plan says how a rollout is consumed.
	Plan() Plan
	// Loss adds the gradient of the mean loss over the transitions of b, by their weights, at the taps. It may be called again on the
	// same pass, and does the same then.
	Loss(b *replay.Batch, logits *nn.Tap, values []*nn.Tap) Stats
}

// Plan is how a rollout is consumed: Epochs x Minibatches optimiser steps over shuffled rows.
type Plan struct {
	Epochs, Minibatches int
}

// Stats is what one Loss measured, means over its transitions.
type Stats struct {
	Policy  float32 // policy loss
	Value   float32 // value loss, of all streams
	Entropy float32 // nats
	KL      float32 // from the acting policy, as ratio-1-log(ratio)
	Clipped float32 // fraction of ratios outside the clip range
}

// add accumulates.
func (s *Stats) add(o Stats) {
	s.Policy += o.Policy
	s.Value += o.Value
	s.Entropy += o.Entropy
	s.KL += o.KL
	s.Clipped += o.Clipped
}

// scale multiplies.
func (s *Stats) scale(a float32) {
	s.Policy *= a
	s.Value *= a
	s.Entropy *= a
	s.KL *= a
	s.Clipped *= a
}
