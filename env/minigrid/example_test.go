package minigrid_test

import (
	"fmt"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
)

// The layout of seed 0 is that of reset(seed=0) in Python: the agent at (3, 4) looking down, the key at (4, 5), the door at
// (5, 2), the goal at (6, 6).
func Example() {
	world, err := minigrid.New("MiniGrid-DoorKey-8x8-v0")
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := world.Spec()
	obs, vec := make([]byte, spec.ObsLen()), make([]float32, spec.VecLen())
	world.Seed(0)
	world.Reset(obs, vec)
	fmt.Println(world.Mission())

	var s env.Step
	for _, letter := range "flpflfffrtffrffff" {
		s = world.Step(map[rune]int{'l': 0, 'r': 1, 'f': 2, 'p': 3, 't': 5}[letter], obs, vec)
	}
	fmt.Printf("%v, reward %.4f, milestones %03b\n", s.End, s.Reward, world.Milestones())
	// Output:
	// use the key to open the door and then get to the goal
	// terminated, reward 0.9761, milestones 111
}
