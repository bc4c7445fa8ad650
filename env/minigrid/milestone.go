package minigrid

import "slices"

// event is something that happens in many worlds and may be a milestone.
type event uint8

const (
	keyTaken event = iota // in the order of kinds
	ballTaken
	boxTaken
	boxOpened
	doorOpened // one that was closed, but not locked
	doorUnlocked
	doorPassed // the agent stood in a door
	taskDone   // the episode ended with success
	events
)

var eventNames = [events]string{
	"key taken", "ball taken", "box taken", "box opened", "door opened", "door unlocked", "door passed", "task fulfilled",
}

// marks lists the milestones of a family by event; own ones, which the family sets itself, come before them.
type marks struct {
	own    []string
	events []event
}

// names returns the milestones' names, bit by bit.
func (m marks) names() []string {
	names := slices.Clone(m.own)
	for _, e := range m.events {
		names = append(names, eventNames[e])
	}
	return names
}

// bits returns the bit of every event, 0 for those that are no milestone of the family.
func (m marks) bits() (bits [events]uint64) {
	for i, e := range m.events {
		bits[e] = 1 << (len(m.own) + i)
	}
	return bits
}

// anyMarks are the milestones of families that say nothing of them.
var anyMarks = marks{events: []event{keyTaken, ballTaken, boxTaken, boxOpened, doorOpened, doorUnlocked, doorPassed, taskDone}}

// endMarks are those of families in which nothing but the end is worth a name.
var endMarks = marks{events: []event{taskDone}}

// Milestones returns what has happened in this episode. Which bit stands for what depends on the family: the Spec names them.
// "task fulfilled" is the last, but in Playground, which has no task.
func (w *World) Milestones() uint64 { return w.milestones }

// mark records an event.
func (w *World) mark(e event) { w.milestones |= w.markBits[e] }

// markOwn records the family's own milestone k.
func (w *World) markOwn(k int) { w.milestones |= 1 << k }
