package agent

import "github.com/auxrl/auxrl/replay"

// GAE sets adv[i] to the generalised advantage of transition i (Schulman et al. 2016, eq. 16),
//
//	δ_i = r_i + γ (1-terminated_i) v[next(i)] - v[i],  A_i = δ_i + γλ (1-ended_i) A_{i+B}
//
// with two masks: only a termination makes what follows worth nothing, while either end cuts the trace. adv and reward are
// [T*B], value is over all rows of b. It panics if the lengths disagree.
func GAE(adv, reward, value []float32, b *replay.Batch, gamma, lambda float32) {
	n := b.T * b.B
	if len(adv) != n || len(reward) != n || len(value) < b.Rows() || b.Next == nil {
		panic("agent: GAE: length mismatch")
	}
	for i := n - 1; i >= 0; i-- {
		boot, trace := value[b.Next[i]], float32(0)
		if b.Terminated[i] {
			boot = 0
		}
		if !b.Ended[i] && i+b.B < n {
			trace = adv[i+b.B]
		}
		adv[i] = reward[i] + gamma*boot - value[i] + gamma*lambda*trace
	}
}
