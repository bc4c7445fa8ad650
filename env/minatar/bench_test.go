package minatar

import (
	"testing"

	"github.com/auxrl/auxrl/env"
)

// BenchmarkStep plays random actions in whole episodes, resets included, and writes every observation.
func BenchmarkStep(b *testing.B) {
	for _, id := range IDs() {
		b.Run("id="+id, func(b *testing.B) {
			r := newRig(b, id, Default())
			n := len(r.actions)
			r.Seed(1)
			r.Reset(r.obs, nil)
			act := actor(1)
			b.ReportAllocs()
			for b.Loop() {
				if r.Step(act.next(n), r.obs, nil).End != env.Running {
					r.Reset(r.obs, nil)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
