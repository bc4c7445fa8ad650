package agent

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// ActorCritic holds what PPO and A2C have in common.
type ActorCritic struct {
	Lambda    float32 `json:"lambda"`    // of GAE; 1 is the n-step return
	Value     float32 `json:"value"`     // weight of the value loss
	Entropy   float32 `json:"entropy"`   // weight of the entropy bonus; 0 disables it
	Normalize bool    `json:"normalize"` // advantages of each minibatch to mean 0, deviation 1
}

func (c ActorCritic) validate() error {
	if !(c.Lambda >= 0 && c.Lambda <= 1) {
		return fmt.Errorf("agent: lambda is %v, must be in [0, 1]", c.Lambda)
	}
	if !(c.Value >= 0) || !(c.Entropy >= 0) {
		return fmt.Errorf("agent: the weights of value loss %v and entropy %v must not be negative", c.Value, c.Entropy)
	}
	return nil
}

// shards is how many pieces the rows of a minibatch are split into. What they measured is added in order, so that no number depends
// on the workers.
const shards = 8

// actorCritic is the state that both objectives keep.
type actorCritic struct {
	cfg       ActorCritic
	valueClip float32
	surrogate surrogate
	workers   *nn.Team

	adv     []float32 // normalised advantages of the minibatch
	p, logp []float32 // [rows, actions] of the policy
	part    [shards]Stats
	shard   func(int)

	// Of the loss under way.
	batch  *replay.Batch
	used   []float32 // advantages
	inv    float32   // 1 / the sum of weights; 0: there is none
	logits *nn.Tap
	values []*nn.Tap
}

// surrogate returns, for one transition, the policy loss given the action's log-probability, that under the acting policy and
// the advantage; its slope with respect to the former; and whether it clipped.
type surrogate func(logp, old, adv float32) (loss, slope float32, clipped bool)

func (a *actorCritic) init(cfg ActorCritic, valueClip float32, s surrogate, workers *nn.Team) {
	a.cfg, a.valueClip, a.surrogate, a.workers, a.shard = cfg, valueClip, s, workers, a.lossShard
}

// Targets implements Objective: GAE per stream, of what b.Paid pays; the sum of the streams' advantages, weighted, drives the policy.
func (a *actorCritic) Targets(b *replay.Batch, streams []auxtasks.Stream, value [][]float32) {
	t := b.Targets
	n := b.T * b.B
	for s, stream := range streams {
		adv := t.Return[s]
		GAE(adv, b.Paid[s], value[s], b, stream, a.cfg.Lambda)
		for i, d := range adv {
			if s == 0 {
				t.Adv[i] = 0
			}
			t.Adv[i] += stream.Weight * d
		}
		copy(t.Value[s], value[s][:n])
		for i := range adv {
			adv[i] += value[s][i] // advantage to return
		}
	}
}

// advantages returns those of the minibatch as the policy loss uses them.
func (a *actorCritic) advantages(b *replay.Batch) []float32 {
	adv := b.Targets.Adv
	if !a.cfg.Normalize || len(adv) < 2 {
		return adv
	}
	mean, square, n := 0.0, 0.0, 0.0
	for i, v := range adv {
		if w := float64(b.Valid(i)); w > 0 {
			mean += w * float64(v)
			n += w
		}
	}
	mean /= max(n, 1)
	for i, v := range adv {
		if w := float64(b.Valid(i)); w > 0 {
			d := float64(v) - mean
			square += w * d * d
		}
	}
	inv := 1 / (math.Sqrt(square/max(n-1, 1)) + 1e-8)
	if cap(a.adv) < len(adv) {
		a.adv = make([]float32, len(adv))
	}
	out := a.adv[:len(adv)]
	for i, v := range adv {
		out[i] = float32((float64(v) - mean) * inv)
	}
	return out
}

// Loss implements Objective. Rows of weight 0 count for nothing, whatever is in them.
func (a *actorCritic) Loss(b *replay.Batch, logits *nn.Tap, values []*nn.Tap) Stats {
	rows := b.T * b.B
	if n := rows * logits.Len(); cap(a.p) < n {
		a.p, a.logp = make([]float32, n), make([]float32, n)
	}
	a.batch, a.used, a.logits, a.values, a.inv = b, a.advantages(b), logits, values, 1/float32(rows)
	if b.Weight != nil {
		sum := 0.0
		for _, w := range b.Weight[:rows] {
			sum += float64(w)
		}
		a.inv = 0
		if sum > 0 {
			a.inv = float32(1 / sum)
		}
	}
	a.workers.Run(shards, a.shard)
	a.batch, a.used, a.logits, a.values = nil, nil, nil, nil
	var s Stats
	for _, part := range a.part {
		s.add(part)
	}
	s.scale(a.inv)
	return s
}

// lossShard adds the gradients of policy, value and entropy terms for one shard of the rows. It leaves sums in part.
func (a *actorCritic) lossShard(shard int) {
	b, n := a.batch, a.logits.Len()
	rows := b.T * b.B
	lo, hi := shard*rows/shards, (shard+1)*rows/shards
	nn.Softmax(a.p[lo*n:hi*n], a.logp[lo*n:hi*n], a.logits.Act[lo*n:hi*n], n)
	var s Stats
	for i := lo; i < hi; i++ {
		w := b.Valid(i)
		if w == 0 {
			continue
		}
		inv := w * a.inv
		p, logp := a.p[i*n:(i+1)*n], a.logp[i*n:(i+1)*n]
		act := b.Action[i]
		logRatio := logp[act] - b.LogP[i]
		ent := policy.Entropy(p, logp)
		loss, slope, clipped := a.surrogate(logp[act], b.LogP[i], a.used[i])
		s.Policy += w * loss
		s.Entropy += w * ent
		s.KL += w * (float32(math.Expm1(float64(logRatio))) - logRatio)
		if clipped {
			s.Clipped += w
		}
		d := a.logits.Grad[i*n : (i+1)*n]
		for j, p := range p {
			// d log π(act) / d logit_j = [j = act] - p_j;  d H / d logit_j = -p_j (log p_j + H)
			d[j] += inv * (-slope*p + a.cfg.Entropy*p*(logp[j]+ent))
		}
		d[act] += inv * slope
	}
	for k, v := range a.values {
		ret, old := b.Targets.Return[k][lo:hi], b.Targets.Value[k][lo:hi]
		var weight []float32
		if b.Weight != nil {
			weight = b.Weight[lo:hi]
		}
		s.Value += valueLoss(v.Grad[lo:hi], v.Act[lo:hi], ret, old, weight, a.cfg.Value*a.inv, a.valueClip)
	}
	a.part[shard] = s
}

// valueLoss adds scale times the gradient of ½ (v - return)², or, with a clip range, of the larger of that and the same with v held
// within clip of its old value, each times its weight; nil: 1. It returns the sum.
func valueLoss(dv, val, ret, old, weight []float32, scale, clip float32) float32 {
	sum, w := float32(0), float32(1)
	for i, r := range ret {
		if weight != nil {
			if w = weight[i]; w == 0 {
				continue
			}
		}
		v := val[i]
		e := v - r
		if clip > 0 {
			held := old[i] + min(max(v-old[i], -clip), clip) - r
			if held*held > e*e { // the clip is active and pessimistic: no gradient
				sum += w * 0.5 * held * held
				continue
			}
		}
		sum += w * 0.5 * e * e
		dv[i] += w * scale * e
	}
	return sum
}
