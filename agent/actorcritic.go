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

// actorCritic is the state that both objectives keep.
type actorCritic struct {
	cfg  ActorCritic
	dist *policy.Categorical
	adv  []float32 // normalised advantages of the minibatch
}

// Targets implements Objective: GAE per stream; the sum of the streams' advantages, weighted, drives the policy.
func (a *actorCritic) Targets(b *replay.Batch, streams []auxtasks.Stream, value [][]float32) {
	t := b.Targets
	n := b.T * b.B
	for s, stream := range streams {
		adv := t.Return[s]
		GAE(adv, b.Reward, value[s], b, stream.Gamma, a.cfg.Lambda)
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
	mean, square := 0.0, 0.0
	for _, v := range adv {
		mean += float64(v)
	}
	mean /= float64(len(adv))
	for _, v := range adv {
		d := float64(v) - mean
		square += d * d
	}
	inv := 1 / (math.Sqrt(square/float64(len(adv)-1)) + 1e-8)
	if cap(a.adv) < len(adv) {
		a.adv = make([]float32, len(adv))
	}
	out := a.adv[:len(adv)]
	for i, v := range adv {
		out[i] = float32((float64(v) - mean) * inv)
	}
	return out
}

// loss adds the gradients of policy, value and entropy terms. surrogate returns, for one transition, the policy loss given
// the action's log-probability, that under the acting policy and the advantage; its slope with respect to the former; and
// whether it clipped.
func (a *actorCritic) loss(b *replay.Batch, logits *nn.Tap, values []*nn.Tap, valueClip float32,
	surrogate func(logp, old, adv float32) (loss, slope float32, clipped bool)) Stats {
	rows := b.T * b.B
	adv := a.advantages(b)
	n := logits.Len()
	if a.dist == nil {
		a.dist = policy.NewCategorical(n)
	}
	inv := 1 / float32(rows)
	var s Stats
	for i := range rows {
		a.dist.Set(logits.Act[i*n : (i+1)*n])
		act := b.Action[i]
		logRatio := a.dist.LogP[act] - b.LogP[i]
		ent := a.dist.Entropy()
		loss, slope, clipped := surrogate(a.dist.LogP[act], b.LogP[i], adv[i])
		s.Policy += loss
		s.Entropy += ent
		s.KL += float32(math.Expm1(float64(logRatio))) - logRatio
		if clipped {
			s.Clipped++
		}
		d := logits.Grad[i*n : (i+1)*n]
		for j, p := range a.dist.P {
			// d log π(act) / d logit_j = [j = act] - p_j;  d H / d logit_j = -p_j (log p_j + H)
			d[j] += inv * (-slope*p + a.cfg.Entropy*p*(a.dist.LogP[j]+ent))
		}
		d[act] += inv * slope
	}
	for k, v := range values {
		s.Value += valueLoss(v, b.Targets.Return[k], b.Targets.Value[k], a.cfg.Value, valueClip)
	}
	s.Policy *= inv
	s.Entropy *= inv
	s.KL *= inv
	s.Clipped *= inv
	return s
}

// valueLoss adds weight times the gradient of the mean of ½ (v - return)², or, with a clip range, of the larger of that and
// the same with v held within clip of its old value. It returns the mean.
func valueLoss(tap *nn.Tap, ret, old []float32, weight, clip float32) float32 {
	sum := float32(0)
	inv := 1 / float32(len(ret))
	for i, r := range ret {
		v := tap.Act[i]
		e := v - r
		if clip > 0 {
			held := old[i] + min(max(v-old[i], -clip), clip) - r
			if held*held > e*e { // the clip is active and pessimistic: no gradient
				sum += 0.5 * held * held
				continue
			}
		}
		sum += 0.5 * e * e
		tap.Grad[i] += weight * inv * e
	}
	return sum * inv
}
