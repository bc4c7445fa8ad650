package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// benchNet returns the network of the MiniGrid papers with rows of observations for it.
func benchNet(tb testing.TB, rows int, workers *team.Team) (n *policy.Net, obs []byte, vec []float32) {
	shape := policy.Shape{H: 7, W: 7, C: 3, Codes: []int{11, 6, 3}, Vec: 4, Actions: 7}
	n, err := policy.New(shape, policy.Default(shape), []string{""}, rows, 1, workers)
	if err != nil {
		tb.Fatal(err)
	}
	obs, vec = make([]byte, rows*7*7*3), make([]float32, rows*4)
	for i := range obs {
		if x := rng.At(1, uint64(i)); x&3 == 0 { // most cells are alike
			obs[i] = byte(x >> 8 % uint64(shape.Codes[i%3]))
		}
	}
	for r := range rows {
		vec[4*r+r%4] = 1
	}
	return n, obs, vec
}

// A learner's step on the MiniGrid network without the loss: forward, backward, clipping, Adam.
func BenchmarkStep(b *testing.B) {
	for _, rows := range []int{32, 256} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("rows=%d/workers=%d", rows, workers), func(b *testing.B) {
				crew := team.New(workers)
				defer crew.Close()
				n, obs, vec := benchNet(b, rows, crew)
				adam := nn.NewAdam(nn.DefaultAdam(), n.Params()...)
				params := n.Params()
				b.ReportAllocs()
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					logits, values := n.Act(obs, vec, rows)
					for i, v := range logits {
						n.Logits().Grad[i] = 1e-3 * v
					}
					for i, v := range values {
						n.Values()[0].Grad[i] = 1e-3 * v
					}
					n.Backward()
					nn.ClipNorm(0.5, params...)
					for _, p := range params {
						adam.Step(p, 1e-4)
					}
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-us")
			})
		}
	}
}

func BenchmarkAct(b *testing.B) {
	for _, rows := range []int{1, 16} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("rows=%d/workers=%d", rows, workers), func(b *testing.B) {
				crew := team.New(workers)
				defer crew.Close()
				n, obs, vec := benchNet(b, rows, crew)
				b.ReportAllocs()
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					n.Act(obs, vec, rows)
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-us")
			})
		}
	}
}
