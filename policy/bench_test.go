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

// subject is a network to measure, and observations for it.
type subject struct {
	name  string
	shape policy.Shape
}

var (
	miniGrid = subject{"minigrid", policy.Shape{H: 7, W: 7, C: 3, Codes: []int{11, 6, 4}, Vec: 4, Actions: 7}}
	nature   = subject{"nature", policy.Shape{H: 84, W: 84, C: 4, Actions: 6}}
)

func (s subject) build(tb testing.TB, rows int, workers *team.Team) (n *policy.Net, obs []byte, vec []float32) {
	n, err := policy.New(s.shape, policy.Default(s.shape), []string{""}, rows, 1, workers)
	if err != nil {
		tb.Fatal(err)
	}
	obs, vec = make([]byte, rows*s.shape.H*s.shape.W*s.shape.C), make([]float32, rows*s.shape.Vec)
	for i := range obs {
		x := rng.At(1, uint64(i))
		if s.shape.Codes == nil {
			obs[i] = byte(x)
		} else if x&3 == 0 { // most cells are alike
			obs[i] = byte(x >> 8 % uint64(s.shape.Codes[i%s.shape.C]))
		}
	}
	for i := range vec {
		vec[i] = float32(i % 2)
	}
	return n, obs, vec
}

// A learner's step without the loss: forward, backward, clipping, Adam.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		subject
		rows int
	}{{miniGrid, 32}, {miniGrid, 256}, {nature, 32}, {nature, 256}} {
		for _, workers := range []int{1, 2} {
			rows := c.rows
			b.Run(fmt.Sprintf("net=%s/rows=%d/workers=%d", c.name, rows, workers), func(b *testing.B) {
				crew := team.New(workers)
				defer crew.Close()
				n, obs, vec := c.build(b, rows, crew)
				adam := nn.NewAdam(nn.DefaultAdam(), crew, n.Params()...)
				params := n.Params()
				b.ReportAllocs()
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					logits, values := n.Act(obs, vec, nil, rows)
					for i, v := range logits {
						n.Logits().Grad[i] = 1e-3 * v
					}
					for i, v := range values {
						n.Values()[0].Grad[i] = 1e-3 * v
					}
					n.Backward()
					adam.Step(1e-4, 0.5, params...)
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-us")
			})
		}
	}
}

func BenchmarkAct(b *testing.B) {
	for _, c := range []struct {
		subject
		rows int
	}{{miniGrid, 1}, {miniGrid, 16}, {nature, 1}, {nature, 16}} {
		for _, workers := range []int{1, 2} {
			rows := c.rows
			b.Run(fmt.Sprintf("net=%s/rows=%d/workers=%d", c.name, rows, workers), func(b *testing.B) {
				crew := team.New(workers)
				defer crew.Close()
				n, obs, vec := c.build(b, rows, crew)
				b.ReportAllocs()
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					n.Act(obs, vec, nil, rows)
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-us")
			})
		}
	}
}
