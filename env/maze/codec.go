package maze

import (
	"encoding/binary"
	"errors"
	"math"
)

var (
	errShort = errors.New("damaged: the state ends early")
	errLong  = errors.New("damaged: bytes after the end")
	errRange = errors.New("damaged: a value that no world has")
)

// codec saves and restores states, field by field: one description serves both ways. A restored value is refused unless it is
// in its range. After an error nothing more is read.
type codec struct {
	b       []byte // saved so far, or yet to be restored
	restore bool
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

func (c *codec) uint64(v *uint64) {
	if !c.restore {
		c.b = binary.LittleEndian.AppendUint64(c.b, *v)
	} else if b := c.take(8); b != nil {
		*v = binary.LittleEndian.Uint64(b)
	}
}

// int is a number in lo..hi.
func (c *codec) int(v *int, lo, hi int) {
	u := uint64(*v)
	c.uint64(&u)
	if n := int(int64(u)); c.restore && c.err == nil {
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

// float is a number in lo..hi.
func (c *codec) float(v *float64, lo, hi float64) {
	u := math.Float64bits(*v)
	c.uint64(&u)
	if x := math.Float64frombits(u); c.restore && c.err == nil {
		if c.check(x >= lo && x <= hi); c.err == nil {
			*v = x
		}
	}
}
