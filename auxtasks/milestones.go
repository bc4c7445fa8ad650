package auxtasks

import (
	"errors"
	"fmt"
	"math/bits"
)

func init() {
	RegisterBonus(Info{
		Name:   "milestones",
		About:  "pay once an episode for each step on the way that the world names: key taken, door opened",
		Source: "mode potential: Ng, Harada & Russell 1999 with Φ = Σ amounts; Repay: Forbes et al. 2024",
		Needs:  "a world with Milestones; the policy should see which it has reached (env.WithMilestones)",
		Cost:   "next to nothing",
		Weight: 1,
	}, DefaultMilestones(), NewMilestones)
}

// MaxMilestones is how many a world can have.
const MaxMilestones = 64

// MilestonesSettings are those of Milestones.
type MilestonesSettings struct {
	Mode    string    `json:"mode"`    // "potential" or "bonus"
	Amount  float32   `json:"amount"`  // paid for each milestone
	Amounts []float32 `json:"amounts"` // for the first ones, the lowest bit first, instead of Amount
	Payment
}

// DefaultMilestones returns settings that keep the optimum: 0.1 per milestone beside a goal that pays about 1.
func DefaultMilestones() MilestonesSettings {
	return MilestonesSettings{Mode: "potential", Amount: 0.1, Payment: Payment{Weight: 1, Gamma: 0.99, Episodic: true}}
}

// Validate reports the first setting that cannot work.
func (s MilestonesSettings) Validate() error {
	if len(s.Amounts) > MaxMilestones {
		return fmt.Errorf("amounts are %d, at most %d", len(s.Amounts), MaxMilestones)
	}
	for _, x := range append([]float32{s.Amount}, s.Amounts...) {
		if !finite(x) {
			return fmt.Errorf("an amount is %v, must be finite", x)
		}
	}
	switch s.Mode {
	case "bonus":
	case "potential":
		if s.Stream != "" || s.Normalize || s.Fade != 0 || s.Repay {
			return errors.New("mode potential is paid into the world's stream, without normalise, fade or repay: they would break it")
		}
	default:
		return fmt.Errorf("mode is %q, must be bonus or potential", s.Mode)
	}
	return s.Payment.Validate()
}

// MilestoneBonus returns the sum of the amounts of the milestones in after that are not in before.
func MilestoneBonus(before, after uint64, amounts *[MaxMilestones]float32) float32 {
	sum := float32(0)
	for fresh := after &^ before; fresh != 0; fresh &= fresh - 1 {
		sum += amounts[bits.TrailingZeros64(fresh)]
	}
	return sum
}

// Milestones pays for what is reached on the way, once an episode each. The state after the action counts, at an episode's end the
// true last one, so that a milestone reached by the last action is paid too. What an episode begins with is not paid.
//
//	bonus      b = Σ amounts of those reached just now. Plain and strong, and it moves the optimum: a milestone that is worth more
//	           than its detour costs is fetched even if the goal does not need it.
//	  + Fade   the same, shrinking to nothing: it leads exploration, then gets out of the way. The optimum is the task's once it is gone.
//	  + Repay  the same, taken back where the task ends; see Repayment for the price.
//	potential  Φ = Σ amounts of all reached so far, paid as Shaping. The optimum stays the task's. What was paid is taken back by
//	           the step that ends the task, the milestones of that very step are not paid, and every step costs (1-γ)Φ.
//
// When it helps: rewards that need several things done in order. Choose potential first; choose bonus with Fade if the agent still
// does not find the way. A policy that does not see what it has reached cannot know what is left to be had: show it, with
// env.WithMilestones, unless the observation tells.
type Milestones struct {
	*payer
	potential bool
	amounts   [MaxMilestones]float32
}

// NewMilestones makes the bonus.
func NewMilestones(s MilestonesSettings, d Dims) (Bonus, error) {
	p, err := newPayer(s.Payment, d)
	if err != nil {
		return nil, err
	}
	m := &Milestones{payer: p, potential: s.Mode == "potential"}
	for k := range m.amounts {
		m.amounts[k] = s.Amount
	}
	copy(m.amounts[:], s.Amounts)
	return m, nil
}

// Reads asks for the world's milestones.
func (m *Milestones) Reads() Reads { return Reads{Marks: true} }

// Reward pays every transition for what it reached.
func (m *Milestones) Reward(dst []float32, b *Batch) {
	if len(b.Marks) < b.Rows() || len(dst) != b.Transitions() {
		panic("auxtasks: milestones: the batch has none, or dst is of another length")
	}
	for i := range dst {
		before, after := b.Marks[i], b.Marks[b.Next[i]]
		if m.potential {
			phi, next := MilestoneBonus(0, before, &m.amounts), MilestoneBonus(0, after, &m.amounts)
			dst[i] = Shaping(phi, next, m.stream.Gamma, b.Terminated[i])
		} else {
			dst[i] = MilestoneBonus(before, after, &m.amounts)
		}
	}
	m.pay(dst, b)
}
