package systest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/internal/rng"
)

// resultsID is the world of the README's claim.
const resultsID = "MiniGrid-DoorKey-5x5-v0"

// outcome is a trained agent, measured.
type outcome struct {
	seed            uint64
	sampled, greedy agent.Summary
	solved          int // first step at which the last 100 training episodes returned 0.95 on average
	rate            float64
}

// trainDefaults trains with the defaults of `rlrun train` and evaluates as it does.
func trainDefaults(t *testing.T, seed uint64) outcome {
	t.Helper()
	build := func() (env.Env, error) { return catalog.New(resultsID) }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := agent.Default("ppo", w.Spec())
	cfg.Seed = seed
	tr, err := agent.NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	o := outcome{seed: seed}
	start := time.Now()
	for !tr.Finished() {
		tr.Update()
		if o.solved == 0 && tr.Recent().Mean >= 0.95 {
			o.solved = tr.Step()
		}
	}
	o.rate = float64(tr.Step()) / time.Since(start).Seconds()
	if o.sampled, err = tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if o.greedy, err = tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: seed, Greedy: true}); err != nil {
		t.Fatal(err)
	}
	if o.sampled.Mean < 0.95 {
		t.Errorf("seed %d: mean return %.3f after %d steps, want 0.95", seed, o.sampled.Mean, tr.Step())
	}
	return o
}

// The README's first command does what it says.
func TestDefaultsSolveDoorKey(t *testing.T) { trainDefaults(t, 1) }

// `make results` trains ten seeds and writes the table of docs/results/doorkey.md.
func TestResults(t *testing.T) {
	name := os.Getenv("AUXRL_RESULTS")
	if name == "" {
		t.Skip("make results runs this: it takes minutes")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nTen seeds with the defaults of `rlrun train` (PPO, 200,000 steps), evaluated on 100 episodes on layouts\n"+
		"that training never draws. Made by `make results`.\n\n"+
		"| seed | sampled return | 95 %% interval | greedy return | success | steps until the last 100 training episodes return 0.95 |\n|---|---|---|---|---|---|\n", resultsID)
	var sampled, greedy, steps []float64
	rate := 0.0
	const seeds = 10
	for seed := uint64(1); seed <= seeds; seed++ {
		o := trainDefaults(t, seed)
		fmt.Fprintf(&b, "| %d | %.3f | [%.3f, %.3f] | %.3f | %.0f %% | %d |\n", seed, o.sampled.Mean, o.sampled.Lo, o.sampled.Hi, o.greedy.Mean, 100*o.sampled.Success, o.solved)
		sampled, greedy, steps = append(sampled, o.sampled.Mean), append(greedy, o.greedy.Mean), append(steps, float64(o.solved))
		rate += o.rate / seeds
		t.Logf("seed %d: %.3f, %.0f steps/s", seed, o.sampled.Mean, o.rate)
	}
	b.WriteString("\nInterquartile mean over seeds with its 95 % bootstrap interval:\n\n")
	for _, row := range []struct {
		name   string
		x      []float64
		format string
	}{{"sampled return", sampled, "%.3f"}, {"greedy return", greedy, "%.3f"}, {"steps until 0.95", steps, "%.0f"}} {
		mean, lo, hi := interquartile(row.x)
		fmt.Fprintf(&b, "- %s "+row.format+" ["+row.format+", "+row.format+"]\n", row.name, mean, lo, hi)
	}
	t.Logf("%.0f steps/s on average", rate)
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// interquartile returns the mean of the middle half, and the 2.5th and 97.5th percentile of its bootstrap distribution
// (Agarwal et al. 2021).
func interquartile(x []float64) (mean, lo, hi float64) {
	middle := func(x []float64) float64 {
		x = slices.Sorted(slices.Values(x))
		cut := len(x) / 4
		sum := 0.0
		for _, v := range x[cut : len(x)-cut] {
			sum += v
		}
		return sum / float64(len(x)-2*cut)
	}
	const resamples = 10_000
	means := make([]float64, resamples)
	draw := make([]float64, len(x))
	for i := range means {
		for j := range draw {
			draw[j] = x[rng.Below(rng.At(1, uint64(i*len(x)+j)), len(x))]
		}
		means[i] = middle(draw)
	}
	slices.Sort(means)
	return middle(x), means[resamples/40], means[resamples-1-resamples/40]
}
