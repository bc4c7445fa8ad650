package study

import (
	"math"
	"slices"

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

// none is what cannot be said.
var none = stats.Interval{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}

func noOutcome(name string) Outcome {
	return Outcome{
		Name: name, IQM: none, Mean: none, Median: none, Gap: none, Greedy: none, Success: none, Least: math.NaN(), Most: math.NaN(),
		Difference: none, Better: none, When: none, Sooner: none, WhenDifference: none, P: math.NaN(),
	}
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

// scaled returns a score as a fraction of the scale.
func (res *Result) scaled(x float64) float64 {
	return (x - res.Scale[0]) / (res.Scale[1] - res.Scale[0])
}
