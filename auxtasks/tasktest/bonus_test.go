package tasktest

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// novelty pays 1 for each place that is farther than all before it; it is right, or wrong in one way.
type novelty struct {
	fault string
	d     auxtasks.Dims
	far   uint64
	calls int
	held  *auxtasks.Batch
}

// shared is what faulty bonuses have in common and should not.
var shared int

func (n *novelty) is(fault string) bool { return n.fault == fault }

func (n *novelty) Stream() auxtasks.Stream {
	s := auxtasks.Stream{Name: "novelty", Weight: 1, Gamma: 0.9}
	switch {
	case n.is("joins with a discount of its own"):
		s.Name = ""
	case n.is("stream changes"):
		s.Gamma -= float32(n.calls) / 16
	case n.is("endless sum"):
		s.Gamma = 1
	case n.is("no weight"):
		s.Weight = float32(math.NaN())
	}
	return s
}

func (n *novelty) Reward(dst []float32, b *auxtasks.Batch) {
	n.calls++
	for i := range dst {
		next := b.Next[i]
		if n.is("looks beyond the end") {
			next = int32(i + b.B)
		}
		dst[i] = 0
		if far := uint64(-b.Phi[next] * -64); b.Marks[next] > n.far {
			n.far, dst[i] = b.Marks[next], 1+float32(far)
		}
	}
	last := len(dst) - 1
	switch {
	case n.is("a reward is not written"):
		dst[last] = float32(math.NaN())
	case n.is("writes on"):
		_ = append(dst[:last+1:last+1], 0)
		dst[: last+2 : last+2][last+1] = 0
	case n.is("writes to the batch"):
		b.Marks[0]++
	case n.is("counts instances"):
		shared++
		dst[0] = float32(shared)
	case n.is("allocates"):
		n.held = &auxtasks.Batch{T: n.calls}
	case n.is("holds the batch"):
		if n.held != nil {
			dst[0] += n.held.Phi[0]
		}
		n.held = b
	case n.is("forgets how often it was called"):
		dst[0] += float32(n.calls)
	case n.is("needs two transitions"):
		dst[0] += 0 * dst[1]
	}
}

func (n *novelty) Offset(dst []float32, _ *auxtasks.Batch) {
	clear(dst)
	if n.is("an offset is not written") {
		dst[len(dst)-1] = float32(math.Inf(1))
	}
}

func (n *novelty) AppendState(b []byte) []byte {
	if n.is("saving does not append") {
		b = nil
	}
	if n.is("nothing is saved") {
		return b
	}
	if n.is("saving counts") {
		n.far++
	}
	return binary.LittleEndian.AppendUint64(b, n.far)
}

func (n *novelty) RestoreState(b []byte) error {
	switch {
	case n.is("nothing is saved"):
		return nil
	case n.is("good states are refused"):
		return errors.New("no")
	case n.is("restoring panics") && len(b) == 0:
		_ = b[0]
	case n.is("any length goes") && len(b) > 8:
		b = b[:8]
	}
	if len(b) != 8 {
		return errors.New("novelty: not a state")
	}
	n.far = binary.LittleEndian.Uint64(b)
	if n.is("damage panics later") && n.far > 1<<60 {
		n.d.Streams = nil
		_ = n.d.Streams[0]
	}
	if n.is("restoring writes") {
		b[0]++
	}
	return nil
}

func bonusFaults(fault string) []string {
	r := &recorder{}
	checkBonus(r, func(d auxtasks.Dims) (auxtasks.Bonus, error) {
		switch fault {
		case "build fails":
			return nil, errors.New("out of clay")
		case "build returns nothing":
			return nil, nil
		}
		return &novelty{fault: fault, d: d}, nil
	})
	return r.faults
}

func TestSoundBonus(t *testing.T) {
	if faults := bonusFaults(""); faults != nil {
		t.Errorf("a sound bonus fails: %q", faults)
	}
}

func TestBrokenBonuses(t *testing.T) {
	for _, tc := range []struct{ fault, want string }{
		{"build fails", "stream: build: out of clay"},
		{"build returns nothing", "neither a bonus nor an error"},
		{"joins with a discount of its own", "stream: it joins the world's stream"},
		{"stream changes", "stream: it changed"},
		{"endless sum", "stream: gamma is 1, episodic false"},
		{"no weight", "stream: weight is NaN"},
		{"a reward is not written", "rewards: reward 35 of 36 is NaN"},
		{"an offset is not written", "rewards: offset"},
		{"writes on", "panic: "},
		{"writes to the batch", "rewards: it writes to the batch"},
		{"counts instances", "rewards: two bonuses of a kind differ"},
		{"needs two transitions", "sizes: panic"},
		{"looks beyond the end", "ends: it looks at the first observation of another episode"},
		{"nothing is saved", "state: a new bonus, restored after 1 rollouts, does not continue"},
		{"forgets how often it was called", "state: a new bonus, restored after 1 rollouts, does not continue"},
		{"holds the batch", "state: a new bonus, restored after 1 rollouts, does not continue"},
		{"saving does not append", "state: AppendState does not append"},
		{"saving counts", "state: a restored bonus does not save"},
		{"good states are refused", "state: a saved state is refused: no"},
		{"restoring writes", "state: RestoreState wrote"},
		{"any length goes", "damaged state: a state of 17 bytes, where 8 are right: accepted"},
		{"restoring panics", "damaged state: a state of 0 bytes, where 8 are right: panic"},
		{"damage panics later", "damaged state: a state of 8 bytes with bit"},
		{"allocates", "allocations: 10 rollouts allocate 10 times"},
	} {
		faults := bonusFaults(tc.fault)
		if !strings.Contains(strings.Join(faults, "\n"), tc.want) {
			t.Errorf("%s: got %q, want ...%s...", tc.fault, faults, tc.want)
		}
	}
}
