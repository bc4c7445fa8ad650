package minigrid

var distShiftIDs = []entry{
	distShiftID("MiniGrid-DistShift1-v0", 2),
	distShiftID("MiniGrid-DistShift2-v0", 5),
}

func distShiftID(id string, strip int) entry {
	const w, h = 9, 7
	about := "pass between two strips of lava to the goal"
	if strip == h-2 {
		about = "pass below a strip of lava to the goal; the other has moved out of the way"
	}
	return entry{
		id: id, about: about,
		w: w, h: h, limit: 4 * w * h, seeThrough: true,
		marks:  &endMarks,
		family: func() family { return distShift{strip} },
	}
}

// distShift is a room with two strips of lava, of which the second lies elsewhere in the other id: agents that learned in one
// are tested in the other.
//
//   - Goal: reach the green square in the upper right corner from the upper left one.
//   - Actions: all seven; only left, right and forward matter.
//   - Observation: walls hide nothing.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal or in lava, truncated after T = 252 steps.
//   - Milestones: task fulfilled.
//   - Potential: exact.
type distShift struct {
	strip int // the row of the second strip
}

func (f distShift) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	g.set(g.w-2, 1, goalCell)
	for _, y := range [...]int{1, f.strip} {
		g.horz(3, y, g.w-6, lavaCell)
	}
	w.putAgent(1, 1, 0)
}

func (distShift) aim() aim { return aim{kind: aimReach} }

func (distShift) mission(b []byte) []byte { return append(b, "get to the green goal square"...) }
