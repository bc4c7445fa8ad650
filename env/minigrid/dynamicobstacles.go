package minigrid

var dynamicObstaclesIDs = []entry{
	dynamicObstaclesID("MiniGrid-Dynamic-Obstacles-5x5-v0", 5, 2, false),
	dynamicObstaclesID("MiniGrid-Dynamic-Obstacles-Random-5x5-v0", 5, 2, true),
	dynamicObstaclesID("MiniGrid-Dynamic-Obstacles-6x6-v0", 6, 3, false),
	dynamicObstaclesID("MiniGrid-Dynamic-Obstacles-Random-6x6-v0", 6, 3, true),
	dynamicObstaclesID("MiniGrid-Dynamic-Obstacles-8x8-v0", 8, 4, false),
	dynamicObstaclesID("MiniGrid-Dynamic-Obstacles-16x16-v0", 16, 8, false),
}

func dynamicObstaclesID(id string, size, balls int, random bool) entry {
	about := "cross a room with moving balls to the goal without bumping into anything"
	if random {
		about += ", from anywhere"
	}
	return entry{
		id: id, about: about,
		w: size, h: size, limit: 4 * size * size, seeThrough: true, actions: actionNames[:actForward+1],
		marks:  &endMarks,
		family: func() family { return &dynamicObstacles{random: random, balls: make([]target, balls)} },
	}
}

// dynamicObstacles is a room with balls that move before every step of the agent, each to a square next to it, corners
// included.
//
//   - Goal: reach the green square in the lower right corner.
//   - Actions: left, right and forward.
//   - Observation: walls hide nothing. The agent starts in the upper left corner looking right, or anywhere (Random).
//   - Reward: 1 - 0.9 t/T at the goal, -1 for walking into a wall or a ball: into what was ahead before the balls moved.
//   - End: terminated at the goal or after walking into something, truncated after T = 4 size² steps.
//   - Milestones: task fulfilled.
//   - Potential: as if there were no balls.
type dynamicObstacles struct {
	random  bool
	balls   []target
	blocked bool // something was ahead before the step
}

// moveTries is how many times the search for a ball's square may fail and go on.
const moveTries = 100

func (f *dynamicObstacles) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	g.set(g.w-2, g.h-2, goalCell)
	if f.random {
		w.placeAgent(g.all())
	} else {
		w.putAgent(1, 1, 0)
	}
	for i := range f.balls {
		b := target{cell: w.object(kindBall, blue, 0)}
		var ok bool
		if b.x, b.y, ok = w.place(b.cell, g.all(), nil, moveTries); !ok {
			w.reject()
		}
		f.balls[i] = b
	}
}

func (*dynamicObstacles) aim() aim { return aim{kind: aimReach, chance: true} }

func (*dynamicObstacles) mission(b []byte) []byte {
	return append(b, "get to the green goal square"...)
}

func (f *dynamicObstacles) before(w *World, action int) int {
	dx, dy := toward(w.dir)
	ahead := w.grid.at(w.x+dx, w.y+dy)
	f.blocked = ahead != emptyCell && ahead != goalCell
	for i := range f.balls {
		b := &f.balls[i]
		x, y, ok := w.place(b.cell, rect{b.x - 1, b.y - 1, 3, 3}, nil, moveTries)
		if ok {
			w.grid.set(b.x, b.y, emptyCell)
			b.x, b.y = x, y
		}
	}
	return action
}

func (f *dynamicObstacles) after(w *World, action int) {
	if action == actForward && f.blocked {
		w.terminated, w.reward = true, -1
	}
}

// appendState appends nothing: the balls are in the grid.
func (*dynamicObstacles) appendState(b []byte) []byte { return b }

// restoreState finds the balls, which are the first objects of an episode.
func (f *dynamicObstacles) restoreState(w *World, b []byte) error {
	if len(b) > 0 {
		return errLong
	}
	if w.phase == idle {
		return nil
	}
	balls := make([]target, len(f.balls))
	for y := range w.grid.h {
		for x, c := range w.grid.row(y) {
			if n := c.number(); n > 0 && n <= len(balls) && c == newCell(kindBall, blue, 0, n) {
				balls[n-1] = target{c, x, y}
			}
		}
	}
	for _, b := range balls {
		if b.cell == nothing {
			return errMissing
		}
	}
	f.balls = balls
	return nil
}
