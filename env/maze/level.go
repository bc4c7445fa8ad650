package maze

import "github.com/auxrl/auxrl/internal/rng"

// thing is something to be touched, in the middle of a tile.
type thing struct {
	kind kind
	tile int32
	gone bool
}

// level is a place: its tiles, what stands in it and how it looks. It depends on the task, the number of the level and the seeds
// of layout and texture, on nothing else.
type level struct {
	grid
	mason  *mason  // builds the walls, if a plan says how
	things []thing // at the start of an episode, where they do not depend on it
	spawns []int32 // tiles where the agent may begin

	zone           []uint8             // [h*w] which part of the place a tile of floor is in, from 1
	face           [][sides]uint8      // [h*w] textures of a tile of wall, by the side that is looked at
	paper          [maxZones + 1]uint8 // the texture of each zone's walls
	tint           [maxZones + 1]uint8 // its colour on the map
	floor, ceiling *plane

	queue []int32 // [h*w] scratch
}

// maxZones is in how many parts a level can fall that look different.
const maxZones = 24

// posterShare is how many per cent of the walls bear a poster.
const posterShare = 18

func newLevel(r *rules) *level {
	l := &level{grid: newGrid(r.w, r.h)}
	n := r.w * r.h
	if r.plan.cols > 0 {
		l.mason = newMason(r.plan, &l.grid)
	}
	l.things = make([]thing, 0, maxThings)
	l.spawns = make([]int32, 0, n)
	l.zone = make([]uint8, n)
	l.face = make([][sides]uint8, n)
	l.queue = make([]int32, n)
	return l
}

// build makes the level. layout and texture are streams of its own.
func (l *level) build(r *rules, layout, texture *rng.Stream) {
	l.things, l.spawns = l.things[:0], l.spawns[:0]
	clear(l.zone)
	r.build(l, layout)
	l.divide(r.zones, texture)
	l.decorate(texture)
}

// divide parts the level into zones, unless the task did: each tile belongs to the nearest of so many tiles of floor.
func (l *level) divide(zones int, d *rng.Stream) {
	for range 4 * zones {
		if t := d.Below(len(l.zone)); zones > 0 && !l.wall[t] && l.zone[t] == 0 {
			l.zone[t] = uint8(zones)
			zones--
		}
	}
	n := 0
	for t, z := range l.zone {
		if z != 0 {
			l.queue[n] = int32(t)
			n++
		}
	}
	for i := 0; i < n; i++ {
		t := int(l.queue[i])
		for side := range sides {
			if u := l.beyond(t, side); !l.wall[u] && l.zone[u] == 0 {
				l.zone[u] = l.zone[t]
				l.queue[n] = int32(u)
				n++
			}
		}
	}
}

// decorate chooses what the level looks like: a paper for every zone, posters here and there.
func (l *level) decorate(d *rng.Stream) {
	l.floor = &planes()[d.Below(floors)]
	l.ceiling = &planes()[floors+d.Below(ceilings)]
	colours := d.Below(len(pairs))
	for z := range l.paper {
		pair := (colours + 5*z) % len(pairs) // 5 and 16 have no divisor in common: no colours twice before all were used
		l.paper[z] = uint8(wallTexture(d.Below(len(wallPatterns)), pair))
		l.tint[z] = shade(pairs[pair][0], mid+4)
	}
	for t := range l.face {
		if !l.wall[t] {
			continue
		}
		for side := range sides {
			l.face[t][side] = l.surface(t, side, d)
		}
	}
}

// surface returns the texture of one side of a wall.
func (l *level) surface(tile, side int, d *rng.Stream) uint8 {
	x, y := tile%l.w, tile/l.w
	if side == north && y == 0 || side == east && x == l.w-1 || side == south && y == l.h-1 || side == west && x == 0 {
		return 0 // never seen
	}
	before := l.beyond(tile, side)
	if l.wall[before] {
		return 0
	}
	if d.Below(100) < posterShare {
		return uint8(papers + d.Below(posters))
	}
	return l.paper[l.zone[before]]
}

// put places a thing.
func (l *level) put(k kind, tile int) { l.things = append(l.things, thing{kind: k, tile: int32(tile)}) }

// vacant says that a tile is floor and has nothing on it.
func vacant(g *grid, things []thing, tile int) bool {
	if g.wall[tile] {
		return false
	}
	for _, t := range things {
		if int(t.tile) == tile {
			return false
		}
	}
	return true
}

// vacancy draws a tile of floor with nothing on it, all equally likely. There must be one.
func vacancy(g *grid, things []thing, d *rng.Stream) int {
	for {
		if t := d.Below(len(g.wall)); vacant(g, things, t) {
			return t
		}
	}
}

// scatter places n things of a kind on vacant tiles.
func scatter(g *grid, things []thing, k kind, n int, d *rng.Stream) []thing {
	for range n {
		things = append(things, thing{kind: k, tile: int32(vacancy(g, things, d))})
	}
	return things
}
