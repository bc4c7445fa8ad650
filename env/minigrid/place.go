package minigrid

import (
	"slices"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// forever lets place try until it succeeds.
const forever = -1

// place puts c on a random empty square of r, other than the agent's and those that reject, which may be nil, refuses. After
// tries failures it tries once more, as the original does, and gives up with ok false. Placing emptyCell only draws the square.
func (w *World) place(c cell, r rect, reject func(x, y int) bool, tries int) (x, y int, ok bool) {
	g := &w.grid
	left, top := max(r.x, 0), max(r.y, 0)
	right, bottom := min(left+r.w, g.w), min(top+r.h, g.h)
	for n := 0; tries == forever || n <= tries; n++ {
		x, y = w.rng.Int(left, right), w.rng.Int(top, bottom)
		if g.at(x, y) != emptyCell || x == w.x && y == w.y || reject != nil && reject(x, y) {
			continue
		}
		g.set(x, y, c)
		return x, y, true
	}
	return 0, 0, false
}

// placeAgent puts the agent on a random empty square of r, looking anywhere.
func (w *World) placeAgent(r rect) {
	w.x, w.y = -1, -1
	w.x, w.y, _ = w.place(emptyCell, r, nil, forever)
	w.dir = w.rng.Int(0, 4)
}

// putAgent puts the agent where the family wants it.
func (w *World) putAgent(x, y, dir int) { w.x, w.y, w.dir = x, y, dir }

// drawColour returns a random colour.
func (w *World) drawColour() colour { return npyrand.Choice(&w.rng, drawn[:]) }

// drawColours returns all colours in random order.
func (w *World) drawColours() (all [colours]colour) {
	buf := drawn
	free := buf[:]
	for i := range all {
		n := w.rng.Int(0, len(free))
		all[i] = free[n]
		free = slices.Delete(free, n, n+1)
	}
	return all
}
