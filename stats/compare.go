package stats

import (
	"fmt"
	"slices"
)

// Comparison is how two algorithms X and Y compare on the same tasks.
type Comparison struct {
	X, Y        Interval // the metric of each
	Difference  Interval // the metric of X less that of Y
	Improvement Interval // see Improvement
}

// Improvement returns the probability that a run of X scores higher than a run of Y on the same task, ties counted half, averaged
// over tasks: the Mann-Whitney statistic U/(n m), rliable's probability_of_improvement. x is [T][R] and y [T][S].
func Improvement(x, y [][]float64) (float64, error) {
	if err := checkArms(x, y); err != nil {
		return 0, err
	}
	p := newPicks(shape{len(x), len(x[0]), len(y[0])})
	return newDuel(x, y).improvement(p.tasks, p.x, p.y), nil
}

// Compare compares scores x [T][R] and y [T][S] of two algorithms whose runs have nothing to do with each other.
func (b Bootstrap) Compare(x, y [][]float64, metric Metric) (Comparison, error) {
	if err := b.Validate(); err != nil {
		return Comparison{}, err
	}
	if err := checkArms(x, y); err != nil {
		return Comparison{}, err
	}
	return b.compare(x, y, metric, shape{len(x), len(x[0]), len(y[0])}), nil
}

// ComparePaired compares scores x and y, both [T][R], of two algorithms where runs of the same index had the same seed, so that
// they have their worlds in common: pairs are drawn together. Where a pair's scores rise and fall together, the interval of the
// difference is narrower than Compare's.
func (b Bootstrap) ComparePaired(x, y [][]float64, metric Metric) (Comparison, error) {
	if err := b.Validate(); err != nil {
		return Comparison{}, err
	}
	if err := checkArms(x, y); err != nil {
		return Comparison{}, err
	}
	if len(x[0]) != len(y[0]) {
		return Comparison{}, fmt.Errorf("stats: X has %d runs and Y has %d, so they are no pairs", len(x[0]), len(y[0]))
	}
	return b.compare(x, y, metric, shape{len(x), len(x[0]), 0}), nil
}

func (b Bootstrap) compare(x, y [][]float64, metric Metric, s shape) Comparison {
	sx, sy, d := newSample(x), newSample(y), newDuel(x, y)
	out := b.estimate(s, 4, func() statistic {
		sx, sy, d := sx.share(), sy.share(), d.share()
		return func(p *picks, out []float64) {
			y := p.y
			if s.y == 0 {
				y = p.x
			}
			sx.draw(p.tasks, p.x)
			sy.draw(p.tasks, y)
			out[0], out[1] = metric(sx), metric(sy)
			out[2] = out[0] - out[1]
			out[3] = d.improvement(p.tasks, p.x, y)
		}
	})
	return Comparison{out[0], out[1], out[2], out[3]}
}

func checkArms(x, y [][]float64) error {
	if err := check(x); err != nil {
		return fmt.Errorf("X: %w", err)
	}
	if err := check(y); err != nil {
		return fmt.Errorf("Y: %w", err)
	}
	if len(x) != len(y) {
		return fmt.Errorf("stats: X has %d tasks, Y has %d", len(x), len(y))
	}
	return nil
}

// duel counts, per task, how often a run of X beats a run of Y.
type duel struct {
	x, y  []int32 // [T, R], [T, S] rank of each run among the distinct scores of both arms on its task
	ranks []int   // [T] number of distinct scores
	nx    []int32 // how many runs of the resample have each rank
	ny    []int32
}

func newDuel(x, y [][]float64) *duel {
	d := &duel{}
	for t := range x {
		both := slices.Concat(x[t], y[t])
		slices.Sort(both)
		both = slices.Compact(both)
		rank := func(dst []int32, scores []float64) []int32 {
			for _, v := range scores {
				r, _ := slices.BinarySearch(both, v)
				dst = append(dst, int32(r))
			}
			return dst
		}
		d.x, d.y = rank(d.x, x[t]), rank(d.y, y[t])
		d.ranks = append(d.ranks, len(both))
	}
	most := slices.Max(d.ranks)
	d.nx, d.ny = make([]int32, most), make([]int32, most)
	return d
}

// share returns a duel of the same scores for another goroutine.
func (d *duel) share() *duel {
	s := *d
	s.nx, s.ny = make([]int32, len(d.nx)), make([]int32, len(d.ny))
	return &s
}

// improvement returns the mean over tasks of U/(n m) of a resample: which task stands at each row, and which run in each slot of
// either arm.
func (d *duel) improvement(tasks, runsX, runsY []int32) float64 {
	n, m := len(runsX)/len(tasks), len(runsY)/len(tasks)
	wins := 0 // in halves
	for row, task := range tasks {
		ranks := d.ranks[task]
		nx, ny := d.nx[:ranks], d.ny[:ranks]
		clear(nx)
		clear(ny)
		x, y := d.x[int(task)*n:int(task+1)*n], d.y[int(task)*m:int(task+1)*m]
		for _, r := range runsX[row*n : (row+1)*n] {
			nx[x[r]]++
		}
		for _, r := range runsY[row*m : (row+1)*m] {
			ny[y[r]]++
		}
		below := 0
		for i, c := range nx {
			same := int(ny[i])
			wins += int(c) * (2*below + same)
			below += same
		}
	}
	return float64(wins) / float64(2*n*m*len(tasks))
}
