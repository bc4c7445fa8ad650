package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// The numbers are what rliable says of the same scores; the file names its version. Two bootstraps of 50,000 resamples have ends
// that are 0.001 apart or less, and of 4,000 that are 0.004 apart: the tolerances are three times that.
func TestRliable(t *testing.T) {
	text, err := os.ReadFile("testdata/rliable.json")
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		X, Y                [][]float64
		AggregatesX         []float64    `json:"x aggregates"`
		AggregatesY         []float64    `json:"y aggregates"`
		IntervalsX          [2][]float64 `json:"x intervals"`
		IntervalsY          [2][]float64 `json:"y intervals"`
		OverTasks           [2][]float64 `json:"x intervals over tasks"`
		Improvement         float64      `json:"improvement"`
		ImprovementInterval [2]float64   `json:"improvement interval"`
		Thresholds, Profile []float64
		ProfileIntervals    [2][]float64 `json:"profile intervals"`
	}
	if err := json.Unmarshal(text, &gold); err != nil {
		t.Fatal(err)
	}
	same := func(name string, got Interval, err error, value, lo, hi, tolerance float64) {
		t.Helper()
		if err != nil || !near(got.Value, value) || !(math.Abs(got.Lo-lo) <= tolerance) || !(math.Abs(got.Hi-hi) <= tolerance) {
			t.Errorf("%s: got %v, %v, rliable has %v [%v, %v]", name, got, err, value, lo, hi)
		}
	}
	over := Default()
	over.Tasks = true
	for i, m := range []Metric{IQM, Mean, Median, OptimalityGap(0.9)} {
		name := slow[i].name
		got, err := Default().Interval(gold.X, m)
		same(name+" of X", got, err, gold.AggregatesX[i], gold.IntervalsX[0][i], gold.IntervalsX[1][i], 0.003)
		got, err = Default().Interval(gold.Y, m)
		same(name+" of Y", got, err, gold.AggregatesY[i], gold.IntervalsY[0][i], gold.IntervalsY[1][i], 0.003)
		got, err = over.Interval(gold.X, m)
		same(name+" of X over tasks", got, err, gold.AggregatesX[i], gold.OverTasks[0][i], gold.OverTasks[1][i], 0.003)
	}
	c, err := Default().Compare(gold.X, gold.Y, IQM)
	same("improvement", c.Improvement, err, gold.Improvement, gold.ImprovementInterval[0], gold.ImprovementInterval[1], 0.012)
	p, err := Default().Profile(gold.X, gold.Thresholds)
	for k := range p {
		same("profile", p[k], err, gold.Profile[k], gold.ProfileIntervals[0][k], gold.ProfileIntervals[1][k], 1.0/80) // one of 80 runs
	}
	if len(p) != len(gold.Profile) {
		t.Errorf("profile of %d points, want %d", len(p), len(gold.Profile))
	}
}
