package maze

import "github.com/auxrl/auxrl/internal/rng"

// stairs is the map: s the beginnings, a apples, l the lemon, m the melon. There are no heights here, so that the staircase is
// one in plan.
var stairs = drawing{
	"####################",
	"###############...m#",
	"###############.####",
	"#############...####",
	"#aaa#########.######",
	"#a#a#######...######",
	"#a#a#######.########",
	"#a#a#####...########",
	"#a#a#####.##########",
	"#a#aa.s..l##########",
	"####################",
}

// The stairway, after stairway_to_melon of DeepMind Lab.
//
// Goal: pass by the lemon and climb to the melon first; the apples on the other side lead to a dead end.
//
// Actions: Lab-8, four tics each.
//
// Observation: the view, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: each of the 14 apples 1, the lemon -1, the melon 20. When melon and apples are gone the map starts again.
//
// End: truncated by the clock after 60 seconds, which are 900 decisions.
var stairway = func() *rules {
	r := &rules{
		name: "Stairway", about: "a little pain before a great reward, easy apples the other way: does the agent look ahead?",
		actions: Lab8, levels: Levels{Count: 1}, limit: 900, zones: 5, best: 87.44,
		build: func(l *level, _ *rng.Stream) {
			stairs.trace(l, func(c byte, t int) {
				switch c {
				case 's':
					l.spawns = append(l.spawns, int32(t))
				case 'a':
					l.put(apple, t)
				case 'l':
					l.put(lemon, t)
				case 'm':
					l.put(melon, t)
				}
			})
		},
		place: placeAll, spawn: spawnListed, look: lookAnywhere,
		touch: func(w *World, i int) {
			w.pick(i)
			if w.left(apple) == 0 && w.left(melon) == 0 {
				w.restart()
			}
		},
		wants: func(w *World, i int) bool {
			k := w.things[i].kind
			return k == melon || k == apple && w.left(melon) == 0
		},
	}
	r.w, r.h = stairs.size()
	return r
}()
