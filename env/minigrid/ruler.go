package minigrid

// ruler measures how many steps a world is from success at least, for every pose that the agent might be in while all else is as
// it is. It looks at the way to be gone and, where all ways lead through locked doors, at keys:
//
//   - before anything is changed, a closed door and a thing in the way cost a step more than a free square; later they may be
//     out of the way and cost nothing;
//   - a locked door whose key is not in hand lets nobody through. Either there is a way around all of them, or one of them is
//     opened first: then a key of its colour is taken first, which no way through a locked door leads to;
//   - hands must be empty to take something; what is in a box takes a step more.
//
// Instructions are measured as errands.
//
// What it leaves out is whether things in the way can be put anywhere, and keys beyond the first. So it never says too much.
// Where nothing but the way counts, it is exact.
type ruler struct {
	flood
	errands
	now, next, later, door, key []uint16      // [poses]
	ways                        [ways][]uint8 // [h, w] costs of entering squares

	world  *World
	aim    aim
	locked [colours]bool // doors of that colour are locked, and no such key is in hand
	keys   [colours]bool // there is such a key somewhere
	shut   bool          // there are doors that are locked
}

// way says how the squares of the grid are thought to be passed.
type way uint8

const (
	asItIs   way = iota // closed doors are opened and things moved away
	cleared             // that has been done
	unlocked            // and locked doors have been, where there is a key
	ways
)

func newRuler(w *World) *ruler {
	r := &ruler{flood: newFlood(w.grid.w, w.grid.h)}
	for _, dist := range []*[]uint16{&r.now, &r.next, &r.later, &r.door, &r.key} {
		*dist = make([]uint16, r.poses())
	}
	for i := range r.ways {
		r.ways[i] = make([]uint8, w.grid.w*w.grid.h)
	}
	return r
}

// measure returns the steps from every pose, far where there is no way. They are valid until the next call.
func (r *ruler) measure(w *World, a aim) []uint16 {
	r.world, r.aim = w, a
	r.survey()
	r.lay(asItIs)
	last := r.stages() - 1
	var after []uint16 // of the first stage
	if last > 0 || r.shut || a.kind == aimFollow {
		r.lay(unlocked)
	}
	if a.kind == aimFollow {
		r.foresee()
	}
	if last > 0 {
		r.cost = r.ways[unlocked]
		after = r.field(r.next, func(dist []uint16) { r.finish(dist, last, 0, nil) })
	}
	r.cost = r.ways[asItIs]
	now := r.field(r.now, func(dist []uint16) { r.begin(dist, after) })
	if r.shut {
		r.detour(now, after)
	}
	if a.kind == aimFollow { // what is done where the agent stands is done by its next action
		for p, d := range now {
			now[p] = max(d, 1)
		}
	}
	return now
}

// detour lowers now to ways by a key and a locked door.
func (r *ruler) detour(now, after []uint16) {
	r.lay(cleared)
	r.cost = r.ways[unlocked]
	later := r.field(r.later, func(dist []uint16) { r.finish(dist, 0, 1, after) })
	for c := range colours {
		if !r.locked[c] || !r.keys[c] {
			continue
		}
		r.cost = r.ways[cleared]
		door := r.field(r.door, func(dist []uint16) { r.unlock(dist, c, later, after) })
		r.cost = r.ways[asItIs]
		key := r.field(r.key, func(dist []uint16) { r.fetch(dist, c, door) })
		for p, d := range key {
			now[p] = min(now[p], d)
		}
	}
}

// field fills dist from the seeds that it is given.
func (r *ruler) field(dist []uint16, seeds func(dist []uint16)) []uint16 {
	copy(dist, r.far)
	seeds(dist)
	r.spread(dist)
	return dist
}

// survey finds the doors that are locked, and keys.
func (r *ruler) survey() {
	r.locked, r.keys, r.shut = [colours]bool{}, [colours]bool{}, false
	held := r.world.carrying
	r.noteKey(held)
	for y := range r.h {
		for _, c := range r.world.grid.row(y) {
			r.noteKey(c)
			if c.kind() != kindDoor || c.state() != doorLocked || held.kind() == kindKey && held.colour() == c.colour() {
				continue
			}
			r.locked[c.colour()], r.shut = true, true
		}
	}
}

// noteKey notes the key that c is or, as a box, holds.
func (r *ruler) noteKey(c cell) {
	for range maxObjects {
		if c.kind() != kindBox {
			break
		}
		c = r.world.contents[c.number()]
	}
	if c.kind() == kindKey {
		r.keys[c.colour()] = true
	}
}

// passable says whether a door is not locked, or its key is in hand, or may be later.
func (r *ruler) passable(door cell, later bool) bool {
	return door.state() != doorLocked || !r.locked[door.colour()] || later && r.keys[door.colour()]
}

// lay sets the costs of a way.
func (r *ruler) lay(of way) {
	more := uint8(1) // what a door or a thing costs
	if of == asItIs && !r.aim.chance {
		more = 2
	}
	for y := range r.h {
		cost := r.ways[of][y*r.w : (y+1)*r.w]
		for x, c := range r.world.grid.row(y) {
			cost[x] = r.entering(c, more, of == unlocked)
		}
	}
	if t := &r.aim.second; r.aim.keepsOff() {
		r.ways[of][t.y*r.w+t.x] = 0
	}
}

// entering returns what it costs to enter the square.
func (r *ruler) entering(c cell, more uint8, later bool) uint8 {
	switch k := c.kind(); {
	case k == kindEmpty, k == kindFloor, k == kindGoal, k == kindDoor && c.state() == doorOpen:
		return 1
	case k == kindDoor && r.passable(c, later), c.portable() && !r.aim.solid:
		return more
	}
	return 0
}

