package systest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/stats"
)

// resultsID is the world of the README's claim.
const resultsID = "MiniGrid-DoorKey-5x5-v0"

// outcome is a trained agent, measured.
type outcome struct {
	seed            uint64
	sampled, greedy agent.Summary
	rate            float64
}

// claim is what is measured: defaults of `rlrun train`, but for the algorithm and the budget.
type claim struct {
	algo  string
	steps int
	least float64 // mean return of sampled actions that every seed must reach
}

// The README's first command is the first of them. A2C takes one optimiser step per rollout and needs more of them.
var claims = []claim{{"ppo", 200_000, 0.95}, {"a2c", 1_000_000, 0.9}}

// train trains and evaluates as `rlrun train` does.
func (c claim) train(t *testing.T, seed uint64) outcome {
	t.Helper()
	build := func() (env.Env, error) { return catalog.New(resultsID) }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := agent.Default(c.algo, w.Spec())
	cfg.Seed, cfg.Steps = seed, c.steps
	tr, err := agent.NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	o := outcome{seed: seed}
	start := time.Now()
	for !tr.Finished() {
		tr.Update()
	}
	o.rate = float64(tr.Step()) / time.Since(start).Seconds()
	if o.sampled, err = tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if o.greedy, err = tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: seed, Greedy: true}); err != nil {
		t.Fatal(err)
	}
	if o.sampled.Mean < c.least {
		t.Errorf("%s, seed %d: mean return %.3f after %d steps, want %v", c.algo, seed, o.sampled.Mean, tr.Step(), c.least)
	}
	return o
}

// The README's first command does what it says.
func TestDefaultsSolveDoorKey(t *testing.T) { claims[0].train(t, 1) }

// `make results` trains ten seeds of each claim and writes docs/results/doorkey.md.
func TestResults(t *testing.T) {
	name := os.Getenv("AUXRL_RESULTS")
	if name == "" {
		t.Skip("make results runs this: it takes minutes")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nTen seeds, none of which settings were tuned on, with the defaults of `rlrun train`; evaluated on 100 episodes on\n"+
		"layouts that training never draws. `make results` makes this page; with another set of kernels, numbers differ a little.\n", resultsID)
	for _, c := range claims {
		c.table(t, &b)
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// table trains the seeds and writes their table.
func (c claim) table(t *testing.T, b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s, %d steps\n\n| seed | sampled return | 95 %% interval | greedy return | success |\n|---|---|---|---|---|\n", c.algo, c.steps)
	var sampled, greedy []float64
	rate := 0.0
	const seeds = 10
	for seed := uint64(1); seed <= seeds; seed++ {
		o := c.train(t, seed)
		fmt.Fprintf(b, "| %d | %.3f | [%.3f, %.3f] | %.3f | %.0f %% |\n", seed, o.sampled.Mean, o.sampled.Lo, o.sampled.Hi, o.greedy.Mean, 100*o.sampled.Success)
		sampled, greedy = append(sampled, o.sampled.Mean), append(greedy, o.greedy.Mean)
		rate += o.rate / seeds
	}
	t.Logf("%s: %.0f steps/s on average", c.algo, rate)
	b.WriteString("\nInterquartile mean over seeds with its 95 % bootstrap interval:\n\n")
	for _, returns := range []struct {
		name string
		of   []float64
	}{{"sampled", sampled}, {"greedy", greedy}} {
		iqm := interquartile(t, returns.of)
		fmt.Fprintf(b, "- %s return %.3f [%.3f, %.3f]\n", returns.name, iqm.Value, iqm.Lo, iqm.Hi)
	}
}

// interquartile returns the interquartile mean over the seeds of a world with its 95 % bootstrap interval.
func interquartile(t *testing.T, x []float64) stats.Interval {
	t.Helper()
	iqm, err := stats.Default().Interval([][]float64{x}, stats.IQM)
	if err != nil {
		t.Fatal(err)
	}
	return iqm
}
