package agent

import (
	"math"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// Learner performs updates with one net, one objective, one optimiser and, if there are auxiliary tasks, a mixer.
type Learner struct {
	Net       *policy.Net
	Objective Objective
	Optimizer nn.Optimizer // of the net's arenas and of the mixer's heads
	Streams   []auxtasks.Stream
	ClipNorm  float32 // of the main gradient of all arenas together; 0: not clipped
	Length    int     // of the sequences that minibatches are made of; 0: of shuffled rows, for nets without a core

	Mixer  *auxtasks.Mixer   // nil: no auxiliary tasks
	Replay auxtasks.Sampling // that they draw from
	Mixes  int               // auxiliary steps per rollout: of how many of its optimiser steps the mixer is part

	Measure bool // the next Learn measures Gradients, in its last step; it changes no bit of what is learned

	arenas []*nn.Params // that are stepped
	frozen []*nn.Params // that are not
	mini   minibatch
	order  []int32
	grads  gradients
}

// Update is what one pass over a rollout measured.
type Update struct {
	Stats
	Norm      float32 // of the gradient before clipping, mean over optimiser steps
	Explained float32 // fraction of the returns' variance that the values explained; NaN if there is none
	Dropped   int     // optimiser steps that were not made, because a loss or a gradient was not finite
}

// NewLearner returns a learner whose minibatches come from rollouts of so many steps in so many worlds. length is that of sequences,
// 0 for shuffled rows; it divides steps.
func NewLearner(net *policy.Net, objective Objective, opt nn.Optimizer, streams []auxtasks.Stream, clip float32, steps, worlds, length int) *Learner {
	l := &Learner{Net: net, Objective: objective, Optimizer: opt, Streams: streams, ClipNorm: clip, Length: length, Mixes: 1}
	for _, b := range net.Blocks() {
		if b.Frozen {
			l.frozen = append(l.frozen, b.Params)
			continue
		}
		l.arenas = append(l.arenas, b.Params)
	}
	l.grads.init(net)
	l.order = make([]int32, steps*worlds/max(length, 1))
	m := objective.Plan().Minibatches
	l.mini.init(net, (len(l.order)+m-1)/m, length, len(streams))
	return l
}

// Learn consumes a rollout whose Targets are set: Epochs x Minibatches optimiser steps over its rows or sequences, shuffled with key.
func (l *Learner) Learn(b *replay.Batch, lr float32, key uint64) Update {
	plan := l.Objective.Plan()
	n, steps := len(l.order), plan.Epochs*plan.Minibatches
	u := Update{Explained: explained(b)}
	l.grads.fresh = false
	for i := range steps {
		k := i % plan.Minibatches
		if k == 0 {
			rng.Shuffle(l.order, rng.At(key, uint64(i/plan.Minibatches)))
		}
		l.mini.gather(b, l.order[k*n/plan.Minibatches:(k+1)*n/plan.Minibatches])
		l.Net.Forward(&l.mini.Batch, l.mini.Obs, "")
		measure, rides := l.Measure && i+1 == steps, l.Mixer != nil && l.Mixer.Rides()
		if measure && rides { // tasks will share the objective's pass back: it makes one alone
			l.Objective.Loss(&l.mini.Batch, l.Net.Logits(), l.Net.Values())
			l.Net.Backward()
			l.grads.measure(l.Net)
			clearAll(l.arenas)
			clearAll(l.frozen)
		}
		mixes := l.Mixer != nil && (i+1)*l.Mixes/steps > i*l.Mixes/steps
		if l.Mixer != nil {
			l.Mixer.Ride(&l.mini.Batch, mixes)
		}
		loss := l.Objective.Loss(&l.mini.Batch, l.Net.Logits(), l.Net.Values())
		u.add(loss)
		whole := measure && !rides || mixes && l.Mixer.Compares() // the gradient of frozen blocks is looked at
		if whole {
			l.Net.Backward()
		} else {
			l.Net.BackwardLearning()
		}
		if measure && !rides {
			l.grads.measure(l.Net)
		}
		norm, made := l.step(lr, mixes, finite(loss.Policy+loss.Value+loss.Entropy))
		if whole {
			clearAll(l.frozen)
		}
		u.Norm += norm
		if !made {
			u.Dropped++
		}
	}
	inv := 1 / float32(steps)
	u.scale(inv)
	u.Norm *= inv
	return u
}

// step moves the parameters and returns the norm of the main gradient. Where a loss or a gradient is not finite the step is not made:
// it changes nothing.
func (l *Learner) step(lr float32, mixes, sound bool) (norm float32, made bool) {
	if !sound {
		norm = nn.ClipNorm(0, l.arenas...)
		l.drop()
		return norm, false
	}
	if l.Mixer == nil {
		norm = l.Optimizer.Step(lr, l.ClipNorm, l.arenas...)
		return norm, finite(norm)
	}
	if mixes {
		return l.mix(lr)
	}
	if norm = l.Optimizer.Step(lr, l.ClipNorm, l.arenas...); !finite(norm) {
		l.Mixer.Drop()
		return norm, false
	}
	return norm, l.Mixer.StepHeads(l.Optimizer, lr, false)
}

// mix is a step that the mixer is part of.
func (l *Learner) mix(lr float32) (norm float32, made bool) {
	norm = nn.ClipNorm(l.ClipNorm, l.arenas...)
	if !finite(norm) {
		l.drop()
		return norm, false
	}
	l.Mixer.Step(l.Replay, nn.ClipScale(l.ClipNorm, float64(norm)))
	if !l.Mixer.Sound() {
		l.drop()
		return norm, false
	}
	sum := l.Optimizer.Step(lr, 0, l.arenas...)
	return norm, l.Mixer.StepHeads(l.Optimizer, lr, true) && finite(sum)
}

// drop clears all gradients.
func (l *Learner) drop() {
	clearAll(l.arenas)
	if l.Mixer != nil {
		l.Mixer.Drop()
	}
}

// clearAll clears the gradients of arenas.
func clearAll(arenas []*nn.Params) {
	for _, p := range arenas {
		clear(p.G)
	}
}

func finite(v float32) bool { return v-v == 0 }

// explained returns 1 - Var(return - value)/Var(return) of the world's own reward.
func explained(b *replay.Batch) float32 {
	ret, val := b.Targets.Return[0], b.Targets.Value[0]
	var r, rr, e, ee float64
	for i, v := range ret {
		d := float64(v) - float64(val[i])
		r += float64(v)
		rr += float64(v) * float64(v)
		e += d
		ee += d * d
	}
	n := float64(len(ret))
	varR, varE := rr/n-r/n*r/n, ee/n-e/n*e/n
	if varR <= 0 {
		return float32(math.NaN())
	}
	return float32(1 - varE/varR)
}
