package minigrid

import "sync"

// atlas holds every tile of one size that an observation can need, so that none has to be drawn while an agent plays.
type atlas struct {
	at  [tileCodes]uint32 // where in pix the tile of a code begins
	pix []byte            // tiles [size, size, 3] of RGB
}

// up is the direction in which agents look that see what is ahead.
const up = 3

// tileCodes is how many values tileCode has: four bits of kind, three of colour, two of state, three of agent, one of light.
const tileCodes = 1 << 13

// tileCode returns the number of a tile.
func tileCode(c cell, agent int, lit bool) uint {
	code := uint(c.kind())&15 | uint(c.colour())&7<<4 | uint(c.state())&3<<7 | uint(agent+1)&7<<9
	if lit {
		code |= 1 << 12
	}
	return code
}

// darkTile is the code of a square that is not seen.
var darkTile = tileCode(emptyCell, noAgent, false)

// atlases holds those that were made, by size. They never change.
var atlases sync.Map // int -> func() *atlas

// atlasOf returns the atlas of tiles of a size. All worlds share it; it takes a few milliseconds the first time.
func atlasOf(size int) *atlas {
	draw, _ := atlases.LoadOrStore(size, sync.OnceValue(func() *atlas { return drawAtlas(size) }))
	return draw.(func() *atlas)()
}

func drawAtlas(size int) *atlas {
	a := &atlas{}
	add := func(c cell, agent int, lit bool) {
		at := uint32(len(a.pix))
		for p := drawTile(tileLook{c & shown, int8(agent), lit}, size); len(p) > 0; p = p[4:] {
			a.pix = append(a.pix, p[:3]...)
		}
		a.at[tileCode(c, agent, lit)] = at
	}
	add(emptyCell, noAgent, false) // first, in place of what no world shows
	add(emptyCell, noAgent, true)
	for _, c := range everyCell() {
		add(c, noAgent, false)
		add(c, noAgent, true)
	}
	for dir := range directions {
		add(emptyCell, dir, true)
		for _, c := range everyCell() {
			if c.walkable() || c.portable() && dir == up { // it stands there, or sees what it carries there
				add(c, dir, true)
			}
		}
	}
	return a
}

// everyCell lists the squares that there are but the empty one, each once, by kind.
func everyCell() []cell {
	var all []cell
	for k := kindWall; k < kindAgent; k++ {
		for c := range colours {
			all = append(all, newCell(k, c, 0, 0))
			if k == kindDoor {
				all = append(all, newCell(k, c, doorClosed, 0), newCell(k, c, doorLocked, 0))
			}
		}
	}
	return all
}
