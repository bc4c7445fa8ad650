package minigrid

var emptyIDs = []entry{
	emptyID("MiniGrid-Empty-5x5-v0", 5, false),
	emptyID("MiniGrid-Empty-Random-5x5-v0", 5, true),
	emptyID("MiniGrid-Empty-6x6-v0", 6, false),
	emptyID("MiniGrid-Empty-Random-6x6-v0", 6, true),
	emptyID("MiniGrid-Empty-8x8-v0", 8, false),
	emptyID("MiniGrid-Empty-16x16-v0", 16, false),
}

func emptyID(id string, size int, random bool) entry {
	about := "cross an empty room to the goal"
	if random {
		about = "cross an empty room to the goal from anywhere"
	}
	return entry{
		id: id, about: about,
		w: size, h: size, limit: 4 * size * size, seeThrough: true,
		marks:  &endMarks,
		family: func() family { return empty{random} },
	}
}

// empty is one room with nothing in it.
//
//   - Goal: reach the green square in the lower right corner.
//   - Actions: all seven; only left, right and forward matter.
//   - Observation: walls hide nothing. The agent starts in the upper left corner looking right, or anywhere (Random).
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal, truncated after T = 4 size² steps.
//   - Milestones: task fulfilled.
//   - Potential: exact.
type empty struct{ random bool }

func (f empty) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	g.set(g.w-2, g.h-2, goalCell)
	if f.random {
		w.placeAgent(g.all())
	} else {
		w.putAgent(1, 1, 0)
	}
}

func (empty) aim() aim { return aim{kind: aimReach} }

func (empty) mission(b []byte) []byte { return append(b, "get to the green goal square"...) }
