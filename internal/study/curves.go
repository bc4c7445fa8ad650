package study

import (
	"math"
	"slices"

	"github.com/auxrl/auxrl/stats"
)

// Resamples of figures, whose bands are narrower than a line anyway.
const drawnReps = 2000

func drawn() stats.Bootstrap {
	b := stats.Default()
	b.Reps = drawnReps
	return b
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

// curveOverAll fills in the learning curve of an arm over all worlds, at as many fractions of the budgets as the world with the fewest points
// has. Runs that ended early stay where they were.
func (a *analysis) curveOverAll(o *Outcome, worlds []Result, arm int) error {
	points := math.MaxInt
	lines := make([][]Line, len(worlds))
	whole := make([]int, len(worlds)) // points of a curve up to the end of the budget
	for w := range worlds {
		for _, other := range worlds[w].Arms {
			for _, l := range other.Lines {
				whole[w] = max(whole[w], len(l.Curve))
			}
		}
		points = min(points, whole[w])
		lines[w] = pick(&worlds[w].Arms[arm], o.Seeds)
		if slices.ContainsFunc(lines[w], func(l Line) bool { return len(l.Curve) == 0 }) {
			return nil
		}
	}
	curves := make([][][]float64, len(worlds))
	var at []int
	for k := range points {
		sound := true
		col := make([][]float64, len(worlds))
		for w := range worlds {
			last := (k+1)*whole[w]/points - 1
			for _, l := range lines[w] {
				v := worlds[w].scaled(a.onCurve(l.Curve[min(last, len(l.Curve)-1)]))
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

// profileLevels is how many scores a profile looks at.
const profileLevels = 101

// profiles fills in the fraction of runs that score more than so much. scores returns those of an arm, [world][run].
func (a *analysis) profiles(scores func(arm int) [][]float64) error {
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range a.Arms {
		if len(a.Arms[i].Seeds) > 0 {
			for _, row := range scores(i) {
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
		profile, err := drawn().Profile(scores(i), a.Levels)
		if err != nil {
			return err
		}
		o.Profile = profile
	}
	return nil
}
