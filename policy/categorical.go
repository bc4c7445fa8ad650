package policy

import "github.com/auxrl/auxrl/nn"

// Categorical is a distribution over actions, from logits. It owns the buffers that it needs.
type Categorical struct {
	LogP []float32 // [actions] logarithms of the probabilities
	P    []float32 // [actions] probabilities
}

// NewCategorical returns a distribution over so many actions.
func NewCategorical(actions int) *Categorical {
	return &Categorical{LogP: make([]float32, actions), P: make([]float32, actions)}
}

// Set computes the distribution of one row of logits.
func (c *Categorical) Set(logits []float32) {
	nn.Softmax(c.P, c.LogP, logits, len(c.LogP))
}

// Sample returns the action at which the distribution function passes u in [0, 1).
func (c *Categorical) Sample(u float64) int {
	sum := 0.0
	for i, p := range c.P {
		if sum += float64(p); u < sum {
			return i
		}
	}
	return c.Mode() // rounding left the sum below u
}

// Mode returns the likeliest action, the first of several.
func (c *Categorical) Mode() int {
	best := 0
	for i, p := range c.P {
		if p > c.P[best] {
			best = i
		}
	}
	return best
}

// Entropy returns -Σ p log p, in nats.
func (c *Categorical) Entropy() float32 { return Entropy(c.P, c.LogP) }

// Entropy returns -Σ p log p, in nats, of probabilities and their logarithms.
func Entropy(p, logp []float32) float32 {
	h := float32(0)
	for i, v := range p {
		if v > 0 {
			h -= v * logp[i]
		}
	}
	return h
}
