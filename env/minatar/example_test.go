package minatar_test

import (
	"fmt"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minatar"
)

// A player of Breakout that keeps its paddle below the ball.
func Example() {
	world, err := minatar.New("MinAtar/Breakout-v1")
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := world.Spec()
	obs, vec := spec.Buffers()
	column := func(channel int) int {
		for i := channel; i < len(obs); i += spec.C {
			if obs[i] == 1 {
				return i / spec.C % spec.W
			}
		}
		return 0
	}
	world.Seed(0)
	world.Reset(obs, vec)
	total, steps := 0.0, 0
	for s := (env.Step{}); s.End == env.Running; steps++ {
		paddle, ball := column(0), column(1)
		action := 0 // noop
		if ball < paddle {
			action = 1 // left
		} else if ball > paddle {
			action = 2 // right
		}
		s = world.Step(action, obs, vec)
		total += s.Reward
	}
	fmt.Printf("%v bricks in %d steps, actions %q\n", total, steps, spec.Actions)
	// Output:
	// 13 bricks in 144 steps, actions ["noop" "left" "right"]
}
