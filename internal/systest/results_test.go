package systest

import (
	"testing"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
)

// The README's first command does what it says: a seed trains to a return of 0.95 with the defaults.
func TestDefaultsSolveDoorKey(t *testing.T) {
	const id = "MiniGrid-DoorKey-5x5-v0"
	build := func() (env.Env, error) { return catalog.New(id) }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := agent.NewTrainer(agent.Default("ppo", w.Spec()), build)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	tr.Train()
	sampled, err := tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if sampled.Mean < 0.95 {
		t.Errorf("mean return %.3f after %d steps, want 0.95", sampled.Mean, tr.Step())
	}
}
