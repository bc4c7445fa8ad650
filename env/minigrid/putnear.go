package minigrid

var putNearIDs = []entry{
	putNearID("MiniGrid-PutNear-6x6-N2-v0", 6, 2),
	putNearID("MiniGrid-PutNear-8x8-N3-v0", 8, 3),
}

var putNearMarks = marks{own: []string{"thing taken"}, events: []event{taskDone}}

func putNearID(id string, size, things int) entry {
	return entry{
		id: id, about: "put one thing that the mission names near the other",
		w: size, h: size, limit: 5 * size, seeThrough: true, words: 8,
		marks:  &putNearMarks,
		family: func() family { return &putNear{things: things} },
	}
}

// putNear is a room with different keys, balls and boxes that do not touch.
//
//   - Goal: pick up what the mission names first and drop it so that it touches, corners included, the square of the second.
//   - Actions: all seven; done does nothing.
//   - Observation: walls hide nothing. The agent starts anywhere.
//   - Reward: 1 - 0.9 t/T for a drop in the right place.
//   - End: terminated by drop with something in hand, even where there is no room for it, and with a wrong thing in hand;
//     truncated after T = 5 size steps.
//   - Milestones: thing taken, task fulfilled.
//   - Potential: by way of the thing and the place.
type putNear struct {
	task        // first: what is to be moved; second: where to
	things int  // how many lie about
	held   cell // what the agent held before the step
}

func (f *putNear) generate(w *World) {
	w.grid.border(w.grid.all())
	var all [maxThings]target
	w.scatter(all[:f.things], true)
	w.placeAgent(w.grid.all())
	move := w.rng.Int(0, f.things)
	to := move
	for to == move {
		to = w.rng.Int(0, f.things)
	}
	f.first, f.second = all[move], all[to]
}

func (f *putNear) aim() aim { return aim{kind: aimPut, first: f.first, second: f.second} }

func (f *putNear) mission(b []byte) []byte {
	b = f.first.cell.appendWords(append(b, "put the "...))
	return f.second.cell.appendWords(append(b, " near the "...))
}

func (f *putNear) before(w *World, action int) int {
	f.held = w.carrying
	return action
}

func (f *putNear) after(w *World, action int) {
	if w.carrying == f.first.cell {
		w.markOwn(0)
	}
	switch {
	case action == actPickup && w.carrying != nothing && w.carrying != f.first.cell:
		w.terminated = true
	case action == actDrop && f.held != nothing:
		w.terminated = true
		dx, dy := toward(w.dir)
		if w.carrying == nothing && f.second.near(w.x+dx, w.y+dy) {
			w.succeed()
		}
	}
}
