package agent

import (
	"math"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// Learner performs updates with one net, one objective and one optimiser.
type Learner struct {
	Net       *policy.Net
	Objective Objective
	Optimizer nn.Optimizer
	Streams   []auxtasks.Stream
	ClipNorm  float32 // of the gradient of all arenas together; 0: not clipped

	arenas []*nn.Params
	mini   replay.Batch // gathered rows
	order  []int32

	// Of the gather under way.
	from  *replay.Batch
	rows  []int32
	shard func(int)
}

// Update is what one pass over a rollout measured.
type Update struct {
	Stats
	Norm      float32 // of the gradient before clipping, mean over optimiser steps
	Explained float32 // fraction of the returns' variance that the values explained; NaN if there is none
}

// NewLearner returns a learner whose minibatches come from rollouts of T*B transitions.
func NewLearner(net *policy.Net, objective Objective, opt nn.Optimizer, streams []auxtasks.Stream, clip float32, transitions int) *Learner {
	l := &Learner{Net: net, Objective: objective, Optimizer: opt, Streams: streams, ClipNorm: clip, arenas: net.Params()}
	n := (transitions + objective.Plan().Minibatches - 1) / objective.Plan().Minibatches
	s := net.Shape()
	l.order, l.shard = make([]int32, transitions), l.gatherShard
	l.mini = replay.Batch{
		T: 1, Obs: make([]byte, n*s.H*s.W*s.C), Vec: make([]float32, n*s.Vec),
		Action: make([]int32, n), LogP: make([]float32, n),
		Targets: &replay.Targets{Adv: make([]float32, n)},
	}
	for range streams {
		l.mini.Targets.Return = append(l.mini.Targets.Return, make([]float32, n))
		l.mini.Targets.Value = append(l.mini.Targets.Value, make([]float32, n))
	}
	return l
}

// Learn consumes a rollout whose Targets are set: Epochs x Minibatches optimiser steps over its rows, shuffled with key.
func (l *Learner) Learn(b *replay.Batch, lr float32, key uint64) Update {
	plan := l.Objective.Plan()
	n := b.T * b.B
	u := Update{Explained: explained(b)}
	for epoch := range plan.Epochs {
		rng.Shuffle(l.order, rng.At(key, uint64(epoch)))
		for k := range plan.Minibatches {
			l.gather(b, l.order[k*n/plan.Minibatches:(k+1)*n/plan.Minibatches])
			l.Net.Forward(&l.mini, l.mini.Obs, "")
			u.add(l.Objective.Loss(&l.mini, l.Net.Logits(), l.Net.Values()))
			l.Net.Backward()
			u.Norm += l.Optimizer.Step(lr, l.ClipNorm, l.arenas...)
		}
	}
	inv := 1 / float32(plan.Epochs*plan.Minibatches)
	u.scale(inv)
	u.Norm *= inv
	return u
}

// gather copies rows of a rollout into the minibatch.
func (l *Learner) gather(b *replay.Batch, rows []int32) {
	m, n := &l.mini, len(rows)
	m.B = n
	m.Action, m.LogP, m.Targets.Adv = m.Action[:n], m.LogP[:n], m.Targets.Adv[:n]
	for k := range m.Targets.Return {
		m.Targets.Return[k], m.Targets.Value[k] = m.Targets.Return[k][:n], m.Targets.Value[k][:n]
	}
	l.from, l.rows = b, rows
	l.Net.Team().Run(shards, l.shard)
	l.from, l.rows = nil, nil
}

func (l *Learner) gatherShard(shard int) {
	b, m, n := l.from, &l.mini, len(l.rows)
	s := l.Net.Shape()
	size, floats := s.H*s.W*s.C, s.Vec
	for i := shard * n / shards; i < (shard+1)*n/shards; i++ {
		r := int(l.rows[i])
		copy(m.Obs[i*size:(i+1)*size], b.Obs[r*size:])
		copy(m.Vec[i*floats:(i+1)*floats], b.Vec[r*floats:])
		m.Action[i], m.LogP[i], m.Targets.Adv[i] = b.Action[r], b.LogP[r], b.Targets.Adv[r]
		for k := range m.Targets.Return {
			m.Targets.Return[k][i], m.Targets.Value[k][i] = b.Targets.Return[k][r], b.Targets.Value[k][r]
		}
	}
}

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
