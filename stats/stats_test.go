package stats

import "github.com/auxrl/auxrl/internal/rng"

// skewed returns scores [tasks][runs] as experiments have them: most near 1, some failures near 0, some ties.
func skewed(tasks, runs int, seed uint64) [][]float64 {
	s := rng.New(rng.Key(seed, "skewed"))
	scores := make([][]float64, tasks)
	for t := range scores {
		for range runs {
			v := 1 - s.Float64()*s.Float64()
			switch s.Below(8) {
			case 0:
				v *= 0.1
			case 1:
				v = 0.5
			}
			scores[t] = append(scores[t], v)
		}
	}
	return scores
}
