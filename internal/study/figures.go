package study

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/stats"
	"github.com/auxrl/auxrl/viz/plot"
)

// picture is a figure of a report.
type picture struct {
	Name string // of its files, without what is behind the dot
	Alt  string
	SVG  func() ([]byte, error)
	PNG  func() ([]byte, error)
}

// curvesFigure says how a figure of curves is drawn.
func curvesFigure(name, alt string, series []plot.Series, o plot.Options) picture {
	return picture{name, alt, func() ([]byte, error) { return plot.SVG(series, o) }, func() ([]byte, error) { return plot.PNG(series, o) }}
}

// figuresOf lists the figures of a result: learning curves, intervals, and performance profiles.
func (r *Report) figuresOf(res *Result) []picture {
	name := ""
	switch {
	case res.World == "":
		name = "all-"
	case len(r.Study.Worlds) > 1:
		name = fileName(res.World) + "-"
	}
	var list []picture
	if p, ok := r.curves(res, name); ok {
		list = append(list, p)
	}
	if p, ok := r.intervals(res, name); ok {
		list = append(list, p)
	}
	if p, ok := r.profile(res, name); ok && (!r.brief || res.World == "" || len(r.Study.Worlds) == 1) {
		list = append(list, p)
	}
	return list
}

// curves draws the arms' learning curves.
func (r *Report) curves(res *Result, name string) (picture, bool) {
	var series []plot.Series
	drawn := false
	for _, o := range res.Arms {
		s := plot.Series{Name: o.Name}
		for _, p := range o.Curve {
			if res.World == "" {
				s.At = append(s.At, float64(p.Step))
			} else {
				s.Steps = append(s.Steps, p.Step)
			}
			s.Mean, s.Lo, s.Hi = append(s.Mean, p.Value), append(s.Lo, p.Lo), append(s.Hi, p.Hi)
		}
		drawn = drawn || len(s.Mean) > 0
		series = append(series, s)
	}
	o := plot.Default()
	o.Title, o.Y = res.title(), "return"
	if r.Study.Score == BySuccess {
		o.Y = "success"
	}
	if res.World == "" {
		o.Title, o.X, o.Y = "All worlds", "% of the budget", "scaled "+o.Y
	}
	return curvesFigure(name+"curves", "Learning curves in "+res.title()+": interquartile means over seeds, with 95 % bands", series, o), drawn
}

// intervals draws the statistics of the arms side by side.
func (r *Report) intervals(res *Result, name string) (picture, bool) {
	var v plot.Intervals
	for _, o := range res.Arms {
		v.Names = append(v.Names, o.Name)
	}
	add := func(p plot.Panel, of func(Outcome) stats.Interval) {
		drawn := false
		for _, o := range res.Arms {
			i := of(o)
			p.Mean, p.Lo, p.Hi = append(p.Mean, i.Value), append(p.Lo, i.Lo), append(p.Hi, i.Hi)
			drawn = drawn || !math.IsNaN(i.Value)
		}
		if drawn {
			v.Panels = append(v.Panels, p)
		}
	}
	what := r.scoreNoun()
	if res.World == "" {
		what = "scaled " + what
	}
	add(plot.Panel{Title: what + ", interquartile mean"}, func(o Outcome) stats.Interval { return o.IQM })
	add(plot.Panel{Title: "probability to beat " + r.against(), Zero: 0.5, HasZero: true, LeastMax: [2]float64{0, 1}}, func(o Outcome) stats.Interval { return o.Better })
	add(plot.Panel{Title: "difference in steps to the threshold", HasZero: true}, func(o Outcome) stats.Interval { return o.WhenDifference })
	o := v.Size()
	o.Title = res.title() + fmt.Sprintf(", against %s", r.against())
	return picture{
		name + "intervals", "Statistics of every arm in " + res.title() + " with 95 % intervals",
		func() ([]byte, error) { return v.SVG(o) }, func() ([]byte, error) { return v.PNG(o) },
	}, len(v.Panels) > 0
}

// profile draws which fraction of runs scores more than so much.
func (r *Report) profile(res *Result, name string) (picture, bool) {
	var series []plot.Series
	drawn := false
	for _, o := range res.Arms {
		s := plot.Series{Name: o.Name}
		for i, p := range o.Profile {
			s.At = append(s.At, res.Levels[i])
			s.Mean, s.Lo, s.Hi = append(s.Mean, p.Value), append(s.Lo, p.Lo), append(s.Hi, p.Hi)
		}
		drawn = drawn || len(s.Mean) > 0
		series = append(series, s)
	}
	o := plot.Default()
	o.Height = 340
	o.Title, o.X, o.Y = res.title()+": performance profile", r.scoreNoun(), "fraction of runs that score more"
	if res.World == "" {
		o.X = "scaled " + o.X
	}
	return curvesFigure(name+"profile", "Performance profile in "+res.title()+": the fraction of runs that score more than so much", series, o), drawn
}
