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
	fmt.Printf("%v, reward %.4f, milestones %04b\n", s.End, s.Reward, world.Milestones())
	// Output:
	// use the key to open the door and then get to the goal
	// terminated, reward 0.9761, milestones 1111
}

// A world drawn in text, the quickest way through it, and what the potential says on the way.
func ExampleParseMap() {
	m, err := minigrid.ParseMap("rooms.map", `
task: pick up blue ball
D = locked red door
k = red key
o = blue ball
map:
########
#..#...#
#>kD..o#
#..#...#
########
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	world := m.New()
	obs, vec := world.Spec().Buffers()
	world.Reset(obs, vec)
	plan, err := world.Plan(minigrid.PlanStates)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s\n", world.Spec().ID, world.Mission())
	for _, a := range plan.Actions {
		fmt.Printf("%s from %.2f\n", world.Spec().Actions[a], world.Potential())
		world.Step(a, obs, vec)
	}
	fmt.Printf("return %.4f, potential %v\n", plan.Return, world.Potential())
	// Output:
	// Map/rooms: pick up the blue ball
	// pickup from -0.15
	// forward from -0.13
	// toggle from -0.12
	// forward from -0.10
	// forward from -0.08
	// forward from -0.06
	// right from -0.04
	// drop from -0.06
	// left from -0.04
	// pickup from -0.02
	// return 0.9437, potential 0
}

// Options behind the id say what an agent sees.
func ExampleConfig() {
	for _, id := range []string{"MiniGrid-Empty-8x8-v0:full", "MiniGrid-Empty-8x8-v0:view=5,onehot", "MiniGrid-Empty-8x8-v0:rgb"} {
		world, err := minigrid.New(id)
		if err != nil {
			fmt.Println(err)
			return
		}
		s := world.Spec()
		fmt.Println(s.H, s.W, s.C)
	}
	// Output:
	// 8 8 3
	// 5 5 20
	// 56 56 3
}
