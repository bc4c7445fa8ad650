package minigrid

import "testing"

// TestAllReachable compares the sweep over rows of bits with a search square by square, on mazes of walls, doors and things.
func TestAllReachable(t *testing.T) {
	rnd := seeded(4)
	counts := map[bool]int{}
	for n := range 2000 {
		e := &entry{id: "Test-v0", w: 3 + rnd.Int(0, 22), h: 3 + rnd.Int(0, 22), limit: 1, family: func() family { return empty{} }}
		w := newWorld(e, Default())
		w.grid.border(w.grid.all())
		rare := rnd.Int(2, 30)
		for y := 1; y < w.grid.h-1; y++ {
			for x := 1; x < w.grid.w-1; x++ {
				switch rnd.Int(0, 3*rare) {
				case 0, 1:
					w.grid.set(x, y, wallCell)
				case 2:
					w.grid.set(x, y, newCell(kindDoor, red, doorLocked, 1))
				case 3:
					w.grid.set(x, y, newCell(kindBox, red, 0, 2))
				}
			}
		}
		w.putAgent(rnd.Int(1, w.grid.w-1), rnd.Int(1, w.grid.h-1), 0)
		w.grid.set(w.x, w.y, emptyCell)
		got, want := w.allReachable(), allReachable(w)
		if got != want {
			t.Fatalf("grid %d, %d by %d: got %t, want %t", n, w.grid.w, w.grid.h, got, want)
		}
		counts[got]++
	}
	if counts[true] < 200 || counts[false] < 200 {
		t.Errorf("too much of a kind: %v", counts)
	}
}

// TestNoPose fills a room but for the square in its middle, among things: the agent cannot look anywhere. It must neither
// hang nor come to stand there.
func TestNoPose(t *testing.T) {
	lay := func(free ...int) *rig {
		attempts := 0
		w := newRooms(5, 1, 1, func(r *roomGrid) {
			if attempts++; attempts > 1 {
				return // what follows a rejected layout
			}
			for n := range 9 {
				r.w.grid.set(1+n%3, 1+n/3, r.w.object(kindBall, red, 0))
			}
			for _, n := range free {
				r.w.grid.set(1+n%3, 1+n/3, emptyCell)
			}
			r.placeAgent(0, 0)
		})
		w.reset()
		if want := 1 + int(flag(len(free) == 1)); attempts != want {
			t.Errorf("free %d: %d attempts, want %d", free, attempts, want)
		}
		return w
	}
	lay(4)
	if w := lay(4, 5); w.x == 0 || w.grid.at(w.x, w.y) != emptyCell {
		t.Errorf("agent at (%d, %d)", w.x, w.y)
	}
}
