package minigrid

import "math"

// rgb is a colour of pixels.
type rgb [3]uint8

var (
	black    = rgb{0, 0, 0}
	lineGrey = rgb{100, 100, 100}
	molten   = rgb{255, 128, 0}
	paint    = [colours]rgb{
		red:    {255, 0, 0},
		green:  {0, 255, 0},
		blue:   {0, 0, 255},
		purple: {112, 39, 195},
		yellow: {255, 255, 0},
		grey:   {100, 100, 100},
	}
)

// dim returns the colour times f, cut to whole numbers.
func (c rgb) dim(f float64) rgb {
	for i := range c {
		c[i] = uint8(f * float64(c[i]))
	}
	return c
}

// subdivs is how many times finer than the tile it is drawn, per side.
const subdivs = 3

// canvas is a square of n by n pixels on which shapes are drawn in units of its side, y downwards.
type canvas struct {
	n   int
	pix []rgb
}

// shape says whether the point is part of it.
type shape func(x, y float64) bool

// fill paints the pixels whose centres are in s.
func (c *canvas) fill(s shape, col rgb) {
	for y := range c.n {
		for x := range c.n {
			if s((float64(x)+0.5)/float64(c.n), (float64(y)+0.5)/float64(c.n)) {
				c.pix[y*c.n+x] = col
			}
		}
	}
}

// rectangle spans x from left to right and y from top to bottom.
func rectangle(left, right, top, bottom float64) shape {
	return func(x, y float64) bool { return x >= left && x <= right && y >= top && y <= bottom }
}

var whole = rectangle(0, 1, 0, 1)

func circle(cx, cy, r float64) shape {
	return func(x, y float64) bool {
		return float64((x-cx)*(x-cx))+float64((y-cy)*(y-cy)) <= r*r
	}
}

// line is what lies within r of the line from (x0, y0) to (x1, y1) and in the line's bounding box grown by r.
func line(x0, y0, x1, y1, r float64) shape {
	length := math.Sqrt(float64((x1-x0)*(x1-x0)) + float64((y1-y0)*(y1-y0)))
	dx, dy := (x1-x0)/length, (y1-y0)/length
	box := rectangle(min(x0, x1)-r, max(x0, x1)+r, min(y0, y1)-r, max(y0, y1)+r)
	return func(x, y float64) bool {
		if !box(x, y) {
			return false
		}
		along := float64((x-x0)*dx) + float64((y-y0)*dy)
		along = min(max(along, 0), length)
		px, py := x-(x0+float64(along*dx)), y-(y0+float64(along*dy))
		return math.Sqrt(float64(px*px)+float64(py*py)) <= r
	}
}

// point is a corner of a triangle.
type point struct{ x, y float64 }

// triangle uses barycentric coordinates.
func triangle(a, b, c point) shape {
	dot := func(p, q point) float64 { return float64(p.x*q.x) + float64(p.y*q.y) }
	v0, v1 := point{c.x - a.x, c.y - a.y}, point{b.x - a.x, b.y - a.y}
	d00, d01, d11 := dot(v0, v0), dot(v0, v1), dot(v1, v1)
	scale := 1 / (float64(d00*d11) - float64(d01*d01))
	return func(x, y float64) bool {
		v2 := point{x - a.x, y - a.y}
		d02, d12 := dot(v0, v2), dot(v1, v2)
		u := (float64(d11*d02) - float64(d01*d12)) * scale
		v := (float64(d00*d12) - float64(d01*d02)) * scale
		return u >= 0 && v >= 0 && u+v < 1
	}
}

// turned is s turned clockwise by quarters about the middle.
func turned(s shape, quarters int) shape {
	sin, cos := math.Sincos(-0.5 * math.Pi * float64(quarters))
	return func(x, y float64) bool {
		x, y = x-0.5, y-0.5
		return s(0.5+float64(x*cos)-float64(y*sin), 0.5+float64(y*cos)+float64(x*sin))
	}
}

