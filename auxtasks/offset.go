package auxtasks

func init() {
	RegisterBonus(Info{
		Name:   "critic-offset",
		About:  "tell the critic how far the goal is, instead of paying for getting closer: the best policy stays the best",
		Source: "Wiewiora 2003, \"Potential-based shaping and Q-value initialization are equivalent\"",
		Needs:  "a world with a Potential",
		Cost:   "next to nothing",
		Weight: 1,
	}, DefaultPotential(), NewOffset)
}

// Offset is potential-shaping said another way: the value of a state is V(s) = V'(s) + Φ(s), where V' is what the critic's
// network computes. Nothing is paid.
//
// Why that is the same: the critic of a shaped agent learns V' = V - Φ, the value of r + F. With δ = r + γV(s') - V(s) and
// V = V' + Φ,
//
//	δ = r + γΦ(s') - Φ(s) + γV'(s') - V'(s) = (r + F) + γV'(s') - V'(s),
//
// the shaped agent's: all advantages are identical, so are the critic's errors, and with them every gradient. Where the task ends,
// what follows is worth V(s') = 0, Φ included; where the clock ends an episode V(s') keeps both parts. (TestOffsetIsShaping.)
//
// When to prefer it: nearly always. Rewards stay the world's own, so that reported returns, clipping and normalisation of rewards
// are not touched, and there is no rule about ends to get wrong. A critic that is asked for values far from 0 early on, with
// Shift for example, finds them at once. What it does to the optimum: nothing.
type Offset struct{ Potential }

// NewOffset makes the bonus.
func NewOffset(s PotentialSettings, d Dims) (Bonus, error) {
	stream, err := d.world()
	if err != nil {
		return nil, err
	}
	return &Offset{Potential{settings: s, stream: stream}}, nil
}

// Reward pays nothing.
func (o *Offset) Reward(dst []float32, _ *Batch) { clear(dst) }

// Offset sets dst[row] to the potential of each row of b.
func (o *Offset) Offset(dst []float32, b *Batch) {
	if len(dst) != b.Rows() || len(b.Phi) < len(dst) {
		panic("auxtasks: critic-offset: the batch has no potentials, or dst is of another length")
	}
	for row := range dst {
		dst[row] = o.settings.of(b.Phi[row])
	}
}
