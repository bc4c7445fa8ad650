package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Normalizer brings a stream of rewards to a common scale: it divides them by the running standard deviation of their discounted
// sum. The mean is never taken off: rewards that are negative on average make an agent seek the end.
//
// For every world it keeps c = γc + r, the sum of what was paid so far with the past discounted, and over all worlds and times the
// variance of c (Burda et al. 2018, RND, section 2.4). The stream of episodes that end begins c anew where one ends, another never
// does. Because the scale moves, so does what is optimal if the rewards are added to others; potentials lose their invariance.
type Normalizer struct {
	gamma    float64
	episodic bool
	sum      []float64 // [worlds] c
	n        uint64    // values of c so far, their mean, and the sum of their squared distances from it
	mean, m2 float64
}

// NewNormalizer returns one for a stream of so many worlds.
func NewNormalizer(worlds int, s Stream) *Normalizer {
	return &Normalizer{gamma: float64(s.Gamma), episodic: s.Episodic, sum: make([]float64, worlds)}
}

// Std returns the standard deviation so far; 0 at the beginning.
func (n *Normalizer) Std() float64 {
	if n.n == 0 {
		return 0
	}
	return math.Sqrt(n.m2 / float64(n.n))
}

// flat is below what is taken for a standard deviation: rewards stay as they are.
const flat = 1e-8

// Apply takes the rewards of a fresh rollout into account and then divides them. rew is [T*B].
func (n *Normalizer) Apply(rew []float32, b *Batch) {
	n.Observe(rew, b)
	std := n.Std()
	if std < flat {
		return
	}
	for i := range rew {
		rew[i] = float32(float64(rew[i]) / std)
	}
}

// Observe takes the rewards of a fresh rollout into account. rew is [T*B].
func (n *Normalizer) Observe(rew []float32, b *Batch) {
	if len(rew) != b.Transitions() {
		panic("auxtasks: Normalizer: length mismatch")
	}
	for i, r := range rew {
		c := &n.sum[worldOf(b, i%b.B)]
		*c = n.gamma**c + float64(r)
		n.n++
		d := *c - n.mean // Welford 1962
		n.mean += d / float64(n.n)
		n.m2 += d * (*c - n.mean)
		if n.episodic && b.Ended[i] {
			*c = 0
		}
	}
}

// AppendState appends the statistics.
func (n *Normalizer) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, n.n)
	b = appendFloat(appendFloat(b, n.mean), n.m2)
	for _, c := range n.sum {
		b = appendFloat(b, c)
	}
	return b
}

// size is how many bytes a state has.
func (n *Normalizer) size() int { return 24 + 8*len(n.sum) }

// RestoreState continues what AppendState saved.
func (n *Normalizer) RestoreState(b []byte) error {
	if len(b) != n.size() {
		return fmt.Errorf("auxtasks: restore: a normaliser's state has %d bytes, got %d", n.size(), len(b))
	}
	n.n = binary.LittleEndian.Uint64(b)
	n.mean, n.m2 = floatAt(b[8:]), floatAt(b[16:])
	good := finite64(n.mean) && n.m2 >= 0 && finite64(n.m2)
	for i := range n.sum {
		n.sum[i] = floatAt(b[24+8*i:])
		good = good && finite64(n.sum[i])
	}
	if !good {
		return errors.New("auxtasks: restore: a normaliser's state that is not finite")
	}
	return nil
}

func appendFloat(b []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
}

func floatAt(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

func finite64(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
