package minigrid

// clauseNames are the family's own milestones, one for each clause of an instruction of several.
var clauseNames = []string{"first clause done", "second clause done", "third clause done", "fourth clause done"}

// level is a world of BabyAI (Chevalier-Boisvert et al. 2019): rooms with doors, keys, balls and boxes, and an instruction.
//
//   - Goal: do what the mission says. To go to a thing is to look at it from the next square, to open a door is to toggle it,
//     to put a thing next to another is to drop it where they touch, corners excluded. Of "A and B" either may be first; in
//     "A, then B" what is done of B before A does not count. The bearings of things are those at the start.
//   - Actions: all seven; done does nothing.
//   - Observation: walls and closed doors hide what is behind them. The field "mission" tells the instruction.
//   - Reward: 1 - 0.9 t/T when all is done.
//   - End: terminated when all is done, and by another door or thing than the one asked for in worlds called Debug; truncated
//     after T steps: the squares of all rooms, walls counted twice, times the clauses of the instruction, of which one
//     that puts something counts for two; unless the id has a T of its own.
//   - Milestones: those of all worlds, after one for each clause where an instruction may have several.
//   - Potential: by way of all clauses in the order that takes least, keys and doors, things that are put somewhere, and things
//     that may be carried along before they count. A clause about something that an earlier clause is about counts nothing.
type level struct {
	roomGrid
	moment
	lay    func(l *level)       // lays out the rooms and says what is to be done
	things [maxObjects + 1]cell // what survey found, by number
	sealed int                  // number of the locked room that a generator made last, from 1; 0: none
}

// moment is what of a level changes within an episode.
type moment struct {
	instruction
	where [maxObjects + 1]spot // where the objects were when survey looked or when something was dropped last, by number
}

// plan is how many rooms of which size there are.
type plan struct{ size, cols, rows int }

func oneRoom(size int) plan { return plan{size, 1, 1} }

// maze is the plan where nothing else is said.
var maze = plan{8, 3, 3}

// steps is the limit of an instruction with that many ways to go.
func (p plan) steps(navs int) int { return navs * p.size * p.size * p.cols * p.rows }

// babyAIID is the entry of a level. limit is 0 if it depends on the instruction; words is the length of the longest mission.
func babyAIID(id, about string, p plan, limit, words int, lay func(l *level)) entry {
	return entry{
		id: "BabyAI-" + id, about: about,
		w: extent(p.size, p.cols), h: extent(p.size, p.rows), limit: limit, words: words,
		family: func() family { return newLevel(p, lay) },
	}
}

func newLevel(p plan, lay func(l *level)) *level {
	return &level{roomGrid: newRoomGrid(p.size, p.cols, p.rows), lay: lay}
}

func (l *level) generate(w *World) {
	l.begin(w)
	l.instruction = instruction{}
	l.lay(l)
	if w.rejected {
		return
	}
	l.survey()
	for i := range l.all() {
		c := &l.clauses[i]
		l.find(&c.what)
		if c.verb != putNext {
			continue
		}
		l.find(&c.next)
		if !l.apart(&c.what.set, &c.next.set) {
			w.reject()
		}
	}
	if w.limit == 0 {
		w.limit = plan{l.size, l.cols, l.rows}.steps(l.navs())
	}
}

// apart says whether no object is in both sets or touches one of the other.
func (l *level) apart(a, b *objectSet) bool {
	for n := a.next(0); n > 0; n = a.next(n) {
		if b.has(n) || l.touches(l.where[n], b) {
			return false
		}
	}
	return true
}

// ask makes the clause the whole instruction.
func (l *level) ask(c clause) {
	l.clauses[0], l.parts, l.order = c, [2]int{1, 0}, alone
}

// askBoth makes an instruction of two clauses, in the order of the words.
func (l *level) askBoth(a clause, o order, b clause) {
	l.clauses[0], l.clauses[1], l.parts, l.order = a, b, [2]int{1, 1}, o
}

func (l *level) mission(b []byte) []byte { return l.appendWords(b) }

func (l *level) forget() { l.sealed = 0 }

func (l *level) aim() aim { return aim{kind: aimFollow, level: l} }

func (l *level) fork() family { n := *l; return &n }

func (l *level) after(w *World, action int) {
	if action == actDrop {
		w.measured = false
		l.look(w)
	}
	switch l.judge(l, w, action) {
	case fulfilled:
		w.succeed()
	case failed:
		w.terminated = true
	}
}

// look finds out where things are now. Only what is dropped gets to another place.
func (l *level) look(w *World) {
	for n := 1; n <= w.objects; n++ {
		if at := l.where[n]; w.grid.at(int(at.x), int(at.y)).number() != n {
			l.where[n] = spot{}
		}
	}
	x, y := w.front()
	if n := w.grid.at(x, y).number(); n > 0 {
		l.where[n] = spot{uint8(x), uint8(y)}
	}
}

// settle forgets what no longer counts: of clauses that are done, and where things are that nothing looks for.
func (l *level) settle(w *World) {
	var sought objectSet
	for i := range l.all() {
		c := &l.clauses[i]
		switch {
		case !l.pending(i):
			c.held = 0
		case c.verb == goTo:
			sought.join(&c.what.set)
		case c.verb == putNext:
			sought.join(&c.next.set)
		}
	}
	for n := 1; n <= w.objects; n++ {
		if !sought.has(n) {
			l.where[n] = spot{}
		}
	}
}

// carrying is a level in which the agent has the thing to be put somewhere in its hands when it takes the first step. The
// first observation is made before that, so that it shows empty hands and the thing where it lay.
type carrying struct{ level }

func (c *carrying) fork() family { n := *c; return &n }

func (c *carrying) before(w *World, action int) int {
	if w.steps == 0 {
		c.lift(w)
	}
	return action
}

// lift puts the thing into the agent's hands.
func (l *level) lift(w *World) {
	n := l.clauses[0].what.set.next(0)
	at := l.where[n]
	if c := w.grid.at(int(at.x), int(at.y)); c.number() == n && c.portable() && w.carrying == nothing {
		w.carrying = c
		w.grid.set(int(at.x), int(at.y), emptyCell)
		w.measured = false
	}
}

// lifted returns where the thing lies that the agent is about to have in its hands.
func (c *carrying) lifted(w *World) (x, y int) {
	if w.steps > 0 {
		return -1, -1
	}
	at := c.where[c.clauses[0].what.set.next(0)]
	return int(at.x), int(at.y)
}

// holding is a level in which the agent has the thing to be put somewhere in its hands from the beginning.
type holding struct{ level }

func (h *holding) fork() family { n := *h; return &n }

func (h *holding) generate(w *World) {
	h.level.generate(w)
	if !w.rejected {
		h.clauses[0].held = uint8(h.clauses[0].what.set.next(0))
		h.lift(w)
	}
}
