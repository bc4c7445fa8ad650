package agent_test

import (
	"fmt"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
)

// Train an agent, update by update, and act with it.
func Example() {
	build := func() (env.Env, error) { return catalog.New("Probe/Corridor-v0") }
	world, err := build()
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := world.Spec()
	cfg := agent.Default("ppo", spec)
	cfg.Steps = 20_000
	t, err := agent.NewTrainer(cfg, build)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	for !t.Finished() {
		t.Update()
	}

	a := t.Actor()
	a.Greedy = true
	obs, vec := spec.Buffers()
	world.Seed(1)
	world.Reset(obs, vec)
	for step := (env.Step{}); step.End == env.Running; {
		act := a.Act(obs, vec)
		step = world.Step(act, obs, vec)
		fmt.Print(spec.Actions[act], " ")
	}
	fmt.Println()
	// Output: right right right right right right right
}
