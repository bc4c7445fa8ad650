package minatar

import (
	"encoding/binary"
	"errors"
)

var (
	errShort = errors.New("damaged: the state ends early")
	errLong  = errors.New("damaged: bytes after the end")
	errRange = errors.New("damaged: a value that no game has")
)

// codec saves and restores states, field by field: one description serves both ways. A restored value is refused unless it is
// in its range. After an error nothing more is read.
type codec struct {
	b       []byte // saved so far, or yet to be restored
	restore bool
	over    bool // the episode has ended, so that some more is possible
	err     error
}

// check refuses the state unless ok.
func (c *codec) check(ok bool) {
	if !ok && c.err == nil {
		c.err = errRange
	}
}

// take returns the next n bytes of a state to be restored, or nil.
func (c *codec) take(n int) []byte {
	if c.err == nil && len(c.b) < n {
		c.err = errShort
	}
	if c.err != nil {
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// int is a number in lo..hi, in 32 bits.
func (c *codec) int(v *int, lo, hi int) {
	if !c.restore {
		c.b = binary.LittleEndian.AppendUint32(c.b, uint32(*v))
		return
	}
	if b := c.take(4); b != nil {
		n := int(int32(binary.LittleEndian.Uint32(b)))
		if c.check(n >= lo && n <= hi); c.err == nil {
			*v = n
		}
	}
}

func (c *codec) flag(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	c.int(&n, 0, 1)
	*v = n == 1
}

// board is a set of squares in rows top..bottom.
func (c *codec) board(v *board, top, bottom int) {
	for y := range v {
		row := int(v[y])
		if y >= top && y <= bottom {
			c.int(&row, 0, full)
		}
		v[y] = uint16(row)
	}
}
