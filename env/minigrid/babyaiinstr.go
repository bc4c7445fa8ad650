package minigrid

// verb is what an instruction asks the agent to do.
type verb uint8

const (
	goTo    verb = iota // look at it from the next square
	openIt              // a door, by toggle
	pickUp              // with empty hands
	putNext             // drop one thing so that it touches another, corners excluded
	verbs
)

// The lengths of clauses about things described by kind and colour: "go to the red ball", "open the red door", "pick up the
// red ball", "put the red ball next to the blue key".
const (
	goToWords   = 2 + plainWords
	openWords   = 1 + plainWords
	pickUpWords = 2 + plainWords
	putWords    = 1 + plainWords + 2 + plainWords
)

// clause is one thing to do.
type clause struct {
	verb   verb
	strict bool // opening or picking up something else is failure
	done   bool
	held   uint8 // number of the object that the agent held when the clause was looked at last
	what   desc
	next   desc // of putNext: to what
}

// navs is how many ways the original allows the agent for the clause.
func (c *clause) navs() int {
	if c.verb == putNext {
		return 2
	}
	return 1
}

func (c *clause) appendWords(b []byte) []byte {
	switch c.verb {
	case goTo:
		b = append(b, "go to "...)
	case openIt:
		b = append(b, "open "...)
	case pickUp:
		b = append(b, "pick up "...)
	case putNext:
		b = c.what.appendWords(append(b, "put "...))
		return c.next.appendWords(append(b, " next to "...))
	}
	return c.what.appendWords(b)
}

// verdict is what a step means for an instruction.
type verdict uint8

const (
	open verdict = iota
	fulfilled
	failed
)

// judge says what the action that was just taken means for the clause.
func (c *clause) judge(l *level, w *World, action int) verdict {
	held := int(c.held)
	c.held = uint8(w.carrying.number())
	x, y := w.front()
	front := spot{uint8(x), uint8(y)}
	switch c.verb {
	case goTo:
		for n := c.what.set.next(0); n > 0; n = c.what.set.next(n) {
			if l.where[n] == front {
				return fulfilled
			}
		}
	case openIt:
		return c.judgeToggle(w.grid.at(x, y), action)
	case pickUp:
		switch {
		case action != actPickup || w.carrying == nothing:
		case held == 0 && c.what.set.has(w.carrying.number()):
			return fulfilled
		case c.strict:
			return failed
		}
	case putNext:
		if action == actDrop && w.carrying == nothing && c.what.set.has(held) && l.touches(front, &c.next.set) {
			return fulfilled
		}
	}
	return open
}

// judgeToggle is judge for doors; front is what the agent looks at.
func (c *clause) judgeToggle(front cell, action int) verdict {
	switch {
	case action != actToggle || front.kind() != kindDoor:
	case front.state() == doorOpen && c.what.set.has(front.number()):
		return fulfilled
	case c.strict:
		return failed
	}
	return open
}

// touches says whether one of the objects lay next to the spot when they were last looked at.
func (l *level) touches(at spot, set *objectSet) bool {
	for n := set.next(0); n > 0; n = set.next(n) {
		if l.where[n] != (spot{}) && l.where[n].beside(at) {
			return true
		}
	}
	return false
}

// order is how the two parts of an instruction follow each other.
type order uint8

const (
	alone order = iota // there is one part
	then               // "A, then B"
	after              // "A after you B": B comes first
	orders
)

// maxClauses is the length of "A and B, then C and D".
const maxClauses = 4

// instruction is one part or two, each of which is one clause or two in any order.
type instruction struct {
	clauses [maxClauses]clause // as they are told, part by part
	parts   [2]int             // how many clauses each has
	order   order
	halfway bool // the part that comes first is done
}

// all returns the clauses in the order of the words.
func (in *instruction) all() []clause { return in.clauses[:in.parts[0]+in.parts[1]] }

// bounds returns the clauses of a part: from, inclusive, to, exclusive.
func (in *instruction) bounds(part int) (from, to int) {
	if part == 0 {
		return 0, in.parts[0]
	}
	return in.parts[0], in.parts[0] + in.parts[1]
}

func (in *instruction) navs() int {
	n := 0
	for i := range in.all() {
		n += in.clauses[i].navs()
	}
	return n
}

func (in *instruction) appendWords(b []byte) []byte {
	for i := range in.all() {
		switch {
		case i == 0:
		case i != in.parts[0]:
			b = append(b, " and "...)
		case in.order == then:
			b = append(b, ", then "...)
		default:
			b = append(b, " after you "...)
		}
		b = in.clauses[i].appendWords(b)
	}
	return b
}

// progress returns as a number all that changes within an episode.
func (in *instruction) progress() uint64 {
	p := uint64(flag(in.halfway))
	for i := range in.clauses {
		c := &in.clauses[i]
		p = p<<9 | uint64(flag(c.done))<<8 | uint64(c.held)
	}
	return p
}

// judge says what the action that was just taken means. When the first part is done, the same action counts for the second.
func (in *instruction) judge(l *level, w *World, action int) verdict {
	first, second := 0, 1
	switch in.order {
	case alone:
		return in.judgePart(0, l, w, action)
	case after:
		first, second = 1, 0
	}
	if !in.halfway {
		if v := in.judgePart(first, l, w, action); v != fulfilled {
			return v
		}
		in.halfway = true
	}
	return in.judgePart(second, l, w, action)
}

// judgePart is judge for one part. Two clauses are fulfilled when both have been, and cannot fail.
func (in *instruction) judgePart(part int, l *level, w *World, action int) verdict {
	from, to := in.bounds(part)
	for i := from; i < to; i++ {
		c := &in.clauses[i]
		if c.done {
			continue
		}
		switch v := c.judge(l, w, action); {
		case v == fulfilled:
			c.done = true
			w.measured = false
			if len(in.all()) > 1 {
				w.markOwn(i)
			}
		case v == failed && to-from == 1:
			return failed
		}
	}
	for i := from; i < to; i++ {
		if !in.clauses[i].done {
			return open
		}
	}
	return fulfilled
}
