package stats

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// at returns times of runs that got there; negative steps are budgets of runs that did not.
func at(steps ...int) []Time {
	var times []Time
	for _, s := range steps {
		times = append(times, Time{max(s, -s), s > 0})
	}
	return times
}

func TestTimeTo(t *testing.T) {
	steps := []int{10, 20, 30}
	for _, c := range []struct {
		scores    []float64
		threshold float64
		want      Time
	}{
		{[]float64{0, 1, 0}, 1, Time{20, true}},
		{[]float64{2, 1, 0}, 1, Time{10, true}},
		{[]float64{0, math.NaN(), 0.9}, 1, Time{30, false}},
	} {
		if got := TimeTo(steps, c.scores, c.threshold); got != c.want {
			t.Errorf("%v to %v: got %v, want %v", c.scores, c.threshold, got, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("lengths that differ did not panic")
		}
	}()
	TimeTo(steps, nil, 1)
}

// On paper: the second run of X did not get there in 40 steps, so the horizon is 40, and of the second run of Y, which needed 50,
// the test sees 40 steps.
func TestCompareTimesByHand(t *testing.T) {
	b := Bootstrap{Reps: 2000, Level: 0.95}
	c, err := b.CompareTimes([][]Time{at(10, -40, 20)}, [][]Time{at(30, 50, 20)})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Horizons) != 1 || c.Horizons[0] != 40 || c.ReachedX != 2.0/3 || c.ReachedY != 2.0/3 {
		t.Errorf("horizons %v, reached %v and %v, want 40, 2/3 and 2/3", c.Horizons, c.ReachedX, c.ReachedY)
	}
	if c.X.Value != 70.0/3 || c.Y.Value != 30 || !near(c.Difference.Value, -20.0/3) || c.Difference.Lo != -20 || c.Difference.Hi != 0 {
		t.Errorf("restricted means %v, %v, %v, want 23.3, 30, -6.7 [-20, 0]", c.X, c.Y, c.Difference)
	}
	// Cut at 40, X is 10 40 20 and Y 30 40 20: of nine pairs of runs X is sooner in 3 + 0 + 2, and as soon in 2.
	if !near(c.Sooner.Value, 6.0/9) {
		t.Errorf("sooner: %v, want 6/9", c.Sooner.Value)
	}
	// Scores: 10 has 5 later, 30 has 3 sooner and 2 later; the cut pair has 4 sooner; 20 has 1 sooner and 3 later. So the pairs
	// differ by -6, 0 and 0, and either sign is as far from zero.
	if got := pairScores([][]Time{at(10, -40, 20)}, [][]Time{at(30, 50, 20)}); len(got) != 3 || got[0] != -6 || got[1] != 0 || got[2] != 0 {
		t.Errorf("differences of scores: %v, want -6 0 0", got)
	}
	if c.P != 1 {
		t.Errorf("p is %v, want 1", c.P)
	}
}

// Tasks of one pair each make it a sign test: of nine pairs X is sooner in eight, later in one; three more say nothing.
func TestOnePairPerTaskIsASignTest(t *testing.T) {
	var x, y [][]Time
	for range 8 {
		x, y = append(x, at(5)), append(y, at(-9))
	}
	x, y = append(x, at(7), at(-9), at(4), at(9)), append(y, at(6), at(-9), at(4), at(-8))
	c, err := Bootstrap{Reps: 10, Level: 0.9}.CompareTimes(x, y)
	if want := 2 * (1 + 9) / 512.0; err != nil || !near(c.P, want) {
		t.Errorf("p is %v, %v, want %v", c.P, err, want)
	}
}

// Without ties or censoring the score of the k-th of n is 2k-1-n: five pairs, X always sooner, have the least p of 2/32.
func TestAlwaysSooner(t *testing.T) {
	if got := flips(pairScores([][]Time{at(1, 2, 3, 4, 5)}, [][]Time{at(6, 7, 8, 9, 10)})); got != 2.0/32 {
		t.Errorf("p is %v, want 2/32", got)
	}
	if got := flips(pairScores([][]Time{at(1, -9)}, [][]Time{at(1, -9)})); got != 1 {
		t.Errorf("of equal times p is %v, want 1", got)
	}
}

func randomTimes(tasks, runs int, key uint64) [][]Time {
	s := rng.New(key)
	times := make([][]Time, tasks)
	for t := range times {
		for range runs {
			times[t] = append(times[t], Time{s.Below(12), s.Below(3) > 0})
		}
	}
	return times
}

