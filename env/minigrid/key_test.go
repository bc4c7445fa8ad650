package minigrid

import (
	"testing"

	"github.com/auxrl/auxrl/env"
)

// TestKeyTellsStatesApart compares keys with the states that they stand for: saved ones, without what does not count.
func TestKeyTellsStatesApart(t *testing.T) {
	for _, id := range []string{"MiniGrid-DoorKey-6x6-v0", "MiniGrid-ObstructedMaze-1Dlh-v0", "MiniGrid-GoToObject-6x6-N2-v0", "MiniGrid-Fetch-5x5-N2-v0"} {
		t.Run(id, func(t *testing.T) {
			w := newRig(t, id)
			w.Seed(1)
			w.reset()
			act := actor(1)
			keys, states := map[uint64]string{}, map[string]uint64{}
			for range 20_000 {
				state := w.countable()
				key := w.Key()
				if other, ok := keys[key]; ok && other != state {
					t.Fatalf("two states have the key %#x", key)
				}
				if other, ok := states[state]; ok && other != key {
					t.Fatalf("one state has the keys %#x and %#x", key, other)
				}
				keys[key], states[state] = state, key
				if w.step(act.next(actions)).End != env.Running {
					w.reset()
				}
			}
			if len(keys) < 100 {
				t.Errorf("only %d states were met", len(keys))
			}
			if n := testing.AllocsPerRun(10, func() { w.Key() }); n != 0 {
				t.Errorf("Key allocates %v times", n)
			}
		})
	}
}

// countable returns what counts of a state.
func (r *rig) countable() string {
	w := *r.World
	w.rng = *seeded(0)
	w.steps, w.milestones, w.reward, w.phase, w.terminated, w.truncated = 0, 0, 0, running, false, false
	return string(w.AppendState(nil))
}

// TestKeyLooksIntoBoxes swaps two boxes that look alike.
func TestKeyLooksIntoBoxes(t *testing.T) {
	w, _ := newBench()
	a, b := w.box(red, w.object(kindKey, red, 0)), w.box(red, w.object(kindKey, blue, 0))
	w.grid.set(2, 2, a)
	w.grid.set(3, 3, b)
	before := w.Key()
	w.grid.set(2, 2, b)
	w.grid.set(3, 3, a)
	if w.Key() == before {
		t.Error("it does not matter which key is where")
	}
}
