package stats

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/auxrl/auxrl/internal/rng"
)

// skewed returns scores [tasks][runs] as experiments have them: most near 1, some failures near 0, some ties.
func skewed(tasks, runs int, seed uint64) [][]float64 {
	s := rng.New(rng.Key(seed, "skewed"))
	scores := make([][]float64, tasks)
	for t := range scores {
		for range runs {
			v := 1 - s.Float64()*s.Float64()
			switch s.Below(8) {
			case 0:
				v *= 0.1
			case 1:
				v = 0.5
			}
			scores[t] = append(scores[t], v)
		}
	}
	return scores
}

// near reports whether two numbers are the same but for rounding.
func near(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) }

func nearInterval(a, b Interval) bool {
	return near(a.Value, b.Value) && near(a.Lo, b.Lo) && near(a.Hi, b.Hi)
}

// The slow metrics are the definitions, on the scores themselves.
var slow = []struct {
	name   string
	metric Metric
	of     func(scores [][]float64) float64
}{
	{"IQM", IQM, func(scores [][]float64) float64 {
		all := slices.Concat(scores...)
		slices.Sort(all)
		cut := int(0.25 * float64(len(all)))
		return stat.Mean(all[cut:len(all)-cut], nil)
	}},
	{"Mean", Mean, func(scores [][]float64) float64 { return stat.Mean(taskMeans(scores), nil) }},
	{"Median", Median, func(scores [][]float64) float64 { return slowQuantile(taskMeans(scores), 0.5) }},
	{"OptimalityGap", OptimalityGap(0.8), func(scores [][]float64) float64 {
		sum, n := 0.0, 0
		for _, v := range slices.Concat(scores...) {
			sum += max(0, 0.8-v)
			n++
		}
		return sum / float64(n)
	}},
	{"RunMedian", RunMedian, func(scores [][]float64) float64 { return slowQuantile(slices.Concat(scores...), 0.5) }},
}

func taskMeans(scores [][]float64) []float64 {
	var m []float64
	for _, runs := range scores {
		m = append(m, stat.Mean(runs, nil))
	}
	return m
}

func slowQuantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	at := q * float64(len(x)-1)
	lo, hi := x[int(math.Floor(at))], x[int(math.Ceil(at))]
	return lo + (hi-lo)*(at-math.Floor(at))
}

func slowImprovement(x, y [][]float64) float64 {
	sum := 0.0
	for t := range x {
		for _, a := range x[t] {
			for _, b := range y[t] {
				if a > b {
					sum++
				} else if a == b {
					sum += 0.5
				}
			}
		}
	}
	return sum / float64(len(x)*len(x[0])*len(y[0]))
}

