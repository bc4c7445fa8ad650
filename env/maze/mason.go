package maze

import "github.com/auxrl/auxrl/internal/rng"

// blueprint says what a maze is made of: cells in rows and columns, on every second tile of a grid, with a wall or a passage between
// neighbours.
type blueprint struct {
	cols, rows  int
	rooms       int // most rooms that are tried for
	least, most int // cells along a side of a room
	loops       int // per cent of dead ends that get a second way out
}

// size returns the tiles of a grid for the plan.
func (p blueprint) size() (w, h int) { return 2*p.cols + 1, 2*p.rows + 1 }

// mason builds mazes; it holds the memory for it.
type mason struct {
	blueprint
	g     *grid
	room  []int32 // [cells] 1 and up; 0: corridor
	seen  []bool  // [cells]
	stack []int32
}

func newMason(p blueprint, g *grid) *mason {
	n := p.cols * p.rows
	return &mason{blueprint: p, g: g, room: make([]int32, n), seen: make([]bool, n), stack: make([]int32, 0, n)}
}

// tileOf returns the tile of a cell.
func (m *mason) tileOf(cell int) int { return m.g.tile(2*(cell%m.cols)+1, 2*(cell/m.cols)+1) }

// next returns the neighbour of a cell on a side, or -1.
func (m *mason) next(cell, side int) int {
	x, y := cell%m.cols, cell/m.cols
	switch {
	case side == north && y > 0:
		return cell - m.cols
	case side == east && x < m.cols-1:
		return cell + 1
	case side == south && y < m.rows-1:
		return cell + m.cols
	case side == west && x > 0:
		return cell - 1
	}
	return -1
}

// build makes a maze: rooms that do not touch, a spanning tree of winding corridors over all that is left (recursive
// backtracking), then second ways out of dead ends.
func (m *mason) build(d *rng.Stream) {
	for i := range m.g.wall {
		m.g.wall[i] = true
	}
	clear(m.room)
	clear(m.seen)
	m.furnish(d)
	m.wind(d)
	m.loop(d)
}

// furnish digs the rooms.
func (m *mason) furnish(d *rng.Stream) {
	found := int32(0)
	for range 8 * m.rooms {
		w, h := m.least+d.Below(m.most-m.least+1), m.least+d.Below(m.most-m.least+1)
		x, y := d.Below(m.cols-w+1), d.Below(m.rows-h+1)
		if int(found) == m.rooms || !m.vacant(x, y, w, h) {
			continue
		}
		found++
		for cy := y; cy < y+h; cy++ {
			for cx := x; cx < x+w; cx++ {
				m.room[cy*m.cols+cx] = found
			}
		}
		for ty := 2*y + 1; ty < 2*(y+h); ty++ {
			for tx := 2*x + 1; tx < 2*(x+w); tx++ {
				m.g.wall[m.g.tile(tx, ty)] = false
			}
		}
	}
}

// vacant says that no cell of a rectangle is in a room. Rooms may be neighbours: there is a wall between them.
func (m *mason) vacant(x, y, w, h int) bool {
	for cy := y; cy < y+h; cy++ {
		for cx := x; cx < x+w; cx++ {
			if m.room[cy*m.cols+cx] != 0 {
				return false
			}
		}
	}
	return true
}

// wind digs a spanning tree. The cells of a room are visited all at once.
func (m *mason) wind(d *rng.Stream) {
	m.stack = m.stack[:0]
	m.visit(d.Below(len(m.room)))
	for len(m.stack) > 0 {
		cell := int(m.stack[len(m.stack)-1])
		var options [sides]int
		n := 0
		for side := range sides {
			if c := m.next(cell, side); c >= 0 && !m.seen[c] {
				options[n] = side
				n++
			}
		}
		if n == 0 {
			m.stack = m.stack[:len(m.stack)-1]
			continue
		}
		side := options[d.Below(n)]
		m.dig(cell, side)
		m.visit(m.next(cell, side))
	}
}

// visit marks a cell, and its whole room, as reached.
func (m *mason) visit(cell int) {
	room := m.room[cell]
	if room == 0 {
		m.enter(cell)
		return
	}
	for c, r := range m.room {
		if r == room && c != cell {
			m.enter(c)
		}
	}
	m.enter(cell) // on top of the stack: the corridor goes on from here
}

func (m *mason) enter(cell int) {
	m.seen[cell] = true
	m.g.wall[m.tileOf(cell)] = false
	m.stack = append(m.stack, int32(cell))
}

// dig opens the wall on a side of a cell.
func (m *mason) dig(cell, side int) { m.g.wall[m.g.beyond(m.tileOf(cell), side)] = false }

// loop opens some dead ends.
func (m *mason) loop(d *rng.Stream) {
	for cell := range m.room {
		if d.Below(100) >= m.loops {
			continue
		}
		open, closed := 0, [sides]int{}
		n := 0
		for side := range sides {
			switch {
			case !m.g.wall[m.g.beyond(m.tileOf(cell), side)]:
				open++
			case m.next(cell, side) >= 0:
				closed[n] = side
				n++
			}
		}
		if open == 1 && n > 0 {
			m.dig(cell, closed[d.Below(n)])
		}
	}
}
