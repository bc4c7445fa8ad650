package minigrid

import "github.com/auxrl/auxrl/internal/npyrand"

// form is how many clauses an instruction has.
type form uint8

const (
	oneClause  form = iota
	twoClauses      // "A and B"
	twoParts        // "A, then B" or "A after you B"; A and B are of the other forms
)

// describeTries is how often a generator looks for a description that fits something, before once more.
const describeTries = 100

// generator makes layouts and instructions of all sorts.
type generator struct {
	things     int
	lockedRoom float64 // how often there is one
	bearings   bool    // descriptions may use them
	unblocking bool    // things may have to be moved out of the way
	unlocking  bool    // all that is asked for may be in the locked room without a word about it
	verbs      []verb
	forms      []form
	mended     bool // forgets a locked room with its episode
}

var (
	allVerbs = []verb{goTo, pickUp, openIt, putNext}
	allForms = []form{oneClause, twoClauses, twoParts}

	thingKinds = []kind{kindBox, kindBall, kindKey}
	askedKinds = []kind{kindBox, kindBall, kindKey, kindDoor}
	doorKind   = []kind{kindDoor}
)

// longest returns the longest of the forms.
func (g *generator) longest() form { return g.forms[len(g.forms)-1] }

// words returns the length of the longest instruction.
func (g *generator) words() int {
	thing := plainWords
	if g.bearings {
		thing = maxDescWords
	}
	clause := 2 + thing // go to, pick up
	for _, v := range g.verbs {
		if v == putNext {
			clause = 1 + thing + 2 + thing
		}
	}
	both := clause + 1 + clause
	switch g.longest() {
	case oneClause:
		return clause
	case twoClauses:
		return both
	}
	return both + 2 + both
}

func (g *generator) lay(l *level) {
	w := l.w
	if g.mended {
		l.sealed = 0
	}
	locked := -1
	if w.rng.Uniform(0, 1) < g.lockedRoom {
		locked = g.lockRoom(l)
		l.sealed = locked + 1
	}
	l.connectAll(drawn[:])
	var all [maxStrewn]target
	l.strew(all[:0], g.things, anyRoom, anyRoom, false)
	l.placeAgentOutside(locked)
	if !g.unblocking {
		l.needReachable()
	}
	if w.rejected {
		return
	}
	l.survey()
	g.instruct(l)
	if g.unblocking && l.asksForKeyInUse() {
		w.reject()
	}
}

// lockRoom locks a random room, puts the key into another and returns the number of the first.
func (g *generator) lockRoom(l *level) int {
	w := l.w
	var i, j, wall int
	for first := true; first || !l.room(i, j).walls[wall].inner; first = false {
		i, j, wall = w.rng.Int(0, l.cols), w.rng.Int(0, l.rows), w.rng.Int(0, 4)
	}
	door := l.addDoor(i, j, wall, anyColour, doorLocked)
	x, y := i, j
	for x == i && y == j {
		x, y = w.rng.Int(0, l.cols), w.rng.Int(0, l.rows)
	}
	l.add(x, y, kindKey, door.cell.colour())
	return j*l.cols + i
}

// instruct makes up an instruction.
func (g *generator) instruct(l *level) {
	rng := &l.w.rng
	f := npyrand.Choice(rng, g.forms)
	if f != twoParts {
		l.parts[0] = g.part(l, 0, f)
		return
	}
	l.parts[0] = g.part(l, 0, npyrand.Choice(rng, allForms[:2]))
	l.parts[1] = g.part(l, l.parts[0], npyrand.Choice(rng, allForms[:2]))
	l.order = npyrand.Choice(rng, []order{then, after})
}

// part makes up the clauses of a part from number at on and returns how many there are.
func (g *generator) part(l *level, at int, f form) int {
	n := 1 + int(f)
	for i := range n {
		l.clauses[at+i] = g.clause(l)
	}
	return n
}

func (g *generator) clause(l *level) clause {
	c := clause{verb: npyrand.Choice(&l.w.rng, g.verbs)}
	switch c.verb {
	case goTo:
		c.what = g.describe(l, askedKinds)
	case pickUp:
		c.what = g.describe(l, thingKinds)
	case openIt:
		c.what = g.describe(l, doorKind)
	case putNext:
		c.what = g.describe(l, thingKinds)
		c.next = g.describe(l, askedKinds)
	}
	return c
}

// describe draws descriptions until one fits something.
func (g *generator) describe(l *level, kinds []kind) (d desc) {
	w := l.w
	for range describeTries + 1 {
		d = desc{colour: anyColour}
		if n := w.rng.Int(0, 1+len(drawn)); n > 0 {
			d.colour = drawn[n-1]
		}
		d.kind = npyrand.Choice(&w.rng, kinds)
		if g.bearings && w.coin() {
			d.bearing = npyrand.Choice(&w.rng, allBearings[:])
		}
		l.find(&d)
		if d.set.len() > 0 && (g.unlocking || !l.allSealed(&d.set)) {
			return d
		}
	}
	w.reject()
	return d
}

// allSealed says whether all the objects are in the room that was locked last. The original remembers that room from one
// episode to the next.
func (l *level) allSealed(set *objectSet) bool {
	if l.sealed == 0 {
		return false
	}
	at := l.rooms[l.sealed-1].rect
	for n := set.next(0); n > 0; n = set.next(n) {
		if !at.has(int(l.where[n].x), int(l.where[n].y)) {
			return false
		}
	}
	return true
}

// asksForKeyInUse says whether the instruction is about a key, of a colour it names, that opens a locked door.
func (l *level) asksForKeyInUse() bool {
	var locked [colours + 1]bool // by anyColour: false
	for n, c := range l.things[:l.w.objects+1] {
		if l.where[n] != (spot{}) && c.kind() == kindDoor && c.state() == doorLocked {
			locked[c.colour()] = true
		}
	}
	for i := range l.all() {
		for _, d := range []*desc{&l.clauses[i].what, &l.clauses[i].next} {
			if d.kind == kindKey && locked[d.colour] {
				return true
			}
		}
	}
	return false
}
