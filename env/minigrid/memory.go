package minigrid

import "github.com/auxrl/auxrl/internal/npyrand"

var memoryIDs = []entry{
	memoryID("MiniGrid-MemoryS7-v0", 7, false),
	memoryID("MiniGrid-MemoryS9-v0", 9, false),
	memoryID("MiniGrid-MemoryS11-v0", 11, false),
	memoryID("MiniGrid-MemoryS13-v0", 13, false),
	memoryID("MiniGrid-MemoryS13Random-v0", 13, true),
	memoryID("MiniGrid-MemoryS17Random-v0", 17, true),
}

var memoryMarks = marks{own: []string{"split reached"}, events: []event{taskDone}}

func memoryID(id string, size int, random bool) entry {
	about := "see a thing, walk down a hallway, turn to its like"
	if random {
		about += "; the hallway's length varies"
	}
	return entry{
		id: id, about: about,
		w: size, h: size, limit: 5 * size * size,
		marks:  &memoryMarks,
		family: func() family { return &memory{random: random} },
	}
}

// memory is a small room with a key or a ball, and a hallway out of it that splits at its end: one way lies another key, the
// other way another ball.
//
//   - Goal: at the split, step towards the thing that is like the one in the room.
//   - Actions: all seven, but pickup toggles; only left, right and forward matter.
//   - Observation: walls hide what is behind them. The agent starts in the room or the hallway, looking along the hallway.
//   - Reward: 1 - 0.9 t/T for the square next to the right thing.
//   - End: terminated next to either thing at the split, truncated after T = 5 size² steps.
//   - Milestones: split reached, task fulfilled.
//   - Potential: exact; it knows which way is right.
type memory struct {
	task   // first: the right thing at the split, with the square next to it; second: the wrong one
	random bool
}

func (f *memory) generate(w *World) {
	g := &w.grid
	middle := g.h / 2
	end := g.w - 3
	if f.random {
		end = w.rng.Int(4, g.w-2)
	}
	f.wall(g, middle, end)
	w.putAgent(w.rng.Int(1, end+1), middle, 0)

	seen := npyrand.Choice(&w.rng, []kind{kindKey, kindBall})
	g.set(1, middle-1, w.object(seen, green, 0))
	pair := npyrand.Choice(&w.rng, [][2]kind{{kindBall, kindKey}, {kindKey, kindBall}})
	up := target{w.object(pair[0], green, 0), end + 1, middle - 1}
	down := target{w.object(pair[1], green, 0), end + 1, middle + 1}
	g.set(up.x, up.y-1, up.cell)
	g.set(down.x, down.y+1, down.cell)
	f.first, f.second = up, down
	if pair[0] != seen {
		f.first, f.second = down, up
	}
}

// wall lays out the room, the hallway along the middle row and the split behind its end.
func (f *memory) wall(g *grid, middle, end int) {
	g.border(g.all())
	for _, side := range [...]int{-1, 1} {
		g.horz(1, middle+2*side, 4, wallCell)
		g.horz(4, middle+side, end-4, wallCell)
	}
	g.vert(end, 0, g.h, wallCell)
	g.set(end, middle, emptyCell)
	g.vert(end+2, 0, g.h, wallCell)
}

// aim is a square next to a thing at the split. Things stay where they are: pickup toggles.
func (f *memory) aim() aim { return aim{kind: aimReach, first: f.first, second: f.second, solid: true} }

func (*memory) mission(b []byte) []byte {
	return append(b, "go to the matching object at the end of the hallway"...)
}

func (*memory) before(_ *World, action int) int {
	if action == actPickup {
		return actToggle
	}
	return action
}

func (f *memory) after(w *World, _ int) {
	if w.x == f.first.x {
		w.markOwn(0)
	}
	switch {
	case w.x == f.first.x && w.y == f.first.y:
		w.succeed()
	case w.x == f.second.x && w.y == f.second.y:
		w.terminated = true
	}
}
