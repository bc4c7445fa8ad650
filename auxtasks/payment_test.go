package auxtasks_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/internal/rng"
)

// rewards returns a rollout of given rewards, [T, B], and a batch for it in which nothing ends but what ended says.
func rewards(width int, rew []float32, ended ...int) ([]float32, *auxtasks.Batch) {
	b := &auxtasks.Batch{T: len(rew) / width, B: width, Ended: make([]bool, len(rew)), Terminated: make([]bool, len(rew))}
	for _, i := range ended {
		b.Ended[i] = true
	}
	return slices.Clone(rew), b
}

func TestNormalizerGolden(t *testing.T) {
	n := auxtasks.NewNormalizer(1, auxtasks.Stream{Gamma: .99})
	rew, b := rewards(1, []float32{1, 2, 3})
	if n.Std() != 0 {
		t.Errorf("at first the deviation is %v", n.Std())
	}
	n.Apply(rew, b)
	const std = 2.038087 // of 1, 2.99 and 5.9601
	if math.Abs(n.Std()-std) > 1e-6 {
		t.Errorf("the deviation is %v, want %v", n.Std(), std)
	}
	for i, r := range rew {
		if want := float64(i+1) / std; math.Abs(float64(r)-want) > 1e-6 {
			t.Errorf("reward %d is %v, want %v: nothing may be taken off", i, r, want)
		}
	}
}

// sumsDeviation is the deviation of all discounted sums, the slow way.
func sumsDeviation(width int, rew []float32, ended []bool, s auxtasks.Stream) float64 {
	var sums []float64
	for w := range width {
		c := 0.
		for i := w; i < len(rew); i += width {
			c = float64(s.Gamma)*c + float64(rew[i])
			sums = append(sums, c)
			if ended[i] && s.Episodic {
				c = 0
			}
		}
	}
	mean, square := 0., 0.
	for _, c := range sums {
		mean += c / float64(len(sums))
	}
	for _, c := range sums {
		square += (c - mean) * (c - mean) / float64(len(sums))
	}
	return math.Sqrt(square)
}

func TestNormalizer(t *testing.T) {
	const width, length = 3, 50
	rew := make([]float32, width*length)
	var ends []int
	for i := range rew {
		rew[i] = float32(rng.Float64(rng.At(1, uint64(i)))) * float32(1+i%width) // worlds pay on different scales
		if i%7 == 0 {
			ends = append(ends, i)
		}
	}
	std := func(order func(i int) int, s auxtasks.Stream) float64 {
		moved := make([]float32, len(rew))
		for i := range rew {
			moved[order(i)] = rew[i]
		}
		got, b := rewards(width, moved, ends...)
		n := auxtasks.NewNormalizer(width, s)
		for t := 0; t < length; t += 10 { // rollout by rollout
			part := *b
			lo, hi := t*width, (t+10)*width
			part.T, part.Ended = 10, b.Ended[lo:hi]
			n.Apply(got[lo:hi], &part)
		}
		if want := sumsDeviation(width, moved, b.Ended, s); math.Abs(n.Std()-want) > 1e-12 {
			t.Errorf("%+v: the deviation is %v, want %v", s, n.Std(), want)
		}
		return n.Std()
	}
	same := func(i int) int { return i }
	worlds := func(i int) int { return i/width*width + (i+1)%width }
	times := func(i int) int { return len(rew) - width - i/width*width + i%width }
	endless, episodic := auxtasks.Stream{Gamma: .9}, auxtasks.Stream{Gamma: .9, Episodic: true}
	base := std(same, endless)
	if got := std(worlds, endless); math.Abs(got-base) > 1e-12 {
		t.Errorf("with the worlds in another order it is %v, not %v", got, base)
	}
	if got := std(times, endless); math.Abs(got-base) < 1e-6 {
		t.Error("the order in time does not matter")
	}
	if got := std(same, episodic); math.Abs(got-base) < 1e-6 {
		t.Error("ends do not matter to an episodic stream")
	}
}

// Rewards whose sum does not vary are left as they are.
func TestNormalizerFlat(t *testing.T) {
	n := auxtasks.NewNormalizer(2, auxtasks.Stream{Gamma: 0})
	rew, b := rewards(2, []float32{3, 3, 3, 3})
	if n.Apply(rew, b); !slices.Equal(rew, []float32{3, 3, 3, 3}) {
		t.Errorf("got %v", rew)
	}
}

