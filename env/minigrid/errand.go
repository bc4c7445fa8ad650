package minigrid

// stage is how far a clause has come, as the ruler sees it.
type stage uint8

const (
	settled stage = iota // fulfilled, or not looked at
	needed
	got   // of putNext: the one thing is in hand
	moved // of putNext: the other thing has been carried away and may be anywhere
)

// stand is the stages of all clauses, two bits each.
type stand uint8

// stands is how many there are.
const stands = 1 << (2 * maxClauses)

func (s stand) of(i int) stage             { return stage(s >> (2 * i) & 3) }
func (s stand) with(i int, to stage) stand { return s&^(3<<(2*i)) | stand(to)<<(2*i) }

// site is where an errand is done.
type site uint8

const (
	seen     site = iota // facing the spot where the thing is thought to be
	atThing              // facing the thing
	atNext               // facing the thing that another is to be put next to
	nextTo               // facing a square that touches it
	atDoor               // facing a door that can be opened
	anyplace             // wherever the agent is
)

// errand is a step towards an instruction: at a site something is done that takes so many steps, after which all stands otherwise.
type errand struct {
	clause int
	site   site
	steps  int
	grabs  bool // hands must be empty
	next   stand
}

// maxErrands is how many there can be in a stand.
const maxErrands = 2 * maxClauses

// maxGets is for how many clauses the ruler looks at both things of putNext.
const maxGets = 2

// errands is the part of the ruler that measures instructions. The steps that are left are the least that it takes to run all
// errands, in any order that the instruction allows; see errands.list. It never says too much, because whatever an agent does
// visits each thing where it lies now, or leaves it there: who moves a thing has visited it and pays for it at once, and what is
// left to be done with it may then be done anywhere. A clause about something that an earlier clause is about is left out: one
// action may do both.
type errands struct {
	level  *level
	start  stand // as the world stands
	known  [stands]bool
	fields [stands][]uint16 // [poses] steps that are left in a stand when the ways are clear
}

// inTurn returns the parts of the instruction in the order in which they are to be done.
func (in *instruction) inTurn() [2]int {
	if in.order == after {
		return [2]int{1, 0}
	}
	return [2]int{0, 1}
}

// pending says whether a clause is still to be done.
func (in *instruction) pending(i int) bool {
	from, to := in.bounds(in.inTurn()[0])
	return !in.clauses[i].done && (!in.halfway || i < from || i >= to)
}

// objects returns everything that the clause is about.
func (c *clause) objects() objectSet {
	all := c.what.set
	if c.verb == putNext {
		all.join(&c.next.set)
	}
	return all
}

// depart finds out how the instruction stands.
func (e *errands) depart(w *World, l *level) {
	e.level, e.start = l, 0
	clear(e.known[:])
	var about objectSet
	gets := 0
	for _, part := range l.inTurn() {
		from, to := l.bounds(part)
		for i := from; i < to; i++ {
			c := &l.clauses[i]
			objects := c.objects()
			if !l.pending(i) || objects.meets(&about) {
				continue
			}
			about.join(&objects)
			at := needed
			switch held := w.carrying.number(); {
			case c.verb != putNext:
			case held > 0 && c.what.set.has(held):
				at = got
			case held > 0 && c.next.set.has(held):
				at = moved
			default:
				if gets++; gets > maxGets {
					at = got // at least
				}
			}
			e.start = e.start.with(i, at)
		}
	}
}

// due says whether the clause counts when it is done in the stand.
func (e *errands) due(s stand, i int) bool {
	from, to := e.level.bounds(e.level.inTurn()[0])
	if i >= from && i < to {
		return true
	}
	for k := from; k < to; k++ {
		if s.of(k) != settled {
			return false
		}
	}
	return true
}

// list appends the errands of a stand. What is not due cannot be done, but the thing that it is about can be taken along
// before: then what is left to be done with it, from dropping it on, is paid for at once and can be done anywhere. now says
// that all is as it is in the world, so that what the agent carries has not been dropped for something else.
func (e *errands) list(dst []errand, w *World, s stand, now bool) []errand {
	l := e.level
	more := 0
	if now {
		more = 1
	}
	for i := range l.all() {
		c, done, due := &l.clauses[i], s.with(i, settled), e.due(s, i)
		held := w.carrying != nothing && c.what.set.has(w.carrying.number())
		switch at := s.of(i); {
		case at == settled:
		case c.verb == goTo && held:
			dst = append(dst, errand{i, anyplace, more, false, done})
			if due {
				dst = append(dst, errand{i, seen, 0, false, done})
			}
		case c.verb == goTo && due:
			dst = append(dst, errand{i, seen, 0, false, done})
		case c.verb == goTo:
			dst = append(dst, errand{i, atThing, 2, true, done})
		case c.verb == openIt && due:
			dst = append(dst, errand{i, atDoor, 0, false, done})
		case c.verb == pickUp:
			steps := 3
			if due {
				steps = 1
			}
			dst = append(dst, errand{i, atThing, steps, true, done})
			if held {
				dst = append(dst, errand{i, anyplace, 1 + more, false, done})
			}
		case c.verb == putNext && at == needed:
			dst = append(dst, errand{i, atThing, 1, true, s.with(i, got)}, errand{i, atNext, 2, true, s.with(i, moved)})
		case c.verb == putNext && at == moved:
			dst = append(dst, errand{i, atThing, 2, true, done})
		case c.verb == putNext:
			dst = append(dst, errand{i, atNext, 3, true, done})
			if due {
				dst = append(dst, errand{i, nextTo, 1, false, done})
			}
		}
	}
	return dst
}

