package minigrid

import (
	"slices"
	"strings"
	"testing"
)

// marked says whether the event happened in this episode; it must be one of the family's milestones.
func (w *World) marked(e event) bool { return w.markBits[e] != 0 && w.milestones&w.markBits[e] != 0 }

// reached returns the names of the milestones reached.
func (w *World) reached() []string {
	var names []string
	for k, name := range w.spec.Milestones {
		if w.Milestones()>>k&1 == 1 {
			names = append(names, name)
		}
	}
	return names
}

// TestMilestonesOfSolutions reaches all the milestones of a world on the way to its goal, unless there is a way around some.
func TestMilestonesOfSolutions(t *testing.T) {
	around := map[string]string{"MiniGrid-Fetch-8x8-N3-v0": "key taken"} // seed 0 asks for a ball
	for id, solve := range solutions {
		t.Run(id, func(t *testing.T) {
			s := &solver{rig: newRig(t, id), t: t}
			s.Seed(0)
			s.reset()
			if got := s.reached(); got != nil {
				t.Errorf("reached %q at the start", got)
			}
			solve(s)
			for _, name := range s.spec.Milestones {
				if s.entry.marks == nil && name != eventNames[taskDone] {
					continue // what there may be in any level of BabyAI
				}
				if !slices.Contains(s.reached(), name) && name != around[id] {
					t.Errorf("%q is not reached; %q are", name, s.reached())
				}
			}
		})
	}
}

// TestMilestoneNames finds a name for every bit, and the task's end last.
func TestMilestoneNames(t *testing.T) {
	for _, id := range IDs() {
		w := newRig(t, id)
		names := w.spec.Milestones
		last := names[len(names)-1]
		if strings.HasPrefix(id, "MiniGrid-Playground") == (last == eventNames[taskDone]) {
			t.Errorf("%s: the last of %q", id, names)
		}
	}
	want := []string{"room 2 entered", "room 3 entered", "room 4 entered", "door opened", "task fulfilled"}
	if got := newRig(t, "MiniGrid-MultiRoom-N4-S5-v1").spec.Milestones; !slices.Equal(got, want) {
		t.Errorf("MultiRoom: %q, want %q", got, want)
	}
}
