package maze

import "github.com/auxrl/auxrl/internal/rng"

const (
	arenaSide   = 13 // tiles, with the walls
	arenaApples = 15
	arenaLemons = 8
)

// The arena, after seekavoid_arena_01 of DeepMind Lab.
//
// Goal: gather the apples of an open room and avoid the lemons.
//
// Actions: Lab-8, four tics each.
//
// Observation: the view, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: each of the 15 apples 1, each of the 8 lemons -1. When all apples are gone the map starts again.
//
// End: truncated by the clock after 20 seconds, which are 300 decisions.
var seekAvoid = &rules{
	name: "SeekAvoid", about: "gather apples, avoid lemons: can the agent tell things apart and steer?",
	w: arenaSide, h: arenaSide, zones: 6,
	actions: Lab8, levels: Levels{Count: 1}, limit: 300, best: 19.81,
	build: func(l *level, d *rng.Stream) {
		for t := range l.wall {
			x, y := t%l.w, t/l.w
			l.wall[t] = x == 0 || y == 0 || x == l.w-1 || y == l.h-1
		}
		l.things = scatter(&l.grid, l.things, apple, arenaApples, d)
		l.things = scatter(&l.grid, l.things, lemon, arenaLemons, d)
	},
	place: placeAll, spawn: spawnAnywhere, look: lookAnywhere,
	touch: func(w *World, i int) {
		w.pick(i)
		if w.left(apple) == 0 {
			w.restart()
		}
	},
	wants: is(apple),
}