// object draws what stands on the square.
func (c *canvas) object(o cell) {
	col := paint[o.colour()]
	switch o.kind() {
	case kindWall, kindGoal:
		c.fill(whole, col)
	case kindFloor:
		c.fill(rectangle(0.031, 1, 0.031, 1), col.dim(0.5))
	case kindLava:
		c.lava()
	case kindDoor:
		c.door(o.state(), col)
	case kindKey:
		c.fill(rectangle(0.50, 0.63, 0.31, 0.88), col)
		c.fill(rectangle(0.38, 0.50, 0.59, 0.66), col)
		c.fill(rectangle(0.38, 0.50, 0.81, 0.88), col)
		c.fill(circle(0.56, 0.28, 0.190), col)
		c.fill(circle(0.56, 0.28, 0.064), black)
	case kindBall:
		c.fill(circle(0.5, 0.5, 0.31), col)
	case kindBox:
		c.fill(rectangle(0.12, 0.88, 0.12, 0.88), col)
		c.fill(rectangle(0.18, 0.82, 0.18, 0.82), black)
		c.fill(rectangle(0.16, 0.84, 0.47, 0.53), col)
	}
}

func (c *canvas) lava() {
	c.fill(whole, molten)
	for i := range 3 {
		hi, lo := 0.3+float64(0.2*float64(i)), 0.4+float64(0.2*float64(i))
		c.fill(line(0.1, hi, 0.3, lo, 0.03), black)
		c.fill(line(0.3, lo, 0.5, hi, 0.03), black)
		c.fill(line(0.5, hi, 0.7, lo, 0.03), black)
		c.fill(line(0.7, lo, 0.9, hi, 0.03), black)
	}
}

func (c *canvas) door(s state, col rgb) {
	switch s {
	case doorOpen:
		c.fill(rectangle(0.88, 1.00, 0.00, 1.00), col)
		c.fill(rectangle(0.92, 0.96, 0.04, 0.96), black)
	case doorLocked:
		c.fill(whole, col)
		c.fill(rectangle(0.06, 0.94, 0.06, 0.94), col.dim(0.45))
		c.fill(rectangle(0.52, 0.75, 0.50, 0.56), col)
	default:
		c.fill(whole, col)
		c.fill(rectangle(0.04, 0.96, 0.04, 0.96), black)
		c.fill(rectangle(0.08, 0.92, 0.08, 0.92), col)
		c.fill(rectangle(0.12, 0.88, 0.12, 0.88), black)
		c.fill(circle(0.75, 0.50, 0.08), col)
	}
}

// agent draws the agent looking along dir.
func (c *canvas) agent(dir int) {
	c.fill(turned(triangle(point{0.12, 0.19}, point{0.87, 0.50}, point{0.12, 0.81}), dir), paint[red])
}

// light brightens everything, for squares in view.
func (c *canvas) light() {
	for i := range c.pix {
		for k, v := range c.pix[i] {
			c.pix[i][k] = uint8(float64(v) + float64(0.3*float64(255-v)))
		}
	}
}

// shrink writes the means of subdivs by subdivs pixels to dst as RGBA, row by row. It takes the mean of rows first, as the
// original does: the cut to whole numbers shows the difference.
func (c *canvas) shrink(dst []byte) {
	n := c.n / subdivs
	for y := range n {
		for x := range n {
			var sum [3]float64
			for row := range subdivs {
				at := (y*subdivs+row)*c.n + x*subdivs
				for k := range sum {
					a, b, d := c.pix[at][k], c.pix[at+1][k], c.pix[at+2][k]
					sum[k] += (float64(a) + float64(b) + float64(d)) / subdivs
				}
			}
			p := dst[4*(y*n+x):][:4]
			p[0], p[1], p[2], p[3] = uint8(sum[0]/subdivs), uint8(sum[1]/subdivs), uint8(sum[2]/subdivs), 255
		}
	}
}

// tileLook is everything that a tile's picture depends on besides its size.
type tileLook struct {
	cell  cell // the bytes that are shown
	agent int8 // the agent's direction, or noAgent
	lit   bool // in view
}

const noAgent = -1

// drawTile draws a tile of size by size pixels as RGBA.
func drawTile(look tileLook, size int) []byte {
	c := canvas{n: size * subdivs}
	c.pix = make([]rgb, c.n*c.n)
	c.fill(rectangle(0, 0.031, 0, 1), lineGrey)
	c.fill(rectangle(0, 1, 0, 0.031), lineGrey)
	c.object(look.cell)
	if look.agent != noAgent {
		c.agent(int(look.agent))
	}
	if look.lit {
		c.light()
	}
	dst := make([]byte, 4*size*size)
	c.shrink(dst)
	return dst
}
