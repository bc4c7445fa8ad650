package minigrid

import (
	"bytes"
	"slices"
	"testing"
)

// What the agent would see from the square ahead is what it sees once it has gone there, and where it stands it sees what it sees. Squares
// that it cannot go to show nothing.
func TestObserveFrom(t *testing.T) {
	for _, id := range []string{"MiniGrid-FourRooms-v0", "MiniGrid-DoorKey-6x6-v0", "MiniGrid-LavaGapS6-v0", "MiniGrid-Fetch-6x6-N2-v0"} {
		w, err := New(id)
		if err != nil {
			t.Fatal(err)
		}
		spec := w.Spec()
		obs, vec := spec.Buffers()
		from, fromVec := spec.Buffers()
		walked, stopped := 0, 0
		for episode := range 20 {
			w.Seed(uint64(episode))
			w.Reset(obs, vec)
			for k := range 60 {
				before := w.AppendState(nil)
				if !w.ObserveFrom(w.y, w.x, from, fromVec) || !bytes.Equal(from, obs) || !slices.Equal(fromVec, vec) {
					t.Fatalf("%s: from where it stands the agent sees something else", id)
				}
				x, y := w.front()
				can := w.ObserveFrom(y, x, from, fromVec)
				if !bytes.Equal(w.AppendState(nil), before) {
					t.Fatalf("%s: the world has changed", id)
				}
				act := (k*k + 3*k*episode + k/4) % 7 % 3
				s := w.Step(act, obs, vec)
				if s.End != 0 {
					break
				}
				if act == actForward && w.x == x && w.y == y {
					walked++
					if !can || !bytes.Equal(from, obs) || !slices.Equal(fromVec, vec) {
						t.Fatalf("%s: the agent went ahead, and does not see what it would", id)
					}
				} else if act == actForward {
					stopped++
					if can {
						t.Fatalf("%s: the agent cannot go ahead, but would see something", id)
					}
				}
			}
		}
		if rows, cols := w.Cells(); walked == 0 || stopped == 0 || rows < 5 || cols < 5 {
			t.Errorf("%s: %d steps, %d against something, %d by %d squares", id, walked, stopped, rows, cols)
		}
	}
}
