package study

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// SummaryCSV returns the statistics, one per line.
func (r *Report) SummaryCSV() string {
	var b strings.Builder
	b.WriteString("world,arm,seeds,statistic,value,lo,hi\n")
	for _, res := range r.results() {
		for _, o := range res.Arms {
			put := func(name string, value, lo, hi float64) {
				if !math.IsNaN(value) {
					fmt.Fprintf(&b, "%s,%s,%d,%s,%s,%s,%s\n", csvCell(res.World), csvCell(o.Name), len(o.Seeds), csvCell(name), exact(value), exact(lo), exact(hi))
				}
			}
			for _, v := range []struct {
				name string
				iv   [3]float64
			}{
				{"iqm", [3]float64{o.IQM.Value, o.IQM.Lo, o.IQM.Hi}}, {"mean", [3]float64{o.Mean.Value, o.Mean.Lo, o.Mean.Hi}},
				{"median", [3]float64{o.Median.Value, o.Median.Lo, o.Median.Hi}}, {"optimality_gap", [3]float64{o.Gap.Value, o.Gap.Lo, o.Gap.Hi}},
				{"greedy_iqm", [3]float64{o.Greedy.Value, o.Greedy.Lo, o.Greedy.Hi}}, {"success_mean", [3]float64{o.Success.Value, o.Success.Lo, o.Success.Hi}},
				{"difference_iqm", [3]float64{o.Difference.Value, o.Difference.Lo, o.Difference.Hi}}, {"p_better", [3]float64{o.Better.Value, o.Better.Lo, o.Better.Hi}},
				{"steps_to_threshold", [3]float64{o.When.Value, o.When.Lo, o.When.Hi}},
				{"steps_to_threshold_difference", [3]float64{o.WhenDifference.Value, o.WhenDifference.Lo, o.WhenDifference.Hi}},
				{"p_sooner", [3]float64{o.Sooner.Value, o.Sooner.Lo, o.Sooner.Hi}}, {"steps_test_p", [3]float64{o.P, math.NaN(), math.NaN()}},
			} {
				put(v.name, v.iv[0], v.iv[1], v.iv[2])
			}
			for _, t := range o.Tasks {
				put("share."+t.Name, t.Share.Value, t.Share.Lo, t.Share.Hi)
				put("cosine."+t.Name, t.Cosine.Value, t.Cosine.Lo, t.Cosine.Hi)
				put("quality."+t.Name, t.Quality.Value, t.Quality.Lo, t.Quality.Hi)
			}
			for _, g := range o.Grads {
				put("grad_first."+g.Layer, g.First.Value, g.First.Lo, g.First.Hi)
				put("grad."+g.Layer, g.Mean.Value, g.Mean.Lo, g.Mean.Hi)
			}
		}
	}
	return b.String()
}

// RunsCSV returns the runs, one per line.
func (r *Report) RunsCSV() string {
	var b strings.Builder
	b.WriteString("world,arm,seed,steps,return,return_lo,return_hi,success,greedy_return,greedy_success,length,diverged\n")
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s,%s,%d,%d", csvCell(l.World), csvCell(l.Arm), l.Seed, l.Steps)
		for _, v := range []num{l.Return, l.Lo, l.Hi, l.Success, l.Greedy, l.GreedySuccess, l.Length} {
			b.WriteString("," + exact(float64(v)))
		}
		fmt.Fprintf(&b, ",%t\n", l.Diverged)
	}
	return b.String()
}

// exact returns a number as CSV has it, nothing for one that is missing.
func exact(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// csvCell quotes a text where it must be.
func csvCell(s string) string {
	if strings.ContainsAny(s, ",\"\n\r") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
