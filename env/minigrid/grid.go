package minigrid

// grid holds the squares row by row. It is surrounded by as many walls as the agent can see, so that no view leaves the slice.
type grid struct {
	w, h   int
	pad    int
	stride int
	cells  []cell // [h+2*pad, stride]
}

func newGrid(w, h, pad int) grid {
	g := grid{w: w, h: h, pad: pad, stride: w + 2*pad}
	g.cells = make([]cell, g.stride*(h+2*pad))
	for i := range g.cells {
		g.cells[i] = wallCell
	}
	g.clear()
	return g
}

// row returns the squares of row y.
func (g *grid) row(y int) []cell {
	i := g.index(0, y)
	return g.cells[i : i+g.w : i+g.w]
}

func (g *grid) index(x, y int) int   { return (y+g.pad)*g.stride + x + g.pad }
func (g *grid) at(x, y int) cell     { return g.cells[g.index(x, y)] }
func (g *grid) set(x, y int, c cell) { g.cells[g.index(x, y)] = c }
func (g *grid) inside(x, y int) bool { return uint(x) < uint(g.w) && uint(y) < uint(g.h) }

// ahead returns how far the next square in a direction, modulo 4, is in cells.
func (g *grid) ahead(dir int) int { return [4]int{1, g.stride, -1, -g.stride}[dir&3] }

// toward returns the step to the next square in a direction.
func toward(dir int) (dx, dy int) {
	return [4]int{1, 0, -1, 0}[dir&3], [4]int{0, 1, 0, -1}[dir&3]
}

// clear empties every square.
func (g *grid) clear() {
	for y := range g.h {
		row := g.row(y)
		for x := range row {
			row[x] = emptyCell
		}
	}
}

// horz fills n squares to the right of and with (x, y).
func (g *grid) horz(x, y, n int, c cell) {
	for i := range n {
		g.set(x+i, y, c)
	}
}

// vert fills n squares below and with (x, y).
func (g *grid) vert(x, y, n int, c cell) {
	for i := range n {
		g.set(x, y+i, c)
	}
}

// border walls in the rectangle.
func (g *grid) border(r rect) {
	g.horz(r.x, r.y, r.w, wallCell)
	g.horz(r.x, r.y+r.h-1, r.w, wallCell)
	g.vert(r.x, r.y, r.h, wallCell)
	g.vert(r.x+r.w-1, r.y, r.h, wallCell)
}

// all returns the rectangle of the whole grid.
func (g *grid) all() rect { return rect{0, 0, g.w, g.h} }

// rect is a rectangle of squares.
type rect struct{ x, y, w, h int }
