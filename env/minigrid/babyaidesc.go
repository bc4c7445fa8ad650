package minigrid

import "math/bits"

// desc describes objects as instructions do: by kind, colour and where they lie, any of which may be left unsaid.
type desc struct {
	kind    kind   // or anyKind
	colour  colour // or anyColour
	bearing bearing
	set     objectSet // what it fits when the episode begins
	many    bool      // it fits several squares
}

// like describes an object by kind and colour.
func like(c cell) desc { return desc{kind: c.kind(), colour: c.colour()} }

// maxDescWords is the length of "the red ball in front of you"; plainWords is that of "the red ball".
const (
	plainWords   = 3
	maxDescWords = plainWords + 4
)

// bearing is where an object lies as the agent sees it from where it starts; only what is in its room counts.
type bearing uint8

const (
	anywhere bearing = iota
	toTheLeft
	toTheRight
	inFront
	behind
	bearings
)

// allBearings lists the bearings in the order in which the original draws them.
var allBearings = [...]bearing{toTheLeft, toTheRight, inFront, behind}

var bearingWords = [bearings]string{
	toTheLeft: " on your left", toTheRight: " on your right", inFront: " in front of you", behind: " behind you",
}

// holds says whether what lies (dx, dy) from an agent that looks along dir has the bearing. Two of them overlap in every corner.
func (b bearing) holds(dx, dy, dir int) bool {
	fx, fy := toward(dir)
	rx, ry := toward(dir + 1)
	switch b {
	case toTheLeft:
		return dx*rx+dy*ry < 0
	case toTheRight:
		return dx*rx+dy*ry > 0
	case inFront:
		return dx*fx+dy*fy > 0
	case behind:
		return dx*fx+dy*fy < 0
	}
	return true
}

// appendWords appends the description: "the" if it fits one square and "a" if it fits more.
func (d *desc) appendWords(b []byte) []byte {
	article := "the "
	if d.many {
		article = "a "
	}
	b = append(b, article...)
	if d.colour != anyColour {
		b = append(append(b, colourNames[d.colour]...), ' ')
	}
	noun := "object"
	if d.kind != anyKind {
		noun = kindNames[d.kind]
	}
	return append(append(b, noun...), bearingWords[d.bearing]...)
}

// objectSet is a set of objects by their numbers.
type objectSet [(maxObjects + 1) / 64]uint64

func (s *objectSet) add(n int)      { s[n>>6] |= 1 << (n & 63) }
func (s *objectSet) has(n int) bool { return s[n>>6]>>(n&63)&1 == 1 }

// meets says whether something is in both sets.
func (s *objectSet) meets(t *objectSet) bool { return s[0]&t[0]|s[1]&t[1] != 0 }

// join adds everything that is in t.
func (s *objectSet) join(t *objectSet) {
	for i, word := range t {
		s[i] |= word
	}
}

func (s *objectSet) len() int { return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) }

// next returns the smallest number in the set that is greater than n, or 0: a loop from next(0) sees them all.
func (s *objectSet) next(n int) int {
	for n++; n <= maxObjects; n = n&^63 + 64 {
		if rest := s[n>>6] >> (n & 63); rest != 0 {
			return n + bits.TrailingZeros64(rest)
		}
	}
	return 0
}

// spot is a square. The zero spot, which is always a wall, is nowhere.
type spot struct{ x, y uint8 }

// beside says whether two spots touch, corners excluded.
func (s spot) beside(t spot) bool {
	dx, dy := int(s.x)-int(t.x), int(s.y)-int(t.y)
	return dx*dx+dy*dy == 1
}

// survey looks up every object in the grid.
func (l *level) survey() {
	g := &l.w.grid
	clear(l.where[:])
	for y := range g.h {
		for x, c := range g.row(y) {
			if n := c.number(); n > 0 {
				l.where[n], l.things[n] = spot{uint8(x), uint8(y)}, c
			}
		}
	}
}

// find looks up what the description fits.
func (l *level) find(d *desc) {
	w := l.w
	d.set = objectSet{}
	home := l.room(w.x/(l.size-1), w.y/(l.size-1)).rect
	for n := 1; n <= w.objects; n++ {
		c, at := l.things[n], l.where[n]
		if at == (spot{}) || d.kind != anyKind && d.kind != c.kind() || d.colour != anyColour && d.colour != c.colour() {
			continue
		}
		x, y := int(at.x), int(at.y)
		if d.bearing == anywhere || home.has(x, y) && d.bearing.holds(x-w.x, y-w.y, w.dir) {
			d.set.add(n)
		}
	}
	d.many = d.set.len() > 1 || d.kind == anyKind && d.colour == grey // walls are grey objects
}

// has says whether (x, y) is in the rectangle.
func (r rect) has(x, y int) bool { return uint(x-r.x) < uint(r.w) && uint(y-r.y) < uint(r.h) }
