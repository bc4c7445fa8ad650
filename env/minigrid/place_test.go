package minigrid

import "testing"

func TestPlace(t *testing.T) {
	w, _ := newBench()
	ball := w.object(kindBall, blue, 0)
	odd := func(x, y int) bool { return (x+y)%2 == 1 }
	for range 5 { // the room has nine squares: the agent's, four odd ones and these four
		x, y, ok := w.place(ball, w.grid.all(), odd, 1000)
		if !ok {
			break
		}
		if odd(x, y) || x == w.x && y == w.y || w.grid.at(x, y) != ball {
			t.Errorf("placed at %d, %d", x, y)
		}
	}
	n := 0
	for _, c := range w.grid.cells {
		if c == ball {
			n++
		}
	}
	if n != 4 {
		t.Errorf("%d of 4 squares taken", n)
	}
}

// TestPlaceTries counts the draws of a hopeless search: one try more than asked for, two numbers each.
func TestPlaceTries(t *testing.T) {
	w, _ := newBench()
	corner := rect{-3, -3, 5, 5} // clamped to begin at 0: not smaller
	never := func(x, y int) bool {
		if x < 0 || y < 0 || x > 4 || y > 4 {
			t.Errorf("tried %d, %d", x, y)
		}
		return true
	}
	plain := w.rng
	if _, _, ok := w.place(wallCell, corner, never, 2); ok {
		t.Error("placed where everything is refused")
	}
	for range 6 {
		plain.Int(0, 5)
	}
	if plain != w.rng {
		t.Error("three tries did not draw six numbers of [0, 5)")
	}
}
