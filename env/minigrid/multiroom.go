package minigrid

import (
	"fmt"

	"github.com/auxrl/auxrl/internal/npyrand"
)

var multiRoomIDs = []entry{
	multiRoomID("MiniGrid-MultiRoom-N2-S4-v0", 2, 4),
	multiRoomID("MiniGrid-MultiRoom-N4-S5-v0", 6, 5), // six rooms, whatever the name says: so it is in the original
	multiRoomID("MiniGrid-MultiRoom-N4-S5-v1", 4, 5),
	multiRoomID("MiniGrid-MultiRoom-N6-v0", 6, 10),
}

func multiRoomID(id string, rooms, size int) entry {
	about := fmt.Sprintf("pass through %d rooms in a row to the goal; rooms of at most %d by %d squares, walls included", rooms, size, size)
	return entry{
		id: id, about: about,
		w: 25, h: 25, limit: 20 * rooms,
		marks:  multiRoomMarks(rooms),
		family: func() family { return &multiRoom{rooms: rooms, size: size} },
	}
}

// multiRoomMarks names the rooms behind doors.
func multiRoomMarks(rooms int) *marks {
	m := &marks{events: []event{doorOpened, taskDone}}
	for n := 2; n <= rooms; n++ {
		m.own = append(m.own, fmt.Sprintf("room %d entered", n))
	}
	return m
}

// multiRoom is a winding row of rooms, each joined to the next by a closed door.
//
//   - Goal: reach the green square, which is in the last room.
//   - Actions: all seven; pickup, drop and done do nothing.
//   - Observation: walls and closed doors hide what is behind them. The agent starts anywhere in the first room.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal, truncated after T = 20 steps per room.
//   - Milestones: room 2 entered, ..., the last room entered, door opened, task fulfilled. A room is entered by its door.
//   - Potential: exact.
type multiRoom struct {
	rooms int
	size  int // the most that a room's side may have, walls included

	rows [2][maxRow]rowRoom // scratch: the longest row so far and the one that is tried
}

// maxRow bounds the rooms of a row.
const maxRow = 6

// rowRoom is a room of a row.
type rowRoom struct {
	rect         rect // walls included
	doorX, doorY int  // the way in
}

func (f *multiRoom) generate(w *World) {
	best := f.rows[0][:0]
	trial := &f.rows[1]
	for len(best) < f.rooms {
		x, y := w.rng.Int(0, w.grid.w-2), w.rng.Int(0, w.grid.w-2)
		row := f.extend(w, trial[:0], 2, x, y)
		if len(row) > len(best) {
			best = append(best[:0], row...)
		}
	}
	f.draw(w, best)
	w.placeAgent(best[0].rect)
	w.place(goalCell, best[len(best)-1].rect, nil, forever)
}

// extend adds rooms to the row, the first with its way in at (x, y) in the wall that lies in direction entry, until the row
// is complete or no room fits. The row comes back as it was if the first does not.
func (f *multiRoom) extend(w *World, row []rowRoom, entry, x, y int) []rowRoom {
	r := rowRoom{rect{w: w.rng.Int(minRoom, f.size+1), h: w.rng.Int(minRoom, f.size+1)}, x, y}
	r.rect.x, r.rect.y = x, y
	if len(row) > 0 {
		r.align(w, entry)
	}
	if !r.fits(&w.grid, row) {
		return row
	}
	row = append(row, r)
	if len(row) == f.rooms {
		return row
	}
	for range 8 {
		exit := w.rng.Int(0, 3) // of the three other walls
		if exit >= entry {
			exit++
		}
		x, y := r.exit(w, exit)
		if longer := f.extend(w, row, (exit+2)&3, x, y); len(longer) > len(row) {
			return longer
		}
	}
	return row
}

// minRoom is the least that a room's side may have, walls included.
const minRoom = 4

// align moves the room so that its way in is in the wall of that direction, and not in a corner.
func (r *rowRoom) align(w *World, wall int) {
	switch wall {
	case 0:
		r.rect.x = r.doorX - r.rect.w + 1
	case 1:
		r.rect.y = r.doorY - r.rect.h + 1
	}
	if wall&1 == 0 {
		r.rect.y = w.rng.Int(r.doorY-r.rect.h+2, r.doorY)
	} else {
		r.rect.x = w.rng.Int(r.doorX-r.rect.w+2, r.doorX)
	}
}

// fits says whether the room is inside the grid and off the others but the last, with which it shares a wall. The bounds are
// the original's, which treat the axes and the sides unlike.
func (r *rowRoom) fits(g *grid, row []rowRoom) bool {
	a := r.rect
	if a.x < 0 || a.y < 0 || a.x+a.w > g.w || a.y+a.h >= g.h {
		return false
	}
	for i := range len(row) - 1 {
		b := row[i].rect
		if free := a.x+a.w < b.x || b.x+b.w <= a.x || a.y+a.h < b.y || b.y+b.h <= a.y; !free {
			return false
		}
	}
	return true
}

// exit draws a way out in the wall of that direction, not in a corner.
func (r *rowRoom) exit(w *World, wall int) (x, y int) {
	x, y = r.rect.x, r.rect.y
	switch wall {
	case 0:
		x += r.rect.w - 1
	case 1:
		y += r.rect.h - 1
	}
	if wall&1 == 0 {
		return x, y + w.rng.Int(1, r.rect.h-1)
	}
	return x + w.rng.Int(1, r.rect.w-1), y
}

// draw builds the rooms in order, so that later walls cut into earlier rooms, and hangs doors, no two in a row alike.
func (f *multiRoom) draw(w *World, row []rowRoom) {
	last := colours
	for i, r := range row {
		w.grid.border(r.rect)
		if i == 0 {
			continue
		}
		var buf [len(drawn)]colour
		free := buf[:0]
		for _, c := range drawn {
			if c != last {
				free = append(free, c)
			}
		}
		last = npyrand.Choice(&w.rng, free)
		w.grid.set(r.doorX, r.doorY, w.object(kindDoor, last, doorClosed))
	}
}

// after marks the room whose door the agent stands in. Doors are numbered in order.
func (*multiRoom) after(w *World, action int) {
	if action != actForward {
		return
	}
	if n := w.grid.at(w.x, w.y).number(); n > 0 {
		w.markOwn(n - 1)
	}
}

func (*multiRoom) aim() aim { return aim{kind: aimReach} }

func (*multiRoom) mission(b []byte) []byte {
	return append(b, "traverse the rooms to get to the goal"...)
}
