package maze

import "github.com/auxrl/auxrl/internal/rng"

// home is the map: rooms of a colour each, digits where the agent may begin in one, the vest in G; s and v are the beginnings of
// the sparse and the very sparse task. The corridor from v ends at the far side of the rooms.
var home = drawing{
	"#####################",
	"#...#####...#####...#",
	"#.1.......2.......G.#",
	"#...#####...#####...#",
	"##.#######.##########",
	"##.#######.##########",
	"#...#####...#####...#",
	"#.3.#####.4.......5.#",
	"#...#####...#####...#",
	"##.###############.##",
	"##.###############.##",
	"#...#####...#####...#",
	"#.6.......7.#####.s.#",
	"#...#####...#####...#",
	"##.##################",
	"##.##################",
	"##........8........v#",
	"#####################",
}

// My way home, after the scenario of ViZDoom.
//
// Goal: find the green vest, among rooms of different colours and a corridor that leads nowhere.
//
// Actions: Doom-3, four tics each.
//
// Observation: the view, and beside it the velocity [ahead, right, turn], each in -1..1.
//
// Reward: the vest 1; every tic costs 0.0001.
//
// End: terminates at the vest; truncated after 2100 tics, which are 525 decisions. The agent begins in any room (dense), or always
// in one far away (sparse, very sparse; Pathak et al. 2017).
func myWayHome(name, about string, beginning byte, best float64) *rules {
	r := &rules{
		name: name, about: about,
		actions: Doom3, levels: Levels{Count: 1}, limit: 525, cost: 0.0001, success: 0.79, best: best,
		build: func(l *level, _ *rng.Stream) {
			home.trace(l, func(c byte, t int) {
				digit := c >= '1' && c <= '9'
				switch {
				case c == 'G':
					l.put(vest, t)
					l.zone[t] = 9
				case digit:
					l.zone[t] = c - '0'
				case c == 's' || c == 'v':
					l.zone[t] = 10 + (c-'s')/3
				}
				if c == beginning || digit && beginning == '*' {
					l.spawns = append(l.spawns, int32(t))
				}
			})
		},
		place: placeAll, spawn: spawnListed, look: lookAnywhere,
		touch: func(w *World, _ int) {
			w.pay(1)
			w.finish()
		},
		wants: is(vest),
	}
	r.w, r.h = home.size()
	return r
}