// Worked out on paper.
func TestMetricsByHand(t *testing.T) {
	eight := [][]float64{{0, 1, 2, 9}, {3, 4, 5, 100}} // sorted 0 1 | 2 3 4 5 | 9 100; means 3 and 28
	for _, c := range []struct {
		name   string
		scores [][]float64
		metric Metric
		want   float64
	}{
		{"IQM of eight", eight, IQM, 3.5},
		{"IQM of one", [][]float64{{7}}, IQM, 7},
		{"IQM of three has none cut", [][]float64{{1, 2, 6}}, IQM, 3},
		{"IQM of five", [][]float64{{-50, 1, 2, 3, 50}}, IQM, 2},
		{"IQM of ten keeps six", [][]float64{{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}}, IQM, 4.5},
		{"IQM of ties across the cut", [][]float64{{1, 1, 1, 1, 1, 1, 0, 5}}, IQM, 1},
		{"mean", eight, Mean, 15.5},
		{"median of two tasks", eight, Median, 15.5},
		{"median run of eight", eight, RunMedian, 3.5},
		{"median run of three", [][]float64{{9, 1, 2}}, RunMedian, 2},
		{"median run of ties", [][]float64{{1, 1}, {1, 4}}, RunMedian, 1},
		{"median of three tasks", [][]float64{{1, 3}, {100, 0}, {4, 4}}, Median, 4},
		{"gap", [][]float64{{0, 1, 3, 0.5}}, OptimalityGap(1), 0.375},
		{"gap at 2", [][]float64{{0, 1, 3, 1}}, OptimalityGap(2), 1},
	} {
		if got, err := Aggregate(c.scores, c.metric); err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestMetricsAreTheirDefinitions(t *testing.T) {
	for seed := range uint64(40) {
		scores := skewed(1+int(seed%7), 1+int(seed*5%13), seed)
		for _, m := range slow {
			if got, err := Aggregate(scores, m.metric); err != nil || !near(got, m.of(scores)) {
				t.Errorf("seed %d: %s is %v, %v, want %v", seed, m.name, got, err, m.of(scores))
			}
		}
	}
}

func TestImprovementByHand(t *testing.T) {
	for _, c := range []struct {
		x, y [][]float64
		want float64
	}{
		{[][]float64{{1, 2, 3}}, [][]float64{{0, 2}}, (1 + 1.5 + 2) / 6},
		{[][]float64{{1}}, [][]float64{{0, 0, 0}}, 1},
		{[][]float64{{1, 1}, {5, 5}}, [][]float64{{2}, {5}}, 0.25},
		{[][]float64{{3, 1, 2}}, [][]float64{{2, 3, 1}}, 0.5},
	} {
		if got, err := Improvement(c.x, c.y); err != nil || got != c.want {
			t.Errorf("%v against %v: got %v, %v, want %v", c.x, c.y, got, err, c.want)
		}
	}
}

func TestImprovementIsItsDefinition(t *testing.T) {
	for seed := range uint64(30) {
		tasks := 1 + int(seed%5)
		x, y := skewed(tasks, 1+int(seed%9), seed), skewed(tasks, 1+int(seed*3%11), seed+100)
		got, err := Improvement(x, y)
		if want := slowImprovement(x, y); err != nil || !near(got, want) {
			t.Errorf("seed %d: got %v, %v, want %v", seed, got, err, want)
		}
		if back, err := Improvement(y, x); err != nil || !near(got+back, 1) {
			t.Errorf("seed %d: %v one way, %v the other (%v)", seed, got, back, err)
		}
	}
}

// slowBootstrap draws the same resamples and computes everything from its definition.
type slowBootstrap struct {
	b      Bootstrap
	key    uint64
	n      uint64
	values map[string][]float64
}

func (s *slowBootstrap) below(n int) int {
	s.n++
	return rng.Below(rng.At(s.key, s.n-1), n)
}

func (s *slowBootstrap) tasks(n int) []int {
	t := make([]int, n)
	for i := range t {
		t[i] = i
		if s.b.Tasks {
			t[i] = s.below(n)
		}
	}
	return t
}

func (s *slowBootstrap) runs(tasks, runs int) [][]int {
	r := make([][]int, tasks)
	for t := range r {
		for range runs {
			r[t] = append(r[t], s.below(runs))
		}
	}
	return r
}

func take(scores [][]float64, tasks []int, runs [][]int) [][]float64 {
	out := make([][]float64, len(tasks))
	for i, t := range tasks {
		for _, r := range runs[i] {
			out[i] = append(out[i], scores[t][r])
		}
	}
	return out
}

func (s *slowBootstrap) interval(name string, value float64) Interval {
	tail := (1 - s.b.Level) / 2
	return Interval{value, slowQuantile(s.values[name], tail), slowQuantile(s.values[name], 1-tail)}
}

func newSlow(b Bootstrap) *slowBootstrap {
	return &slowBootstrap{b: b, key: rng.Key(b.Seed, "bootstrap"), values: map[string][]float64{}}
}

func (s *slowBootstrap) add(name string, v float64) { s.values[name] = append(s.values[name], v) }

var settings = []Bootstrap{{700, 0.95, 0, false}, {301, 0.8, 5, true}, {1, 0.5, 9, false}}

func TestIntervalIsItsDefinition(t *testing.T) {
	for _, b := range settings {
		for _, size := range [][2]int{{1, 10}, {3, 7}, {4, 1}, {1, 1}} {
			scores := skewed(size[0], size[1], 3)
			for _, m := range slow {
				s := newSlow(b)
				for range b.Reps {
					tasks := s.tasks(size[0])
					s.add("m", m.of(take(scores, tasks, s.runs(size[0], size[1]))))
				}
				got, err := b.Interval(scores, m.metric)
				if want := s.interval("m", m.of(scores)); err != nil || !nearInterval(got, want) {
					t.Errorf("%+v, size %v, %s: got %v, %v, want %v", b, size, m.name, got, err, want)
				}
			}
		}
	}
}

func TestCompareIsItsDefinition(t *testing.T) {
	for _, b := range settings {
		for _, paired := range []bool{false, true} {
			x, y := skewed(3, 6, 1), skewed(3, 5, 2)
			if paired {
				y = skewed(3, 6, 2)
			}
			iqm := slow[0].of
			s := newSlow(b)
			for range b.Reps {
				tasks := s.tasks(3)
				runs := s.runs(3, 6)
				rx := take(x, tasks, runs)
				if !paired {
					runs = s.runs(3, 5)
				}
				ry := take(y, tasks, runs)
				s.add("x", iqm(rx))
				s.add("y", iqm(ry))
				s.add("difference", iqm(rx)-iqm(ry))
				s.add("improvement", slowImprovement(rx, ry))
			}
			compare := b.Compare
			if paired {
				compare = b.ComparePaired
			}
			c, err := compare(x, y, IQM)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range []struct {
				name  string
				got   Interval
				value float64
			}{
				{"x", c.X, iqm(x)}, {"y", c.Y, iqm(y)}, {"difference", c.Difference, iqm(x) - iqm(y)}, {"improvement", c.Improvement, slowImprovement(x, y)},
			} {
				if want := s.interval(one.name, one.value); !nearInterval(one.got, want) {
					t.Errorf("%+v, paired %v, %s: got %v, want %v", b, paired, one.name, one.got, want)
				}
			}
		}
	}
}

// Pairs that differ by a constant leave no doubt about the difference, unless they are taken apart.
func TestPairsNarrowTheInterval(t *testing.T) {
	x := skewed(4, 10, 1)
	y := skewed(4, 10, 1)
	for _, runs := range y {
		for r := range runs {
			runs[r] -= 0.25
		}
	}
	paired, err := Default().ComparePaired(x, y, Mean)
	if err != nil {
		t.Fatal(err)
	}
	if d := paired.Difference; math.Abs(d.Lo-0.25) > 1e-12 || math.Abs(d.Hi-0.25) > 1e-12 {
		t.Errorf("pairs: %v, want 0.25 without doubt", d)
	}
	apart, err := Default().Compare(x, y, Mean)
	if err != nil {
		t.Fatal(err)
	}
	if d := apart.Difference; d.Hi-d.Lo < 0.1 {
		t.Errorf("no pairs: %v is too sure", d)
	}
}

func TestProfileIsItsDefinition(t *testing.T) {
	thresholds := []float64{-1, 0, 0.1, 0.5, 0.5, 0.75, 0.99, 2}
	scores := skewed(3, 5, 8)
	above := func(scores [][]float64, threshold float64) float64 {
		n := 0
		for _, v := range slices.Concat(scores...) {
			if v > threshold {
				n++
			}
		}
		return float64(n) / 15
	}
	for _, b := range settings {
		got, err := b.Profile(scores, thresholds)
		if err != nil {
			t.Fatal(err)
		}
		for k, threshold := range thresholds {
			s := newSlow(b)
			for range b.Reps {
				tasks := s.tasks(3)
				s.add("p", above(take(scores, tasks, s.runs(3, 5)), threshold))
			}
			if want := s.interval("p", above(scores, threshold)); !nearInterval(got[k], want) {
				t.Errorf("%+v, above %v: got %v, want %v", b, threshold, got[k], want)
			}
		}
	}
}

// Each point of a curve is what Interval says of the scores there.
func TestCurveIsIntervals(t *testing.T) {
	curves := make([][][]float64, 2)
	points := make([][][]float64, 5)
	for i := range points {
		points[i] = skewed(2, 4, uint64(i))
	}
	for task := range curves {
		for r := range 4 {
			var run []float64
			for i := range points {
				run = append(run, points[i][task][r])
			}
			curves[task] = append(curves[task], run)
		}
	}
	for _, b := range settings {
		got, err := b.Curve(curves, IQM)
		if err != nil {
			t.Fatal(err)
		}
		for i, scores := range points {
			if want, err := b.Interval(scores, IQM); err != nil || got[i] != want {
				t.Errorf("%+v, point %d: got %v, want %v (%v)", b, i, got[i], want, err)
			}
		}
	}
}

// Resamples of five ones and five zeros have a binomial number of ones: P(at most 1 of 10) = 11/1024, P(at most 2) = 56/1024.
func TestIntervalOfSuccessesIsBinomial(t *testing.T) {
	scores := [][]float64{{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}}
	for _, c := range []struct{ level, lo, hi float64 }{{0.95, 0.2, 0.8}, {0.7, 0.3, 0.7}, {0.99, 0.1, 0.9}} {
		b := Default()
		b.Level = c.level
		if got, err := b.Interval(scores, Mean); err != nil || got != (Interval{0.5, c.lo, c.hi}) {
			t.Errorf("level %v: got %v, %v, want [%v, %v]", c.level, got, err, c.lo, c.hi)
		}
	}
}

// Two tasks of three runs have 3^6 resamples, all equally likely.
func TestIntervalIsThatOfAllResamples(t *testing.T) {
	scores := [][]float64{{0, 1, 5}, {2, 2, 8}}
	var all []float64
	for i := range 729 {
		var draw [][]float64
		for _, runs := range scores {
			draw = append(draw, []float64{runs[i%3], runs[i/3%3], runs[i/9%3]})
			i /= 27
		}
		all = append(all, slow[0].of(draw))
	}
	for _, level := range []float64{0.5, 0.8, 0.9, 0.95} {
		b := Default()
		b.Level = level
		got, err := b.Interval(scores, IQM)
		if err != nil {
			t.Fatal(err)
		}
		// A rank is off by 0.002 at most: three standard errors of 50,000 resamples are 0.0067 at the median.
		tail := (1 - level) / 2
		if got.Lo < slowQuantile(all, tail-0.01) || got.Lo > slowQuantile(all, tail+0.01) || got.Hi < slowQuantile(all, 1-tail-0.01) || got.Hi > slowQuantile(all, 1-tail+0.01) {
			t.Errorf("level %v: got %v, want [%v, %v]", level, got, slowQuantile(all, tail), slowQuantile(all, 1-tail))
		}
	}
}

func TestOneSeedOneResult(t *testing.T) {
	x, y := skewed(3, 10, 1), skewed(3, 8, 2)
	b := Default()
	b.Reps = 3000
	compare := func(procs int) Comparison {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c, err := b.Compare(x, y, Median)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one := compare(1)
	for _, procs := range []int{2, 3, 8} {
		if got := compare(procs); got != one {
			t.Errorf("with %d cores %v, with one %v", procs, got, one)
		}
	}
	b.Seed = 1
	if compare(1) == one {
		t.Error("another seed has the same result")
	}
}

func TestQuantile(t *testing.T) {
	s := rng.New(1)
	for n := 1; n < 60; n++ {
		for _, levels := range []int{1, 2, 5, 1000} {
			x := make([]float64, n)
			for i := range x {
				x[i] = float64(s.Below(levels)) - 3
			}
			for _, arrange := range []func([]float64){func([]float64) {}, slices.Sort[[]float64], slices.Reverse[[]float64]} {
				arrange(x)
				for _, q := range []float64{0, 0.025, 0.25, 0.5, 0.975, 1} {
					if got, want := quantile(slices.Clone(x), q), slowQuantile(x, q); !near(got, want) {
						t.Fatalf("%v of %v: got %v, want %v", q, x, got, want)
					}
				}
			}
		}
	}
	if got := quantile([]float64{1, math.NaN(), 2}, 0.5); !math.IsNaN(got) {
		t.Errorf("with NaN: got %v", got)
	}
}

func TestErrors(t *testing.T) {
	ok := [][]float64{{1, 2}, {3, 4}}
	b := Default()
	first := func(_ any, err error) error { return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{first(Aggregate(nil, IQM)), "stats: no scores"},
		{first(Aggregate([][]float64{{}}, IQM)), "stats: no scores"},
		{first(Aggregate([][]float64{{1, 2}, {3}}, IQM)), "stats: task 1 has 1 runs, task 0 has 2"},
		{first(b.Interval([][]float64{{1, math.NaN()}}, IQM)), "stats: the score of run 1 of task 0 is NaN, must be finite"},
		{first(b.Interval([][]float64{{1}, {math.Inf(-1)}}, IQM)), "stats: the score of run 0 of task 1 is -Inf, must be finite"},
		{first(Bootstrap{0, 0.95, 0, false}.Interval(ok, IQM)), "stats: Reps is 0, must be at least 1"},
		{first(Bootstrap{1, 1, 0, false}.Interval(ok, IQM)), "stats: Level is 1, must be between 0 and 1"},
		{first(Bootstrap{1, math.NaN(), 0, false}.Compare(ok, ok, IQM)), "stats: Level is NaN, must be between 0 and 1"},
		{first(Bootstrap{1, 0, 0, false}.ComparePaired(ok, ok, IQM)), "stats: Level is 0, must be between 0 and 1"},
		{first(b.Compare(ok, ok[:1], IQM)), "stats: X has 2 tasks, Y has 1"},
		{first(b.Compare(nil, ok, IQM)), "X: stats: no scores"},
		{first(Improvement(ok, nil)), "Y: stats: no scores"},
		{first(b.ComparePaired(ok, [][]float64{{1}, {2}}, IQM)), "stats: X has 2 runs and Y has 1, so they are no pairs"},
		{first(b.ComparePaired(ok, ok[1:], IQM)), "stats: X has 2 tasks, Y has 1"},
		{first(b.Profile(ok, []float64{1, 0})), "stats: the thresholds of a profile must ascend"},
		{first(b.Profile(ok, []float64{math.NaN()})), "stats: the thresholds of a profile must ascend"},
		{first(b.Profile(nil, []float64{1})), "stats: no scores"},
		{first(b.Curve(nil, IQM)), "stats: no curves"},
		{first(b.Curve([][][]float64{{{1, 2}, {1}}}, IQM)), "stats: run 1 of task 0 has 1 points, run 0 of task 0 has 2"},
		{first(b.Curve([][][]float64{{{1}, {1}}, {{1}}}, IQM)), "point 0: stats: task 1 has 1 runs, task 0 has 2"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}

// How often nominal 95 % intervals of one task hold the interquartile mean of the population: what the package comment says.
func TestCoverage(t *testing.T) {
	population := skewed(1, 100_000, 99)
	truth, err := Aggregate(population, IQM)
	if err != nil {
		t.Fatal(err)
	}
	const experiments = 1000 // the standard error of a share is 0.014 at most
	for _, c := range []struct {
		runs   int
		lo, hi float64
	}{{3, 0.70, 0.80}, {5, 0.84, 0.92}, {10, 0.90, 0.96}} {
		held := 0
		for e := range experiments {
			from := e * c.runs
			got, err := Bootstrap{Reps: 500, Level: 0.95}.Interval([][]float64{population[0][from : from+c.runs]}, IQM)
			if err != nil {
				t.Fatal(err)
			}
			if got.Lo <= truth && truth <= got.Hi {
				held++
			}
		}
		if share := float64(held) / experiments; share < c.lo || share > c.hi {
			t.Errorf("%d runs: %.3f of intervals hold the truth, want %v to %v", c.runs, share, c.lo, c.hi)
		}
	}
}
