package stats

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/auxrl/auxrl/internal/rng"
)

// Bootstrap says how confidence intervals are made: percentile intervals of the stratified bootstrap (Agarwal et al. 2021,
// section 4.1), which draws as many runs as there are, with replacement, within each task.
type Bootstrap struct {
	Reps  int     // resamples
	Level float64 // of confidence, in (0, 1)
	Seed  uint64
	Tasks bool // draw tasks with replacement too: what if the tasks were others of their kind? rliable's task_bootstrap
}

// Default returns rliable's settings: 50,000 resamples, 95 %.
func Default() Bootstrap { return Bootstrap{Reps: 50_000, Level: 0.95} }

// Validate reports the first setting that cannot work.
func (b Bootstrap) Validate() error {
	if b.Reps < 1 {
		return fmt.Errorf("stats: Reps is %d, must be at least 1", b.Reps)
	}
	if !(b.Level > 0 && b.Level < 1) {
		return fmt.Errorf("stats: Level is %v, must be between 0 and 1", b.Level)
	}
	return nil
}

// Interval is an estimate and its confidence interval.
type Interval struct{ Value, Lo, Hi float64 }

// Interval returns the metric of scores [T][R] with its interval.
func (b Bootstrap) Interval(scores [][]float64, metric Metric) (Interval, error) {
	if err := b.check(scores); err != nil {
		return Interval{}, err
	}
	s := newSample(scores)
	out := b.estimate(shape{tasks: len(scores), x: len(scores[0])}, 1, func() statistic {
		s := s.share()
		return func(p *picks, out []float64) {
			s.draw(p.tasks, p.x)
			out[0] = metric(s)
		}
	})
	return out[0], nil
}

// Curve returns the metric at each of L points, with its interval, of curves [T][R][L]: of each task and run, the score at each
// point. Runs are drawn whole. The intervals are those of single points: a curve may well leave the band of them somewhere.
func (b Bootstrap) Curve(curves [][][]float64, metric Metric) ([]Interval, error) {
	points, err := b.transpose(curves)
	if err != nil {
		return nil, err
	}
	samples := make([]*Sample, len(points))
	for i, scores := range points {
		samples[i] = newSample(scores)
	}
	return b.estimate(shape{tasks: len(curves), x: len(curves[0])}, len(points), func() statistic {
		own := make([]*Sample, len(samples))
		for i, s := range samples {
			own[i] = s.share()
		}
		return func(p *picks, out []float64) {
			for i, s := range own {
				s.draw(p.tasks, p.x)
				out[i] = metric(s)
			}
		}
	}), nil
}

// transpose returns the scores [T][R] at each point of curves [T][R][L].
func (b Bootstrap) transpose(curves [][][]float64) ([][][]float64, error) {
	if len(curves) == 0 || len(curves[0]) == 0 || len(curves[0][0]) == 0 {
		return nil, errors.New("stats: no curves")
	}
	points := make([][][]float64, len(curves[0][0]))
	for i := range points {
		points[i] = make([][]float64, len(curves))
		for t, runs := range curves {
			for r, run := range runs {
				if len(run) != len(points) {
					return nil, fmt.Errorf("stats: run %d of task %d has %d points, run 0 of task 0 has %d", r, t, len(run), len(points))
				}
				points[i][t] = append(points[i][t], run[i])
			}
		}
		if err := b.check(points[i]); err != nil {
			return nil, fmt.Errorf("point %d: %w", i, err)
		}
	}
	return points, nil
}

// check reports what is wrong with the settings or the scores.
func (b Bootstrap) check(scores [][]float64) error {
	if err := b.Validate(); err != nil {
		return err
	}
	return check(scores)
}

// shape says how many tasks there are, and how many runs of each in one or two arms. Arms whose runs are pairs are drawn as one.
type shape struct{ tasks, x, y int }

// picks is what one resample draws.
type picks struct {
	tasks []int32 // [T] which task stands at each row
	x, y  []int32 // [T, R] which run stands in each slot
}

