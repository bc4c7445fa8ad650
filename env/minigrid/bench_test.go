package minigrid

import (
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// BenchmarkStep plays random actions in whole episodes, resets included, and writes every observation. In BabyAI, where done
// does nothing, it is left out.
func BenchmarkStep(b *testing.B) {
	for _, id := range IDs() {
		b.Run("id="+id, func(b *testing.B) {
			w := newRig(b, id)
			w.Seed(1)
			w.Reset(w.obs, w.vec)
			act := actor(1)
			actions := len(w.spec.Actions)
			if strings.HasPrefix(id, "BabyAI-") {
				actions = actDone
			}
			b.ReportAllocs()
			for b.Loop() {
				if w.Step(act.next(actions), w.obs, w.vec).End != env.Running {
					w.Reset(w.obs, w.vec)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

// BenchmarkReset lays out episodes.
func BenchmarkReset(b *testing.B) {
	for _, id := range IDs() {
		b.Run("id="+id, func(b *testing.B) {
			w := newRig(b, id)
			w.Seed(1)
			b.ReportAllocs()
			for b.Loop() {
				w.Reset(w.obs, w.vec)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "resets/s")
		})
	}
}
