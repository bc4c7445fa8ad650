package minigrid

import "image"

// The sides of tiles, in pixels. Below the smallest, keys cannot be told from balls.
const (
	minTile = 4
	maxTile = 128
)

// tileCache keeps the tiles that have been drawn, of two sizes: pictures of the grid and of the view take turns.
type tileCache struct {
	sets [2]tileSet // the one used last first
	lit  []bool     // [h, w], scratch
}

// tileSet is tiles of one size.
type tileSet struct {
	size  int
	tiles map[tileLook][]byte
}

// tile returns the picture, drawing it if it is new.
func (c *tileCache) tile(look tileLook, size int) []byte {
	if c.sets[0].size != size {
		c.sets[0], c.sets[1] = c.sets[1], c.sets[0]
		if c.sets[0].size != size {
			c.sets[0] = tileSet{size, map[tileLook][]byte{}}
		}
	}
	tiles := c.sets[0].tiles
	pix, ok := tiles[look]
	if !ok {
		pix = drawTile(look, size)
		tiles[look] = pix
	}
	return pix
}

// RenderSize returns the size of the largest picture of the whole grid within limit, of square tiles from 4 to 128 pixels.
func (w *World) RenderSize(limit image.Point) image.Point {
	tile := min(limit.X/w.grid.w, limit.Y/w.grid.h)
	tile = min(max(tile, minTile), maxTile)
	return image.Pt(tile*w.grid.w, tile*w.grid.h)
}

// Render draws the whole grid and lights the squares in view. It panics unless dst holds whole square tiles.
func (w *World) Render(dst *image.RGBA) { w.renderGrid(dst, true) }

// RenderPlain draws the whole grid as Render does, but lights nothing.
func (w *World) RenderPlain(dst *image.RGBA) { w.renderGrid(dst, false) }

// ViewSize returns the size of the largest picture of the agent's view within limit, of square tiles from 4 to 128 pixels.
//
// Of an agent that sees the whole grid, ViewSize and RenderView are RenderSize and Render.
func (w *World) ViewSize(limit image.Point) image.Point {
	if w.config.Full {
		return w.RenderSize(limit)
	}
	tile := min(max(min(limit.X, limit.Y)/w.view, minTile), maxTile)
	return image.Pt(tile*w.view, tile*w.view)
}

// RenderView draws what the agent sees, as it sees it: looking up, from the middle of the lowest row. dst is square, a
// whole number of pixels for each square in view; RenderView panics if it is not.
func (w *World) RenderView(dst *image.RGBA) {
	if w.config.Full {
		w.Render(dst)
		return
	}
	size := tileSize(dst, w.view, w.view)
	var rows [maxView]uint32
	w.visible(rows[:])
	i, right := w.corner()
	for vy := w.view - 1; vy >= 0; vy-- {
		for vx := range w.view {
			look := tileLook{cell: emptyCell, agent: noAgent}
			if rows[vy]>>vx&1 == 1 {
				look.cell, look.lit = w.grid.cells[i+vx*right]&shown, true
			}
			if vy == w.view-1 && vx == w.view/2 {
				look.cell, look.agent = w.held()&shown, 3
			}
			w.draw(dst, look, vx, vy, size)
		}
		i += w.grid.ahead(w.dir)
	}
}

func (w *World) renderGrid(dst *image.RGBA, light bool) {
	g := &w.grid
	size := tileSize(dst, g.w, g.h)
	lit := w.lit(light)
	for y := range g.h {
		for x, c := range g.row(y) {
			look := tileLook{c & shown, noAgent, lit[y*g.w+x]}
			if x == w.x && y == w.y {
				look.agent = int8(w.dir)
			}
			w.draw(dst, look, x, y, size)
		}
	}
}

// lit returns which squares are in view, [h, w], or all dark. It is valid until the next call.
func (w *World) lit(light bool) []bool {
	g := &w.grid
	if w.tiles.lit == nil {
		w.tiles.lit = make([]bool, g.w*g.h)
	}
	lit := w.tiles.lit
	clear(lit)
	if !light {
		return lit
	}
	var rows [maxView]uint32
	w.visible(rows[:])
	dx, dy := toward(w.dir)
	rx, ry := -dy, dx
	for vy := range w.view {
		for vx := range w.view {
			depth, side := w.view-1-vy, vx-w.view/2
			x, y := w.x+depth*dx+side*rx, w.y+depth*dy+side*ry
			if rows[vy]>>vx&1 == 1 && g.inside(x, y) {
				lit[y*g.w+x] = true
			}
		}
	}
	return lit
}

// tileSize returns the pixels per tile in a picture of across by down tiles.
func tileSize(dst *image.RGBA, across, down int) int {
	size := dst.Rect.Dx() / across
	if size < 1 || dst.Rect.Dx() != size*across || dst.Rect.Dy() != size*down {
		panic("minigrid: the picture does not hold whole square tiles")
	}
	return size
}

// draw copies the tile to column x and row y of dst.
func (w *World) draw(dst *image.RGBA, look tileLook, x, y, size int) {
	pix := w.tiles.tile(look, size)
	at := dst.PixOffset(dst.Rect.Min.X+x*size, dst.Rect.Min.Y+y*size)
	for row := range size {
		copy(dst.Pix[at+row*dst.Stride:], pix[4*size*row:4*size*(row+1)])
	}
}
