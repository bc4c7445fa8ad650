package maze

import "math"

// nearPlane is the least distance along the axis at which things are drawn. Walls are always further.
const nearPlane = 0.1

// fixed is the number of binary places of the whole numbers that floors are measured in. They are quick, and no machine rounds
// them otherwise than another.
const fixed = 16

// camera draws what an agent sees: by casting a ray into the map for each column of the picture, and mapping the floor and the
// ceiling. Its eye is half a tile high; walls are one tile high; the field of view is a right angle both ways.
type camera struct {
	side  int
	image []byte    // [side, side, 3], and one byte more
	depth []float32 // [side, side] distance along the axis, in tiles

	lane   []float64 // [side] how far to the right a column's ray goes for each tile ahead
	rows   []row     // [side - side/2] below the horizon, from the middle down
	wall   []float64 // [side] distance of each column's wall
	edge   []byte    // [side] scratch
	queue  []seen    // things in view
	planes [2]*plane // floor and ceiling that rows were made for
}

// row is what all pixels of a row of floor, and of its mirror image on the ceiling, have in common.
type row struct {
	z              int64 // distance, fixed
	depth          float32
	lamp           *lamp
	floor, ceiling *[planeTexels * planeTexels]uint8
}

func newCamera(side int) *camera {
	c := &camera{
		side: side, image: make([]byte, 3*side*side+1), depth: make([]float32, side*side), lane: make([]float64, side),
		rows: make([]row, side-side/2), wall: make([]float64, side), edge: make([]byte, side), queue: make([]seen, 0, maxThings),
	}
	for x := range c.lane {
		c.lane[x] = float64(2*x+1-side) / float64(side)
	}
	return c
}

// lay prepares the rows for the floor and the ceiling of a level.
func (c *camera) lay(floor, ceiling *plane) {
	if c.planes == [2]*plane{floor, ceiling} {
		return
	}
	c.planes = [2]*plane{floor, ceiling}
	for i := range c.rows {
		below := 2*(i+c.side/2) + 1 - c.side // the horizon, in half pixels; 0: never floor
		z := float64(c.side) / float64(2*max(below, 1))
		k := detailAt(float64(float64(z*z)*4*texels) / float64(c.side)) // a floor is seen at a slant
		c.rows[i] = row{
			z: int64(float64(z * (1 << fixed))), depth: float32(z), lamp: &lamps()[0][hazeAt(z)],
			floor: &floor[k], ceiling: &ceiling[k],
		}
	}
}

// shoot draws the level and the things in it.
func (c *camera) shoot(b *body, l *level, things []thing) {
	c.lay(l.floor, l.ceiling)
	for x := range c.side {
		if x == c.side-1 {
			c.keepEdge()
		}
		h := l.cast(b, c.lane[x])
		c.wall[x] = h.z
		top := c.drawWall(x, &h)
		c.drawPlanes(x, top, b)
	}
	c.restoreEdge()
	c.drawThings(b, l, things)
}

// Pixels are written as four bytes, of which the last is the first of the next pixel: columns are drawn from the left, so that
// it is drawn later. After those of the last column comes the first column of the next row, which is saved.
func (c *camera) keepEdge() {
	for y := range c.edge {
		c.edge[y] = c.image[3*c.side*y]
	}
}

func (c *camera) restoreEdge() {
	for y, v := range c.edge {
		c.image[3*c.side*y] = v
	}
}

// reach returns how many of the upper rows are not covered by an upright surface whose edge is so many tiles from the height of
// the eye, at distance z. A pixel is covered if its middle is.
func (c *camera) reach(tiles, z float64) int {
	// The middle of row y is side/2 - y - 1/2 pixels over the horizon, and a pixel there 2 z / side tiles.
	return int(math.Floor(float64(float64(c.side)*(1-float64(tiles/z)))/2-0.5)) + 1
}

// drawWall draws a column of wall and returns its first row.
func (c *camera) drawWall(x int, h *hit) (top int) {
	top = max(c.reach(0.5, h.z), 0)
	perPixel := float64(2*texels*h.z) / float64(c.side)
	step := int(float64(perPixel * (1 << fixed)))
	v := texels/2<<fixed + (2*top+1-c.side)*step/2
	lamp := &lamps()[h.side&1][hazeAt(h.z)]
	strip := wallpaper()[h.texture][detailAt(perPixel)][h.column*texels:][:texels]
	z, side := float32(h.z), c.side
	image, depth := c.image, c.depth
	for p := top*side + x; p < (side-top)*side; p += side {
		put(image, p, &lamp[strip[v>>fixed&(texels-1)]])
		depth[p] = z
		v += step
	}
	return top
}

// drawPlanes draws what is above and below the wall in a column.
func (c *camera) drawPlanes(x, top int, b *body) {
	cos, sin := compass[b.heading][0], compass[b.heading][1]
	rx, ry := cos-float64(sin*c.lane[x]), sin+float64(cos*c.lane[x])
	dx, dy := int64(float64(rx*(1<<fixed))), int64(float64(ry*(1<<fixed)))
	px, py := int64(float64(b.x*(1<<(2*fixed)))), int64(float64(b.y*(1<<(2*fixed))))
	const down = 2*fixed - 5 // a tile has 2^5 texels
	side := c.side
	image, depth := c.image, c.depth
	low, high := (side-top)*side+x, (top-1)*side+x
	rows := c.rows[min(side-top-side/2, len(c.rows)):]
	for i := range rows {
		r := &rows[i]
		u, v := (px+dx*r.z)>>down, (py+dy*r.z)>>down
		texel := (v&(planeTexels-1))*planeTexels + u&(planeTexels-1)
		put(image, low, &r.lamp[r.floor[texel]])
		put(image, high, &r.lamp[r.ceiling[texel]])
		depth[low], depth[high] = r.depth, r.depth
		low, high = low+side, high-side
	}
}

// put writes a pixel, and a fourth byte behind it.
func put(image []byte, pixel int, rgb *tint) {
	*(*tint)(image[3*pixel : 3*pixel+4 : 3*pixel+4]) = *rgb
}
