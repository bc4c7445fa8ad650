package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/auxrl/auxrl/internal/rng"
)

func init() {
	RegisterBonus(Info{
		Name:   "counts",
		About:  "pay for states that were seldom seen in the whole run: beta / sqrt(N)",
		Source: "Strehl & Littman 2008 (MBIE-EB); Bellemare et al. 2016",
		Needs:  "states that come back exactly: grids, not noisy pixels",
		Cost:   "one hash per transition, 24 to 32 bytes per state remembered",
		Weight: 0.01,
	}, DefaultCounts(), NewCounts)
}

func init() {
	RegisterBonus(Info{
		Name:   "episodic-counts",
		About:  "pay for states that are new, or seldom seen, in this episode",
		Source: "Raileanu & Rocktäschel 2020 (RIDE, eq. 4); first visits: Flet-Berliac et al. 2021 (AGAC), Zhang et al. 2021 (NovelD, eq. 2)",
		Needs:  "states that come back exactly: grids, not noisy pixels",
		Cost:   "one hash per transition, 24 to 32 bytes per state and world remembered",
		Weight: 0.01,
	}, DefaultEpisodicCounts(), NewEpisodicCounts)
}

// CountsSettings are those of Counts, of either kind.
type CountsSettings struct {
	Beta   float32 `json:"beta"`   // the bonus for what is seen for the first time
	First  bool    `json:"first"`  // pay for first visits only, instead of Beta/√N for all
	Key    string  `json:"key"`    // what a state is: "observation" or "state"
	Memory int     `json:"memory"` // different states remembered, of each world in episodic-counts; those beyond pay nothing
	Payment
}

// DefaultCounts returns a stream of its own that runs through the ends of episodes, since what is new does not end with them
// (Burda et al. 2018).
func DefaultCounts() CountsSettings {
	return CountsSettings{Beta: 1, Key: "observation", Memory: 1 << 18, Payment: Payment{Stream: "counts", Weight: 1, Gamma: 0.99}}
}

// DefaultEpisodicCounts returns a stream of its own that ends with the episodes, since the memory does: in one that does not, giving
// up would pay, because everything is new again.
func DefaultEpisodicCounts() CountsSettings {
	return CountsSettings{
		Beta: 1, First: true, Key: "observation", Memory: 1 << 12,
		Payment: Payment{Stream: "episodic-counts", Weight: 1, Gamma: 0.99, Episodic: true},
	}
}

// maxMemory bounds the states that are remembered.
const maxMemory = 1 << 24

// Validate reports the first setting that cannot work.
func (s CountsSettings) Validate() error {
	switch {
	case !finite(s.Beta):
		return fmt.Errorf("beta is %v, must be finite", s.Beta)
	case s.Key != "observation" && s.Key != "state":
		return fmt.Errorf("key is %q, must be observation or state", s.Key)
	case s.Memory < 1 || s.Memory > maxMemory:
		return fmt.Errorf("memory is %d, must be 1 to %d", s.Memory, maxMemory)
	}
	return s.Payment.Validate()
}

// Counts pays for states that were seldom seen:
//
//	b = β/√N(s'), or β if N(s') = 1 and else nothing with First,
//
// where N is how often s' was seen so far, this time included. Kind counts has one N for the whole run and all worlds; kind
// episodic-counts has one for each world's running episode. An episode's first observation is counted, after the memory was cleared, but
// not paid; its true last one is counted and paid like any other.
//
// A state is the observation's newest frame, that is what the policy sees of it, or with Key "state" the world's own hash of its
// full state. The latter is privileged: results with it do not compare with results of agents that know no more than they
// see. What is in the vector beside the image does not count.
//
// When it helps: rewards that random play never finds. Episodic counts suit worlds that are laid out anew in every episode: little of
// what was seen comes back. Counts suit one layout that is played again and again, and vanish as it becomes known. Where both apply,
// use both (Henaff et al. 2023).
//
// What it does to the optimum: counts move it at first and less and less, as β/√N falls. Episodic counts move it for good: the best
// agent looks around before it goes to the goal. Let them Fade, or Repay in the world's stream, to be rid of that. Bonuses are paid
// from the memory as it is when the rollout is fresh, decision by decision, worlds in order: runs are exact.
type Counts struct {
	*payer
	settings CountsSettings
	memory   []*visits // one, or one for each world
	episodic bool
	dims     Dims
}

