package minigrid

import (
	"errors"
	"testing"
)

// newErrandWorld makes a world of a room or two that are two squares wide, with a few things of two colours, doors, perhaps a
// locked one whose key is at hand or in a box, and one to four things to do with them: many in the same breath as others.
func newErrandWorld(seed uint64, limit int) *rig {
	act := actor(seed)
	below := act.next
	p := plan{4, 1 + below(2), 1}
	lay := func(l *level) {
		w := l.w
		things := strewErrands(w, p, below)
		pick := func(fits func(c cell) bool) desc {
			at := things[below(len(things))]
			for !fits(at) {
				at = things[below(len(things))]
			}
			d := like(at)
			if below(4) == 0 {
				d.colour = anyColour
			}
			return d
		}
		for i := range l.clauses {
			l.clauses[i] = drawErrand(below, pick)
		}
		l.parts = [2]int{1 + below(2), below(3)}
		if l.parts[1] > 0 {
			l.order = then + order(below(2))
		}
	}
	e := &entry{id: "Test-v0", w: extent(p.size, p.cols), h: extent(p.size, p.rows), limit: limit, words: 72, clauses: maxClauses}
	e.family = func() family { return newLevel(p, lay) }
	r := newRigOf(newWorld(e, Default()))
	r.reset()
	for range below(4) { // the last ones are in the middle of something
		if r.phase == running {
			r.step(below(actDone))
		}
	}
	return r
}

// strewErrands puts the agent and things somewhere, and returns the things.
func strewErrands(w *World, p plan, below func(n int) int) (things []cell) {
	drop := func(c cell) {
		x, y := 1+below(w.grid.w-2), 1+below(w.grid.h-2)
		for w.grid.at(x, y) != emptyCell {
			x, y = 1+below(w.grid.w-2), 1+below(w.grid.h-2)
		}
		if c == nothing {
			w.putAgent(x, y, below(4))
		} else {
			w.grid.set(x, y, c)
		}
	}
	paint := func() colour { return colour(below(2)) }
	hang := func(x int, s state) cell {
		door := w.object(kindDoor, paint(), s)
		w.grid.set(x, 2, door)
		things = append(things, door)
		return door
	}
	if p.cols == 2 {
		w.grid.vert(p.size-1, 0, w.grid.h, wallCell)
		if door := hang(p.size-1, state(below(int(states)))); door.state() == doorLocked {
			key := w.object(kindKey, door.colour(), 0)
			if below(3) == 0 {
				key = w.box(paint(), key)
			}
			things = append(things, key)
			drop(key)
		}
	}
	hang(0, state(below(2)))
	for range 1 + below(2) {
		c := w.object(kindKey+kind(below(3)), paint(), 0)
		things = append(things, c)
		drop(c)
	}
	drop(nothing)
	return things
}

func drawErrand(below func(n int) int, pick func(fits func(c cell) bool) desc) clause {
	isDoor := func(c cell) bool { return c.kind() == kindDoor }
	isAny := func(cell) bool { return true }
	c := clause{verb: verb(below(int(verbs)))}
	switch c.verb {
	case goTo:
		c.what = pick(isAny)
	case openIt:
		c.strict, c.what = below(6) == 0, pick(isDoor)
	case pickUp:
		c.strict, c.what = below(6) == 0, pick(cell.portable)
	case putNext:
		c.what, c.next = pick(cell.portable), pick(isAny)
	}
	return c
}

// TestErrands compares plans for instructions of all sorts with trying everything.
func TestErrands(t *testing.T) {
	tries := uint64(250)
	if testing.Short() {
		tries = 30
	}
	found := 0
	for seed := range tries {
		found += tryErrand(t, seed, 9)
	}
	if found < int(tries)/3 {
		t.Errorf("only %d of %d worlds have a way", found, tries)
	}
	// Worlds in which a thing is best carried along before it counts, and in which the other thing is best put next to the first.
	tryErrand(t, 6212, 8)
	tryErrand(t, 7791, 8)
	if !testing.Short() {
		tryErrand(t, 7371, 14)
	}
}

// tryErrand returns 1 if the world has a way.
func tryErrand(t *testing.T, seed uint64, limit int) int {
	t.Helper()
	r := newErrandWorld(seed, limit)
	if r.phase != running {
		return 0
	}
	about := r.Mission()
	_, noWay := r.Plan(PlanStates)
	if left := -r.Potential() * float64(potentialScale*(r.grid.w+r.grid.h)); left < 1-1e-9 {
		t.Errorf("seed %d: %s: potential says %v steps before success", seed, about, left)
	}
	if err := r.agrees(); err != nil {
		t.Errorf("seed %d: %s: %v", seed, about, err)
	}
	if noWay != nil {
		return 0
	}
	return 1
}

// TestErrandsOutOfReach has no way, and says so.
func TestErrandsOutOfReach(t *testing.T) {
	w := newTestLevel(func(l *level) {
		l.askBoth(clause{verb: goTo, what: redBall}, then, clause{verb: pickUp, what: greenBox})
	})
	for _, at := range []spot{{1, 2}, {2, 1}} { // the box is walled in
		w.grid.set(int(at.x), int(at.y), wallCell)
	}
	if got := w.Potential(); got != -1 {
		t.Errorf("Potential is %v, want -1", got)
	}
	if _, err := w.Plan(PlanStates); !errors.Is(err, ErrNoWay) {
		t.Errorf("plan: %v", err)
	}
}

// TestErrandsFailed is as far away as can be after failure, and not before.
func TestErrandsFailed(t *testing.T) {
	w := newTestLevel(func(l *level) { l.ask(clause{verb: pickUp, strict: true, what: blueKey}) })
	if got, want := w.Potential(), -2.0/56; got != want {
		t.Errorf("a turn and a grasp away: Potential is %v, want %v", got, want)
	}
	w.step(actPickup)
	if got := w.Potential(); got != -1 {
		t.Errorf("Potential is %v, want -1", got)
	}
}

// TestErrandsInHandSoon asks for the potential before the first step puts the thing into the agent's hands: it is there already, and
// lies where it was nonetheless.
func TestErrandsInHandSoon(t *testing.T) {
	w := newRig(t, "BabyAI-PutNextS5N2Carrying-v0")
	w.Seed(1)
	w.reset()
	before := w.AppendState(nil)
	if got, want := w.Potential(), -4.0/56; got != want {
		t.Errorf("Potential is %v, want %v", got, want)
	}
	if string(before) != string(w.AppendState(nil)) {
		t.Error("Potential changed the world")
	}
}

// TestErrandsMeasuredAnew fulfils a clause without changing the grid.
func TestErrandsMeasuredAnew(t *testing.T) {
	ask := func(l *level) {
		l.askBoth(clause{verb: goTo, what: anyDoor}, alone, clause{verb: goTo, what: blueKey})
		l.parts = [2]int{2, 0}
	}
	w := newTestLevel(ask)
	before := w.Potential()
	w.step(actLeft) // the key is ahead
	if after := w.Potential(); after <= before {
		t.Errorf("Potential is %v, and %v after the first clause", before, after)
	}
}
