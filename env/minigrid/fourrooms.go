package minigrid

var fourRoomsIDs = []entry{{
	id: "MiniGrid-FourRooms-v0", about: "find the goal somewhere in four connected rooms",
	w: 19, h: 19, limit: 100,
	marks:  &fourRoomsMarks,
	family: func() family { return fourRooms{} },
}}

var fourRoomsMarks = marks{own: []string{"gap passed"}, events: []event{taskDone}}

// fourRooms is four rooms around a cross of walls with a gap in each arm (Sutton, Precup & Singh 1999).
//
//   - Goal: reach the green square, which is anywhere.
//   - Actions: all seven; only left, right and forward matter.
//   - Observation: walls hide what is behind them. The agent starts anywhere.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal, truncated after T = 100 steps.
//   - Milestones: gap passed, task fulfilled.
//   - Potential: exact.
type fourRooms struct{}

func (fourRooms) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	roomW, roomH := g.w/2, g.h/2
	for j := range 2 {
		for i := range 2 {
			x, y := i*roomW, j*roomH
			if i == 0 {
				g.vert(roomW, y, roomH, wallCell)
				g.set(roomW, w.rng.Int(y+1, y+roomH), emptyCell)
			}
			if j == 0 {
				g.horz(x, roomH, roomW, wallCell)
				g.set(w.rng.Int(x+1, x+roomW), roomH, emptyCell)
			}
		}
	}
	w.placeAgent(g.all())
	w.place(goalCell, g.all(), nil, forever)
}

// after marks the gaps, which are where walls are.
func (fourRooms) after(w *World, _ int) {
	if w.x == w.grid.w/2 || w.y == w.grid.h/2 {
		w.markOwn(0)
	}
}

func (fourRooms) aim() aim { return aim{kind: aimReach} }

func (fourRooms) mission(b []byte) []byte { return append(b, "reach the goal"...) }
