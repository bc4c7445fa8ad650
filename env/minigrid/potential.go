package minigrid

// potentialScale is how many times the sides of the grid are as far as the potential tells apart.
const potentialScale = 4

// Potential returns how far success is, in [-1, 0]: minus the steps that are left at least, as a fraction of four times the sum
// of the grid's sides, and no less than -1. It is 0 where the episode has ended with success, -1 where it has ended otherwise
// and where there is no way, and 0 throughout where the family does not say what it asks for.
//
// The steps are exact where only the way counts; keys, doors and things in the way make them a lower bound, in which the key
// comes before its door and the door before what is behind it: see Plan for the exact number. Moving balls count as free
// squares. They are found for all positions at once and kept until something in the grid changes: a call takes some ten nanoseconds,
// the first one after a change one to some forty microseconds, with the size of the grid and the colours of locked doors, and
// up to a millisecond for instructions of four clauses.
func (w *World) Potential() float64 {
	a := w.aim()
	switch {
	case a.kind == aimNone, w.terminated && w.reward > 0:
		return 0
	case w.terminated, w.phase == idle:
		return -1
	}
	if w.ruler == nil {
		w.ruler = newRuler(w)
		w.measured = false
	}
	if !w.measured {
		w.left, w.measured = w.measure(a), true
	}
	left := float64(w.left[4*(w.y*w.grid.w+w.x)+w.dir&3])
	return -min(left/float64(potentialScale*(w.grid.w+w.grid.h)), 1)
}

// measure has the ruler measure. Where something will be in hand when the first step is taken, it is there already.
func (w *World) measure(a aim) []uint16 {
	c, ok := w.family.(*carrying)
	if !ok || w.steps > 0 || w.carrying != nothing {
		return w.ruler.measure(w, a)
	}
	c.lift(w)
	left := w.ruler.measure(w, a)
	if at := c.where[w.carrying.number()]; w.carrying != nothing {
		w.grid.set(int(at.x), int(at.y), w.carrying)
		w.carrying = nothing
	}
	return left
}
