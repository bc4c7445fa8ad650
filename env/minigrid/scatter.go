package minigrid

import "github.com/auxrl/auxrl/internal/npyrand"

// maxThings bounds the things that lie about in a room.
const maxThings = 4

// portables lists what can be picked up in the order in which the original draws.
var portables = [...]kind{kindKey, kindBall, kindBox}

// scatter fills all with things, no two alike, and places them; no two touch if apart is set.
func (w *World) scatter(all []target, apart bool) {
	for n := 0; n < len(all); {
		before := all[:n]
		k := npyrand.Choice(&w.rng, portables[:])
		c := w.drawColour()
		if alike(before, k, c) {
			continue
		}
		var reject func(x, y int) bool
		if apart {
			reject = func(x, y int) bool { return crowded(before, x, y) }
		}
		t := target{cell: w.object(k, c, 0)}
		t.x, t.y, _ = w.place(t.cell, w.grid.all(), reject, forever)
		all[n] = t
		n++
	}
}

// alike says whether there is a thing of that kind and colour.
func alike(all []target, k kind, c colour) bool {
	for _, t := range all {
		if t.cell.kind() == k && t.cell.colour() == c {
			return true
		}
	}
	return false
}

// crowded says whether (x, y) touches a thing.
func crowded(all []target, x, y int) bool {
	for _, t := range all {
		if t.near(x, y) {
			return true
		}
	}
	return false
}
