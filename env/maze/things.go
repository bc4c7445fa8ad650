package maze

import "math"

// seen is a thing in view.
type seen struct {
	kind    kind
	z, side float64 // distance along the axis, and to the right of it
}

// view returns how far ahead of the body and to its right a point is.
func (b *body) view(x, y float64) (ahead, right float64) {
	cos, sin := compass[b.heading][0], compass[b.heading][1]
	dx, dy := x-b.x, y-b.y
	return float64(dx*cos) + float64(dy*sin), float64(dy*cos) - float64(dx*sin)
}

// drawThings draws the things that are not gone, the furthest first.
func (c *camera) drawThings(b *body, l *level, things []thing) {
	c.queue = c.queue[:0]
	for _, t := range things {
		if t.gone {
			continue
		}
		x, y := l.middle(int(t.tile))
		z, side := b.view(x, y)
		if z < nearPlane || math.Abs(side) > z+1 {
			continue
		}
		c.queue = append(c.queue, seen{t.kind, z, side})
		for i := len(c.queue) - 1; i > 0 && c.queue[i-1].z < z; i-- {
			c.queue[i-1], c.queue[i] = c.queue[i], c.queue[i-1]
		}
	}
	for i := range c.queue {
		c.drawThing(&c.queue[i])
	}
}

// drawThing draws one thing, where no wall is nearer.
func (c *camera) drawThing(s *seen) {
	f := &figures[s.kind]
	scale := float64(c.side) / float64(2*s.z) // pixels in a tile
	left := float64(c.side)/2 + float64((s.side-f.size/2)*scale)
	perPixel := texels / float64(f.size*scale)
	step := int(float64(perPixel * (1 << fixed)))
	top := c.reach(f.above+f.size-0.5, s.z)
	v0 := int(float64((float64(top)+0.5-float64(c.side)/2+float64((f.above+f.size-0.5)*scale))*perPixel) * (1 << fixed))
	bottom := min(c.reach(f.above-0.5, s.z), c.side)
	if top < 0 {
		v0, top = v0-top*step, 0
	}
	sprite := &sprites()[s.kind][detailAt(perPixel)]
	lamp := &lamps()[0][hazeAt(s.z)]
	first := max(int(math.Floor(left-0.5))+1, 0)
	for x := first; x < c.side; x++ {
		u := int(float64((float64(x) + 0.5 - left) * perPixel))
		if u >= texels {
			return
		}
		if c.wall[x] <= s.z {
			continue
		}
		strip := sprite[u*texels:][:texels]
		for y, v := top, v0; y < bottom; y, v = y+1, v+step {
			if i := strip[min(v>>fixed, texels-1)]; i != 0 {
				c.dot(y*c.side+x, &lamp[i])
				c.depth[y*c.side+x] = float32(s.z)
			}
		}
	}
}

// dot writes a pixel and nothing else.
func (c *camera) dot(pixel int, rgb *tint) {
	*(*[3]byte)(c.image[3*pixel:]) = [3]byte(rgb[:])
}

// frame draws a border in a colour.
func (c *camera) frame(ramp int) {
	rgb := &lamps()[0][0][shade(ramp, mid)]
	wide := max(c.side/21, 1)
	for y := range c.side {
		inner := y >= wide && y < c.side-wide
		for x := 0; x < c.side; x++ {
			if inner && x == wide {
				x = c.side - wide
			}
			c.dot(y*c.side+x, rgb)
		}
	}
}
