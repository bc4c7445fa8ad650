package maze

import (
	"fmt"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// BenchmarkTask plays at random: four tics of motion and one picture with depth in every decision.
func BenchmarkTask(b *testing.B) {
	for _, name := range []string{"Static01", "RandomGoal03", "SeekAvoid", "MyWayHome-Dense", "Memory15"} {
		for _, size := range sizes {
			id := fmt.Sprintf("Maze/%s-%dx%d-v0", name, size, size)
			b.Run("id="+id, func(b *testing.B) {
				w, err := New(id)
				if err != nil {
					b.Fatal(err)
				}
				obs, vec := w.Spec().Buffers()
				w.Seed(1)
				w.Reset(obs, vec)
				b.ReportAllocs()
				last, actions := 0, len(w.Spec().Actions)
				for i := uint64(0); b.Loop(); i++ {
					if r := rng.At(1, i); r%4 == 0 {
						last = rng.Below(r, actions)
					}
					if w.Step(last, obs, vec).End != env.Running {
						w.Reset(obs, vec)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}
