package policy_test

import (
	"fmt"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/policy"
)

// Open a trained agent and let it act: it takes the key, opens the door and walks to the goal.
func ExampleOpen() {
	agent, err := policy.Open("testdata/doorkey")
	if err != nil {
		fmt.Println(err)
		return
	}
	agent.Greedy = true
	world, err := catalog.New(agent.About().Env)
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := world.Spec()
	obs, vec := spec.Buffers()
	world.Seed(3)
	world.Reset(obs, vec)
	for end := env.Running; end == env.Running; {
		action := agent.Act(obs, vec)
		fmt.Print(spec.Actions[action], " ")
		end = world.Step(action, obs, vec).End
	}
	fmt.Println()
	// Output: right pickup left left forward right toggle forward forward right forward forward
}
