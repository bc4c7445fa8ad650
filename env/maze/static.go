package maze

import "github.com/auxrl/auxrl/internal/rng"

// Static mazes, after nav_maze_static of DeepMind Lab.
//
// Goal: find the ring again and again, and the apples on the way. Walls, apples and ring are always where they were; where the
// agent begins is drawn from a fixed list.
//
// Actions: Lab-8, four tics each.
//
// Observation: the view, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: an apple 1, the ring 10. At the ring the map starts again: the apples return, the agent is put at another beginning.
//
// End: truncated by the clock after 60, 150 or 300 seconds, which are 900, 2250 or 4500 decisions.
func static(name, about string, p blueprint, zones, spawns, apples, limit int, best float64) *rules {
	r := &rules{
		name: name, about: about, plan: p, zones: zones,
		actions: Lab8, levels: Levels{Count: 1}, limit: limit, best: best,
		build: func(l *level, d *rng.Stream) {
			l.mason.build(d)
			l.things = scatter(&l.grid, l.things, goal, 1, d)
			l.things = scatter(&l.grid, l.things, apple, apples, d)
			l.beginnings(spawns, d)
		},
		place: placeAll, spawn: spawnListed, look: lookAnywhere,
		touch: touchLab,
		wants: is(goal),
	}
	r.w, r.h = p.size()
	return r
}

// touchLab is the rule of Lab's mazes: things are picked up, the ring starts the map again.
func touchLab(w *World, i int) {
	w.pick(i)
	if w.things[i].kind == goal {
		w.restart()
	}
}

// beginnings draws n tiles where the agent may begin.
func (l *level) beginnings(n int, d *rng.Stream) {
	for len(l.spawns) < n {
		t := int32(vacancy(&l.grid, l.things, d))
		known := false
		for _, s := range l.spawns {
			known = known || s == t
		}
		if !known {
			l.spawns = append(l.spawns, t)
		}
	}
}
