package maze_test

import (
	"fmt"

	"github.com/auxrl/auxrl/env/maze"
)

// Walk ahead until something is in the way, and see what is told beside the picture.
func Example() {
	const id = "Maze/Static01-84x84-v0"
	cfg, err := maze.Default(id)
	if err != nil {
		fmt.Println(err)
		return
	}
	world, err := maze.NewWith(id, cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := world.Spec()
	obs, vec := spec.Buffers()
	signals := make([]float32, spec.SignalsLen())
	world.Seed(9)
	world.Reset(obs, vec)
	const forward = 4
	steps := 0
	for ok := true; ok; ok = vec[0] > 0.99 { // the speed ahead
		world.Step(forward, obs, vec)
		steps++
	}
	world.Signals(signals)
	fmt.Printf("image %dx%dx%d, actions %q\n", spec.H, spec.W, spec.C, spec.Actions)
	fmt.Printf("a wall after %d decisions, at %.1f, %.1f; the distance ahead is in band %v\n", steps, signals[64], signals[65], signals[24])
	// Output:
	// image 84x84x3, actions ["look_left" "look_right" "strafe_left" "strafe_right" "forward" "backward" "forward_look_left" "forward_look_right"]
	// a wall after 6 decisions, at 18.3, 7.8; the distance ahead is in band 4
}
