package minigrid

// target is an object that an episode is about.
type target struct {
	cell cell // as it was made
	x, y int  // where it was put
}

// near says whether (x, y) is the target's square or touches it, corners included.
func (t target) near(x, y int) bool { return max(x-t.x, t.x-x) <= 1 && max(y-t.y, t.y-y) <= 1 }

// beside says whether (x, y) is next to the target's square, corners excluded.
func (t target) beside(x, y int) bool { return max(x-t.x, t.x-x)+max(y-t.y, t.y-y) == 1 }

// task is what an episode is about: an object or two. Families embed it to have it saved with the episode.
type task struct{ first, second target }

func (t *task) appendState(b []byte) []byte {
	for _, v := range [...]target{t.first, t.second} {
		b = append(appendCell(b, v.cell), byte(v.x), byte(v.y))
	}
	return b
}

func (t *task) restoreState(w *World, b []byte) error {
	r := &reader{b: b, objects: w.objects}
	n := task{r.target(w), r.target(w)}
	if len(r.b) > 0 {
		r.fail(errLong)
	}
	if r.ok() {
		*t = n
	}
	return r.err
}

// target reads one target of the world.
func (r *reader) target(w *World) target {
	t := target{r.decode(r.bytes(4)), int(r.byte()), int(r.byte())}
	if r.ok() && !w.grid.inside(t.x, t.y) {
		r.fail(errEpisode)
	}
	return t
}

// taken ends the episode with success when the action picked the first target up.
func (t *task) taken(w *World, action int) {
	if action == actPickup && w.carrying == t.first.cell && w.carrying != nothing {
		w.succeed()
	}
}
