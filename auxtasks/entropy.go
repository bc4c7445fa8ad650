package auxtasks

import (
	"errors"
	"math"

	"github.com/auxrl/auxrl/nn"
)

func init() {
	Register(Info{
		Name:   "entropy",
		About:  "keep the policy undecided, so that it goes on exploring",
		Source: "Williams & Peng 1991; Mnih et al. 2016, sect. 4",
		Needs:  "at least two actions",
		Cost:   "next to nothing",
		Weight: 0.01,
	}, EntropyConfig{}, NewEntropy)
}

// EntropyConfig holds the settings of the entropy task: there are none.
type EntropyConfig struct{}

// entropy raises the entropy of the policy.
type entropy struct {
	actions int
	p, logp []float32 // [actions]
}

// NewEntropy makes the task of an undecided policy, on the tap "logits" of the objective's own pass:
//
//	L = -mean H(π(·|s)),  H = -Σ_a π log π
//
// It is what objectives have as their entropy bonus, on top of that. A weight above 0 raises the entropy. Quality is the mean entropy
// as a part of its maximum ln |A|, in [0, 1]. There is neither head nor state.
func NewEntropy(_ EntropyConfig, d Dims) (Task, error) {
	if d.Actions < 2 {
		return nil, errors.New("auxtasks: entropy: one action alone leaves nothing undecided")
	}
	if _, err := d.need("logits"); err != nil {
		return nil, err
	}
	return &entropy{actions: d.Actions, p: make([]float32, d.Actions), logp: make([]float32, d.Actions)}, nil
}

// Needs implements Task.
func (e *entropy) Needs() Needs { return Needs{Source: Minibatch, Taps: []string{"logits"}} }

// Heads implements Task.
func (e *entropy) Heads() []Head { return nil }

// Loss implements Task.
func (e *entropy) Loss(in *Input, w float32) Report {
	b, tap := in.Batch, in.Taps[0][0]
	total, valid := counted(b)
	if valid == 0 {
		return Report{}
	}
	sum := 0.0
	for i := range b.Transitions() {
		weight := b.Valid(i)
		if weight == 0 {
			continue
		}
		nn.Softmax(e.p, e.logp, tap.Act[i*e.actions:(i+1)*e.actions], e.actions)
		h := nats(e.p, e.logp)
		sum += float64(weight) * float64(h)
		if w == 0 || tap.Grad == nil {
			continue
		}
		g, step := tap.Grad[i*e.actions:(i+1)*e.actions], w*weight/float32(total)
		for a, p := range e.p {
			if p > 0 {
				g[a] += step * p * (e.logp[a] + h)
			}
		}
	}
	mean := sum / total
	return Report{Loss: float32(-mean), Quality: float32(mean / math.Log(float64(e.actions))), Rows: valid}
}

// counted returns the weight of all transitions and how many have any.
func counted(b *Batch) (total float64, valid int) {
	for i := range b.Transitions() {
		if w := b.Valid(i); w != 0 {
			total += float64(w)
			valid++
		}
	}
	return total, valid
}

// nats returns -Σ p log p of probabilities and their logarithms.
func nats(p, logp []float32) float32 {
	h := float32(0)
	for i, v := range p {
		if v > 0 {
			h -= v * logp[i]
		}
	}
	return h
}
