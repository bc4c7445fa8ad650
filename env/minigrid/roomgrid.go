package minigrid

import (
	"math/bits"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// What a roomGrid draws where the caller does not say it.
const (
	anyRoom   = -1
	anyWall   = -1
	anyKind   = kinds
	anyColour = colours
	anyState  = states // closed or locked
)

// Bounds on the original's searches.
const (
	roomTries    = 1000 // for a square in a room
	connectTries = 5000 // for doors that join all rooms
	poseTries    = 1000 // for a pose of the agent, before it is made sure that there is one
)

// roomGrid is the base of families with rooms of one size in rows and columns, joined by doors. Room (i, j) is in column i
// and row j; walls are numbered by the direction in which they lie, so that wall 0 is on the right. A search that fails
// rejects the layout.
type roomGrid struct {
	w          *World
	size       int // of a room's side, walls included; neighbours share a wall
	cols, rows int
	rooms      []room // [rows, cols]
	scattered  uint64 // kinds and colours that add placed in rooms
}

// room is one of the rooms.
type room struct {
	rect   rect // walls included
	walls  [4]side
	locked bool // as the door that was hung last
}

// side is a wall of a room.
type side struct {
	inner bool // there is a room on the other side
	open  bool // there is a door, locked or not, or no wall
	x, y  int  // where the door is or would be
}

func newRoomGrid(size, cols, rows int) roomGrid {
	return roomGrid{size: size, cols: cols, rows: rows, rooms: make([]room, cols*rows)}
}

// extent returns the squares that n rooms in line take.
func extent(size, n int) int { return n*(size-1) + 1 }

func (r *roomGrid) room(i, j int) *room { return &r.rooms[j*r.cols+i] }

// beyond returns the number of the room on the other side of a wall of room n.
func (r *roomGrid) beyond(n, wall int) int { return n + [4]int{1, r.cols, -1, -r.cols}[wall] }

// begin builds the walls of an empty grid, draws where doors would be, and puts the agent in the middle for the time being:
// nothing is placed next to it.
func (r *roomGrid) begin(w *World) {
	r.w, r.scattered = w, 0
	step := r.size - 1
	for n := range r.rooms {
		r.rooms[n] = room{rect: rect{n % r.cols * step, n / r.cols * step, r.size, r.size}}
		w.grid.border(r.rooms[n].rect)
	}
	for n := range r.rooms {
		at := &r.rooms[n]
		x, y := at.rect.x, at.rect.y
		if n%r.cols < r.cols-1 {
			r.join(n, 0, x+step, w.rng.Int(y+1, y+step))
		}
		if n/r.cols < r.rows-1 {
			r.join(n, 1, w.rng.Int(x+1, x+step), y+step)
		}
	}
	w.putAgent(r.cols/2*step+r.size/2, r.rows/2*step+r.size/2, 0)
}

// join makes two rooms neighbours.
func (r *roomGrid) join(n, wall, x, y int) {
	s := side{inner: true, x: x, y: y}
	r.rooms[n].walls[wall] = s
	r.rooms[r.beyond(n, wall)].walls[(wall+2)&3] = s
}

// setOpen marks a wall open from both sides.
func (r *roomGrid) setOpen(n, wall int) {
	r.rooms[n].walls[wall].open = true
	r.rooms[r.beyond(n, wall)].walls[(wall+2)&3].open = true
}

// placeIn puts c on a random square of the room that is not next to the agent's.
func (r *roomGrid) placeIn(i, j int, c cell) target {
	w := r.w
	reject := func(x, y int) bool { return max(x-w.x, w.x-x)+max(y-w.y, w.y-y) < 2 }
	x, y, ok := w.place(c, r.room(i, j).rect, reject, roomTries)
	if !ok {
		w.reject()
	}
	r.scattered |= likeness(c.kind(), c.colour())
	return target{c, x, y}
}

// likeness returns the bit of a portable kind and colour.
func likeness(k kind, c colour) uint64 { return 1 << (uint(k)*uint(colours) + uint(c)) }

// add puts a new object, a key, a ball or a box, in the room.
func (r *roomGrid) add(i, j int, k kind, c colour) target {
	if k == anyKind {
		k = npyrand.Choice(&r.w.rng, portables[:])
	}
	if c == anyColour {
		c = r.w.drawColour()
	}
	return r.placeIn(i, j, r.w.object(k, c, 0))
}

// addDoor hangs a door in a wall of the room that has a neighbour and no door yet. The room counts as locked if the door is,
// and else no longer does; the neighbour's mark stays.
func (r *roomGrid) addDoor(i, j, wall int, c colour, s state) target {
	w, at := r.w, r.room(i, j)
	for wall == anyWall {
		if k := w.rng.Int(0, 4); at.walls[k].inner && !at.walls[k].open {
			wall = k
		}
	}
	if c == anyColour {
		c = w.drawColour()
	}
	if s == anyState {
		s = doorClosed
		if w.rng.Int(0, 2) == 0 {
			s = doorLocked
		}
	}
	at.locked = s == doorLocked
	t := target{w.object(kindDoor, c, s), at.walls[wall].x, at.walls[wall].y}
	w.grid.set(t.x, t.y, t.cell)
	r.setOpen(j*r.cols+i, wall)
	return t
}

// removeWall takes the wall to a neighbour away, but for its ends.
func (r *roomGrid) removeWall(i, j, wall int) {
	at := r.room(i, j).rect
	switch wall {
	case 0:
		at.x += r.size - 1
	case 1:
		at.y += r.size - 1
	}
	if wall&1 == 0 {
		r.w.grid.vert(at.x, at.y+1, r.size-2, emptyCell)
	} else {
		r.w.grid.horz(at.x+1, at.y, r.size-2, emptyCell)
	}
	r.setOpen(j*r.cols+i, wall)
}

// placeAgent puts the agent in the room, looking anywhere but at an object from close by. Where no pose is left, in a room
// that is full but for a square among objects, the original hangs; here that rejects the layout.
func (r *roomGrid) placeAgent(i, j int) {
	w := r.w
	if i == anyRoom {
		i = w.rng.Int(0, r.cols)
	}
	if j == anyRoom {
		j = w.rng.Int(0, r.rows)
	}
	for tries := 0; ; tries++ {
		w.x, w.y = -1, -1
		x, y, ok := w.place(emptyCell, r.room(i, j).rect, nil, roomTries)
		ok = ok && (tries != poseTries || r.hasPose(r.room(i, j).rect))
		if !ok {
			w.reject()
			x, y = r.room(i, j).rect.x, r.room(i, j).rect.y // somewhere, to come to an end
		}
		w.putAgent(x, y, w.rng.Int(0, 4))
		dx, dy := toward(w.dir)
		if c := w.grid.at(x+dx, y+dy); c == emptyCell || c == wallCell || !ok {
			return
		}
	}
}

// hasPose says whether the agent can stand somewhere in the rectangle and look at a wall or an empty square.
func (r *roomGrid) hasPose(in rect) bool {
	g := &r.w.grid
	for y := in.y; y < in.y+in.h; y++ {
		for x := in.x; x < in.x+in.w; x++ {
			if g.at(x, y) != emptyCell {
				continue
			}
			for dir := range 4 {
				dx, dy := toward(dir)
				if c := g.at(x+dx, y+dy); c == emptyCell || c == wallCell {
					return true
				}
			}
		}
	}
	return false
}

// connectAll hangs unlocked doors of the given colours at random until the agent's room is joined to all others; doors count
// whether locked or not. It hangs none in a locked room.
func (r *roomGrid) connectAll(of []colour) {
	w := r.w
	joined := r.connected()
	for tries := 0; ; tries++ {
		if tries > connectTries {
			w.reject()
			return
		}
		if joined {
			return
		}
		i, j, wall := w.rng.Int(0, r.cols), w.rng.Int(0, r.rows), w.rng.Int(0, 4)
		at := r.room(i, j)
		if s := at.walls[wall]; !s.inner || s.open || at.locked || r.rooms[r.beyond(j*r.cols+i, wall)].locked {
			continue
		}
		r.addDoor(i, j, wall, npyrand.Choice(&w.rng, of), doorClosed)
		joined = r.connected()
	}
}

// connected says whether the agent's room is joined to all others.
func (r *roomGrid) connected() bool {
	step := r.size - 1
	reach := uint64(1) << (r.w.y/step*r.cols + r.w.x/step)
	for todo := reach; todo != 0; {
		n := bits.TrailingZeros64(todo)
		todo &^= 1 << n
		for wall, s := range r.rooms[n].walls {
			if !s.open {
				continue
			}
			next := uint64(1) << r.beyond(n, wall) &^ reach
			reach |= next
			todo |= next
		}
	}
	return bits.OnesCount64(reach) == len(r.rooms)
}

// addDistractors fills dst with new objects in the room, or rooms. If unique is set, none is like another that placeIn put.
func (r *roomGrid) addDistractors(dst []target, i, j int, unique bool) {
	w := r.w
	for n := 0; n < len(dst); {
		c := w.drawColour()
		k := npyrand.Choice(&w.rng, portables[:])
		if unique && r.scattered&likeness(k, c) != 0 {
			continue
		}
		x, y := i, j
		if x == anyRoom {
			x = w.rng.Int(0, r.cols)
		}
		if y == anyRoom {
			y = w.rng.Int(0, r.rows)
		}
		dst[n] = r.add(x, y, k, c)
		n++
	}
}
