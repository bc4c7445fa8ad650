package maze

import "math"

// survey measures the way from every tile to the nearest thing that the agent wants.
func (w *World) survey() {
	for t := range w.way {
		w.way[t] = unreachable
	}
	for i, t := range w.things {
		if !t.gone && w.rules.wants(w, i) {
			w.way[t.tile] = 0
		}
	}
	w.level.flood(w.way, w.level.queue)
}

// distance returns how far the agent has to go, in tiles: to the middle of its own tile or a neighbouring one, then from middle to
// middle. It is 0 where the agent touches what it wants.
func (w *World) distance() float64 {
	if w.finished && w.gains > 0 { // there; a wrong end is not
		return 0
	}
	g, tile := &w.level.grid, w.level.at(w.body.x, w.body.y)
	best := w.leg(tile)
	for side := range sides {
		if t := g.beyond(tile, side); !g.wall[t] {
			best = min(best, w.leg(t))
		}
	}
	return max(best-reachRadius, 0)
}

// leg returns the length of the way through the middle of a tile.
func (w *World) leg(tile int) float64 {
	x, y := w.level.middle(tile)
	x, y = x-w.body.x, y-w.body.y
	return math.Sqrt(float64(x*x)+float64(y*y)) + float64(w.way[tile])
}

// Potential returns the negative length of the way to what the agent wants - the ring, the nearest apple, the ball that is asked
// for - as a fraction of the number of tiles of floor: in [-1, 0], 0 at the goal. It jumps when the agent wants something else, and
// when the map starts again.
func (w *World) Potential() float64 {
	if w.phase == idle {
		return -1
	}
	return 0 - min(w.distance()/float64(w.level.floors()), 1) // never -0
}
