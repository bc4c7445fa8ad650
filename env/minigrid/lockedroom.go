package minigrid

var lockedRoomIDs = []entry{{
	id: "MiniGrid-LockedRoom-v0", about: "find the key among six rooms, unlock the one that is locked, go to the goal in it",
	w: 19, h: 19, limit: 190, words: 17,
	marks:  &lockedRoomMarks,
	family: func() family { return &lockedRoom{} },
}}

var lockedRoomMarks = marks{events: []event{doorOpened, doorPassed, keyTaken, doorUnlocked, taskDone}}

// lockedRoom is a hall with three rooms on either side, whose doors have different colours and of which one is locked.
//
//   - Goal: reach the green square in the locked room; the key is in one of the others.
//   - Actions: all seven; done does nothing.
//   - Observation: walls and closed doors hide what is behind them. The agent starts in the hall. The mission, which names
//     rooms by the colours of their doors, is not part of the observation.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal, truncated after T = 190 steps.
//   - Milestones: door opened, door passed, key taken, door unlocked, task fulfilled.
//   - Potential: by way of the key and the door.
type lockedRoom struct {
	task  // first: the key; second: the door of the room that it is in
	rooms [colours]hallRoom
}

// hallRoom is a room along the hall.
type hallRoom struct {
	rect rect // walls included
	door target
}

// draw returns a square of the room.
func (r *hallRoom) draw(w *World) (x, y int) {
	x = w.rng.Int(r.rect.x+1, r.rect.x+r.rect.w-1)
	y = w.rng.Int(r.rect.y+1, r.rect.y+r.rect.h-1)
	return x, y
}

func (f *lockedRoom) generate(w *World) {
	g := &w.grid
	west, east := g.w/2-2, g.w/2+2
	f.wall(g, west, east)
	locked := &f.rooms[w.rng.Int(0, len(f.rooms))]
	x, y := locked.draw(w)
	g.set(x, y, goalCell)
	f.hang(w, locked)
	from := locked
	for from == locked {
		from = &f.rooms[w.rng.Int(0, len(f.rooms))]
	}
	x, y = from.draw(w)
	f.first = target{w.object(kindKey, locked.door.cell.colour(), 0), x, y}
	f.second = from.door
	g.set(x, y, f.first.cell)
	w.placeAgent(rect{west, 0, east - west, g.h})
}

// wall lays out the rooms and the hall between its walls, west and east, without doors.
func (f *lockedRoom) wall(g *grid, west, east int) {
	g.border(g.all())
	g.vert(west, 0, g.h, wallCell)
	g.vert(east, 0, g.h, wallCell)
	for n := range len(f.rooms) / 2 {
		y := n * (g.h / 3)
		g.horz(0, y, west, wallCell)
		g.horz(east, y, g.w-east, wallCell)
		w, h := west+1, g.h/3+1
		f.rooms[2*n] = hallRoom{rect{0, y, w, h}, target{x: west, y: y + 3}}
		f.rooms[2*n+1] = hallRoom{rect{east, y, w, h}, target{x: east, y: y + 3}}
	}
}

// hang hangs doors, no two alike.
func (f *lockedRoom) hang(w *World, locked *hallRoom) {
	for i, c := range w.drawColours() {
		r := &f.rooms[i]
		s := doorClosed
		if r == locked {
			s = doorLocked
		}
		r.door.cell = w.object(kindDoor, c, s)
		w.grid.set(r.door.x, r.door.y, r.door.cell)
	}
}

func (*lockedRoom) aim() aim { return aim{kind: aimReach} }

func (f *lockedRoom) mission(b []byte) []byte {
	key := f.first.cell.colour().String()
	b = append(append(b, "get the "...), key...)
	b = append(append(b, " key from the "...), f.second.cell.colour().String()...)
	b = append(append(b, " room, unlock the "...), key...)
	return append(b, " door and go to the goal"...)
}