// newPicks returns the picks that leave everything where it is.
func newPicks(s shape) *picks {
	p := &picks{make([]int32, s.tasks), make([]int32, s.tasks*s.x), make([]int32, s.tasks*s.y)}
	for i := range p.tasks {
		p.tasks[i] = int32(i)
	}
	for i := range p.x {
		p.x[i] = int32(i % s.x)
	}
	for i := range p.y {
		p.y[i] = int32(i % s.y)
	}
	return p
}

// draw draws the picks of resample rep from the table that key names.
func (p *picks) draw(s shape, key uint64, rep int, tasks bool) {
	n := len(p.x) + len(p.y)
	if tasks {
		n += len(p.tasks)
	}
	at := uint64(rep) * uint64(n)
	fill := func(dst []int32, below int) {
		for i := range dst {
			dst[i] = int32(rng.Below(rng.At(key, at+uint64(i)), below))
		}
		at += uint64(len(dst))
	}
	if tasks {
		fill(p.tasks, s.tasks)
	}
	fill(p.x, s.x)
	if s.y > 0 {
		fill(p.y, s.y)
	}
}

// statistic computes numbers of one resample. It has scratch of its own and serves one goroutine.
type statistic func(p *picks, out []float64)

// block is how many resamples a goroutine takes at a time.
const block = 256

// estimate returns n statistics of the data, with intervals. Resample i depends on nothing but the seed and i, so that it does
// not matter which goroutine makes it.
func (b Bootstrap) estimate(s shape, n int, build func() statistic) []Interval {
	reps := make([]float64, n*b.Reps) // [n, Reps]
	key := rng.Key(b.Seed, "bootstrap")
	var next atomic.Int64
	parallel(min(runtime.GOMAXPROCS(0), (b.Reps+block-1)/block), func(int) {
		stat, p, out := build(), newPicks(s), make([]float64, n)
		for {
			from := int(next.Add(block)) - block
			if from >= b.Reps {
				return
			}
			for rep := from; rep < min(from+block, b.Reps); rep++ {
				p.draw(s, key, rep, b.Tasks)
				stat(p, out)
				for k, v := range out {
					reps[k*b.Reps+rep] = v
				}
			}
		}
	})

	value := make([]float64, n)
	build()(newPicks(s), value)
	res := make([]Interval, n)
	tail := (1 - b.Level) / 2
	workers := min(runtime.GOMAXPROCS(0), n)
	parallel(workers, func(w int) {
		for k := w; k < n; k += workers {
			x := reps[k*b.Reps : (k+1)*b.Reps]
			res[k] = Interval{value[k], quantile(x, tail), quantile(x, 1-tail)}
		}
	})
	return res
}

// parallel calls f(0) to f(n-1), each in a goroutine, and waits for them.
func parallel(n int, f func(int)) {
	if n == 1 {
		f(0)
		return
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// quantile returns the q-quantile of x as NumPy's percentile does, between the two nearest values (Hyndman & Fan 1996, type 7),
// NaN if one of them is. It reorders x.
func quantile(x []float64, q float64) float64 {
	for _, v := range x {
		if math.IsNaN(v) {
			return v
		}
	}
	at := q * float64(len(x)-1)
	k := int(at)
	lo := selectNth(x, k)
	if k+1 == len(x) {
		return lo
	}
	hi := math.Inf(1)
	for _, v := range x[k+1:] {
		hi = min(hi, v)
	}
	if lo == hi {
		return lo
	}
	return lo + (hi-lo)*(at-float64(k))
}

// selectNth returns the value that would be at index k if x were sorted, and reorders x so that it is there, with none greater
// before it and none less behind (Hoare 1961).
func selectNth(x []float64, k int) float64 {
	lo, hi := 0, len(x)-1
	for lo < hi {
		a, b, c := x[lo], x[lo+(hi-lo)/2], x[hi]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return x[k]
		}
	}
	return x[k]
}
