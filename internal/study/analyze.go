package study

import (
	"fmt"
	"math"
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/stats"
)

// Report is what the lines of a study say.
type Report struct {
	Study   Study
	Planned int      // runs
	Missing int      // of those
	Worlds  []Result // [world]
	All     *Result  // over all worlds, if there are several and lines of each
	Lines   []Line

	brief bool // fewer figures
}

// Result is how arms compare on one world, or over all.
type Result struct {
	World     string // "" over all
	Published string
	Threshold float64 // NaN: none
	Scaled    bool    // scores are fractions of a known scale; of one world, the optimality gap is
	Scale     [2]float64
	Arms      []Outcome // [arm]
	Levels    []float64 // of the profiles
}

// Outcome is how an arm did. What cannot be said is NaN.
type Outcome struct {
	Name                   string
	Steps                  int // budget of a run; over all: of the longest
	Seeds                  []uint64
	IQM, Mean, Median      stats.Interval // of scores
	Gap                    stats.Interval // to 1, of scaled scores
	Greedy, Success        stats.Interval // interquartile mean of greedy returns; mean fraction of successes
	Least, Most            float64
	Diverged               int
	Difference, Better     stats.Interval // of IQM to the arm compared with; probability to be better than that
	Pairs                  int            // seeds that both have
	Timed, Reached         int            // runs whose curves were looked at, and those that got to the threshold
	When                   stats.Interval // steps until then, none counted longer than the horizon
	Sooner, WhenDifference stats.Interval
	Horizon                int
	P                      float64 // of a difference in steps as large
	Curve                  []CurvePoint
	Profile                []stats.Interval
	Tasks                  []TaskOutcome
	Grads                  []LayerOutcome
	Lines                  []Line // of these seeds
	times                  []stats.Time
}

// CurvePoint is a point of the learning curve of an arm: the interquartile mean over seeds.
type CurvePoint struct {
	Step int // over all worlds: percent of the budget
	stats.Interval
}

// TaskOutcome is how a task's gradient met the main one, on average over runs.
type TaskOutcome struct {
	Name                   string
	Share, Cosine, Quality stats.Interval
}

// LayerOutcome is how long the main loss's gradient was in a layer, on average over runs.
type LayerOutcome struct {
	Layer       string
	First, Mean stats.Interval // over the first tenth of a run, and over all of it
}

var none = stats.Interval{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}

func noOutcome(name string) Outcome {
	return Outcome{
		Name: name, IQM: none, Mean: none, Median: none, Gap: none, Greedy: none, Success: none, Least: math.NaN(), Most: math.NaN(),
		Difference: none, Better: none, When: none, Sooner: none, WhenDifference: none, P: math.NaN(),
	}
}

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

// Resamples of figures, whose bands are narrower than a line anyway.
const drawnReps = 2000

