package maze

import "github.com/auxrl/auxrl/internal/rng"

// goalDistance is how many steps from the ring the agent does not begin.
const goalDistance = 8

// Mazes with a random goal, after nav_maze_random_goal of DeepMind Lab.
//
// Goal: find the ring, which is somewhere else in every episode, then come back to it again and again. The walls stay.
//
// Actions: Lab-8, four tics each.
//
// Observation: the view, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: an apple 1, the ring 10. Apples lie on a tenth of the tiles. At the ring the map starts again: the apples return, the
// agent is put on a tile from which the ring is more than 8 steps away.
//
// End: truncated by the clock after 60, 150 or 300 seconds, which are 900, 2250 or 4500 decisions.
func randomGoal(name, about string, p blueprint, zones, limit int, best float64) *rules {
	r := &rules{
		name: name, about: about, plan: p, zones: zones,
		actions: Lab8, levels: Levels{Count: 1}, limit: limit, best: best,
		build: func(l *level, d *rng.Stream) { l.mason.build(d) },
		place: func(w *World) {
			w.things = scatter(&w.level.grid, w.things, goal, 1, &w.draws)
			w.things = scatter(&w.level.grid, w.things, apple, (w.level.floors()+5)/10, &w.draws)
		},
		spawn: spawnFar, look: lookAnywhere,
		touch: touchLab,
		wants: is(goal),
	}
	r.w, r.h = p.size()
	return r
}

// spawnFar draws a vacant tile that is more than goalDistance steps from what the agent wants.
func spawnFar(w *World) int {
	w.survey()
	for {
		if t := vacancy(&w.level.grid, w.things, &w.draws); w.way[t] > goalDistance {
			return t
		}
	}
}
