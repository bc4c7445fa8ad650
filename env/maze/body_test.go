package maze

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// clearance returns the distance from a point to the nearest wall.
func clearance(g *grid, x, y float64) float64 {
	best := math.Inf(1)
	for t, wall := range g.wall {
		if wall {
			tx, ty := float64(t%g.w), float64(t/g.w)
			best = min(best, math.Hypot(max(tx-x, 0, x-tx-1), max(ty-y, 0, y-ty-1)))
		}
	}
	return best
}

// Wherever it runs, the body keeps its distance from walls.
func TestClearance(t *testing.T) {
	w := reset(t, "Memory15")
	touched := false
	for i := range uint64(20_000) {
		r := rng.At(1, i)
		w.body.turn(rng.Below(r, 41) - 20)
		w.body.walk(&w.level.grid, 0.1, 0)
		d := clearance(&w.level.grid, w.body.x, w.body.y)
		if d < bodyRadius-1e-12 {
			t.Fatalf("step %d: %v from a wall, at %+v", i, d, w.body)
		}
		touched = touched || d < bodyRadius+1e-12
	}
	if !touched {
		t.Error("no wall was touched")
	}
}

// open is a room of 3 by 3 tiles with a wall in its middle, around which one can walk.
func open() *grid {
	g := newGrid(5, 5)
	for t := range g.wall {
		x, y := t%5, t/5
		g.wall[t] = x == 0 || y == 0 || x == 4 || y == 4 || x == 2 && y == 2
	}
	return &g
}

func TestWalk(t *testing.T) {
	for _, tt := range []struct {
		name         string
		from         body
		ahead, right float64
		x, y         float64
	}{
		{"ahead", body{1.5, 1.5, 0}, 0.1, 0, 1.6, 1.5},
		{"back", body{1.5, 1.5, 0}, -0.1, 0, 1.4, 1.5},
		{"to the right of north", body{1.5, 1.5, 3 * turns / 4}, 0, 0.1, 1.6, 1.5},
		{"into a wall", body{1.25, 1.5, turns / 2}, 0.1, 0, 1.2, 1.5},
		{"along a wall", body{1.2, 1.5, 5 * turns / 8}, 0.1, 0, 1.2, 1.5 - 0.1*math.Sqrt2/2},
		{"into a corner", body{1.2, 1.2, 5 * turns / 8}, 0.1, 0, 1.2, 1.2},
		{"round an edge", body{2 - 0.15, 2 - 0.15, 0}, 0.02, 0, 2 - 0.2*0.13/math.Hypot(0.13, 0.15), 2 - 0.2*0.15/math.Hypot(0.13, 0.15)},
	} {
		b := tt.from
		b.walk(open(), tt.ahead, tt.right)
		if math.Hypot(b.x-tt.x, b.y-tt.y) > 1e-12 {
			t.Errorf("%s: at %v, %v, want %v, %v", tt.name, b.x, b.y, tt.x, tt.y)
		}
	}
}

func TestCompass(t *testing.T) {
	for i, c := range compass {
		a := float64(i) * 2 * math.Pi / turns
		if math.Abs(c[0]-math.Cos(a)) > 1e-15 || math.Abs(c[1]-math.Sin(a)) > 1e-15 {
			t.Errorf("heading %d: %v", i, c)
		}
	}
	b := body{}
	for _, by := range []int{-5, 725, 7200} {
		if b.turn(by); b.heading < 0 || b.heading >= turns {
			t.Errorf("heading %d", b.heading)
		}
	}
	if b.heading != 0 {
		t.Errorf("ten turns and back lead to %d", b.heading)
	}
}
