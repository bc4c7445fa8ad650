package minigrid

// kind is what stands on a square. The numbers are the bytes of observations.
type kind uint8

const (
	kindUnseen kind = iota
	kindEmpty
	kindWall
	kindFloor
	kindDoor
	kindKey
	kindBall
	kindBox
	kindGoal
	kindLava
	kindAgent // only in symbolic views of the whole grid
	kinds
)

// kindNames are the words of missions.
var kindNames = [kinds]string{"unseen", "empty", "wall", "floor", "door", "key", "ball", "box", "goal", "lava", "agent"}

// colour is the second byte of a square.
type colour uint8

const (
	red colour = iota
	green
	blue
	purple
	yellow
	grey
	colours
)

var colourNames = [colours]string{"red", "green", "blue", "purple", "yellow", "grey"}

func (c colour) String() string { return colourNames[c] }

// drawn lists the colours in the order in which the original draws them, by name.
var drawn = [...]colour{blue, green, grey, purple, red, yellow}

// state is the third byte of a square: 0 but for doors.
type state uint8

const (
	doorOpen state = iota
	doorClosed
	doorLocked
	states
)

// cell is one square: kind, colour and state in the low three bytes, as observations show them; then seven bits for the
// number of the object, because some tasks are about one object and not its like; on top whether the view is blocked.
type cell uint32

const (
	shown      cell = 1<<24 - 1 // the three bytes of an observation
	opaque     cell = 1 << 31
	numberBits      = 7
	maxObjects      = 1<<numberBits - 1
)

// The squares that are no objects, in the original's colours.
const (
	nothing   cell = 0 // no square at all: empty hands, an empty box
	emptyCell      = cell(kindEmpty)
	wallCell       = cell(kindWall) | cell(grey)<<8 | opaque
	goalCell       = cell(kindGoal) | cell(green)<<8
	lavaCell       = cell(kindLava) | cell(red)<<8
)

// newCell returns the square of object number n, or of a square that is no object for n = 0.
func newCell(k kind, c colour, s state, n int) cell {
	v := cell(k) | cell(c)<<8 | cell(s)<<16 | cell(n)<<24
	if k == kindWall || k == kindDoor && s != doorOpen {
		v |= opaque
	}
	return v
}

func (c cell) kind() kind     { return kind(c) }
func (c cell) colour() colour { return colour(c >> 8) }
func (c cell) state() state   { return state(c >> 16) }
func (c cell) number() int    { return int(c >> 24 & maxObjects) }

// with returns the square in another state.
func (c cell) with(s state) cell { return newCell(c.kind(), c.colour(), s, c.number()) }

// walkable says whether the agent can step onto the square.
func (c cell) walkable() bool {
	switch c.kind() {
	case kindEmpty, kindFloor, kindGoal, kindLava:
		return true
	case kindDoor:
		return c.state() == doorOpen
	}
	return false
}

// appendWords appends colour and kind as missions name them.
func (c cell) appendWords(b []byte) []byte {
	b = append(append(b, colourNames[c.colour()]...), ' ')
	return append(b, kindNames[c.kind()]...)
}

// portable says whether the square holds something that can be picked up.
func (c cell) portable() bool {
	k := c.kind()
	return k == kindKey || k == kindBall || k == kindBox
}

// object makes the next object of the episode. It panics when the episode has no number left.
func (w *World) object(k kind, c colour, s state) cell {
	if w.objects == maxObjects {
		panic("minigrid: too many objects")
	}
	w.objects++
	w.contents[w.objects] = nothing
	return newCell(k, c, s, w.objects)
}

// box makes a box that holds inside, or nothing.
func (w *World) box(c colour, inside cell) cell {
	b := w.object(kindBox, c, 0)
	w.contents[b.number()] = inside
	return b
}
