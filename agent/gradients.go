package agent

import (
	"errors"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/policy"
)

// LayerNorm is how long the gradient of the main loss is in a layer of the encoder or of the core, before it is clipped and without
// those of auxiliary tasks.
type LayerNorm struct {
	Layer string // as convolutions and dense layers are called: conv1, features, core
	Norm  float32
}

// gradients measures the main loss's gradient layer by layer.
type gradients struct {
	layers []auxtasks.Layer
	norms  []LayerNorm // [layer] of the last measurement
	next   []float32   // [layer]
	seen   bool        // there was one
	fresh  bool        // in the last Learn
}

func (g *gradients) init(net *policy.Net) {
	g.layers = auxtasks.LayersOf(net.Blocks())
	g.next = make([]float32, len(g.layers))
	for _, l := range g.layers {
		g.norms = append(g.norms, LayerNorm{Layer: l.Name})
	}
}

// measure notes the gradient that stands in the network, if all of it is finite.
func (g *gradients) measure(net *policy.Net) {
	for i, l := range g.layers {
		g.next[i] = l.Norm(net.Blocks())
		if !finite(g.next[i]) {
			return
		}
	}
	for i, n := range g.next {
		g.norms[i].Norm = n
	}
	g.seen, g.fresh = true, true
}

// Gradients returns how long the gradient of the main loss was in each layer when it was last measured, nil before that; valid until
// the next Learn. fresh says that it was in the last one.
func (l *Learner) Gradients() (norms []LayerNorm, fresh bool) {
	if !l.grads.seen {
		return nil, false
	}
	return l.grads.norms, l.grads.fresh
}

// keep returns what a checkpoint has of it.
func (g *gradients) keep() (norms []float32) {
	if !g.seen {
		return nil
	}
	for _, n := range g.norms {
		norms = append(norms, n.Norm)
	}
	return norms
}

// restore continues from what keep returned; checkpoints of before there was one have none.
func (g *gradients) restore(norms []float32) error {
	g.seen, g.fresh = len(norms) > 0, false
	if !g.seen {
		return nil
	}
	if len(norms) != len(g.norms) {
		return errors.New("the norms of gradients are of other layers")
	}
	for i, n := range norms {
		if !(n >= 0) {
			return errors.New("a gradient has no norm")
		}
		g.norms[i].Norm = n
	}
	return nil
}