// NewCounts makes the bonus with one memory.
func NewCounts(s CountsSettings, d Dims) (Bonus, error) { return newCounts(s, d, false) }

// NewEpisodicCounts makes the bonus with a memory for each world, that is cleared when an episode begins.
func NewEpisodicCounts(s CountsSettings, d Dims) (Bonus, error) { return newCounts(s, d, true) }

func newCounts(s CountsSettings, d Dims, episodic bool) (Bonus, error) {
	p, err := newPayer(s.Payment, d)
	if err != nil {
		return nil, err
	}
	if s.Key == "observation" && d.H*d.W*d.C == 0 {
		return nil, errors.New("auxtasks: observations have no image that could be counted")
	}
	c := &Counts{payer: p, settings: s, episodic: episodic, dims: d, memory: make([]*visits, 1)}
	if episodic {
		c.memory = make([]*visits, d.Worlds)
	}
	for i := range c.memory {
		c.memory[i] = newVisits(s.Memory)
	}
	return c, nil
}

// Reads asks for the world's key, if that is what is counted.
func (c *Counts) Reads() Reads { return Reads{Key: c.settings.Key == "state"} }

// Reward counts what each transition led to and pays for it.
func (c *Counts) Reward(dst []float32, b *Batch) {
	if len(dst) != b.Transitions() || c.settings.Key == "state" && len(b.Key) < b.Rows() {
		panic("auxtasks: counts: the batch has no keys, or dst is of another length")
	}
	for i := range dst {
		m := c.memory[0]
		if c.episodic {
			m = c.memory[worldOf(b, i%b.B)]
		}
		if b.Start[i] {
			if c.episodic {
				m.forget()
			}
			m.add(c.key(b, i))
		}
		dst[i] = c.bonus(m.add(c.key(b, int(b.Next[i]))))
	}
	c.pay(dst, b)
}

// bonus returns what visit n of a state is worth.
func (c *Counts) bonus(n uint32) float32 {
	if n == 0 || n > 1 && c.settings.First {
		return 0
	}
	return CountBonus(c.settings.Beta, n)
}

// CountBonus returns β/√n. n is at least 1.
func CountBonus(beta float32, n uint32) float32 {
	return float32(float64(beta) / math.Sqrt(float64(n)))
}

// key returns what is counted of a row.
func (c *Counts) key(b *Batch, row int) uint64 {
	if c.settings.Key == "state" {
		return b.Key[row]
	}
	size := c.dims.H * c.dims.W * c.dims.C
	return HashImage(b.Obs[row*size:(row+1)*size], c.dims.C, c.dims.Newest())
}

// HashImage returns a hash of the last newest of the channels of every pixel of an image of bytes, [H, W, channels].
func HashImage(obs []byte, channels, newest int) uint64 {
	h := uint64(0)
	if newest == channels {
		h = hashed(h, obs)
	} else {
		for at := channels; at <= len(obs); at += channels {
			h = hashed(h, obs[at-newest:at])
		}
	}
	return rng.At(h, uint64(newest))
}

// hashed returns a hash of h followed by b.
func hashed(h uint64, b []byte) uint64 {
	for ; len(b) >= 8; b = b[8:] {
		h = stirred(h, binary.LittleEndian.Uint64(b))
	}
	if len(b) > 0 {
		word := uint64(0)
		for i, x := range b {
			word |= uint64(x) << (8 * i)
		}
		h = stirred(h, word)
	}
	return h
}

// stirred returns a hash of h followed by a word, another one for every word.
func stirred(h, word uint64) uint64 {
	h = (h ^ word) * 0xff51afd7ed558ccd
	return h ^ h>>32
}

// AppendState appends what was seen and how it is paid.
func (c *Counts) AppendState(b []byte) []byte {
	b = c.payer.AppendState(b)
	for _, m := range c.memory {
		b = m.appendState(b)
	}
	return b
}

// RestoreState continues what AppendState saved.
func (c *Counts) RestoreState(b []byte) error {
	b, err := c.restore(b)
	for i := 0; err == nil && i < len(c.memory); i++ {
		b, err = c.memory[i].restore(b)
	}
	if err == nil && len(b) > 0 {
		err = errLong
	}
	return err
}
