package minigrid

import (
	"slices"
	"testing"
)

// newRooms returns a world whose family lays out rooms with lay.
func newRooms(size, cols, rows int, lay func(r *roomGrid)) *rig {
	r := newRoomGrid(size, cols, rows)
	f := &bench{
		lay: func(w *World) {
			r.begin(w)
			lay(&r)
		},
		pre:  func(_ *World, action int) int { return action },
		post: func(*World, int) {},
	}
	e := &entry{id: "Test-v0", w: extent(size, cols), h: extent(size, rows), limit: 10, family: func() family { return f }}
	return newRigOf(newWorld(e, Default()))
}

// allReachable says whether the agent can get next to every object, with keys for all doors and nothing carried away.
func allReachable(w *World) bool {
	type square struct{ x, y int }
	seen := map[square]bool{{w.x, w.y}: true}
	for todo := []square{{w.x, w.y}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		if c := w.grid.at(at.x, at.y); c != emptyCell && c.kind() != kindDoor {
			continue
		}
		for dir := range 4 {
			dx, dy := toward(dir)
			if next := (square{at.x + dx, at.y + dy}); !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	for y := range w.grid.h {
		for x, c := range w.grid.row(y) {
			if c.number() > 0 && !seen[square{x, y}] {
				return false
			}
		}
	}
	return true
}

// TestRoomGrid lays out what levels of BabyAI lay out. The digests are of grid and agent for seeds 0 to 4, measured on
// Minigrid 3.1.0. Of Pickup, two of the five layouts come after a rejected one.
func TestRoomGrid(t *testing.T) {
	tests := []struct {
		like             string
		size, cols, rows int
		lay              func(r *roomGrid)
		want             string
	}{
		{"BabyAI-PickupDist-v0", 7, 1, 1, func(r *roomGrid) {
			r.addDistractors(make([]target, 5), anyRoom, anyRoom, true)
			r.placeAgent(anyRoom, anyRoom)
		}, "ff1794c99a6b5d0a"},
		{"BabyAI-OneRoomS8-v0", 8, 1, 1, func(r *roomGrid) {
			r.add(0, 0, kindBall, anyColour)
			r.placeAgent(anyRoom, anyRoom)
		}, "7c31fc8f66548824"},
		{"BabyAI-Pickup-v0", 8, 3, 3, func(r *roomGrid) {
			r.placeAgent(anyRoom, anyRoom)
			r.connectAll(drawn[:])
			r.addDistractors(make([]target, 18), anyRoom, anyRoom, false)
			if !allReachable(r.w) {
				r.w.reject()
			}
		}, "62624856796f0511"},
		{"BabyAI-UnlockLocalDist-v0", 8, 3, 3, func(r *roomGrid) {
			door := r.addDoor(1, 1, anyWall, anyColour, doorLocked)
			r.add(1, 1, kindKey, door.cell.colour())
			r.addDistractors(make([]target, 3), 1, 1, true)
			r.placeAgent(1, 1)
		}, "0f93296f6002f2db"},
		{"BabyAI-GoToDoor-v0", 7, 3, 3, func(r *roomGrid) {
			for range 4 {
				r.addDoor(1, 1, anyWall, anyColour, anyState)
			}
			r.placeAgent(1, 1)
		}, "e22bba53b92fe9d0"},
		{"BabyAI-FindObjS5-v0", 5, 3, 3, func(r *roomGrid) {
			i := r.w.rng.Int(0, 3)
			r.add(i, r.w.rng.Int(0, 3), anyKind, anyColour)
			r.placeAgent(1, 1)
			r.connectAll(drawn[:])
		}, "a891d009d48c4f17"},
	}
	for _, tt := range tests {
		t.Run(tt.like, func(t *testing.T) {
			w := newRooms(tt.size, tt.cols, tt.rows, tt.lay)
			var b []byte
			for seed := range uint64(5) {
				w.Seed(seed)
				w.reset()
				b = w.AppendLayout(b)
				b = b[:len(b)-len("test")-1-4] // mission and limit
			}
			if got := digest(b); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestRemoveWall opens every wall from either side: the same squares, and never a corner.
func TestRemoveWall(t *testing.T) {
	layout := func(i, j, wall int) []byte {
		w := newRooms(4, 2, 2, func(r *roomGrid) { r.removeWall(i, j, wall) })
		w.reset()
		return w.AppendLayout(nil)
	}
	if !slices.Equal(layout(0, 0, 0), layout(1, 0, 2)) || !slices.Equal(layout(0, 0, 1), layout(0, 1, 3)) {
		t.Error("a wall is another from the other side")
	}
	w := newRooms(4, 2, 2, func(r *roomGrid) { r.removeWall(1, 0, 1) })
	w.reset()
	for x := range 7 {
		if got, want := w.grid.at(x, 3) == emptyCell, x == 4 || x == 5; got != want {
			t.Errorf("square (%d, 3) is empty: %t, want %t", x, got, want)
		}
	}
}

// TestRoomGridRejects builds what cannot be built once, and what can then.
func TestRoomGridRejects(t *testing.T) {
	tests := map[string]func(r *roomGrid){
		"a full room": func(r *roomGrid) {
			for range 5 {
				r.add(1, 0, kindBall, red)
			}
		},
		"no square for the agent": func(r *roomGrid) {
			r.w.grid.set(4, 1, wallCell)
			r.w.grid.set(5, 1, wallCell)
			r.w.grid.set(4, 2, wallCell)
			r.w.grid.set(5, 2, wallCell)
			r.placeAgent(1, 0)
		},
		"a locked room that no door may join": func(r *roomGrid) {
			r.room(1, 0).locked = true
			r.connectAll(drawn[:])
		},
	}
	for name, lay := range tests {
		t.Run(name, func(t *testing.T) {
			tries := 0
			w := newRooms(4, 2, 1, func(r *roomGrid) {
				if tries++; tries == 1 {
					lay(r)
				}
			})
			w.reset()
			if tries != 2 {
				t.Errorf("%d tries, want 2", tries)
			}
		})
	}
}