func TestNormalizerRestoreErrors(t *testing.T) {
	n := auxtasks.NewNormalizer(2, auxtasks.Stream{Gamma: .9})
	rew, b := rewards(2, []float32{1, 2, 3, 4})
	n.Apply(rew, b)
	saved := n.AppendState(nil)
	for at, bad := range map[int]float64{8: math.NaN(), 16: -1, 24: math.Inf(1), 32: math.NaN()} {
		state := slices.Clone(saved)
		binary.LittleEndian.PutUint64(state[at:], math.Float64bits(bad))
		if n.RestoreState(state) == nil {
			t.Errorf("%v at byte %d is accepted", bad, at)
		}
	}
	if err := n.RestoreState(saved); err != nil {
		t.Error(err)
	}
}

// The discounted sum of a bonus that is repaid is 0 where the task ends, and what it is without repayment where the clock ends it; and
// what is repaid is Σ γ^{k-(T-1)} b_k, as Forbes et al. write it.
func TestRepayment(t *testing.T) {
	const worlds, gamma = 4, .97
	plain, repaid := newBonus(t, "counts", `{"stream": ""}`, worlds), newBonus(t, "counts", `{"stream": "", "repay": true}`, worlds)
	g := tasktest.NewGame(worlds, 1)
	without, with := newLedger(worlds, gamma), newLedger(worlds, gamma)
	ends := map[bool]int{}
	for range 40 {
		b := g.Rollout(4)
		of := make([]float32, b.Rows())
		bonus, rew := reward(plain, b), reward(repaid, b)
		sums := make([]float64, len(rew))
		without.add(b, bonus, of, func(i int, sum, _, _, _ float64) { sums[i] = sum })
		with.add(b, rew, of, func(i int, sum, discount, _, _ float64) {
			want := sums[i]
			if b.Terminated[i] {
				want = 0
				// Forbes: r_{T-1} + (-Σ_{k<T-1} γ^{k-(T-1)} b_k - b_{T-1}); sums[i] is Σ_{k<=T-1} γ^k b_k
				forbes := -(sums[i]*gamma/discount - float64(bonus[i]))
				if !about(float64(rew[i]), forbes) {
					t.Errorf("the end pays %v, want %v", rew[i], forbes)
				}
			}
			if !about(sum, want) {
				t.Errorf("an episode, terminated %v, pays %v, want %v", b.Terminated[i], sum, want)
			}
			ends[b.Terminated[i]]++
		})
	}
	if ends[true] < 10 || ends[false] < 10 {
		t.Fatalf("too few ends: %v", ends)
	}
}

func TestOwed(t *testing.T) {
	for _, tc := range []struct{ owed, paid, gamma, want float64 }{
		{0, 1, .5, 2}, {2, 1, .5, 6}, {1, -1, .9, 0}, {9e5, 0, .5, 1e6}, {-9e5, 0, .5, -1e6},
	} {
		if got := auxtasks.Owed(tc.owed, tc.paid, tc.gamma); got != tc.want {
			t.Errorf("Owed(%v, %v, %v) = %v, want %v", tc.owed, tc.paid, tc.gamma, got, tc.want)
		}
	}
}

// Where the bonus goes is what the settings say; in the world's stream the world's numbers hold.
func TestPaymentStream(t *testing.T) {
	for _, tc := range []struct {
		name, settings string
		want           auxtasks.Stream
	}{
		{"milestones", "", auxtasks.Stream{Weight: 1, Gamma: .97, Episodic: true}},
		{"counts", "", auxtasks.Stream{Name: "counts", Weight: 1, Gamma: .99}},
		{"episodic-counts", "", auxtasks.Stream{Name: "episodic-counts", Weight: 1, Gamma: .99, Episodic: true}},
		{"counts", `{"stream": "", "weight": 3}`, auxtasks.Stream{Weight: 1, Gamma: .97, Episodic: true}},
		{"counts", `{"stream": "new", "weight": 2, "gamma": 0.5, "episodic": true}`, auxtasks.Stream{Name: "new", Weight: 2, Gamma: .5, Episodic: true}},
	} {
		if got := newBonus(t, tc.name, tc.settings, 2).Stream(); got != tc.want {
			t.Errorf("%s %s: got %+v, want %+v", tc.name, tc.settings, got, tc.want)
		}
	}
}

func TestRepaymentRestoreErrors(t *testing.T) {
	r := auxtasks.NewRepayment(2, .9)
	saved := r.AppendState(nil)
	for _, bad := range []float64{math.NaN(), math.Inf(1), 2e6, -2e6} {
		state := slices.Clone(saved)
		binary.LittleEndian.PutUint64(state[8:], math.Float64bits(bad))
		if r.RestoreState(state) == nil {
			t.Errorf("a debt of %v is accepted", bad)
		}
	}
	if err := r.RestoreState(saved); err != nil {
		t.Error(err)
	}
}