func drawn() stats.Bootstrap {
	b := stats.Default()
	b.Reps = drawnReps
	return b
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

// scaled returns a score as a fraction of the scale.
func (res *Result) scaled(x float64) float64 {
	return (x - res.Scale[0]) / (res.Scale[1] - res.Scale[0])
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
	if err := a.profiles(func(o *Outcome) [][]float64 { return [][]float64{a.scores(o)} }); err != nil {
		return err
	}
	return a.against(func(o, base *Outcome) (x, y [][]float64, tx, ty [][]stats.Time) {
		var px, py []float64
		var qx, qy []stats.Time
		for i, seed := range o.Seeds {
			if k := slices.Index(base.Seeds, seed); k >= 0 {
				px, py = append(px, a.scores(o)[i]), append(py, a.scores(base)[k])
				if o.times != nil && base.times != nil {
					qx, qy = append(qx, o.times[i]), append(qy, base.times[k])
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
	for _, first := range o.Lines[0].Tasks {
		t := TaskOutcome{Name: first.Name}
		for _, part := range []struct {
			to *stats.Interval
			of func(Contact) num
		}{
			{&t.Share, func(c Contact) num { return c.Share }},
			{&t.Cosine, func(c Contact) num { return c.Cosine }},
			{&t.Quality, func(c Contact) num { return c.Quality }},
		} {
			var x []float64
			for _, l := range o.Lines {
				for _, c := range l.Tasks {
					if v := float64(part.of(c)); c.Name == first.Name && !math.IsNaN(v) {
						x = append(x, v)
					}
				}
			}
			v, err := meanOf(x)
			if err != nil {
				return err
			}
			*part.to = v
		}
		o.Tasks = append(o.Tasks, t)
	}
	return nil
}

// grads fills in how long the main loss's gradient was, layer by layer.
func (a *analysis) grads(o *Outcome) (err error) {
	for _, first := range o.Lines[0].Grads {
		g := LayerOutcome{Layer: first.Layer}
		var early, all []float64
		for _, l := range o.Lines {
			for _, s := range l.Grads {
				if s.Layer != first.Layer {
					continue
				}
				if v := float64(s.First); !math.IsNaN(v) {
					early = append(early, v)
				}
				if v := float64(s.Mean); !math.IsNaN(v) {
					all = append(all, v)
				}
			}
		}
		if g.First, err = meanOf(early); err != nil {
			return err
		}
		if g.Mean, err = meanOf(all); err != nil {
			return err
		}
		o.Grads = append(o.Grads, g)
	}
	return nil
}

// meanOf returns the mean over runs with its interval; of no runs there is none.
func meanOf(x []float64) (stats.Interval, error) {
	if len(x) == 0 {
		return none, nil
	}
	return stats.Default().Interval([][]float64{x}, stats.Mean)
}

// timesOf finds when the runs' curves reached the threshold.
func (a *analysis) timesOf(o *Outcome) {
	if math.IsNaN(a.Threshold) || slices.ContainsFunc(o.Lines, func(l Line) bool { return len(l.Curve) == 0 }) {
		return
	}
	for _, l := range o.Lines {
		steps, scores := make([]int, len(l.Curve)), make([]float64, len(l.Curve))
		for i, p := range l.Curve {
			steps[i], scores[i] = p.Step, a.onCurve(p)
		}
		o.times = append(o.times, stats.TimeTo(steps, scores, a.Threshold))
	}
	o.count(o, o.Seeds)
}

// count adds the runs of an arm with those seeds that were looked at, and those that got to the threshold.
func (o *Outcome) count(of *Outcome, seeds []uint64) {
	for i, t := range of.times {
		if !slices.Contains(seeds, of.Seeds[i]) {
			continue
		}
		o.Timed++
		if t.Reached {
			o.Reached++
		}
	}
}

// onCurve returns what stands for the score in training: there, actions are sampled.
func (a *analysis) onCurve(p Point) float64 {
	if a.study.Score == BySuccess {
		return float64(p.Success)
	}
	return float64(p.Return)
}

// curve fills in the learning curve of an arm. Runs that ended early stay where they were. Points at which a run has not ended an episode
// yet are left out.
func (a *analysis) curve(o *Outcome) error {
	longest := 0
	for i, l := range o.Lines {
		if len(l.Curve) > len(o.Lines[longest].Curve) {
			longest = i
		}
	}
	var at []int
	runs := make([][]float64, len(o.Lines))
	for k, p := range o.Lines[longest].Curve {
		row := make([]float64, len(o.Lines))
		for i, l := range o.Lines {
			row[i] = math.NaN()
			if n := len(l.Curve); n > 0 {
				row[i] = a.onCurve(l.Curve[min(k, n-1)])
			}
		}
		if slices.ContainsFunc(row, math.IsNaN) {
			continue
		}
		at = append(at, p.Step)
		for i, v := range row {
			runs[i] = append(runs[i], v)
		}
	}
	if len(at) == 0 {
		return nil
	}
	points, err := drawn().Curve([][][]float64{runs}, stats.IQM)
	if err != nil {
		return err
	}
	for i, v := range points {
		o.Curve = append(o.Curve, CurvePoint{at[i], v})
	}
	return nil
}

// profileLevels is how many scores a profile looks at.
const profileLevels = 101

// profiles fills in the fraction of runs that score more than so much.
func (a *analysis) profiles(scores func(*Outcome) [][]float64) error {
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range a.Arms {
		if len(a.Arms[i].Seeds) > 0 {
			for _, row := range scores(&a.Arms[i]) {
				lo, hi = min(lo, slices.Min(row)), max(hi, slices.Max(row))
			}
		}
	}
	if lo > hi {
		return nil
	}
	pad := max((hi-lo)/20, math.Abs(hi)/100, 1e-6) // all score more than the lowest level, none more than the highest
	lo, hi = lo-pad, hi+pad
	for k := range profileLevels {
		a.Levels = append(a.Levels, lo+(hi-lo)*float64(k)/(profileLevels-1))
	}
	for i := range a.Arms {
		o := &a.Arms[i]
		if len(o.Seeds) == 0 {
			continue
		}
		profile, err := drawn().Profile(scores(o), a.Levels)
		if err != nil {
			return err
		}
		o.Profile = profile
	}
	return nil
}

// against compares every arm with the one that stands for no change. pairs returns scores, and times if there are, of the seeds that
// both have.
func (a *analysis) against(pairs func(o, base *Outcome) (x, y [][]float64, tx, ty [][]stats.Time)) error {
	base := &a.Arms[a.study.Against()]
	for i := range a.Arms {
		o := &a.Arms[i]
		if len(o.Seeds) == 0 || len(base.Seeds) == 0 {
			continue
		}
		x, y, tx, ty := pairs(o, base)
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

// all puts worlds together: scores as fractions of their scales, the runs of each arm with those seeds that it has in every world.
func (a *analysis) all(worlds []Result) error {
	a.Scaled, a.Scale = true, [2]float64{0, 1}
	for _, w := range worlds {
		a.Scaled = a.Scaled && w.Scaled
	}
	rows := make([][][]float64, len(a.study.Arms)) // [arm][world][seed]
	for i, arm := range a.study.Arms {
		o := noOutcome(arm.Name)
		o.Seeds = common(worlds, i)
		for w := range worlds {
			x := pick(&worlds[w].Arms[i], o.Seeds)
			o.Steps = max(o.Steps, worlds[w].Arms[i].Steps)
			row := make([]float64, len(x))
			for k, l := range x {
				row[k] = l.score(a.study.Score)
				if a.Scaled {
					row[k] = worlds[w].scaled(row[k])
				}
				if l.Diverged {
					o.Diverged++
				}
			}
			rows[i] = append(rows[i], row)
			o.count(&worlds[w].Arms[i], o.Seeds)
		}
		if len(o.Seeds) > 0 && a.Scaled {
			if err := a.together(&o, rows[i], worlds, i); err != nil {
				return err
			}
		}
		a.Arms = append(a.Arms, o)
	}
	if a.Scaled {
		index := func(o *Outcome) int {
			return slices.IndexFunc(a.Arms, func(b Outcome) bool { return b.Name == o.Name })
		}
		if err := a.profiles(func(o *Outcome) [][]float64 { return rows[index(o)] }); err != nil {
			return err
		}
	}
	return a.against(func(o, base *Outcome) (x, y [][]float64, tx, ty [][]stats.Time) {
		return a.pairs(worlds, rows, o, base)
	})
}

// pairs returns scores and times of the seeds that two arms have in every world.
func (a *analysis) pairs(worlds []Result, rows [][][]float64, o, base *Outcome) (x, y [][]float64, tx, ty [][]stats.Time) {
	i := slices.IndexFunc(a.Arms, func(b Outcome) bool { return b.Name == o.Name })
	j := a.study.Against()
	timed := true
	for w := range worlds {
		var px, py []float64
		var qx, qy []stats.Time
		ox, oy := &worlds[w].Arms[i], &worlds[w].Arms[j]
		timed = timed && ox.times != nil && oy.times != nil
		for k, seed := range o.Seeds {
			m := slices.Index(base.Seeds, seed)
			if m < 0 {
				continue
			}
			px, py = append(px, rows[i][w][k]), append(py, rows[j][w][m])
			if timed {
				qx, qy = append(qx, ox.times[slices.Index(ox.Seeds, seed)]), append(qy, oy.times[slices.Index(oy.Seeds, seed)])
			}
		}
		x, y, tx, ty = append(x, px), append(y, py), append(tx, qx), append(ty, qy)
	}
	if !timed || len(x[0]) == 0 {
		tx, ty = nil, nil
	}
	return x, y, tx, ty
}

// together fills in what concerns an arm over all worlds.
func (a *analysis) together(o *Outcome, rows [][]float64, worlds []Result, arm int) error {
	for _, part := range []struct {
		to     *stats.Interval
		metric stats.Metric
	}{{&o.IQM, stats.IQM}, {&o.Mean, stats.Mean}, {&o.Median, stats.Median}, {&o.Gap, stats.OptimalityGap(1)}} {
		v, err := stats.Default().Interval(rows, part.metric)
		if err != nil {
			return err
		}
		*part.to = v
	}
	o.Least, o.Most = math.Inf(1), math.Inf(-1)
	for _, row := range rows {
		o.Least, o.Most = min(o.Least, slices.Min(row)), max(o.Most, slices.Max(row))
	}
	// Points of curves stand at the same fractions of the budgets.
	points := math.MaxInt
	for w := range worlds {
		for _, l := range pick(&worlds[w].Arms[arm], o.Seeds) {
			points = min(points, len(l.Curve))
		}
	}
	curves := make([][][]float64, len(worlds))
	var at []int
	for k := range points {
		sound := true
		col := make([][]float64, len(worlds))
		for w := range worlds {
			for _, l := range pick(&worlds[w].Arms[arm], o.Seeds) {
				v := worlds[w].scaled(a.onCurve(l.Curve[k]))
				sound = sound && !math.IsNaN(v)
				col[w] = append(col[w], v)
			}
		}
		if !sound {
			continue
		}
		at = append(at, (k+1)*100/points)
		for w := range worlds {
			if curves[w] == nil {
				curves[w] = make([][]float64, len(o.Seeds))
			}
			for i, v := range col[w] {
				curves[w][i] = append(curves[w][i], v)
			}
		}
	}
	if len(at) == 0 {
		return nil
	}
	c, err := drawn().Curve(curves, stats.IQM)
	if err != nil {
		return err
	}
	for i, v := range c {
		if n := len(o.Curve); n > 0 && o.Curve[n-1].Step == at[i] {
			continue
		}
		o.Curve = append(o.Curve, CurvePoint{at[i], v})
	}
	return nil
}

// common returns the seeds that an arm has in every world.
func common(worlds []Result, arm int) (seeds []uint64) {
	for _, s := range worlds[0].Arms[arm].Seeds {
		if !slices.ContainsFunc(worlds, func(w Result) bool { return !slices.Contains(w.Arms[arm].Seeds, s) }) {
			seeds = append(seeds, s)
		}
	}
	return seeds
}

// pick returns the lines of an arm with those seeds, in that order.
func pick(o *Outcome, seeds []uint64) (lines []Line) {
	for _, s := range seeds {
		lines = append(lines, o.Lines[slices.Index(o.Seeds, s)])
	}
	return lines
}