// rest returns the steps from every pose in a stand, when the ways are clear: nil for none.
func (r *ruler) rest(s stand) []uint16 {
	switch {
	case s == 0:
		return nil
	case r.known[s]:
		return r.fields[s]
	case r.fields[s] == nil:
		r.fields[s] = make([]uint16, r.poses())
	}
	var buf [maxErrands]errand
	list := r.list(buf[:0], r.world, s, false)
	for i := range list {
		r.rest(list[i].next)
	}
	dist := r.fields[s]
	r.known[s] = true
	copy(dist, r.far)
	r.cost = r.ways[unlocked]
	for i := range list {
		r.offer(dist, &list[i], 0, false)
	}
	r.spread(dist)
	return dist
}

// foresee measures all that comes after the first errand.
func (r *ruler) foresee() {
	r.depart(r.world, r.aim.level)
	var buf [maxErrands]errand
	list := r.list(buf[:0], r.world, r.start, true)
	for i := range list {
		r.rest(list[i].next)
	}
}

// run seeds where the first errand can be done; hands says how many things are in hand by then.
func (r *ruler) run(dist []uint16, hands int, now bool) {
	var buf [maxErrands]errand
	list := r.list(buf[:0], r.world, r.start, now)
	for i := range list {
		r.offer(dist, &list[i], hands, now)
	}
	if r.start == 0 {
		r.anywhere(dist, 1, nil)
	}
}

// offer seeds where an errand can be done.
func (r *ruler) offer(dist []uint16, e *errand, hands int, now bool) {
	c, after, steps := &r.level.clauses[e.clause], r.rest(e.next), e.steps
	if e.grabs {
		steps += hands
	}
	switch e.site {
	case seen:
		for n := c.what.set.next(0); n > 0; n = c.what.set.next(n) {
			if at := r.level.where[n]; at != (spot{}) {
				r.facing(dist, int(at.x), int(at.y), steps, after)
			}
		}
	case atThing:
		r.places(dist, &c.what.set, steps, after)
	case atNext:
		r.places(dist, &c.next.set, steps, after)
	case nextTo:
		for n := c.next.set.next(0); n > 0; n = c.next.set.next(n) {
			if at := r.level.where[n]; at != (spot{}) {
				r.brinks(dist, at, steps, now, after)
			}
		}
	case atDoor:
		r.gates(dist, &c.what.set, !now, after)
	case anyplace:
		r.anywhere(dist, steps, after)
	}
}

// places seeds where something of the set is ahead that can be picked up, or the box that it is in.
func (r *ruler) places(dist []uint16, set *objectSet, steps int, after []uint16) {
	wanted := func(c cell) bool { return set.has(c.number()) }
	for y := range r.h {
		for x, c := range r.world.grid.row(y) {
			if !c.portable() {
				continue
			}
			if n, ok := r.world.unpackings(c, wanted); ok {
				r.facing(dist, x, y, n+steps, after)
			}
		}
	}
}

// brinks seeds where a square is ahead that touches the spot. Now a box on it must be opened and anything else taken and dropped
// elsewhere, for which hands that are full are emptied before and filled after.
func (r *ruler) brinks(dist []uint16, at spot, steps int, now bool, after []uint16) {
	room := 2
	if r.world.carrying != nothing {
		room = 4
	}
	for dir := range 4 {
		dx, dy := toward(dir)
		x, y := int(at.x)+dx, int(at.y)+dy
		if !r.world.grid.inside(x, y) {
			continue
		}
		switch c := r.world.grid.at(x, y); {
		case c == emptyCell, c.portable() && !now:
			r.facing(dist, x, y, steps, after)
		case c.kind() == kindBox:
			r.facing(dist, x, y, steps+1, after)
		case c.portable():
			r.facing(dist, x, y, steps+room, after)
		}
	}
}

// gates is doors for a set.
func (r *ruler) gates(dist []uint16, set *objectSet, later bool, after []uint16) {
	for y := range r.h {
		for x, c := range r.world.grid.row(y) {
			if c.kind() == kindDoor && set.has(c.number()) && r.passable(c, later) {
				r.swing(dist, x, y, c, after)
			}
		}
	}
}

// unlocks says whether unlocking the door is an errand, and returns what is left then.
func (r *ruler) unlocks(door cell) (after []uint16, ok bool) {
	if r.aim.kind != aimFollow {
		return nil, false
	}
	for i := range r.level.all() {
		c := &r.level.clauses[i]
		if r.start.of(i) != settled && c.verb == openIt && c.what.set.has(door.number()) && r.due(r.start, i) {
			return r.rest(r.start.with(i, settled)), true
		}
	}
	return nil, false
}
