package minatar

import "math/bits"

// side is the width and height of every game's board. x grows to the right and y downwards from the top left corner.
const side = 10

// full is a row of a board with all squares set.
const full = 1<<side - 1

// board is a set of squares: bit x of row y.
type board [side]uint16

func (b *board) has(x, y int) bool { return b[y]>>x&1 == 1 }
func (b *board) add(x, y int)      { b[y] |= 1 << x }

// count returns how many squares are set.
func (b *board) count() int {
	n := 0
	for _, row := range b {
		n += bits.OnesCount16(row)
	}
	return n
}

// columns returns the columns that have a square.
func (b *board) columns() uint16 {
	all := uint16(0)
	for _, row := range b {
		all |= row
	}
	return all
}

// draw marks the squares in a channel of an observation [side, side, channels].
func (b *board) draw(obs []byte, channels, channel int) {
	for y, row := range b {
		for ; row != 0; row &= row - 1 {
			mark(obs, channels, channel, bits.TrailingZeros16(row), y)
		}
	}
}

// mark sets one square of an observation [side, side, channels].
func mark(obs []byte, channels, channel, x, y int) { obs[(y*side+x)*channels+channel] = 1 }

// inside says whether column x is on the board.
func inside(x int) bool { return uint(x) < side }

// towards returns the step of what moves to the right or to the left.
func towards(right bool) int {
	if right {
		return 1
	}
	return -1
}

// clamp returns x moved into lo..hi.
func clamp(x, lo, hi int) int { return min(max(x, lo), hi) }
