package live

import (
	"encoding/binary"
	"errors"
	"math"
)

// codec writes values behind one another, or reads them: what is written is described once, and so is read alike. Of a message that is
// too short, what is missing is zero, and bad is set.
type codec struct {
	b       []byte // written so far, or left to read
	reading bool
	bad     bool
}

var errFormat = errors.New("live: a message is malformed")

// end reports whether all was there, and nothing else.
func (c *codec) end() error {
	if c.bad || c.reading && len(c.b) > 0 {
		return errFormat
	}
	return nil
}

// take returns the next n bytes to read; nil if there are fewer.
func (c *codec) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.bad, c.b = true, nil
		return nil
	}
	b := c.b[:n:n]
	c.b = c.b[n:]
	return b
}

// number codes an integer in eight bytes.
func number[N int64 | uint64](c *codec, p *N) {
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint64(c.b, uint64(*p))
		return
	}
	*p = 0
	if b := c.take(8); b != nil {
		*p = N(binary.LittleEndian.Uint64(b))
	}
}

func (c *codec) double(p *float64) {
	bits := math.Float64bits(*p)
	number(c, &bits)
	*p = math.Float64frombits(bits)
}

func (c *codec) float(p *float32) {
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint32(c.b, math.Float32bits(*p))
		return
	}
	*p = 0
	if b := c.take(4); b != nil {
		*p = math.Float32frombits(binary.LittleEndian.Uint32(b))
	}
}

// length codes how many elements follow, which take at least so many bytes each.
func (c *codec) length(n, least int) int {
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint32(c.b, uint32(n))
		return n
	}
	b := c.take(4)
	if b == nil {
		return 0
	}
	if n := binary.LittleEndian.Uint32(b); uint64(n)*uint64(least) <= uint64(len(c.b)) {
		return int(n)
	}
	c.take(-1)
	return 0
}

// list codes the length of a slice, whose elements the caller codes.
func list[E any](c *codec, p *[]E, least int) {
	n := c.length(len(*p), least)
	if !c.reading {
		return
	}
	if n > cap(*p) {
		*p = make([]E, n)
	}
	*p = (*p)[:n]
}

func (c *codec) floats(p *[]float32) {
	list(c, p, 4)
	for i := range *p {
		c.float(&(*p)[i])
	}
}

func (c *codec) bytes(p *[]byte) {
	n := c.length(len(*p), 1)
	if !c.reading {
		c.b = append(c.b, *p...)
		return
	}
	*p = append((*p)[:0], c.take(n)...)
}

func (c *codec) text(p *string) {
	n := c.length(len(*p), 1)
	if !c.reading {
		c.b = append(c.b, *p...)
		return
	}
	if b := c.take(n); string(b) != *p {
		*p = string(b)
	}
}
