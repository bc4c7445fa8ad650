package agent

import (
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/replay"
)

// GAE sets adv[i] to the generalised advantage of transition i (Schulman et al. 2016, eq. 16) in a stream of rewards,
//
//	δ_i = r_i + γ (1-terminated_i) v[next(i)] - v[i],  A_i = δ_i + γλ (1-ended_i) A_{i+B}
//
// with two masks: only a termination makes what follows worth nothing, while either end cuts the trace. A stream that is not
// episodic has neither: what follows transition i is row i+B, whatever ended. adv and reward are [T*B], value is over all rows of
// b. It panics if the lengths disagree.
func GAE(adv, reward, value []float32, b *replay.Batch, s auxtasks.Stream, lambda float32) {
	n := b.T * b.B
	if len(adv) != n || len(reward) != n || len(value) < b.Rows() || b.Next == nil {
		panic("agent: GAE: length mismatch")
	}
	for i := n - 1; i >= 0; i-- {
		next, worth, trace := int(b.Next[i]), !b.Terminated[i], !b.Ended[i]
		if !s.Episodic {
			next, worth, trace = i+b.B, true, true
		}
		boot, tail := value[next], float32(0)
		if !worth {
			boot = 0
		}
		if trace && i+b.B < n {
			tail = adv[i+b.B]
		}
		adv[i] = reward[i] + s.Gamma*boot - value[i] + s.Gamma*lambda*tail
	}
}
