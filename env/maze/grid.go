package maze

// grid is a map of square tiles, walls and floor; tile y*w+x is at x to the right and y downwards. Its border is wall.
type grid struct {
	w, h int
	wall []bool // [h*w]
}

func newGrid(w, h int) grid { return grid{w, h, make([]bool, w*h)} }

// The sides of a tile, clockwise.
const (
	north = iota
	east
	south
	west
	sides
)

// beyond returns the tile on a side of one that is not on the border.
func (g *grid) beyond(tile, side int) int {
	switch side {
	case north:
		return tile - g.w
	case east:
		return tile + 1
	case south:
		return tile + g.w
	}
	return tile - 1
}

func (g *grid) tile(x, y int) int { return y*g.w + x }

// at returns the tile that holds a point.
func (g *grid) at(x, y float64) int { return int(y)*g.w + int(x) }

// middle returns the middle of a tile.
func (g *grid) middle(tile int) (x, y float64) {
	return float64(tile%g.w) + 0.5, float64(tile/g.w) + 0.5
}

// unreachable is the distance of what cannot be reached.
const unreachable = 1 << 30

// flood measures ways: dst[t] becomes the number of steps, over floor and through no corner, from tile t to the nearest tile that
// is 0 in dst. All others must be unreachable beforehand. queue has room for every tile.
func (g *grid) flood(dst, queue []int32) {
	n := 0
	for t, d := range dst {
		if d == 0 {
			queue[n] = int32(t)
			n++
		}
	}
	for i := 0; i < n; i++ {
		t := int(queue[i])
		for side := range sides {
			if u := g.beyond(t, side); !g.wall[u] && dst[u] == unreachable {
				dst[u] = dst[t] + 1
				queue[n] = int32(u)
				n++
			}
		}
	}
}

// floors counts the tiles that are not wall.
func (g *grid) floors() int {
	n := 0
	for _, wall := range g.wall {
		if !wall {
			n++
		}
	}
	return n
}
