package minigrid

import "fmt"

var goToDoorIDs = []entry{
	goToDoorID("MiniGrid-GoToDoor-5x5-v0", 5),
	goToDoorID("MiniGrid-GoToDoor-6x6-v0", 6),
	goToDoorID("MiniGrid-GoToDoor-8x8-v0", 8),
}

// goToMarks are the milestones of families that ask to stand next to something.
var goToMarks = marks{own: []string{"next to it"}, events: []event{taskDone}}

func goToDoorID(id string, size int) entry {
	about := fmt.Sprintf("stand next to the door that the mission names, of four, and say so; at most %d by %d squares", size, size)
	return entry{
		id: id, about: about,
		w: size, h: size, limit: 4 * size * size, seeThrough: true, words: 5,
		marks:  &goToMarks,
		family: func() family { return &goToDoor{} },
	}
}

// goToDoor is a room of random size with a door of another colour in each wall.
//
//   - Goal: stand next to the door that the mission names, looking anywhere, and take the action done.
//   - Actions: all seven; pickup and drop do nothing.
//   - Observation: walls hide nothing. The agent starts anywhere.
//   - Reward: 1 - 0.9 t/T for done in the right place.
//   - End: terminated by done and by toggle, whatever is ahead; truncated after T = 4 size² steps.
//   - Milestones: next to it, task fulfilled.
//   - Potential: exact.
type goToDoor struct {
	task // first: the door
}

func (f *goToDoor) generate(w *World) {
	g := &w.grid
	width, height := w.rng.Int(5, g.w+1), w.rng.Int(5, g.h+1)
	room := rect{0, 0, width, height}
	g.border(room)
	var doors [4]target
	doors[0] = target{x: w.rng.Int(2, width-2), y: 0}
	doors[1] = target{x: w.rng.Int(2, width-2), y: height - 1}
	doors[2] = target{x: 0, y: w.rng.Int(2, height-2)}
	doors[3] = target{x: width - 1, y: w.rng.Int(2, height-2)}
	for n := 0; n < len(doors); {
		c := w.drawColour()
		if alike(doors[:n], kindDoor, c) {
			continue
		}
		doors[n].cell = w.object(kindDoor, c, doorClosed)
		n++
	}
	for _, d := range doors {
		g.set(d.x, d.y, d.cell)
	}
	w.placeAgent(room)
	f.first = doors[w.rng.Int(0, len(doors))]
}

func (f *goToDoor) aim() aim { return aim{kind: aimSay, first: f.first} }

func (f *goToDoor) mission(b []byte) []byte {
	return f.first.cell.appendWords(append(b, "go to the "...))
}

func (f *goToDoor) after(w *World, action int) {
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
