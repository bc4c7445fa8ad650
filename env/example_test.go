package env_test

import (
	"fmt"

	"github.com/auxrl/auxrl/env"
)

// Climb is a world of one's own: from the foot of a hill to its top, three metres up.
//
// Goal: be at the top.
//
// Actions: rest, climb.
//
// Observation: one byte, the height.
//
// Reward: 1 at the top.
//
// End: terminates at the top; truncated after five decisions.
type Climb struct{ height, steps int }

func (w *Climb) Spec() env.Spec {
	return env.Spec{
		ID: "Climb-v0", H: 1, W: 1, C: 1, Frames: 1, Codes: []int{4}, Actions: []string{"rest", "climb"},
		StepLimit: 5, Success: 1, Best: 1,
	}
}

func (w *Climb) Seed(uint64) {} // nothing is drawn

func (w *Climb) Reset(obs []byte, _ []float32) {
	w.height, w.steps = 0, 0
	obs[0] = 0
}

func (w *Climb) Step(action int, obs []byte, _ []float32) env.Step {
	if action != 0 && action != 1 {
		panic("climb: no such action")
	}
	w.height += action
	w.steps++
	obs[0] = byte(w.height)
	switch {
	case w.height == 3:
		return env.Step{Reward: 1, End: env.Terminated}
	case w.steps == 5:
		return env.Step{End: env.Truncated}
	}
	return env.Step{}
}

// Two worlds run in step: one climbs, the other rests. An observation after an end is already the next episode's.
func Example() {
	worlds, err := env.NewVec(2, 1, nil, func() (env.Env, error) { return new(Climb), nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	obs := make([]byte, 2)
	worlds.Reset(obs, nil)
	for step := range 5 {
		worlds.Step([]int32{1, 0}, obs, nil)
		fmt.Printf("step %d: heights %d %d\n", step, obs[0], obs[1])
		for _, e := range worlds.Episodes {
			fmt.Printf("  world %d %v at height %d: return %v, length %d, success %v\n",
				e.World, e.End, worlds.Final[e.World], e.Return, e.Len, e.Success)
		}
	}

	// Output:
	// step 0: heights 1 0
	// step 1: heights 2 0
	// step 2: heights 0 0
	//   world 0 terminated at height 3: return 1, length 3, success true
	// step 3: heights 1 0
	// step 4: heights 2 0
	//   world 1 truncated at height 0: return 0, length 5, success false
}

// A program's own worlds join the built-in ones in a catalog.
func ExampleCatalog() {
	worlds := env.Catalog{
		{ID: "Climb-v0", About: "up a hill", New: func() (env.Env, error) { return new(Climb), nil }},
	}
	_, err := worlds.New("climb-v1")
	fmt.Println(err)

	// Output: env: no world is called "climb-v1"; did you mean Climb-v0?
}

// A run's worlds are wrapped by settings. The agent is paid what the wrappers make of the reward; an episode is told as the world
// itself knows it.
func ExampleWrap() {
	wrap := env.Wrap{Repeat: 2, FrameStack: 2, RewardClip: 0.5}
	worlds, err := env.NewVec(1, 1, nil, wrap.Build(func() (env.Env, error) { return new(Climb), nil }))
	if err != nil {
		fmt.Println(err)
		return
	}
	obs := make([]byte, 2)
	worlds.Reset(obs, nil)
	fmt.Printf("%v %v\n", wrap, obs)
	for range 2 {
		worlds.Step([]int32{1}, obs, nil)
		fmt.Printf("%v %v\n", worlds.Reward[0], obs)
	}
	e := worlds.Episodes[0]
	fmt.Printf("%v with a return of %v after %d decisions, %d steps\n", e.End, e.Return, e.Len, e.Frames)
	// Output:
	// repeat 2, frame stack 2, reward clip 0.5 [0 0]
	// 0 [0 2]
	// 0.5 [0 0]
	// terminated with a return of 1 after 2 decisions, 3 steps
}
