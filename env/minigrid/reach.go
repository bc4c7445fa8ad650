package minigrid

// maxSide is the longest side of a grid whose rows allReachable takes as bits.
const maxSide = 64

// allReachable says whether the agent can get next to every object and every door without moving one. It walks through doors,
// locked ones too.
func (w *World) allReachable() bool {
	var free, things, reach [maxSide]uint64
	for y := range w.grid.h {
		for x, c := range w.grid.row(y) {
			bit := uint64(1) << x
			switch c.kind() {
			case kindEmpty:
				free[y] |= bit
			case kindWall:
			case kindDoor:
				free[y] |= bit
				things[y] |= bit
			default:
				things[y] |= bit
			}
		}
	}
	reach[w.y] = 1 << w.x
	last := w.grid.h - 1 // rows 0 and last are walls
	for grown := true; grown; {
		grown = false
		for i := range 2 * last {
			y := min(i, 2*last-i) // down and up again
			if y == 0 {
				continue
			}
			if row := flooded(reach[y]|reach[y-1]|reach[y+1], free[y]); row != reach[y] {
				reach[y], grown = row, true
			}
		}
	}
	for y := 1; y < last; y++ {
		touched := reach[y] | reach[y]<<1 | reach[y]>>1 | reach[y-1] | reach[y+1]
		if things[y]&^touched != 0 {
			return false
		}
	}
	return true
}

// flooded returns the squares of a row that are reached from seeds over free ones.
func flooded(seeds, free uint64) uint64 {
	for r := seeds & free; ; {
		next := (r | r<<1 | r>>1) & free
		if next == r {
			return r
		}
		r = next
	}
}
