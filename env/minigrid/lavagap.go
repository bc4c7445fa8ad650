package minigrid

var lavaGapIDs = []entry{
	lavaGapID("MiniGrid-LavaGapS5-v0", 5),
	lavaGapID("MiniGrid-LavaGapS6-v0", 6),
	lavaGapID("MiniGrid-LavaGapS7-v0", 7),
}

func lavaGapID(id string, size int) entry {
	return entry{
		id: id, about: "pass the gap in a wall of lava to the goal",
		w: size, h: size, limit: 4 * size * size,
		marks:  &endMarks,
		family: func() family { return lavaGap{} },
	}
}

// lavaGap is a room cut in two by lava with a gap in it.
//
//   - Goal: reach the green square in the lower right corner from the upper left one.
//   - Actions: all seven; only left, right and forward matter.
//   - Observation: walls hide what is behind them, lava does not.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal or in lava, truncated after T = 4 size² steps.
//   - Milestones: task fulfilled.
//   - Potential: exact.
type lavaGap struct{}

func (lavaGap) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	w.putAgent(1, 1, 0)
	g.set(g.w-2, g.h-2, goalCell)
	x, y := w.rng.Int(2, g.w-2), w.rng.Int(1, g.h-1)
	g.vert(x, 1, g.h-2, lavaCell)
	g.set(x, y, emptyCell)
}

func (lavaGap) aim() aim { return aim{kind: aimReach} }

func (lavaGap) mission(b []byte) []byte {
	return append(b, "avoid the lava and get to the green goal square"...)
}
