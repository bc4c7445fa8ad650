package minigrid

import "github.com/auxrl/auxrl/env"

// Step takes one action. An episode that ends by its goal on its last step is Terminated. It panics on an action outside the
// Spec's list and outside an episode.
func (w *World) Step(action int, obs []byte, vec []float32) env.Step {
	if uint(action) >= uint(len(w.spec.Actions)) {
		panic("minigrid: no such action")
	}
	if w.phase != running {
		panic("minigrid: step outside an episode")
	}
	if w.preparer != nil {
		action = w.preparer.before(w, action)
	}
	w.act(action)
	w.observe(obs, vec)
	if w.judge != nil {
		w.judge.after(w, action)
	}
	s := env.Step{Reward: w.reward}
	switch {
	case w.terminated:
		s.End, w.phase = env.Terminated, over
	case w.truncated:
		s.End, w.phase = env.Truncated, over
	}
	return s
}

// act is the step that all families share.
func (w *World) act(action int) {
	w.steps++
	w.reward = 0
	g := &w.grid
	front := g.index(w.x, w.y) + g.ahead(w.dir)
	c := g.cells[front]
	switch action {
	case actLeft:
		w.dir = (w.dir + 3) & 3
	case actRight:
		w.dir = (w.dir + 1) & 3
	case actForward:
		w.walk(c)
	case actPickup:
		if c.portable() && w.carrying == nothing {
			w.carrying = c
			g.cells[front] = emptyCell
			w.measured = false
			w.mark(keyTaken + event(c.kind()-kindKey))
		}
	case actDrop:
		if c == emptyCell && w.carrying != nothing {
			g.cells[front] = w.carrying
			w.carrying = nothing
			w.measured = false
		}
	case actToggle:
		if after := w.toggled(c); after != c {
			g.cells[front] = after
			w.measured = false
		}
	}
	w.truncated = w.steps >= w.limit
}

// front returns the square ahead.
func (w *World) front() (x, y int) {
	dx, dy := toward(w.dir)
	return w.x + dx, w.y + dy
}

// walk steps onto the square ahead, c, if it can be stepped on.
func (w *World) walk(c cell) {
	if !c.walkable() {
		return
	}
	dx, dy := toward(w.dir)
	w.x, w.y = w.x+dx, w.y+dy
	switch c.kind() {
	case kindGoal:
		w.succeed()
	case kindLava:
		w.terminated = true
	case kindDoor:
		w.mark(doorPassed)
	}
}

// succeed ends the episode with the reward of its step.
func (w *World) succeed() {
	w.terminated = true
	w.reward = 1 - float64(0.9*float64(float64(w.steps)/float64(w.limit)))
	w.mark(taskDone)
}

// toggled returns what becomes of the square c when the agent toggles it.
func (w *World) toggled(c cell) cell {
	switch c.kind() {
	case kindBox:
		return w.unpacked(c)
	case kindDoor:
		return w.swung(c)
	}
	return c
}

// unpacked returns what was in the box c.
func (w *World) unpacked(c cell) cell {
	inside := w.contents[c.number()]
	w.contents[c.number()] = nothing
	w.mark(boxOpened)
	if inside == nothing {
		return emptyCell
	}
	return inside
}

// swung returns the door c after a toggle. Unlocking takes a key of the door's colour in hand and opens the door at once;
// the key stays.
func (w *World) swung(c cell) cell {
	switch {
	case c.state() == doorOpen:
		return c.with(doorClosed)
	case c.state() == doorClosed:
		w.mark(doorOpened)
	case w.carrying.kind() != kindKey || w.carrying.colour() != c.colour():
		return c
	default:
		w.mark(doorUnlocked)
	}
	return c.with(doorOpen)
}