// flips counts what trying all choices of signs would.
func TestFlipsTriesAllSigns(t *testing.T) {
	for seed := range uint64(30) {
		x, y := randomTimes(2, 5, seed), randomTimes(2, 5, seed+1000)
		diff := pairScores(x, y)
		seen := 0
		for _, d := range diff {
			seen += d
		}
		as := 0
		for signs := range 1 << len(diff) {
			sum := 0
			for i, d := range diff {
				if signs>>i&1 == 1 {
					d = -d
				}
				sum += d
			}
			if max(sum, -sum) >= max(seen, -seen) {
				as++
			}
		}
		p := flips(diff)
		if want := float64(as) / float64(int(1)<<len(diff)); !near(p, want) {
			t.Errorf("seed %d: %v has p %v, want %v", seed, diff, p, want)
		}
		if back := flips(pairScores(y, x)); !near(back, p) {
			t.Errorf("seed %d: p is %v, the other way %v", seed, p, back)
		}
	}
}

// If the algorithms do not differ, p is at most 5 % in at most 5 % of experiments, whatever the censoring.
func TestPairedTestHoldsItsLevel(t *testing.T) {
	const n = 2000
	low := 0
	for seed := range uint64(n) {
		x, y := randomTimes(1, 10, rng.Key(seed, "x")), randomTimes(1, 10, rng.Key(seed, "y"))
		if flips(pairScores(x, y)) <= 0.05 {
			low++
		}
	}
	// Three standard errors are 1.5 %; ties make the test a little cautious.
	if share := float64(low) / n; share > 0.065 || share < 0.02 {
		t.Errorf("%.3f of experiments without a difference have p <= 0.05", share)
	}
}

// Weeks of remission of Freireich et al. 1963, every survival textbook's example: χ² is 16.793 (Kleinbaum & Klein 2012, chapter 2).
func TestLogRankOfRemissions(t *testing.T) {
	treated := at(6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35)
	placebo := at(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
	z, p, err := LogRank([][]Time{placebo}, [][]Time{treated})
	if err != nil || math.Abs(z*z-16.793) > 0.0005 || z < 0 || math.Abs(p-4.17e-5) > 0.01e-5 {
		t.Errorf("z² is %v, z %v, p %v, %v, want 16.793, p 4.17e-05", z*z, z, p, err)
	}
}

// On paper: at 1, one of X and one of Y are at risk and X gets there: 1/2 more than expected, variance 1/4, in each stratum.
func TestLogRankOfStrata(t *testing.T) {
	z, p, err := LogRank([][]Time{at(1), at(1), at(1), at(-1)}, [][]Time{at(2), at(2), at(-2), at(1)})
	if want := math.Erfc(1 / math.Sqrt2); err != nil || !near(z, 1) || !near(p, want) {
		t.Errorf("z is %v, p %v, %v, want 1, %v", z, p, err, want)
	}
	if z, p, err := LogRank([][]Time{at(-1)}, [][]Time{at(-2, -3)}); z != 0 || p != 1 || err != nil {
		t.Errorf("nobody got there: z %v, p %v, %v, want 0, 1", z, p, err)
	}
}

func TestTimeErrors(t *testing.T) {
	b := Default()
	first := func(_ any, err error) error { return err }
	logRank := func(x, y [][]Time) error {
		_, _, err := LogRank(x, y)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{first(b.CompareTimes(nil, nil)), "stats: no times"},
		{first(b.CompareTimes([][]Time{at(1)}, nil)), "stats: X has 1 tasks, Y has 0"},
		{first(b.CompareTimes([][]Time{at(1)}, [][]Time{at()})), "stats: task 0 has no times"},
		{first(b.CompareTimes([][]Time{at(1), at(1)}, [][]Time{at(1), at(1, 2)})), "stats: task 1 has 1 and 2 runs, must have 1 pairs as task 0"},
		{first(b.CompareTimes([][]Time{{{Steps: -1}}}, [][]Time{at(1)})), "stats: a time of task 0 is -1 steps, must not be negative"},
		{first(Bootstrap{}.CompareTimes([][]Time{at(1)}, [][]Time{at(1)})), "stats: Reps is 0, must be at least 1"},
		{logRank([][]Time{at(1)}, [][]Time{at()}), "stats: task 0 has no times"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}

func BenchmarkCompareTimes(b *testing.B) {
	x, y := randomTimes(10, 50, 1), randomTimes(10, 50, 2)
	boot := Bootstrap{Reps: 1, Level: 0.95}
	for b.Loop() {
		if _, err := boot.CompareTimes(x, y); err != nil {
			b.Fatal(err)
		}
	}
}
