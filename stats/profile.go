package stats

import (
	"errors"
	"math"
	"slices"
)

// Profile returns the performance profile of scores [T][R], with the interval of each point: for each threshold, the fraction of
// runs, over all tasks, that score more. It is rliable's create_performance_profile with use_score_distribution. Thresholds
// ascend.
func (b Bootstrap) Profile(scores [][]float64, thresholds []float64) ([]Interval, error) {
	if err := b.check(scores); err != nil {
		return nil, err
	}
	if !slices.IsSorted(thresholds) || slices.ContainsFunc(thresholds, math.IsNaN) {
		return nil, errors.New("stats: the thresholds of a profile must ascend")
	}
	s := newSample(scores)
	above := make([]int, len(s.Scores)) // how many thresholds each score exceeds
	for i, v := range s.Scores {
		above[i], _ = slices.BinarySearch(thresholds, v)
	}
	return b.estimate(shape{tasks: len(scores), x: len(scores[0])}, len(thresholds), func() statistic {
		s := s.share()
		return func(p *picks, out []float64) {
			s.draw(p.tasks, p.x)
			level, n := len(above)-1, 0
			for k := len(out) - 1; k >= 0; k-- {
				for ; level >= 0 && above[level] > k; level-- {
					n += int(s.Counts[level])
				}
				out[k] = float64(n) / float64(s.N)
			}
		}
	}), nil
}
