package agent

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// experience makes up a rollout of n transitions for networks of that shape.
func experience(s policy.Shape, n int) *replay.Batch {
	b := &replay.Batch{
		T: 1, B: n, Obs: make([]byte, n*s.H*s.W*s.C), Vec: make([]float32, n*s.Vec), Action: make([]int32, n), LogP: make([]float32, n),
		Targets: &replay.Targets{Adv: make([]float32, n), Return: [][]float32{make([]float32, n)}, Value: [][]float32{make([]float32, n)}},
	}
	for i := range b.Obs {
		x := rng.At(1, uint64(i))
		if s.Codes == nil {
			b.Obs[i] = byte(x)
		} else if x&3 == 0 { // most cells are alike
			b.Obs[i] = byte(x >> 8 % uint64(s.Codes[i%s.C]))
		}
	}
	for i := range n {
		x := rng.At(2, uint64(i))
		b.Action[i] = int32(x % uint64(s.Actions))
		b.LogP[i] = -float32(math.Log(float64(s.Actions)))
		b.Targets.Adv[i] = float32(rng.Float64(x)) - 0.5
		b.Targets.Return[0][i] = b.Targets.Adv[i]
	}
	return b
}

// A learner's whole step: gathering the minibatch, forward, PPO's loss, backward, clipping, Adam. flops are those of a row, once
// forward and twice backward but for the input of the first layer; of symbols, those that one-hot vectors need at the least.
func BenchmarkLearn(b *testing.B) {
	for _, net := range []struct {
		name  string
		shape policy.Shape
		flops float64
	}{
		{"minigrid", policy.Shape{H: 7, W: 7, C: 3, Codes: []int{11, 6, 4}, Vec: 4, Actions: 7}, 191e3},
		{"nature", policy.Shape{H: 84, W: 84, C: 4, Actions: 6}, 49.46e6},
	} {
		for _, rows := range []int{32, 256} {
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("net=%s/rows=%d/workers=%d", net.name, rows, workers), func(b *testing.B) {
					benchmarkLearn(b, net.shape, rows, workers, net.flops)
				})
			}
		}
	}
}

func benchmarkLearn(b *testing.B, shape policy.Shape, rows, workers int, flops float64) {
	const steps = 2
	crew := team.New(workers)
	defer crew.Close()
	net, err := policy.New(shape, policy.Default(shape), []string{""}, rows, 1, crew)
	if err != nil {
		b.Fatal(err)
	}
	cfg := DefaultPPO()
	cfg.Epochs, cfg.Minibatches = 1, steps
	settings := Config{Optimizer: "adam"}
	streams := []auxtasks.Stream{{Weight: 1, Gamma: 0.99, Episodic: true}}
	l := NewLearner(net, NewPPO(cfg, crew), settings.newOptimizer(crew, net.Params()), streams, 0.5, steps*rows, 1, 0)
	batch := experience(shape, steps*rows)
	b.ReportAllocs()
	best, peak := time.Hour, 0.0
	for b.Loop() {
		start := time.Now()
		l.Learn(batch, 1e-4, 1)
		best = min(best, time.Since(start)/steps)
		for range 10 {
			start := time.Now()
			peak = max(peak, float64(f32.Peak())/time.Since(start).Seconds())
		}
	}
	b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-us")
	b.ReportMetric(flops*float64(rows)/best.Seconds()/peak/float64(workers), "of-peak")
}

// The whole of training: acting, worlds, learning.
func BenchmarkUpdate(b *testing.B) {
	const id = "MiniGrid-DoorKey-5x5-v0"
	build := func() (env.Env, error) { return catalog.New(id) }
	world, err := build()
	if err != nil {
		b.Fatal(err)
	}
	cfg := Default("ppo", world.Spec())
	cfg.Steps = math.MaxInt
	t, err := NewTrainer(cfg, build)
	if err != nil {
		b.Fatal(err)
	}
	defer t.Close()
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		t.Update()
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(cfg.Worlds*cfg.Horizon)/best.Seconds(), "best-steps/s")
}

// What looking on costs the learner: a step of which no frame is wanted, and one of which one is.
func BenchmarkPeek(b *testing.B) {
	for _, asked := range []bool{false, true} {
		b.Run(fmt.Sprintf("asked=%v", asked), func(b *testing.B) {
			cfg := small(b, "ppo", grid)
			add(b, &cfg, "pixel-control", "reward-prediction")
			tr := trainer(b, cfg, grid)
			p := live.NewPeek()
			tr.Peek(p)
			tr.Update()
			p.Watch(true)
			logits := tr.actor.Logits().Act
			b.ReportAllocs()
			for b.Loop() {
				if asked {
					p.Ask()
				}
				tr.roll.peek.look(tr.roll, 3, logits)
			}
		})
	}
}
