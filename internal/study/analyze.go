package study

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/stats"
)

// Analyze makes the statistics of a plan's lines.
func (p *Plan) Analyze() (*Report, error) {
	return Analyze(&p.Study, p.Spec, p.Lines(), len(p.Jobs))
}

// Analyze makes the statistics of the lines of a study with so many runs, whose worlds are described by specs.
func Analyze(s *Study, specs []env.Spec, lines []Line, planned int) (*Report, error) {
	r := &Report{Study: *s, Planned: planned, Missing: planned - len(lines), Lines: s.sorted(lines)}
	for w, world := range s.Worlds {
		a := analysis{study: s, Result: Result{World: world.ID, Published: world.Published}}
		a.scale(world, specs[w])
		if err := a.world(r.Lines); err != nil {
			return nil, fmt.Errorf("study: %s: %w", world.ID, err)
		}
		r.Worlds = append(r.Worlds, a.Result)
	}
	if len(s.Worlds) > 1 {
		a := analysis{study: s, Result: Result{Threshold: math.NaN()}}
		if err := a.all(r.Worlds); err != nil {
			return nil, fmt.Errorf("study: over all: %w", err)
		}
		r.All = &a.Result
	}
	return r, nil
}

// analysis is one under way.
type analysis struct {
	study *Study
	Result
}

// scale finds what counts as 0 and 1, and the threshold.
func (a *analysis) scale(w World, spec env.Spec) {
	switch {
	case a.study.Score == BySuccess:
		a.Scale, a.Scaled = [2]float64{0, 1}, true
	case w.Scale != [2]float64{}:
		a.Scale, a.Scaled = w.Scale, true
	case spec.Best > 0:
		a.Scale, a.Scaled = [2]float64{0, spec.Best}, true
	}
	a.Threshold = w.Threshold
	if math.IsNaN(a.Threshold) {
		a.Threshold = a.study.Threshold
	}
	if math.IsNaN(a.Threshold) && a.Scaled {
		a.Threshold = float64(rounded(a.Scale[0] + 0.9*(a.Scale[1]-a.Scale[0])))
	}
}

// world compares the arms on a world.
func (a *analysis) world(lines []Line) error {
	for _, arm := range a.study.Arms {
		o := noOutcome(arm.Name)
		for _, l := range lines {
			if l.World == a.World && l.Arm == arm.Name {
				o.Lines = append(o.Lines, l)
				o.Seeds = append(o.Seeds, l.Seed)
				o.Steps = max(o.Steps, l.Steps)
			}
		}
		if len(o.Lines) > 0 {
			if err := a.outcome(&o); err != nil {
				return fmt.Errorf("%s: %w", arm.Name, err)
			}
		}
		a.Arms = append(a.Arms, o)
	}
	if err := a.profiles(func(i int) [][]float64 { return [][]float64{a.scores(&a.Arms[i])} }); err != nil {
		return err
	}
	return a.against(func(i, j int) (x, y [][]float64, tx, ty [][]stats.Time) {
		o, base := &a.Arms[i], &a.Arms[j]
		scores, baseScores := a.scores(o), a.scores(base)
		var px, py []float64
		var qx, qy []stats.Time
		for n, seed := range o.Seeds {
			if k := slices.Index(base.Seeds, seed); k >= 0 {
				px, py = append(px, scores[n]), append(py, baseScores[k])
				if o.times != nil && base.times != nil {
					qx, qy = append(qx, o.times[n]), append(qy, base.times[k])
				}
			}
		}
		if qx == nil {
			return [][]float64{px}, [][]float64{py}, nil, nil
		}
		return [][]float64{px}, [][]float64{py}, [][]stats.Time{qx}, [][]stats.Time{qy}
	})
}

// scores returns those of an arm's runs.
func (a *analysis) scores(o *Outcome) []float64 {
	x := make([]float64, len(o.Lines))
	for i, l := range o.Lines {
		x[i] = l.score(a.study.Score)
	}
	return x
}

// outcome fills in what concerns an arm by itself.
func (a *analysis) outcome(o *Outcome) (err error) {
	b := stats.Default()
	interval := func(x []float64, m stats.Metric) stats.Interval {
		if err != nil || slices.ContainsFunc(x, math.IsNaN) {
			return none
		}
		var v stats.Interval
		v, err = b.Interval([][]float64{x}, m)
		return v
	}
	x := a.scores(o)
	if slices.ContainsFunc(x, math.IsNaN) {
		return fmt.Errorf("study: a run has no %s", a.study.Score)
	}
	o.IQM, o.Mean, o.Median = interval(x, stats.IQM), interval(x, stats.Mean), interval(x, stats.RunMedian)
	o.Least, o.Most = slices.Min(x), slices.Max(x)
	if a.Scaled {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = a.scaled(x[i])
		}
		o.Gap = interval(y, stats.OptimalityGap(1))
	}
	of := func(f func(Line) num) []float64 {
		y := make([]float64, len(o.Lines))
		for i, l := range o.Lines {
			y[i] = float64(f(l))
		}
		return y
	}
	o.Greedy = interval(of(func(l Line) num { return l.Greedy }), stats.IQM)
	o.Success = interval(of(func(l Line) num { return l.Success }), stats.Mean)
	for _, l := range o.Lines {
		if l.Diverged {
			o.Diverged++
		}
	}
	a.timesOf(o)
	if err != nil {
		return err
	}
	if err := a.tasks(o); err != nil {
		return err
	}
	if err := a.grads(o); err != nil {
		return err
	}
	return a.curve(o)
}

