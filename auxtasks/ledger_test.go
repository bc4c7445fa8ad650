package auxtasks_test

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/internal/rng"
)

// newBonus makes a registered bonus for a game of so many worlds, whose own stream is discounted by 0.97.
func newBonus(t testing.TB, name, settings string, worlds int) auxtasks.Bonus {
	t.Helper()
	b, err := auxtasks.NewBonus(name, []byte(settings), tasktest.BonusDims(worlds))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reward returns what a bonus pays for a rollout.
func reward(bonus auxtasks.Bonus, b *auxtasks.Batch) []float32 {
	dst := make([]float32, b.Transitions())
	bonus.Reward(dst, b)
	return dst
}

// near reports whether two numbers differ by rounding only.
func about(got, want float64) bool { return math.Abs(got-want) <= 1e-5*(1+math.Abs(want)) }

// ledger follows each world's episode through rollouts.
type ledger struct {
	gamma    float64
	sum      []float64 // discounted sum of the running episode so far
	discount []float64 // γ^t
	first    []float64 // something of the row that it began with
}

func newLedger(worlds int, gamma float64) *ledger {
	return &ledger{gamma, make([]float64, worlds), make([]float64, worlds), make([]float64, worlds)}
}

// add enters a rollout. of is something of every row. ended is called for each episode that ends, with its discounted sum, γ^T, and
// what its first and last rows had.
func (l *ledger) add(b *auxtasks.Batch, rew, of []float32, ended func(i int, sum, discount, first, last float64)) {
	for i, r := range rew {
		w := i % b.B
		if b.Start[i] {
			l.sum[w], l.discount[w], l.first[w] = 0, 1, float64(of[i])
		}
		l.sum[w] += l.discount[w] * float64(r)
		l.discount[w] *= l.gamma
		if b.Ended[i] {
			ended(i, l.sum[w], l.discount[w], l.first[w], float64(of[b.Next[i]]))
		}
	}
}

// watched takes a rollout of so many decisions in worlds whose potentials and milestones are watched, at random. first says that
// none was taken before.
func watched(v *env.Vec, length int, key uint64, first bool) *auxtasks.Batch {
	width, spec := v.Len(), v.Spec()
	obs, vec := make([]byte, width*spec.ObsLen()), make([]float32, width*spec.VecLen())
	if first {
		v.Reset(obs, vec)
	}
	n := length * width
	b := &auxtasks.Batch{
		T: length, B: width, Phi: make([]float32, n+width), Marks: make([]uint64, n+width), Start: make([]bool, n+width),
		Next: make([]int32, n), Ended: make([]bool, n), Terminated: make([]bool, n),
	}
	for w := range width {
		b.Phi[w], b.Marks[w], b.Start[w] = v.Now.Phi[w], v.Now.Marks[w], first || v.End[w] != env.Running
	}
	act := make([]int32, width)
	for t := range length {
		for w := range act {
			act[w] = int32(rng.Below(rng.At(key, uint64(t*width+w)), len(spec.Actions)))
		}
		v.Step(act, obs, vec)
		for w, end := range v.End {
			i := t*width + w
			b.Phi[i+width], b.Marks[i+width], b.Start[i+width] = v.Now.Phi[w], v.Now.Marks[w], end != env.Running
			b.Next[i] = int32(i + width)
			if end != env.Running {
				b.Ended[i], b.Terminated[i] = true, end == env.Terminated
				b.Next[i] = int32(b.Rows())
				b.F++
				b.Phi, b.Marks = append(b.Phi, v.Last.Phi[w]), append(b.Marks, v.Last.Marks[w])
			}
		}
	}
	return b
}

// From a world to what is paid: in a corridor of seven steps the potential is -1 at the start, so that an episode pays 1 if it reaches
// the goal; and its two milestones are paid once, the one at the goal by the last step.
func TestBonusesOfAWorld(t *testing.T) {
	const worlds, gamma = 6, .97
	v, err := env.NewVec(worlds, 1, nil, func() (env.Env, error) { return catalog.New("Probe/Corridor-v0") })
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Watch(env.Watch{Potential: true, Milestones: true}); err != nil {
		t.Fatal(err)
	}
	shaping, marks := newBonus(t, "potential-shaping", "", worlds), newBonus(t, "milestones", `{"Mode": "bonus", "Amounts": [1, 8]}`, worlds)
	shaped, marked := newLedger(worlds, gamma), newLedger(worlds, 1)
	ends := map[bool]int{}
	for k := range uint64(40) {
		b := watched(v, 10, k, k == 0)
		shaped.add(b, reward(shaping, b), b.Phi, func(i int, sum, discount, first, last float64) {
			want := 1.
			if !b.Terminated[i] {
				want += discount * last
			} else if last != 0 {
				t.Errorf("the goal has the potential %v", last)
			}
			if first != -1 || !about(sum, want) {
				t.Errorf("an episode, terminated %v, from %v to %v pays %v, want %v", b.Terminated[i], first, last, sum, want)
			}
			ends[b.Terminated[i]]++
		})
		marked.add(b, reward(marks, b), b.Phi, func(i int, sum, _, _, _ float64) {
			if b.Terminated[i] && sum != 9 || !b.Terminated[i] && sum > 1 {
				t.Errorf("an episode, terminated %v, pays %v for milestones", b.Terminated[i], sum)
			}
		})
	}
	if ends[true] < 10 || ends[false] < 10 {
		t.Errorf("too few ends: %v", ends)
	}
}
