package minigrid

// aimKind is what an episode asks for.
type aimKind uint8

const (
	aimNone   aimKind = iota // nothing that a planner knows of
	aimReach                 // stand on a goal square, or on the first target's
	aimTake                  // pick the first target up
	aimOpen                  // open the first target, a door, and then the second if there is one
	aimSay                   // take the action done next to the first target's square
	aimPut                   // drop the first target near the second
	aimFollow                // do what the level says
)

// aim is what an episode asks for, as planning and the potential need to know it.
type aim struct {
	kind          aimKind
	first, second target // of aimReach, where not nothing: the square to stand on, and the one to keep off
	like          bool   // what looks like the first will do
	solid         bool   // things cannot be moved out of the way
	chance        bool   // what happens depends on chance
	level         *level // of aimFollow
}

// aimer families say what an episode asks for.
type aimer interface{ aim() aim }

// evolving families change within an episode.
type evolving interface {
	aimer
	// fork returns a copy that changes on its own.
	fork() family
}

// wants says whether the square holds what the aim is about.
func (a *aim) wants(c cell) bool {
	if a.kind == aimOpen && c.kind() == kindDoor {
		c = c.with(a.first.cell.state()) // doors change
	}
	if a.like {
		return c&shown == a.first.cell&shown
	}
	return c == a.first.cell && c != nothing
}

// keepsOff says whether the second target's square must not be stepped on.
func (a *aim) keepsOff() bool { return a.kind == aimReach && a.second.cell != nothing }

// aim returns what the episode asks for.
func (w *World) aim() aim {
	if f, ok := w.family.(aimer); ok {
		return f.aim()
	}
	return aim{}
}

// unpackings returns how many boxes must be opened to get at what is wanted in the square c: 0 if it is there as it is. It
// returns false if it is not in c.
func (w *World) unpackings(c cell, wanted func(c cell) bool) (n int, ok bool) {
	for ; c != nothing; n++ {
		if wanted(c) {
			return n, true
		}
		if c.kind() != kindBox || n > maxObjects {
			break
		}
		c = w.contents[c.number()]
	}
	return 0, false
}
