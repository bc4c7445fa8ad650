package auxtasks

import (
	"errors"
	"fmt"
	"math"
)

func init() {
	RegisterBonus(Info{
		Name:   "potential-shaping",
		About:  "pay for getting closer to the goal, where the world says how far it is; the best policy stays the best",
		Source: "Ng, Harada & Russell 1999, theorem 1; ends as in Grzes 2017, \"Reward shaping in episodic reinforcement learning\"",
		Needs:  "a world with a Potential",
		Cost:   "next to nothing",
		Weight: 1,
	}, DefaultPotential(), NewPotential)
}

// PotentialSettings scale a potential. Both kinds that use it, potential-shaping and critic-offset, leave the best policy the best
// whatever they are.
type PotentialSettings struct {
	Scale float32 `json:"scale"` // factor of the world's potential; about the size of the returns
	// Shift is added after scaling. It acts as (γ-1) Shift in every step and as -Shift where the task ends: with it one chooses
	// how large the unseen looks to a critic that begins at 0 (Mueller & Kudenko 2025).
	Shift float32 `json:"shift"`
}

// DefaultPotential returns the potential of the world as it is, from -1 far away to 0 at the goal: it fits a goal that pays 1.
func DefaultPotential() PotentialSettings { return PotentialSettings{Scale: 1} }

// Validate reports the first setting that cannot work.
func (s PotentialSettings) Validate() error {
	if !finite(s.Scale) || !finite(s.Shift) {
		return fmt.Errorf("scale is %v and shift %v, must be finite", s.Scale, s.Shift)
	}
	return nil
}

// Shaping returns the reward
//
//	F = γ Φ' - Φ,  Φ' = 0 if the task ended, else Φ(s')
//
// of a step from a state of potential phi to one of potential next. A step after which only the clock ended the episode keeps Φ(s')
// of the true last observation, as the value that is bootstrapped there is kept. γ is the learner's. Any other rule moves the
// optimum: no F at the end, Φ(s') kept at the end, F without γ, another γ.
func Shaping[F ~float32 | ~float64](phi, next, gamma F, terminated bool) F {
	if terminated {
		next = 0
	}
	return gamma*next - phi
}

// Shape sets dst[i] to the Shaping of transition i of b under the potential phi. dst is [T*B], phi is over all rows.
func Shape(dst, phi []float32, b *Batch, gamma float32) {
	if len(dst) != b.Transitions() || len(phi) < b.Rows() || len(b.Next) != len(dst) {
		panic("auxtasks: Shape: length mismatch")
	}
	for i := range dst {
		dst[i] = Shaping(phi[i], phi[b.Next[i]], gamma, b.Terminated[i])
	}
}

// Potential pays a shaping reward (see Shaping) into the world's stream, with the world's discount.
//
// When it helps: the world knows a distance to the goal, rewards are rare, and the critic is still wrong: early. To a critic that
// is right it makes no difference, and with λ = 1 none at all. It does not need to be right: a wrong Φ costs time, not the optimum.
//
// What it does to the optimum: nothing, for any Φ, because along an episode F sums to -Φ(s_0), plus γ^T Φ(s_T) where the clock ended
// it, whatever is done in between. That holds only for the sum of reward and F as a whole: shape after rewards are clipped, and
// scale both together if at all.
//
// Potentials that change (Devlin & Kudenko 2012) leave the optimum alone too, as long as each Φ is the one that held when its state
// was visited. What a world tells, it tells then, and a Batch keeps it. A potential that is learned is written once, when the
// rollout is fresh, with Frozen for the rows that two rollouts share, and never computed again for replayed sequences; then Shape
// turns it into rewards.
type Potential struct {
	settings PotentialSettings
	stream   Stream
}

// NewPotential makes the bonus.
func NewPotential(s PotentialSettings, d Dims) (Bonus, error) {
	stream, err := d.world()
	if err != nil {
		return nil, err
	}
	return &Potential{settings: s, stream: stream}, nil
}

// Stream is the world's.
func (p *Potential) Stream() Stream { return p.stream }

// Reads asks for the world's potential.
func (p *Potential) Reads() Reads { return Reads{Phi: true} }

// Reward pays every transition its F.
func (p *Potential) Reward(dst []float32, b *Batch) {
	if len(b.Phi) < b.Rows() || len(dst) != b.Transitions() {
		panic("auxtasks: potential-shaping: the batch has no potentials, or dst is of another length")
	}
	for i := range dst {
		phi, next := p.settings.of(b.Phi[i]), p.settings.of(b.Phi[b.Next[i]])
		dst[i] = Shaping(phi, next, p.stream.Gamma, b.Terminated[i])
	}
}

// of returns the potential that the settings make of the world's.
func (s PotentialSettings) of(phi float32) float32 { return s.Scale*phi + s.Shift }

// world returns the stream of the world's own reward.
func (d *Dims) world() (Stream, error) {
	if len(d.Streams) == 0 {
		return Stream{}, errors.New("auxtasks: Dims without the world's stream")
	}
	return d.Streams[0], nil
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }
