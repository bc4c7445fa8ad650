package cli

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/stats"
	"github.com/auxrl/auxrl/viz/plot"
)

// curve is that of a group.
type curve struct {
	plot.Series
	seeds int
}

func seriesOf(curves []curve) []plot.Series {
	list := make([]plot.Series, len(curves))
	for i, c := range curves {
		list[i] = c.Series
	}
	return list
}

// readings are what one run measured: values at ascending steps, or milliseconds.
type readings struct {
	x []int
	y []float64
}

// at returns the last value measured at x or before, NaN before the first.
func (t readings) at(x int) float64 {
	i, found := slices.BinarySearch(t.x, x)
	if !found {
		i--
	}
	if i < 0 {
		return math.NaN()
	}
	return t.y[i]
}

// readingsOf returns what a run measured, over its steps or over the time it took.
func (r *record) readingsOf(key string, overTime bool) (t readings, err error) {
	var times []run.Row
	if overTime {
		if times, err = r.dir.ReadTimes(); err != nil {
			return t, err
		}
	}
	for _, row := range r.rows {
		i := slices.IndexFunc(row.Values, func(v run.Value) bool { return v.Name == key })
		x := int(row.Step)
		if overTime {
			x = -1
			for _, t := range times {
				if t.Step == row.Step {
					x = int(1000 * valueOf(t, "seconds"))
				}
			}
		}
		if i < 0 || x < 0 {
			continue
		}
		if n := len(t.x); n > 0 && t.x[n-1] >= x { // what is measured at the same step counts once
			t.y[n-1] = row.Values[i].V
			continue
		}
		t.x, t.y = append(t.x, x), append(t.y, row.Values[i].V)
	}
	return t, nil
}

// curveOf returns the curve of a group; nil if there is nothing to draw, which is said.
func (a *app) curveOf(g *runGroup, key string, f *plotFlags) (*curve, error) {
	overTime := f.x.text == "time"
	var runs []readings
	for _, r := range g.runs {
		t, err := r.readingsOf(key, overTime)
		switch {
		case err != nil:
			return nil, err
		case len(t.x) > 0:
			runs = append(runs, t)
		case overTime && len(r.rows) > 0:
			fmt.Fprintf(a.err, "%s: warning: %s does not know how long it took, and is left out\n", a.name, r.path)
		default:
			fmt.Fprintf(a.err, "%s: warning: %s has not measured %s, and is left out\n", a.name, r.path, key)
		}
	}
	if len(runs) == 0 {
		return nil, nil
	}
	x := grid(runs, overTime)
	if len(x) == 0 {
		fmt.Fprintf(a.err, "%s: warning: of %s, one run begins after another has ended\n", a.name, g.label)
		return nil, nil
	}
	a.tellShort(g, x[len(x)-1], runs, overTime)
	c := &curve{plot.Series{Name: g.label, Steps: x, Mean: missing(len(x))}, len(runs)}
	if err := c.fill(runs, f); err != nil {
		return nil, err
	}
	if c.last() < 0 {
		fmt.Fprintf(a.err, "%s: warning: of %s there is no point where all runs have measured %s\n", a.name, g.label, key)
		return nil, nil
	}
	return c, nil
}

// tellShort says that a curve ends before some of its runs.
func (a *app) tellShort(g *runGroup, last int, runs []readings, overTime bool) {
	longer := 0
	for _, t := range runs {
		if t.x[len(t.x)-1] > last {
			longer++
		}
	}
	if longer > 0 && !overTime {
		fmt.Fprintf(a.err, "%s: %s: drawn up to step %d, where its shortest run ends; %d of %d go on\n", a.name, g.label, last, longer, len(runs))
	}
}

// timePoints is how many points a curve over time has.
const timePoints = 200

// grid returns where all of a group's runs have been measured: over time at even distances, else wherever one was.
func grid(runs []readings, overTime bool) []int {
	lo, hi := math.MinInt, math.MaxInt
	var x []int
	for _, t := range runs {
		lo, hi = max(lo, t.x[0]), min(hi, t.x[len(t.x)-1])
		x = append(x, t.x...)
	}
	if lo > hi {
		return nil
	}
	if overTime {
		n := min(timePoints, hi-lo+1)
		x = x[:0]
		for i := range n {
			x = append(x, lo+(hi-lo)*i/max(n-1, 1))
		}
	}
	slices.Sort(x)
	x = slices.Compact(x)
	return slices.DeleteFunc(x, func(v int) bool { return v < lo || v > hi })
}

func missing(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}

// fill computes the curve and its band where all runs have a value.
func (c *curve) fill(runs []readings, f *plotFlags) error {
	scores := make([][]float64, len(runs))
	var where []int
	for i, x := range c.Steps {
		all := true
		for _, t := range runs {
			all = all && !math.IsNaN(t.at(x)) && !math.IsInf(t.at(x), 0)
		}
		if !all {
			continue
		}
		where = append(where, i)
		for r, t := range runs {
			scores[r] = append(scores[r], t.at(x))
		}
	}
	if len(where) == 0 {
		return nil
	}
	metric := map[string]stats.Metric{"iqm": stats.IQM, "mean": stats.Mean, "median": stats.RunMedian}[f.metric.text]
	points, err := stats.Bootstrap{Reps: 2000, Level: 0.95}.Curve([][][]float64{scores}, metric)
	if err != nil {
		return err
	}
	if f.band.text != "none" && len(runs) > 1 {
		c.Lo, c.Hi = missing(len(c.Steps)), missing(len(c.Steps))
	}
	for k, i := range where {
		c.Mean[i] = points[k].Value
		switch {
		case c.Lo == nil:
		case f.band.text == "minmax":
			c.Lo[i], c.Hi[i] = math.Inf(1), math.Inf(-1)
			for _, r := range scores {
				c.Lo[i], c.Hi[i] = min(c.Lo[i], r[k]), max(c.Hi[i], r[k])
			}
		default:
			c.Lo[i], c.Hi[i] = points[k].Lo, points[k].Hi
		}
	}
	return nil
}

// last returns the last point of a curve that has a value, -1 if there is none.
func (c *curve) last() int {
	for i := len(c.Mean) - 1; i >= 0; i-- {
		if !math.IsNaN(c.Mean[i]) {
			return i
		}
	}
	return -1
}

// tableOf returns curves as CSV: one row per point that has a value.
func tableOf(curves []curve) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"curve", "seeds", "x", "mean", "lo", "hi"}}
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, c := range curves {
		for i, m := range c.Mean {
			if math.IsNaN(m) {
				continue
			}
			row := []string{c.Name, strconv.Itoa(c.seeds), strconv.Itoa(c.Steps[i]), text(m), "", ""}
			if c.Lo != nil {
				row[4], row[5] = text(c.Lo[i]), text(c.Hi[i])
			}
			rows = append(rows, row)
		}
	}
	_ = w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}
