package maze

import "github.com/auxrl/auxrl/internal/rng"

// Memory mazes, after Memory Maze (Pasukonis et al. 2022).
//
// Goal: touch the ball whose colour the border of the picture has, then the next that is asked for, and so on: whoever remembers
// where the balls are goes straight there. Every episode takes place in another maze.
//
// Actions: Memory-Maze-6, four tics each.
//
// Observation: the view in its coloured border, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: 1 for touching the ball that is asked for; the next is another one, drawn at random. Balls stay.
//
// End: truncated by the clock after 1000, 2000, 3000 or 4000 decisions.
func memoryMaze(name, about string, p blueprint, balls, limit int, best float64) *rules {
	r := &rules{
		name: name, about: about, plan: p, zones: 8,
		actions: Memory6, limit: limit, best: best, frame: true,
		build: func(l *level, d *rng.Stream) {
			l.mason.build(d)
			for i := range balls {
				l.things = scatter(&l.grid, l.things, ballRed+kind(i), 1, d)
			}
		},
		place: placeAll,
		spawn: func(w *World) int {
			w.asked = w.draws.Below(balls)
			return spawnAnywhere(w)
		},
		look: lookAnywhere,
		touch: func(w *World, i int) {
			if i == w.asked {
				w.pay(1)
				w.asked = (i + 1 + w.draws.Below(balls-1)) % balls
			}
		},
		wants: func(w *World, i int) bool { return i == w.asked },
	}
	r.w, r.h = p.size()
	return r
}
