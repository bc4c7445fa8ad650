package auxtasks

import (
	"math"

	"github.com/auxrl/auxrl/nn"
)

// Names of the balance rules. The main gradient that they look at is the one that the optimiser gets: tasks that ride on the objective's
// pass are part of it. They act on the gradients of the shared blocks; a task's heads, and the policy's and the critics' own,
// take its gradient as it is, so that the task goes on learning.
const (
	Fixed       = "fixed"     // the weights as they are given
	NormMatched = "norm"      // a weight says how long a task's gradient is, as a fraction of the main one's
	HardGate    = "hard-gate" // a task's gradient counts while its slow mean points along the main one's (Du et al. 2018)
	SoftGate    = "soft-gate" // times the cosine between the two, 0 if that is negative (Du et al. 2018)
)

// Balances lists the rules.
func Balances() []string { return []string{Fixed, NormMatched, HardGate, SoftGate} }

func gates(rule string) bool { return rule == HardGate || rule == SoftGate }

const (
	gateMean = 0.9  // share of the old in the slow mean of gradients that gates compare
	normMean = 0.99 // and in that of their norms

	// A matched gradient is never scaled beyond these: a task that has learned everything sends next to nothing, and a main
	// gradient of nothing would switch all tasks off.
	leastMatch, mostMatch = 1e-4, 1e4
)

// follow moves the slow mean of the main gradient.
func (m *Mixer) follow() {
	switch {
	case m.smooth != nil:
		blend(m.smooth, m.main, gateMean)
	case m.cfg.Balance == NormMatched:
		m.size = slow(m.size, math.Sqrt(m.dot(m.main, m.main)), m.update)
	}
}

// weigh adds a task's gradient to the sum, shared blocks times what the rule says.
func (m *Mixer) weigh(k *member) {
	factor := float32(1)
	if k.report.Rows > 0 {
		factor = m.factor(k)
	}
	k.report.Factor = factor
	for i, b := range m.blocks {
		if b.Shared {
			nn.AddScaled(m.sum[i], k.gradient[i], factor)
		} else {
			nn.AddScaled(m.sum[i], k.gradient[i], 1)
		}
	}
}

func (m *Mixer) factor(k *member) float32 {
	if m.cfg.Balance == NormMatched {
		norm := math.Sqrt(m.dot(k.gradient, k.gradient))
		if !finite64(norm) {
			return float32(norm) // so that the update is not made
		}
		k.size = slow(k.size, norm, uint64(k.valid-1))
		return k.report.Weight * float32(min(max(m.size/(k.size+1e-8), leastMatch), mostMatch))
	}
	blend(k.smooth, k.gradient, gateMean)
	aa, bb := m.dot(m.smooth, m.smooth), m.dot(k.smooth, k.smooth)
	c := products{aa, m.dot(m.smooth, k.smooth), bb}.cosine()
	switch {
	case !finite64(aa + bb):
		return float32(math.NaN()) // so that the update is not made
	case c < 0:
		return 0
	case c != c || m.cfg.Balance == HardGate: // where one of the two sends nothing, there is nothing to be in the way of
		return 1
	}
	return c
}

// slow returns the slow mean after its n-th value, n from 0.
func slow(mean, value float64, n uint64) float64 {
	if n == 0 {
		return value
	}
	return normMean*mean + (1-normMean)*value
}

// blend moves a slow mean: keep of the old, the rest of the new.
func blend(mean, value [][]float32, keep float32) {
	for i, dst := range mean {
		src := value[i]
		for j, v := range dst {
			dst[j] = keep*v + (1-keep)*src[j]
		}
	}
}
