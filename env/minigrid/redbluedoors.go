package minigrid

var redBlueDoorsIDs = []entry{
	redBlueDoorsID("MiniGrid-RedBlueDoors-6x6-v0", 6),
	redBlueDoorsID("MiniGrid-RedBlueDoors-8x8-v0", 8),
}

var redBlueDoorsMarks = marks{own: []string{"red door opened"}, events: []event{taskDone}}

func redBlueDoorsID(id string, size int) entry {
	return entry{
		id: id, about: "open the red door, then the blue one across the room",
		w: 2 * size, h: size, limit: 20 * size * size,
		marks:  &redBlueDoorsMarks,
		family: func() family { return &redBlueDoors{} },
	}
}

// redBlueDoors is a square room with a red door in its left wall and a blue one in its right wall.
//
//   - Goal: open the red door, then the blue one.
//   - Actions: all seven; pickup, drop and done do nothing.
//   - Observation: walls and closed doors hide what is behind them. The agent starts anywhere in the room.
//   - Reward: 1 - 0.9 t/T for opening the blue door while the red one is open.
//   - End: terminated when the blue door opens, truncated after T = 20 size² steps.
//   - Milestones: red door opened, task fulfilled.
//   - Potential: exact, by way of the red door and the blue one.
type redBlueDoors struct {
	task // first: the red door; second: the blue one
}

func (f *redBlueDoors) generate(w *World) {
	g := &w.grid
	size := g.h
	room := rect{size / 2, 0, size, size}
	g.border(g.all())
	g.border(room)
	w.placeAgent(room)
	f.first = w.hang(red, room.x, w.rng.Int(1, size-1))
	f.second = w.hang(blue, room.x+size-1, w.rng.Int(1, size-1))
}

// hang puts a closed door at (x, y).
func (w *World) hang(c colour, x, y int) target {
	t := target{w.object(kindDoor, c, doorClosed), x, y}
	w.grid.set(x, y, t.cell)
	return t
}

func (f *redBlueDoors) aim() aim { return aim{kind: aimOpen, first: f.first, second: f.second} }

func (*redBlueDoors) mission(b []byte) []byte {
	return append(b, "open the red door then the blue door"...)
}

// after need not know whether the red door was open before the step: one that opens the blue door does not move it.
func (f *redBlueDoors) after(w *World, _ int) {
	if w.isOpen(f.first) {
		w.markOwn(0)
	}
	if !w.isOpen(f.second) {
		return
	}
	w.terminated = true
	if w.isOpen(f.first) {
		w.succeed()
	}
}

// isOpen says whether the door of an episode is open.
func (w *World) isOpen(door target) bool {
	c := w.grid.at(door.x, door.y)
	return c.kind() == kindDoor && c.state() == doorOpen
}
