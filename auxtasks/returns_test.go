package auxtasks_test

import (
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// chain returns one sequence of n transitions that nothing ends.
func chain(n int) *auxtasks.Batch {
	b := &auxtasks.Batch{T: n, B: 1, Next: make([]int32, n), Ended: make([]bool, n), Terminated: make([]bool, n)}
	for i := range n {
		b.Next[i] = int32(i + 1)
	}
	return b
}

func TestReturnsOracle(t *testing.T) {
	ended := func(at int) *auxtasks.Batch {
		b := chain(3)
		b.Ended[at] = true
		return b
	}
	terminated := func(at int) *auxtasks.Batch {
		b := ended(at)
		b.Terminated[at] = true
		return b
	}
	for _, c := range []struct {
		name        string
		b           *auxtasks.Batch
		cum, value  []float32
		gamma       float32
		a0, a1, a2  float64
		description string
	}{
		{"n-step", chain(3), []float32{1, 0, 2}, []float32{9, 9, 9, 0.2}, 0.9, 2.7658, 1.962, 2.18, ""},
		{"pixel control", chain(3), []float32{0.25, 0, 0.5}, []float32{9, 9, 9, 1}, 0.9, 1.384, 1.26, 1.4, ""},
		{"pixel control, truncated last", ended(2), []float32{0.25, 0, 0.5}, []float32{9, 9, 9, 1}, 0.9, 1.384, 1.26, 1.4, ""},
		{"pixel control, terminal last", terminated(2), []float32{0.25, 0, 0.5}, []float32{9, 9, 9, 1}, 0.9, 0.655, 0.45, 0.5, ""},
		{"terminated on the way", terminated(1), []float32{1, 0, 2}, []float32{9, 9, 9, 0.2}, 0.9, 1, 0, 2.18, ""},
		{"truncated on the way", ended(1), []float32{1, 0, 2}, []float32{9, 9, 0.7, 0.2}, 0.9, 1.567, 0.63, 2.18, ""},
	} {
		got := make([]float32, 3)
		auxtasks.Returns(got, c.cum, c.value, c.b, 1, c.gamma)
		for i, want := range []float64{c.a0, c.a1, c.a2} {
			if !near(got[i], want) {
				t.Errorf("%s: step %d: got %v, want %v", c.name, i, got[i], want)
			}
		}
	}
}

// mixed returns a batch with ends of all kinds: of a rollout with extra rows, or of sequences of the past with padding.
func mixed(steps, seqs int, rollout bool) *auxtasks.Batch {
	n := steps * seqs
	b := &auxtasks.Batch{
		T: steps, B: seqs, Next: make([]int32, n), Ended: make([]bool, n), Terminated: make([]bool, n), Weight: make([]float32, n),
		Action: make([]int32, n), Reward: make([]float32, n), Burn: 1,
	}
	for i := range n {
		u := rng.At(9, uint64(i))
		b.Next[i], b.Weight[i], b.Reward[i], b.Action[i] = int32(i+seqs), 1, float32(u>>20&3)-1, int32(u>>30%3)
		switch before := i - seqs; {
		case i < seqs:
			b.Weight[i] = 0 // burn-in
		case !rollout && (b.Ended[before] || b.Next[before] == int32(before)):
			b.Next[i], b.Weight[i] = int32(i), 0
			continue
		}
		b.Ended[i] = i >= seqs && u%4 == 0
		b.Terminated[i] = b.Ended[i] && u>>8%2 == 0
		if rollout && b.Ended[i] && i < n-seqs {
			b.Next[i] = int32(n + seqs + b.F)
			b.F++
		}
	}
	return b
}

// follow is the definition: the return of a transition, through Next.
func follow(b *auxtasks.Batch, cum, value []float32, i, n, k int, gamma float64) float64 {
	g := float64(cum[i*n+k])
	next := int(b.Next[i])
	switch {
	case b.Terminated[i]:
		return g
	case b.Ended[i] || next >= b.T*b.B || b.Valid(next) == 0:
		return g + gamma*float64(value[next*n+k])
	}
	return g + gamma*follow(b, cum, value, next, n, k, gamma)
}

func TestReturnsFollowNext(t *testing.T) {
	const steps, seqs, n = 9, 7, 3
	for _, rollout := range []bool{false, true} {
		b := mixed(steps, seqs, rollout)
		if rollout && b.F < 3 {
			t.Fatalf("only %d extra rows", b.F)
		}
		cum, value := make([]float32, b.Transitions()*n), make([]float32, b.Rows()*n)
		for i := range cum {
			cum[i] = float32(rng.Float64(rng.At(1, uint64(i))))
		}
		for i := range value {
			value[i] = float32(rng.Float64(rng.At(2, uint64(i))))
		}
		got := make([]float32, len(cum))
		auxtasks.Returns(got, cum, value, b, n, 0.95)
		for i := range b.Transitions() {
			for k := range n {
				want := 0.0 // of padding
				if int(b.Next[i]) != i {
					want = follow(b, cum, value, i, n, k, 0.95)
				}
				if !near(got[i*n+k], want) {
					t.Fatalf("rollout %v: transition %d, cumulant %d: got %v, want %v", rollout, i, k, got[i*n+k], want)
				}
			}
		}
		auxtasks.Returns(cum, cum, value, b, n, 0.95)
		for i, v := range cum {
			if v != got[i] {
				t.Fatalf("rollout %v: in place, %d is %v instead of %v", rollout, i, v, got[i])
			}
		}
	}
}

func TestMaxQ(t *testing.T) {
	oracle := []float32{0.3, 0.1, 0.4, -0.2}
	dst := make([]float32, 1)
	if auxtasks.MaxQ(dst, oracle, 3); !near(dst[0], 0.6) {
		t.Errorf("got %v, want 0.6", dst[0])
	}
	// It is the largest of what the dueling layer makes.
	const cells, actions = 35, 4
	x := make([]float32, cells*(1+actions))
	for i := range x {
		x[i] = float32(rng.Float64(rng.At(3, uint64(i))) - 0.5)
	}
	q, got := make([]float32, cells*actions), make([]float32, cells)
	layer := &nn.Dueling{H: 5, W: 7, A: actions}
	layer.Forward(q, nn.Rows{Floats: x}, nil, 1)
	auxtasks.MaxQ(got, x, actions)
	for i, v := range got {
		if cell := q[i*actions : (i+1)*actions]; !near(v, float64(cell[auxtasks.Largest(cell)])) {
			t.Errorf("cell %d: got %v, of %v", i, v, cell)
		}
	}
}

func TestReturnsPanics(t *testing.T) {
	b := chain(2)
	loose := chain(2)
	loose.Next = nil
	two, three := make([]float32, 2), make([]float32, 3)
	for name, f := range map[string]func(){
		"short dst":       func() { auxtasks.Returns(two[:1], two, three, b, 1, 1) },
		"short cumulants": func() { auxtasks.Returns(two, two[:1], three, b, 1, 1) },
		"short values":    func() { auxtasks.Returns(two, two, two, b, 1, 1) },
		"nothing follows": func() { auxtasks.Returns(two, two, three, loose, 1, 1) },
		"cells":           func() { auxtasks.MaxQ(two, three, 1) },
		"no actions":      func() { auxtasks.MaxQ(two, two, 0) },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
}

func TestRewardClasses(t *testing.T) {
	got := make([]int32, 4)
	auxtasks.RewardClasses(got, []float32{0, 0.01, -7, 3})
	want := [4]int32{auxtasks.ZeroReward, auxtasks.PositiveReward, auxtasks.NegativeReward, auxtasks.PositiveReward}
	if [4]int32(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestQualities(t *testing.T) {
	y := []float32{1, 2, 3, 100}
	weight := []float32{1, 1, 1, 0}
	for _, c := range []struct {
		name string
		x, w []float32
		want float64
	}{
		{"perfect", y, nil, 1},
		{"the mean", []float32{2, 2, 2, -5}, weight, 0},
		{"halfway", []float32{1.5, 2, 2.5, 0}, weight, 0.75},
		{"far off", []float32{-50, 50, 50, 0}, weight, -1},
		{"nothing counts", y, make([]float32, 4), 0},
	} {
		if got := auxtasks.ExplainedVariance(c.x, y, c.w); !near(got, c.want) {
			t.Errorf("explained variance, %s: got %v, want %v", c.name, got, c.want)
		}
	}
	if got := auxtasks.ExplainedVariance(y, []float32{2, 2, 2, 2}, nil); got == got {
		t.Errorf("explained variance of targets that are alike: got %v, want NaN", got)
	}

	logits := []float32{2, 1, 0, 5, 1, 1, 0, 3} // say 0, 1, 0, 1
	count := make([]float32, 2)
	for _, c := range []struct {
		name  string
		label []int32
		w     []float32
		want  float64
	}{
		{"perfect", []int32{0, 1, 0, 1}, nil, 0.5},
		{"one wrong", []int32{0, 1, 0, 0}, nil, 0},
		{"that one does not count", []int32{0, 1, 0, 9}, []float32{1, 1, 1, 0}, 1.0 / 3},
		{"nothing counts", []int32{0, 0, 0, 0}, make([]float32, 4), 0},
	} {
		if got := auxtasks.Lift(logits, c.label, c.w, count, 2); !near(got, c.want) {
			t.Errorf("lift, %s: got %v, want %v", c.name, got, c.want)
		}
	}
	if got := auxtasks.Lift(logits, []int32{0, 0, 1, 0}, []float32{1, 1, 0, 1}, count, 2); got == got {
		t.Errorf("lift, one class alone: got %v, want NaN", got)
	}
	if got := auxtasks.Youden(logits, []int32{1, 1, 0, 1}, []float32{1, 1, 0, 1}); got == got {
		t.Errorf("Youden's index, one class alone: got %v, want NaN", got)
	}
	if !panics(func() { auxtasks.Lift(logits, make([]int32, 3), nil, count, 2) }) ||
		!panics(func() { auxtasks.ExplainedVariance(y, y[:1], nil) }) {
		t.Error("lengths that differ: no panic")
	}
}
