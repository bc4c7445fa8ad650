package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Payment says how a bonus is paid: into which stream, on which scale, for how long, and whether it is taken back.
//
// A bonus in the world's stream is one more reward: simple, and the only way to repay it. A stream of its own has a value head, a
// discount and a rule for ends of its own, which is what novelty wants: what is new does not end with an episode, and its scale shall
// not disturb the critic of the task.
type Payment struct {
	Stream   string  `json:"stream"`   // value head it is paid into; "" is the world's, whose weight, discount and ends then hold
	Weight   float32 `json:"weight"`   // in a stream of its own: of its advantage in the sum
	Gamma    float32 `json:"gamma"`    // in a stream of its own: discount per decision
	Episodic bool    `json:"episodic"` // in a stream of its own: whether nothing counts beyond an episode's end
	// Normalize divides the bonus by the running standard deviation of its discounted sum; see Normalizer.
	Normalize bool    `json:"normalise"`
	Fade      int     `json:"fade"`  // rollouts in which the bonus shrinks, evenly, from all of it to Rest; 0: it stays
	Rest      float32 `json:"rest"`  // the part of it that is left then, 0 to 1
	Repay     bool    `json:"repay"` // takes it back where the task ends, so that the optimum is the task's; see Repayment
}

// Validate reports the first setting that cannot work.
func (p Payment) Validate() error {
	switch {
	case strings.Trim(p.Stream, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fmt.Errorf("stream is %q, must be of lower case letters, digits and dashes", p.Stream)
	case !(p.Weight >= 0) || !finite(p.Weight):
		return fmt.Errorf("weight is %v, must be at least 0", p.Weight)
	case !(p.Gamma >= 0 && p.Gamma <= 1) || p.Gamma == 1 && !p.Episodic:
		return fmt.Errorf("gamma is %v, must be 0 to 1, and below 1 unless episodic", p.Gamma)
	case p.Fade < 0 || p.Fade > maxFade:
		return fmt.Errorf("fade is %d, must be 0 to %d", p.Fade, maxFade)
	case !(p.Rest >= 0 && p.Rest <= 1):
		return fmt.Errorf("rest is %v, must be 0 to 1", p.Rest)
	case p.Repay && p.Stream != "":
		return errors.New("repay works in the world's stream only, because it needs its discount")
	}
	return nil
}

// maxFade bounds Fade.
const maxFade = 1 << 30

// payer pays bonuses as a Payment says.
type payer struct {
	stream     Stream
	norm       *Normalizer // nil: on their own scale
	debt       *Repayment  // nil: for good
	fade       uint32
	rest       float32
	rollouts   uint32 // so far, up to fade
	rehearsing bool   // see Rehearse
}

func newPayer(p Payment, d Dims) (*payer, error) {
	stream, err := d.world()
	if err != nil {
		return nil, err
	}
	if d.Worlds < 1 {
		return nil, errors.New("auxtasks: Dims without worlds")
	}
	if p.Stream != "" {
		stream = Stream{Name: p.Stream, Weight: p.Weight, Gamma: p.Gamma, Episodic: p.Episodic}
	}
	q := &payer{stream: stream, fade: uint32(p.Fade), rest: p.Rest}
	if p.Normalize {
		q.norm = NewNormalizer(d.Worlds, stream)
	}
	if p.Repay {
		if !(stream.Gamma > 0) {
			return nil, errors.New("auxtasks: with a discount of 0 nothing can be repaid")
		}
		q.debt = NewRepayment(d.Worlds, stream.Gamma)
	}
	return q, nil
}

// Stream says which value head the bonus is paid into.
func (p *payer) Stream() Stream { return p.stream }

// pay turns the bonuses of a fresh rollout into what is paid.
func (p *payer) pay(dst []float32, b *Batch) {
	if p.norm != nil {
		p.norm.Apply(dst, b)
	}
	if p.fade > 0 {
		part := 1 - (1-p.rest)*(float32(p.rollouts)/float32(p.fade))
		for i := range dst {
			dst[i] *= part
		}
		if !p.rehearsing {
			p.rollouts = min(p.rollouts+1, p.fade)
		}
	}
	if p.debt != nil {
		p.debt.Apply(dst, b)
	}
}

// Rehearse implements Rehearser.
func (p *payer) Rehearse() {
	p.rehearsing = true
	if p.debt != nil {
		clear(p.debt.owed)
	}
}

// AppendState appends how far the bonus has faded, its scale and what is owed.
func (p *payer) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, p.rollouts)
	if p.norm != nil {
		b = p.norm.AppendState(b)
	}
	if p.debt != nil {
		b = p.debt.AppendState(b)
	}
	return b
}

// restore continues what AppendState saved at the beginning of b, and returns what follows it.
func (p *payer) restore(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errShort
	}
	rollouts := binary.LittleEndian.Uint32(b)
	if b = b[4:]; rollouts > p.fade {
		return nil, fmt.Errorf("auxtasks: restore: faded for %d of %d rollouts", rollouts, p.fade)
	}
	p.rollouts = rollouts
	if p.norm != nil {
		n := p.norm.size()
		if len(b) < n {
			return nil, errShort
		}
		if err := p.norm.RestoreState(b[:n]); err != nil {
			return nil, err
		}
		b = b[n:]
	}
	if p.debt != nil {
		n := p.debt.size()
		if len(b) < n {
			return nil, errShort
		}
		if err := p.debt.RestoreState(b[:n]); err != nil {
			return nil, err
		}
		b = b[n:]
	}
	return b, nil
}

// RestoreState continues what AppendState saved.
func (p *payer) RestoreState(b []byte) error {
	rest, err := p.restore(b)
	if err == nil && len(rest) > 0 {
		err = errLong
	}
	return err
}

var (
	errShort = errors.New("auxtasks: restore: a bonus's state is too short")
	errLong  = errors.New("auxtasks: restore: a bonus's state is too long")
)
