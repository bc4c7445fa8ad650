package study

import (
	"math"
	"slices"

	"github.com/auxrl/auxrl/stats"
)

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
		if err := a.profiles(func(i int) [][]float64 { return rows[i] }); err != nil {
			return err
		}
	}
	return a.against(func(i, j int) (x, y [][]float64, tx, ty [][]stats.Time) { return a.pairs(worlds, rows, i, j) })
}

// pairs returns scores and times of the seeds that two arms have in every world.
func (a *analysis) pairs(worlds []Result, rows [][][]float64, i, j int) (x, y [][]float64, tx, ty [][]stats.Time) {
	o, base := &a.Arms[i], &a.Arms[j]
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
	return a.curveOverAll(o, worlds, arm)
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
