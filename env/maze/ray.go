package maze

// hit is where a ray meets a wall.
type hit struct {
	z       float64 // distance along the axis of view
	side    int     // of the wall's tile that is looked at
	texture uint8
	column  int // of the texture, from the left for who looks at it
}

// cast follows the ray that goes lane tiles to the right for each tile ahead, from one tile's border to the next (Amanatides &
// Woo 1987), until it meets a wall.
func (l *level) cast(b *body, lane float64) hit {
	cos, sin := compass[b.heading][0], compass[b.heading][1]
	rx, ry := cos-float64(sin*lane), sin+float64(cos*lane)
	x, y := int(b.x), int(b.y)
	tile := l.tile(x, y)
	zx, gapX, stepX, sideX := crossings(rx, b.x-float64(x))
	zy, gapY, stepY, sideY := crossings(ry, b.y-float64(y))
	sideX, sideY = west-sideX, north+sideY // east is west's opposite; south is north's
	stepY *= l.w
	var h hit
	for {
		if zx < zy {
			tile += stepX
			if l.wall[tile] {
				h.z, h.side = zx, sideX
				break
			}
			zx += gapX
		} else {
			tile += stepY
			if l.wall[tile] {
				h.z, h.side = zy, sideY
				break
			}
			zy += gapY
		}
	}
	var along float64
	if h.side&1 == 1 {
		along = b.y + float64(ry*h.z)
	} else {
		along = b.x + float64(rx*h.z)
	}
	h.column = int(float64(texels*along)) & (texels - 1)
	if h.side == north || h.side == east {
		h.column = texels - 1 - h.column // who looks south has the west on the right
	}
	h.texture = l.face[tile][h.side]
	return h
}

// crossings returns at which distance a ray with slope r crosses the first border of tiles in one direction, how far it is to
// each next one, where that leads, and 2 times whether it goes the negative way. at is the place within the tile.
func crossings(r, at float64) (first, gap float64, step, back int) {
	switch {
	case r > 0:
		return (1 - at) / r, 1 / r, 1, 0
	case r < 0:
		return at / -r, -1 / r, -1, 2
	}
	return unreachable, unreachable, 0, 0
}
