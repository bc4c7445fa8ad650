package maze

import (
	"fmt"

	"github.com/auxrl/auxrl/internal/rng"
)

const (
	tArm        = 3   // tiles of an arm
	maxCorridor = 100 // tiles
)

// T-mazes: the classic test of memory.
//
// Goal: turn where the arrow pointed. It hangs at the beginning of a corridor and vanishes when the agent comes to it; at the end
// of the corridor are two arms that look the same, with a ring in each.
//
// Actions: Doom-3, four tics each.
//
// Observation: the view, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: 1 at the ring in the right arm, -1 at the other.
//
// End: terminates at either ring; truncated after 60 decisions and 10 more for each tile of the corridor.
func tMaze(corridor int) *rules {
	return &rules{
		name: fmt.Sprint("TMaze", corridor), about: fmt.Sprintf("turn where an arrow pointed, after a corridor of %d tiles", corridor), w: 2*tArm + 3, h: corridor + 3,
		actions: Doom3, levels: Levels{Count: 1}, limit: 60 + 10*corridor, success: 1, best: 1,
		build: func(l *level, _ *rng.Stream) {
			for t := range l.wall {
				x, y := t%l.w, t/l.w
				arms := y == 1 && x > 0 && x < l.w-1
				l.wall[t] = !arms && (x != tArm+1 || y == 0 || y == l.h-1)
				if !l.wall[t] {
					l.zone[t] = uint8(1 + min((y-1+3)/4, maxZones-1))
				}
			}
			l.put(goal, l.tile(1, 1))
			l.put(goal, l.tile(l.w-2, 1))
			l.spawns = append(l.spawns, int32(l.tile(tArm+1, l.h-2)))
		},
		place: func(w *World) {
			w.asked = w.draws.Below(2)
			placeAll(w)
			w.things = append(w.things, thing{kind: cueLeft + kind(w.asked), tile: w.level.spawns[0] - int32(w.level.w)})
		},
		spawn: spawnListed,
		look:  func(*World) int { return 3 * turns / 4 }, // north
		touch: func(w *World, i int) {
			switch {
			case i == w.asked:
				w.pay(1)
				w.finish()
			case i < 2:
				w.pay(-1)
				w.finish()
			default:
				w.pick(i)
			}
		},
		wants: func(w *World, i int) bool { return i == w.asked },
	}
}
