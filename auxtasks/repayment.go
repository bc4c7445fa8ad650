package auxtasks

import (
	"errors"
	"fmt"
)

// Repayment makes any bonus leave the optimum alone: where the task ends, it takes back what was paid, with interest.
//
// Every bonus b_t is a shaping reward under a potential that remembers the episode,
//
//	b_t = γΨ_{t+1} - Ψ_t,  Ψ_t = Σ_{k<t} γ^{k-t} b_k,
//
// but for the end, where shaping demands Ψ' = 0. So the last step of a task pays -Ψ instead of its bonus, and the discounted sum of
// the episode is 0 (PBIM: Forbes et al. 2024, "Potential-based intrinsic motivation"; GRM is the same idea). Where only the clock ends
// an episode nothing is taken back, as in Shaping: what follows still has its value.
//
// When it helps: the bonus shall lead exploration, and the agent it leaves behind shall be the best for the task, not for the bonus.
// The price is one large reward at the end, γ^{-T} times what was paid T steps before, which a critic that does not see Ψ cannot
// foresee: in long episodes it drowns everything else. Fading the bonus out is the robust way; for milestones, the potential mode.
type Repayment struct {
	gamma float64
	owed  []float64 // [worlds] Ψ of the state that each world is in
}

// NewRepayment returns one for so many worlds whose rewards are discounted by gamma, above 0.
func NewRepayment(worlds int, gamma float32) *Repayment {
	if !(gamma > 0) {
		panic("auxtasks: NewRepayment: gamma must be positive")
	}
	return &Repayment{gamma: float64(gamma), owed: make([]float64, worlds)}
}

// mostOwed bounds Ψ: what is beyond it is forgiven, and the optimum is then no longer exactly the task's. A bonus of 1 grows so large
// after 1375 steps at γ = 0.99.
const mostOwed = 1e6

// Owed returns Ψ_{t+1} = (Ψ_t + b_t) / γ, between -1e6 and 1e6.
func Owed(owed, paid, gamma float64) float64 {
	return max(-mostOwed, min(mostOwed, (owed+paid)/gamma))
}

// Apply replaces the bonuses of a fresh rollout at the ends of tasks by what is owed. paid is [T*B].
func (r *Repayment) Apply(paid []float32, b *Batch) {
	if len(paid) != b.Transitions() {
		panic("auxtasks: Repayment: length mismatch")
	}
	for i := range paid {
		owed := &r.owed[worldOf(b, i%b.B)]
		if b.Terminated[i] {
			paid[i] = float32(-*owed)
		}
		if b.Ended[i] {
			*owed = 0
		} else {
			*owed = Owed(*owed, float64(paid[i]), r.gamma)
		}
	}
}

// AppendState appends what is owed.
func (r *Repayment) AppendState(b []byte) []byte {
	for _, x := range r.owed {
		b = appendFloat(b, x)
	}
	return b
}

// size is how many bytes a state has.
func (r *Repayment) size() int { return 8 * len(r.owed) }

// RestoreState continues what AppendState saved.
func (r *Repayment) RestoreState(b []byte) error {
	if len(b) != r.size() {
		return fmt.Errorf("auxtasks: restore: what is owed has %d bytes, got %d", r.size(), len(b))
	}
	for i := range r.owed {
		r.owed[i] = floatAt(b[8*i:])
		if !(r.owed[i] >= -mostOwed && r.owed[i] <= mostOwed) {
			return errors.New("auxtasks: restore: what is owed is out of range")
		}
	}
	return nil
}
