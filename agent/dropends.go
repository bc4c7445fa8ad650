package agent

import "github.com/auxrl/auxrl/auxtasks"

// dropEnds makes a known mistake, to be compared with: sequences of the past stop before the transition that ends an episode, so
// that its reward is never a target and what follows it is never worth nothing. It is what the best-known re-implementation of UNREAL
// does. Windows of which nothing that follows is asked, reward prediction's, are left alone.
type dropEnds struct{ auxtasks.Sampling }

// Sample implements auxtasks.Sampling.
func (s dropEnds) Sample(b *auxtasks.Batch, d auxtasks.Draw, random uint64) bool {
	if !s.Sampling.Sample(b, d, random) {
		return false
	}
	for i := range b.Next {
		if b.Ended[i] {
			b.Next[i], b.Weight[i], b.Ended[i], b.Terminated[i] = int32(i), 0, false, false
		}
	}
	return true
}
