package bench

import (
	"math"
	"time"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// chunk is how long a stretch of steps is timed at least: many episodes of most worlds.
const chunk = 20 * time.Millisecond

// StepsPerSecond plays a world with uniform actions on one core for about so long, and returns the decisions per second of the
// quickest stretch. Observations and resets are included.
func StepsPerSecond(build func() (env.Env, error), during time.Duration) (float64, error) {
	w, err := build()
	if err != nil {
		return 0, err
	}
	spec := w.Spec()
	obs, vec := spec.Buffers()
	actions := make([]int, 1<<12) // drawn beforehand: only the world is measured
	for i := range actions {
		actions[i] = rng.Below(rng.At(1, uint64(i)), len(spec.Actions))
	}
	w.Seed(1)
	w.Reset(obs, vec)
	next := 0
	play := func(steps int) time.Duration {
		start := time.Now()
		for range steps {
			if w.Step(actions[next%len(actions)], obs, vec).End != env.Running {
				w.Reset(obs, vec)
			}
			next++
		}
		return time.Since(start)
	}
	least, steps := min(chunk, during), 64
	for play(steps) < least {
		steps *= 2
	}
	best, start := time.Duration(math.MaxInt64), time.Now()
	for n := 0; n < 2 || time.Since(start) < during; n++ {
		best = min(best, play(steps))
	}
	return float64(steps) / best.Seconds(), nil
}
