package minigrid

import "encoding/binary"

func (l *level) appendState(b []byte) []byte {
	b = append(b, byte(l.sealed), byte(l.order), byte(l.parts[0]), byte(l.parts[1]), flag(l.halfway))
	for i := range l.all() {
		c := &l.clauses[i]
		b = append(b, byte(c.verb), flag(c.strict), flag(c.done), c.held)
		b = appendDesc(appendDesc(b, &c.what), &c.next)
	}
	for _, at := range l.where {
		b = append(b, at.x, at.y)
	}
	return b
}

func appendDesc(b []byte, d *desc) []byte {
	b = append(b, byte(d.kind), byte(d.colour), byte(d.bearing), flag(d.many))
	for _, word := range d.set {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return b
}

func (l *level) restoreState(w *World, b []byte) error {
	r := &reader{b: b, objects: w.objects}
	var n level
	n.sealed = int(r.byte())
	n.order = order(r.byte())
	n.parts = [2]int{int(r.byte()), int(r.byte())}
	n.halfway = r.flag()
	if !n.possible(w) || n.sealed > len(l.rooms) {
		r.fail(errEpisode)
		return r.err
	}
	for i := range n.all() {
		r.clause(&n.clauses[i])
	}
	for i := range n.where {
		at := spot{r.byte(), r.byte()}
		if !w.grid.inside(int(at.x), int(at.y)) || i > w.objects && at != (spot{}) {
			r.fail(errEpisode)
		}
		n.where[i] = at
	}
	if w.entry.limit == 0 && w.phase != idle && w.limit != (plan{l.size, l.cols, l.rows}).steps(n.navs()) {
		r.fail(errEpisode)
	}
	if len(r.b) > 0 {
		r.fail(errLong)
	}
	if r.ok() {
		l.instruction, l.where, l.sealed = n.instruction, n.where, n.sealed
	}
	return r.err
}

// possible says whether an instruction can have these parts.
func (in *instruction) possible(w *World) bool {
	switch {
	case in.order >= orders || in.parts[0] > 2 || in.parts[1] > 2 || in.halfway && in.order == alone:
		return false
	case in.parts[0] == 0:
		return in.parts[1] == 0 && w.phase == idle && in.order == alone
	}
	return (in.order == alone) == (in.parts[1] == 0)
}

func (r *reader) clause(c *clause) {
	c.verb, c.strict, c.done, c.held = verb(r.byte()), r.flag(), r.flag(), r.byte()
	r.desc(&c.what)
	r.desc(&c.next)
	if c.verb >= verbs || int(c.held) > r.objects {
		r.fail(errEpisode)
	}
}

func (r *reader) desc(d *desc) {
	d.kind, d.colour, d.bearing, d.many = kind(r.byte()), colour(r.byte()), bearing(r.byte()), r.flag()
	for i := range d.set {
		d.set[i] = r.uint64()
	}
	if d.kind > anyKind || d.colour > anyColour || d.bearing >= bearings || d.set.has(0) || d.set.next(r.objects) != 0 {
		r.fail(errEpisode)
	}
}
