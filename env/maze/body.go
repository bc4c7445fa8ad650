package maze

import "math"

// bodyRadius is how close, in tiles, the agent comes to a wall.
const bodyRadius = 0.2

// body is the agent: a disc that looks somewhere.
type body struct {
	x, y    float64
	heading int // 0..turns-1
}

// turn turns by so many half degrees, clockwise.
func (b *body) turn(by int) { b.heading = ((b.heading+by)%turns + turns) % turns }

// walk moves by so many tiles ahead and to the right, less than a radius in all, and slides along what is in the way.
func (b *body) walk(g *grid, ahead, right float64) {
	cos, sin := compass[b.heading][0], compass[b.heading][1]
	b.x += float64(cos*ahead) - float64(sin*right)
	b.y += float64(sin*ahead) + float64(cos*right)
	b.leaveWalls(g)
}

// leaveWalls pushes the body out of the walls that it has run into: first out of their faces, then off their corners. The body
// is wider than it moves, so that its middle is never inside a wall.
func (b *body) leaveWalls(g *grid) {
	x, y := int(b.x), int(b.y)
	left, top := b.x-float64(x), b.y-float64(y)
	tile := g.tile(x, y)
	w, e := left < bodyRadius, left > 1-bodyRadius
	n, s := top < bodyRadius, top > 1-bodyRadius
	switch {
	case w && g.wall[tile-1]:
		b.x = float64(x) + bodyRadius
	case e && g.wall[tile+1]:
		b.x = float64(x+1) - bodyRadius
	}
	switch {
	case n && g.wall[tile-g.w]:
		b.y = float64(y) + bodyRadius
	case s && g.wall[tile+g.w]:
		b.y = float64(y+1) - bodyRadius
	}
	for _, c := range [...]struct {
		near       bool
		tile, x, y int // of the corner, from the tile's
	}{
		{w && n, tile - g.w - 1, 0, 0}, {e && n, tile - g.w + 1, 1, 0}, {w && s, tile + g.w - 1, 0, 1}, {e && s, tile + g.w + 1, 1, 1},
	} {
		if c.near && g.wall[c.tile] {
			b.leaveCorner(float64(x+c.x), float64(y+c.y))
		}
	}
}

// leaveCorner pushes the body off a point.
func (b *body) leaveCorner(x, y float64) {
	dx, dy := b.x-x, b.y-y
	d := math.Sqrt(float64(dx*dx) + float64(dy*dy))
	if d < bodyRadius && d > 0 {
		b.x = x + float64(dx*(bodyRadius/d))
		b.y = y + float64(dy*(bodyRadius/d))
	}
}
