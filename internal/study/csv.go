package study

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/stats"
)

// SummaryCSV returns the statistics, one per line.
func (r *Report) SummaryCSV() string {
	rows := [][]string{{"world", "arm", "seeds", "statistic", "value", "lo", "hi"}}
	for _, res := range r.results() {
		for _, o := range res.Arms {
			put := func(name string, v stats.Interval) {
				if !math.IsNaN(v.Value) {
					rows = append(rows, []string{res.World, o.Name, strconv.Itoa(len(o.Seeds)), name, exact(v.Value), exact(v.Lo), exact(v.Hi)})
				}
			}
			put("iqm", o.IQM)
			put("mean", o.Mean)
			put("median", o.Median)
			put("optimality_gap", o.Gap)
			put("greedy_iqm", o.Greedy)
			put("success_mean", o.Success)
			put("difference_iqm", o.Difference)
			put("p_better", o.Better)
			put("steps_to_threshold", o.When)
			put("steps_to_threshold_difference", o.WhenDifference)
			put("p_sooner", o.Sooner)
			put("steps_test_p", stats.Interval{Value: o.P, Lo: math.NaN(), Hi: math.NaN()})
			for _, t := range o.Tasks {
				put("share."+t.Name, t.Share)
				put("cosine."+t.Name, t.Cosine)
				put("quality."+t.Name, t.Quality)
			}
			for _, g := range o.Grads {
				put("grad_first."+g.Layer, g.First)
				put("grad."+g.Layer, g.Mean)
			}
		}
	}
	return separated(rows)
}

// RunsCSV returns the runs, one per line.
func (r *Report) RunsCSV() string {
	rows := [][]string{{
		"world", "arm", "seed", "steps", "return", "return_lo", "return_hi", "success", "greedy_return", "greedy_success", "length", "diverged",
	}}
	for _, l := range r.Lines {
		row := []string{l.World, l.Arm, strconv.FormatUint(l.Seed, 10), strconv.Itoa(l.Steps)}
		for _, v := range []num{l.Return, l.Lo, l.Hi, l.Success, l.Greedy, l.GreedySuccess, l.Length} {
			row = append(row, exact(float64(v)))
		}
		rows = append(rows, append(row, strconv.FormatBool(l.Diverged)))
	}
	return separated(rows)
}

// exact returns a number as CSV has it, nothing for one that is missing.
func exact(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// separated returns rows as CSV.
func separated(rows [][]string) string {
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		panic("study: a text cannot be written to")
	}
	return b.String()
}
