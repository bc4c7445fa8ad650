package minigrid

var goToObjectIDs = []entry{
	goToObjectID("MiniGrid-GoToObject-6x6-N2-v0", 6, 2),
	goToObjectID("MiniGrid-GoToObject-8x8-N2-v0", 8, 2),
}

func goToObjectID(id string, size, things int) entry {
	return entry{
		id: id, about: "stand next to the thing that the mission names and say so",
		w: size, h: size, limit: 5 * size * size, seeThrough: true, words: 5,
		marks:  &goToMarks,
		family: func() family { return &goToObject{things: things} },
	}
}

// goToObject is a room with different keys, balls and boxes.
//
//   - Goal: stand next to the thing that the mission names, looking anywhere, and take the action done. What counts is where
//     it lay first, even if it has been carried away since.
//   - Actions: all seven.
//   - Observation: walls hide nothing. The agent starts anywhere.
//   - Reward: 1 - 0.9 t/T for done in the right place.
//   - End: terminated by done and by toggle, whatever is ahead; truncated after T = 5 size² steps.
//   - Milestones: next to it, task fulfilled.
//   - Potential: exact but for things in the way.
type goToObject struct {
	task       // first: the thing
	things int // how many lie about
}

func (f *goToObject) generate(w *World) {
	w.grid.border(w.grid.all())
	var all [maxThings]target
	w.scatter(all[:f.things], false)
	w.placeAgent(w.grid.all())
	f.first = all[w.rng.Int(0, f.things)]
}

func (f *goToObject) aim() aim { return aim{kind: aimSay, first: f.first} }

func (f *goToObject) mission(b []byte) []byte {
	return f.first.cell.appendWords(append(b, "go to the "...))
}

func (f *goToObject) after(w *World, action int) {
	beside := f.first.beside(w.x, w.y)
	if beside {
		w.markOwn(0)
	}
	if action == actDone && beside {
		w.succeed()
	}
	if action == actDone || action == actToggle {
		w.terminated = true
	}
}
