package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Sample is what a [Metric] reads: the scores of an algorithm, or a resample of them, as a sorted list with counts. It is
// only valid during the call.
type Sample struct {
	Scores []float64 // [V] the distinct scores, ascending
	Counts []int32   // [V] how often each is in the sample; may be 0
	N      int       // number of scores: the sum of Counts
	Tasks  int

	level []int32   // [T, R] index into Scores of each run
	drawn []int32   // [T, R] the same of the resample
	means []float64 // [T] scratch
}

// newSample returns the scores themselves as a sample. They have passed check.
func newSample(scores [][]float64) *Sample {
	flat := slices.Concat(scores...)
	s := &Sample{N: len(flat), Tasks: len(scores), level: make([]int32, len(flat)), means: make([]float64, len(scores))}
	s.Scores = slices.Clone(flat)
	slices.Sort(s.Scores)
	s.Scores = slices.Compact(s.Scores)
	s.Counts = make([]int32, len(s.Scores))
	for i, v := range flat {
		l, _ := slices.BinarySearch(s.Scores, v)
		s.level[i] = int32(l)
		s.Counts[l]++
	}
	s.drawn = slices.Clone(s.level)
	return s
}

// share returns a sample of the same scores for another goroutine.
func (s *Sample) share() *Sample {
	t := *s
	t.Counts, t.drawn, t.means = slices.Clone(s.Counts), slices.Clone(s.drawn), make([]float64, len(s.means))
	return &t
}

// draw makes s the resample in which slot k holds run runs[k] of its task; tasks is which task stands at each row.
func (s *Sample) draw(tasks, runs []int32) {
	clear(s.Counts)
	n := len(runs) / len(tasks)
	for row, task := range tasks {
		level := s.level[int(task)*n : int(task+1)*n]
		drawn := s.drawn[row*n : (row+1)*n]
		for i, r := range runs[row*n : (row+1)*n] {
			l := level[r]
			drawn[i] = l
			s.Counts[l]++
		}
	}
}

// TaskMeans returns the mean score of each task [Tasks]. It is valid until the next call.
func (s *Sample) TaskMeans() []float64 {
	n := s.N / s.Tasks
	for t := range s.means {
		sum := 0.0
		for _, l := range s.drawn[t*n : (t+1)*n] {
			sum += s.Scores[l]
		}
		s.means[t] = sum / float64(n)
	}
	return s.means
}

// Metric reduces scores to one number. A bootstrap calls it from several goroutines at once, each with its own sample.
type Metric func(s *Sample) float64

// IQM is the interquartile mean, rliable's aggregate_iqm: the mean of what is left of the scores of all tasks and runs without
// the lowest and the highest quarter, each rounded down to whole scores.
func IQM(s *Sample) float64 {
	cut := int32(s.N / 4)
	left := int32(s.N) - 2*cut
	sum := 0.0
	for i, c := range s.Counts {
		if cut >= c {
			cut -= c
			continue
		}
		c = min(c-cut, left)
		cut = 0
		sum += float64(c) * s.Scores[i]
		if left -= c; left == 0 {
			break
		}
	}
	return sum / float64(s.N-2*(s.N/4))
}

// Mean is the mean over tasks of their mean scores, rliable's aggregate_mean.
func Mean(s *Sample) float64 {
	sum := 0.0
	for i, c := range s.Counts {
		sum += float64(c) * s.Scores[i]
	}
	return sum / float64(s.N)
}

// Median is the median over tasks of their mean scores, rliable's aggregate_median. Of a single task it is the mean.
func Median(s *Sample) float64 {
	m := s.TaskMeans()
	slices.Sort(m)
	return (m[(len(m)-1)/2] + m[len(m)/2]) / 2
}

// RunMedian is the median of the scores of all tasks and runs. Of a single task, where Median is the mean, it says what the run in the
// middle scores.
func RunMedian(s *Sample) float64 { return (s.nth((s.N-1)/2) + s.nth(s.N/2)) / 2 }

// nth returns the score that has k others before it in order.
func (s *Sample) nth(k int) float64 {
	for i, c := range s.Counts {
		if k -= int(c); k < 0 {
			return s.Scores[i]
		}
	}
	panic("stats: fewer scores than N")
}

// OptimalityGap returns the metric of how far scores fall short of a threshold on average, where none counts as more than the
// threshold: rliable's aggregate_optimality_gap, whose threshold is 1. Lower is better.
func OptimalityGap(threshold float64) Metric {
	return func(s *Sample) float64 {
		sum := 0.0
		for i, c := range s.Counts {
			sum += float64(c) * min(s.Scores[i], threshold)
		}
		return threshold - sum/float64(s.N)
	}
}

// Aggregate returns the metric of scores [T][R], or an error if they are not a matrix of finite numbers.
func Aggregate(scores [][]float64, metric Metric) (float64, error) {
	if err := check(scores); err != nil {
		return 0, err
	}
	return metric(newSample(scores)), nil
}

// check reports what keeps scores from being a matrix of finite numbers.
func check(scores [][]float64) error {
	if len(scores) == 0 || len(scores[0]) == 0 {
		return errors.New("stats: no scores")
	}
	for t, runs := range scores {
		if len(runs) != len(scores[0]) {
			return fmt.Errorf("stats: task %d has %d runs, task 0 has %d", t, len(runs), len(scores[0]))
		}
		for r, v := range runs {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("stats: the score of run %d of task %d is %v, must be finite", r, t, v)
			}
		}
	}
	return nil
}
