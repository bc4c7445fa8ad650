package agent

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/probe"
)

// trained returns a trainer after its budget.
func trained(t *testing.T, algo string, steps int, build func() (env.Env, error)) *Trainer {
	t.Helper()
	if testing.Short() {
		t.Skip("learning takes seconds")
	}
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default(algo, w.Spec())
	cfg.Steps, cfg.Worlds = steps, 8
	cfg.PPO.Entropy = 0.01 // little noise in the policy that is measured
	cfg.PPO.Minibatches = 2
	cfg.Horizon = min(cfg.Horizon, 32)
	tr, err := NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	for !tr.Finished() {
		tr.Update()
	}
	return tr
}

// Every probe is learned to its best return by both algorithms. The budgets leave room: half of each was enough on every one of the
// seeds 11 to 30.
func TestProbesAreLearned(t *testing.T) {
	for _, c := range []struct {
		id        string
		ppo, a2c  int
		tolerance float64 // of sampled actions: the entropy bonus keeps some noise
	}{
		{"Probe/Bandit-v0", 8_000, 16_000, 0.03},
		{"Probe/Context-v0", 12_000, 32_000, 0.05},
		{"Probe/Corridor-v0", 30_000, 30_000, 0.03},
	} {
		for algo, steps := range map[string]int{"ppo": c.ppo, "a2c": c.a2c} {
			t.Run(c.id+"/"+algo, func(t *testing.T) {
				tr := trained(t, algo, steps, func() (env.Env, error) { return probe.New(c.id) })
				best := tr.Spec().Best
				sampled, err := tr.Evaluate(EvalConfig{Episodes: 200, Seed: 5})
				if err != nil {
					t.Fatal(err)
				}
				greedy, err := tr.Evaluate(EvalConfig{Episodes: 50, Seed: 5, Greedy: true})
				if err != nil {
					t.Fatal(err)
				}
				if sampled.Mean < best-c.tolerance {
					t.Errorf("sampled return %.3f, best is %.3f", sampled.Mean, best)
				}
				if math.Abs(greedy.Mean-best) > 1e-9 {
					t.Errorf("greedy return %v, best is %v", greedy.Mean, best)
				}
			})
		}
	}
}

// Without memory the memory probe gives chance, with two frames in sight its best return.
func TestMemoryProbe(t *testing.T) {
	blind := func() (env.Env, error) { return probe.New("Probe/Memory-v0") }
	seeing := func() (env.Env, error) {
		w, err := blind()
		if err != nil {
			return nil, err
		}
		return env.FrameStack(w, 2)
	}
	for _, c := range []struct {
		name   string
		build  func() (env.Env, error)
		lo, hi float64
	}{{"one frame", blind, 0.4, 0.6}, {"two frames", seeing, 0.95, 1}} {
		t.Run(c.name, func(t *testing.T) {
			s, err := trained(t, "ppo", 20_000, c.build).Evaluate(EvalConfig{Episodes: 400, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			if s.Mean < c.lo || s.Mean > c.hi {
				t.Errorf("return %.3f, want %.2f to %.2f", s.Mean, c.lo, c.hi)
			}
		})
	}
}

// firstValue returns what the critic expects of a first observation.
func firstValue(t *testing.T, tr *Trainer) float64 {
	t.Helper()
	w, err := tr.Build()()
	if err != nil {
		t.Fatal(err)
	}
	spec := w.Spec()
	obs, vec := spec.Buffers()
	w.Seed(1)
	w.Reset(obs, vec)
	a := tr.Actor()
	a.Act(obs, vec)
	return float64(a.Value())
}

func TestDiscountProbe(t *testing.T) {
	tr := trained(t, "ppo", 40_000, func() (env.Env, error) { return probe.New("Probe/Discount-v0") })
	want := probe.DiscountValue(float64(tr.Config().Gamma), 0)
	if got := firstValue(t, tr); math.Abs(got-want) > 0.02 {
		t.Errorf("value of the start is %.3f, want %.3f", got, want)
	}
}

// A time limit is no end: the value is that of rewards for ever. Taken for an end, it would be far smaller.
func TestTruncationProbe(t *testing.T) {
	if testing.Short() {
		t.Skip("learning takes seconds")
	}
	build := func() (env.Env, error) { return probe.New("Probe/Truncation-v0") }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default("ppo", w.Spec())
	cfg.Steps, cfg.Worlds, cfg.Horizon, cfg.Gamma = 60_000, 8, 32, 0.9
	tr, err := NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	for !tr.Finished() {
		tr.Update()
	}
	got, want, wrong := firstValue(t, tr), probe.TruncationValue(0.9), probe.TruncationValueAsEnd(0.9)
	if math.Abs(got-want) > 0.05*want {
		t.Errorf("value is %.3f, want %.3f (%.3f if the clock were an end)", got, want, wrong)
	}
}
