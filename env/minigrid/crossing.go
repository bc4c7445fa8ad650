package minigrid

import (
	"slices"

	"github.com/auxrl/auxrl/internal/npyrand"
)

var lavaCrossingIDs = []entry{
	crossingID("MiniGrid-LavaCrossingS9N1-v0", lavaCell, 9, 1),
	crossingID("MiniGrid-LavaCrossingS9N2-v0", lavaCell, 9, 2),
	crossingID("MiniGrid-LavaCrossingS9N3-v0", lavaCell, 9, 3),
	crossingID("MiniGrid-LavaCrossingS11N5-v0", lavaCell, 11, 5),
}

var simpleCrossingIDs = []entry{
	crossingID("MiniGrid-SimpleCrossingS9N1-v0", wallCell, 9, 1),
	crossingID("MiniGrid-SimpleCrossingS9N2-v0", wallCell, 9, 2),
	crossingID("MiniGrid-SimpleCrossingS9N3-v0", wallCell, 9, 3),
	crossingID("MiniGrid-SimpleCrossingS11N5-v0", wallCell, 11, 5),
}

func crossingID(id string, of cell, size, rivers int) entry {
	about := "cross rivers of lava to the goal"
	if of == wallCell {
		about = "pass the gaps in the walls to the goal"
	}
	return entry{
		id: id, about: about,
		w: size, h: size, limit: 4 * size * size,
		marks:  &endMarks,
		family: func() family { return crossing{of, rivers} },
	}
}

// crossing is a room crossed by rivers, straight from wall to wall, with openings that leave one way through.
//
//   - Goal: reach the green square in the lower right corner from the upper left one.
//   - Actions: all seven; only left, right and forward matter.
//   - Observation: walls hide what is behind them, lava does not.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal or in lava, truncated after T = 4 size² steps.
//   - Milestones: task fulfilled.
//   - Potential: exact.
type crossing struct {
	of     cell // lava or wall
	rivers int
}

// maxRivers bounds the rivers of either direction that a room has place for, and a path's steps.
const maxRivers = 16

// river is a straight line across the room.
type river struct {
	vertical bool
	at       int // x of a vertical, y of a horizontal river
}

func (f crossing) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	w.putAgent(1, 1, 0)
	g.set(g.w-2, g.h-2, goalCell)

	var buf [2 * maxRivers]river
	all := buf[:0]
	for x := 2; x < g.h-2; x += 2 {
		all = append(all, river{true, x})
	}
	for y := 2; y < g.w-2; y += 2 {
		all = append(all, river{false, y})
	}
	npyrand.Shuffle(&w.rng, all)
	f.cross(w, all[:f.rivers])
}

// cross draws the rivers and opens a way through them.
func (f crossing) cross(w *World, rivers []river) {
	g := &w.grid
	var bufX, bufY [maxRivers + 2]int
	xs, ys := append(bufX[:0], 0), append(bufY[:0], 0) // where the land is cut: rivers between the room's walls
	for _, r := range rivers {
		if r.vertical {
			xs = append(xs, r.at)
			g.vert(r.at, 1, g.h-2, f.of)
		} else {
			ys = append(ys, r.at)
			g.horz(1, r.at, g.w-2, f.of)
		}
	}
	slices.Sort(xs)
	slices.Sort(ys)

	var bufPath [maxRivers]bool
	path := bufPath[:len(rivers)] // true: cross the next vertical river, to the right
	for i := range path {
		path[i] = i < len(xs)-1
	}
	npyrand.Shuffle(&w.rng, path)
	xs, ys = append(xs, g.w-1), append(ys, g.h-1)
	i, j := 0, 0 // the piece of land that the way has come to
	for _, right := range path {
		if right {
			g.set(xs[i+1], w.rng.Int(ys[j]+1, ys[j+1]), emptyCell)
			i++
		} else {
			g.set(w.rng.Int(xs[i]+1, xs[i+1]), ys[j+1], emptyCell)
			j++
		}
	}
}

func (crossing) aim() aim { return aim{kind: aimReach} }

func (f crossing) mission(b []byte) []byte {
	if f.of == lavaCell {
		return append(b, "avoid the lava and get to the green goal square"...)
	}
	return append(b, "find the opening and get to the green goal square"...)
}