// tasks fills in what the tasks' gradients did.
func (a *analysis) tasks(o *Outcome) error {
	return byName(o.Lines, func(l Line) []Contact { return l.Tasks }, func(c Contact) string { return c.Name },
		func(name string, mean func(func(Contact) num) (stats.Interval, error)) error {
			share, err1 := mean(func(c Contact) num { return c.Share })
			cosine, err2 := mean(func(c Contact) num { return c.Cosine })
			quality, err3 := mean(func(c Contact) num { return c.Quality })
			o.Tasks = append(o.Tasks, TaskOutcome{name, share, cosine, quality})
			return errors.Join(err1, err2, err3)
		})
}

// grads fills in how long the main loss's gradient was, layer by layer.
func (a *analysis) grads(o *Outcome) error {
	return byName(o.Lines, func(l Line) []Slope { return l.Grads }, func(s Slope) string { return s.Layer },
		func(layer string, mean func(func(Slope) num) (stats.Interval, error)) error {
			first, err1 := mean(func(s Slope) num { return s.First })
			all, err2 := mean(func(s Slope) num { return s.Mean })
			o.Grads = append(o.Grads, LayerOutcome{layer, first, all})
			return errors.Join(err1, err2)
		})
}

// byName visits the names of what lines list, in the order in which they appear, with what averages a part of it over the runs that have
// it: not every run has measured everything.
func byName[T any](lines []Line, list func(Line) []T, name func(T) string, visit func(name string, mean func(part func(T) num) (stats.Interval, error)) error) error {
	var names []string
	for _, l := range lines {
		for _, v := range list(l) {
			if !slices.Contains(names, name(v)) {
				names = append(names, name(v))
			}
		}
	}
	for _, at := range names {
		mean := func(part func(T) num) (stats.Interval, error) {
			return meanOf(lines, func(l Line) num {
				all := list(l)
				if i := slices.IndexFunc(all, func(v T) bool { return name(v) == at }); i >= 0 {
					return part(all[i])
				}
				return num(math.NaN())
			})
		}
		if err := visit(at, mean); err != nil {
			return err
		}
	}
	return nil
}

// meanOf returns the mean over the runs that have something, with its interval; of none there is none.
func meanOf(lines []Line, of func(Line) num) (stats.Interval, error) {
	var x []float64
	for _, l := range lines {
		if v := float64(of(l)); !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	if len(x) == 0 {
		return none, nil
	}
	return stats.Default().Interval([][]float64{x}, stats.Mean)
}

// timesOf finds when the runs' curves reached the threshold. A run that diverged for good stays where it was: until the end of its budget it
// did not get there, which is more than that nobody watched it any longer.
func (a *analysis) timesOf(o *Outcome) {
	if math.IsNaN(a.Threshold) || slices.ContainsFunc(o.Lines, func(l Line) bool { return len(l.Curve) == 0 }) {
		return
	}
	for _, l := range o.Lines {
		steps, scores := make([]int, len(l.Curve)), make([]float64, len(l.Curve))
		for i, p := range l.Curve {
			steps[i], scores[i] = p.Step, a.onCurve(p)
		}
		t := stats.TimeTo(steps, scores, a.Threshold)
		if l.Diverged && !t.Reached {
			t.Steps = max(t.Steps, l.Steps)
		}
		o.times = append(o.times, t)
	}
	o.count(o, o.Seeds)
}

// against compares every arm with the one that stands for no change. pairs returns scores, and times if there are, [world][pair], of the
// seeds that two arms have.
func (a *analysis) against(pairs func(i, j int) (x, y [][]float64, tx, ty [][]stats.Time)) error {
	j := a.study.Against()
	base := &a.Arms[j]
	for i := range a.Arms {
		o := &a.Arms[i]
		if len(o.Seeds) == 0 || len(base.Seeds) == 0 {
			continue
		}
		x, y, tx, ty := pairs(i, j)
		if len(x) == 0 || len(x[0]) == 0 {
			continue
		}
		o.Pairs = len(x[0])
		if o != base {
			c, err := stats.Default().ComparePaired(x, y, stats.IQM)
			if err != nil {
				return err
			}
			if o.Better = c.Improvement; a.World != "" || a.Scaled {
				o.Difference = c.Difference
			}
		}
		if tx == nil {
			continue
		}
		c, err := stats.Default().CompareTimes(tx, ty)
		if err != nil {
			return err
		}
		o.When, o.Horizon = c.X, slices.Max(c.Horizons)
		if o != base {
			o.WhenDifference, o.Sooner, o.P = c.Difference, c.Sooner, c.P
		}
	}
	return nil
}
