package minigrid

import "encoding/binary"

const (
	viewSize = 7  // the side of the square that agents see, the only one with a fast path
	maxView  = 31 // the largest, for its rows to fit into the bits of visible
)

// What is seen is found row by row, from the agent's row ahead, with bits for squares: bit i is column i of the view. A row's
// seen squares follow from the seen squares that the row before left to it and the row's opaque squares.

// spread returns the squares of a row of n that are seen, and the squares of the row ahead that they show. seen are those
// that the row before showed, open those that do not block the view. A seen, open square shows its neighbours ahead and
// aside, first in a pass to the right, then in a pass to the left; the last square of a row does not act in the first pass
// and the first not in the second.
func spread(seen, open uint32, n int) (row, ahead uint32) {
	right := open &^ (1 << (n - 1))
	seen |= (seen&right + right) ^ right // the carry runs from a seen square through all that follow and act, and into one more
	acted := seen & right
	ahead = acted | acted<<1
	left := open &^ 1
	way := left >> 1 // squares whose right neighbour acts; then the two to the right, and so on, twice as far each time
	seen |= way & (seen >> 1)
	way &= way >> 1
	seen |= way & (seen >> 2)
	way &= way >> 2
	seen |= way & (seen >> 4)
	way &= way >> 4
	seen |= way & (seen >> 8)
	way &= way >> 8
	seen |= way & (seen >> 16)
	acted = seen & left
	return seen, ahead | acted | acted>>1
}

// rowSight is spread for rows of viewSize: entry seen<<7|opaque holds row in its low seven bits and ahead above them.
var rowSight = func() (table [1 << (2 * viewSize)]uint16) {
	const all = 1<<viewSize - 1
	for i := range table {
		row, ahead := spread(uint32(i>>viewSize), ^uint32(i)&all, viewSize)
		table[i] = uint16(ahead<<viewSize | row)
	}
	return table
}()

// rowBytes holds, for every set of seen squares of a row, the mask of its 21 bytes, little endian in three words.
var rowBytes = func() (table [1 << viewSize][3]uint64) {
	for i := range table {
		for b := range 3 * viewSize {
			if i>>(b/3)&1 == 1 {
				table[i][b/8] |= 0xff << (b % 8 * 8)
			}
		}
	}
	return table
}()

// observe writes the observation.
func (w *World) observe(obs []byte, vec []float32) {
	v := (*[4]float32)(vec)
	*v = [4]float32{}
	v[w.dir&3] = 1
	copy(vec[4:], w.spoken)
	if !w.plain {
		w.present(obs, vec)
		return
	}
	w.lookUsual(obs)
}

// lookUsual writes the image of a view of viewSize.
func (w *World) lookUsual(obs []byte) {
	w.look((*[viewSize * viewSize * 3]byte)(obs))
	show(obs[3*(viewSize*(viewSize-1)+viewSize/2):], w.held())
}

// held returns what the agent's own square shows.
func (w *World) held() cell {
	if w.carrying != nothing {
		return w.carrying
	}
	return emptyCell
}

// show writes one square.
func show(dst []byte, c cell) {
	_ = dst[2]
	dst[0], dst[1], dst[2] = byte(c), byte(c>>8), byte(c>>16)
}

// corner returns the index of the square at the left end of the agent's own row of the view, and the way to the right.
func (w *World) corner() (index, right int) {
	right = w.grid.ahead(w.dir + 1)
	return w.grid.index(w.x, w.y) - w.view/2*right, right
}

// look writes the image of a view of viewSize, a row at a time.
func (w *World) look(obs *[viewSize * viewSize * 3]byte) {
	const rowLen = 3 * viewSize
	cells := w.grid.cells
	ahead := w.grid.ahead(w.dir)
	i, right := w.corner()
	hides := w.sight
	seen := 1 << (viewSize / 2)
	for o := (viewSize - 1) * rowLen; o >= 0; o -= rowLen {
		a, b, c, d := cells[i], cells[i+right], cells[i+2*right], cells[i+3*right]
		e, f, g := cells[i+4*right], cells[i+5*right], cells[i+6*right]
		blocked := a&hides>>31 | b&hides>>30 | c&hides>>29 | d&hides>>28 | e&hides>>27 | f&hides>>26 | g&hides>>25
		sight := int(rowSight[seen<<viewSize|int(blocked)])
		mask := &rowBytes[sight&(1<<viewSize-1)]
		a, b, c, d, e, f, g = a&shown, b&shown, c&shown, d&shown, e&shown, f&shown, g&shown
		first := (uint64(a) | uint64(b)<<24 | uint64(c)<<48) & mask[0]
		second := (uint64(c)>>16 | uint64(d)<<8 | uint64(e)<<32 | uint64(f)<<56) & mask[1]
		third := (uint64(f)>>8 | uint64(g)<<16) & mask[2]
		row := obs[o : o+rowLen : o+rowLen]
		binary.LittleEndian.PutUint64(row[13:], second>>40|third<<24) // overlaps the second
		binary.LittleEndian.PutUint64(row[8:], second)
		binary.LittleEndian.PutUint64(row, first)
		seen = sight >> viewSize
		i += ahead
	}
}

// visible sets rows[vy] to the seen squares of row vy of the view, as bits.
func (w *World) visible(rows []uint32) {
	i, right := w.corner()
	seen := uint32(1) << (w.view / 2)
	for vy := w.view - 1; vy >= 0; vy-- {
		var blocked uint32
		for vx := range w.view {
			blocked |= uint32(w.grid.cells[i+vx*right]&w.sight>>31) << vx
		}
		rows[vy], seen = spread(seen, ^blocked&(1<<w.view-1), w.view)
		i += w.grid.ahead(w.dir)
	}
}

// lookAny writes the image of a view of any size, a row at a time.
func (w *World) lookAny(obs []byte) {
	n := w.view
	ahead := w.grid.ahead(w.dir)
	i, right := w.corner()
	hides := w.sight
	seen := uint32(1) << (n / 2)
	var buf [maxView]cell
	cells := buf[:n]
	for vy := n - 1; vy >= 0; vy-- {
		blocked, at := uint32(0), i
		for vx := range cells {
			c := w.grid.cells[at]
			cells[vx] = c & shown
			blocked |= uint32(c&hides>>31) << vx
			at += right
		}
		var row uint32
		row, seen = spread(seen, ^blocked&(1<<n-1), n)
		out := obs[3*n*vy : 3*n*(vy+1)]
		for _, c := range cells[:n-1] {
			binary.LittleEndian.PutUint32(out, uint32(c)&-(row&1)) // the next square overwrites the fourth byte
			out, row = out[3:], row>>1
		}
		show(out, cells[n-1]&-cell(row&1))
		i += ahead
	}
	show(obs[3*(n*(n-1)+n/2):], w.held())
}