// stages returns how many things are to be done, one after the other, keys aside.
func (r *ruler) stages() int {
	switch a := &r.aim; a.kind {
	case aimOpen:
		if a.second.cell != nothing && !r.world.isOpen(a.first) {
			return 2
		}
	case aimPut:
		if r.world.carrying == nothing {
			return 2
		}
	}
	return 1
}

// begin seeds where the first thing can be done now.
func (r *ruler) begin(dist, after []uint16) {
	w, a := r.world, &r.aim
	switch {
	case a.kind == aimOpen && r.stages() == 1 && a.second.cell != nothing:
		r.facing(dist, a.second.x, a.second.y, 1, after)
	case a.kind == aimOpen:
		r.doors(dist, after, false)
	case a.kind == aimFollow:
		hands := 0
		if w.carrying != nothing {
			hands = 1
		}
		r.run(dist, hands, true)
	case a.kind == aimPut && w.carrying == nothing:
		r.things(dist, 1, after)
	case a.kind == aimPut:
		if w.carrying == a.first.cell {
			r.spots(dist, true)
		}
	case a.kind == aimTake && w.carrying != nothing:
		r.things(dist, 2, after)
		if n, ok := w.unpackings(w.carrying, a.wants); ok {
			r.anywhere(dist, n+2, after)
		}
	default:
		r.finish(dist, 0, 0, after)
	}
}

// finish seeds where the given stage can be done later on; hands says how many things are in hand by then.
func (r *ruler) finish(dist []uint16, stage, hands int, after []uint16) {
	a := &r.aim
	switch a.kind {
	case aimReach:
		r.goals(dist)
	case aimTake:
		r.things(dist, 1+hands, after)
		if n, ok := r.world.unpackings(r.world.carrying, a.wants); ok {
			r.anywhere(dist, n+1, after)
		}
	case aimOpen:
		if stage == 1 || a.second.cell != nothing && r.stages() == 1 {
			r.facing(dist, a.second.x, a.second.y, 1, nil)
		} else {
			r.doors(dist, after, true)
		}
	case aimSay:
		r.beside(dist, a.first.x, a.first.y, 1, nil)
	case aimPut:
		r.spots(dist, false)
	case aimFollow:
		r.run(dist, hands, false)
	}
}

// goals seeds the squares to stand on.
func (r *ruler) goals(dist []uint16) {
	if t := &r.aim.first; t.cell != nothing {
		r.onto(dist, t.x, t.y, 0, nil)
		return
	}
	for y := range r.h {
		for x, c := range r.world.grid.row(y) {
			if c.kind() == kindGoal {
				r.onto(dist, x, y, 0, nil)
			}
		}
	}
}

// things seeds where what is wanted is ahead, or the box that it is in.
func (r *ruler) things(dist []uint16, steps int, after []uint16) {
	for y := range r.h {
		for x, c := range r.world.grid.row(y) {
			if !c.portable() {
				continue
			}
			if n, ok := r.world.unpackings(c, r.aim.wants); ok {
				r.facing(dist, x, y, n+steps, after)
			}
		}
	}
}

// doors seeds where a door that is wanted is ahead and can be opened, or is thought to be unlocked. One that stands open must be
// closed first.
func (r *ruler) doors(dist, after []uint16, later bool) {
	for y := range r.h {
		for x, c := range r.world.grid.row(y) {
			if c.kind() == kindDoor && r.aim.wants(c) && r.passable(c, later) {
				r.swing(dist, x, y, c, after)
			}
		}
	}
}

// swing seeds where the door is ahead, which is closed first if it stands open.
func (r *ruler) swing(dist []uint16, x, y int, door cell, after []uint16) {
	steps := 1
	if door.state() == doorOpen {
		steps = 2
	}
	r.facing(dist, x, y, steps, after)
}

// spots seeds where a square near the second target is ahead: one that is free now, or any that may become so.
func (r *ruler) spots(dist []uint16, now bool) {
	t := r.aim.second
	for y := max(t.y-1, 0); y <= min(t.y+1, r.h-1); y++ {
		for x := max(t.x-1, 0); x <= min(t.x+1, r.w-1); x++ {
			switch c := r.world.grid.at(x, y); {
			case now && c.kind() == kindBox:
				r.facing(dist, x, y, 2, nil) // toggled out of existence
			case c == emptyCell, !now && c.kind() != kindWall:
				r.facing(dist, x, y, 1, nil)
			}
		}
	}
}

// unlock seeds where a locked door of the colour is ahead, with its key in hand.
func (r *ruler) unlock(dist []uint16, of colour, later, after []uint16) {
	for y := range r.h {
		for x, c := range r.world.grid.row(y) {
			if c.kind() != kindDoor || c.state() != doorLocked || c.colour() != of {
				continue
			}
			then := later
			if rest, ok := r.unlocks(c); ok {
				then = rest
			} else if r.aim.kind == aimOpen && r.aim.wants(c) {
				then = after
			}
			r.facing(dist, x, y, 1, then)
		}
	}
}

// fetch seeds where a key of the colour is ahead, or a box that it is in, or the box in hand that it is in.
func (r *ruler) fetch(dist []uint16, of colour, door []uint16) {
	w := r.world
	key := func(c cell) bool { return c.kind() == kindKey && c.colour() == of }
	steps := 1
	if w.carrying != nothing {
		steps = 2
	}
	for y := range r.h {
		for x, c := range w.grid.row(y) {
			if !c.portable() {
				continue
			}
			if n, ok := w.unpackings(c, key); ok {
				r.facing(dist, x, y, n+steps, door)
			}
		}
	}
	if n, ok := w.unpackings(w.carrying, key); ok {
		r.anywhere(dist, n+2, door)
	}
}
