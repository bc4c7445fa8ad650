package replay

import (
	"bytes"
	"encoding/binary"
	"math"
)

// A state may also be had in pieces. Segment k is the rows k*SegmentRows and on, as many, of every world; the rest is what stands in no
// whole segment, and the numbers of the rows. What a piece holds depends on the past alone, not on when it was saved: a segment is
// the same as long as it can be had.

// SegmentRows returns how many rows of a world are a segment.
func (r *Ring) SegmentRows() int { return min(max(r.cfg.Capacity/64, 8), 256) }

// Segments returns which segments are whole: lo..hi-1, none if they are equal.
func (r *Ring) Segments() (lo, hi int64) {
	n := int64(r.SegmentRows())
	hi = math.MaxInt64
	for i := range r.worlds {
		w := &r.worlds[i]
		lo = max(lo, (w.lo+n-1)/n)
		hi = min(hi, max(w.hi-1, 0)/n) // the newest row still changes
	}
	return lo, max(lo, hi)
}

// AppendSegment appends segment k, which is whole.
func (r *Ring) AppendSegment(b []byte, k int64) []byte {
	n := int64(r.SegmentRows())
	c := codec{b: b}
	for i := range r.worlds {
		r.codeRows(&c, i, k*n, (k+1)*n)
	}
	return c.b
}

// AppendRest appends all that is in no segment.
func (r *Ring) AppendRest(b []byte) []byte {
	b = r.cfg.appendHead(b)
	lo, hi := r.Segments()
	n := int64(r.SegmentRows())
	for i := range r.worlds {
		w := &r.worlds[i]
		for _, v := range [...]int64{w.lo, w.hi, w.added} {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	}
	c := codec{b: b}
	for i := range r.worlds {
		w := &r.worlds[i]
		if lo == hi {
			r.codeRows(&c, i, w.lo, w.hi)
			continue
		}
		r.codeRows(&c, i, w.lo, lo*n)
		r.codeRows(&c, i, hi*n, w.hi)
	}
	return c.b
}

// RestorePieces continues what AppendRest and AppendSegment saved of a Ring with the same Config; segment returns one of them, which
// it may use again for the next. After an error the Ring is empty.
func (r *Ring) RestorePieces(rest []byte, segment func(k int64) ([]byte, error)) error {
	r.Clear()
	err := r.restorePieces(rest, segment)
	if err != nil {
		r.Clear()
	}
	return err
}

func (r *Ring) restorePieces(b []byte, segment func(k int64) ([]byte, error)) error {
	b, ok := bytes.CutPrefix(b, r.cfg.appendHead(nil))
	if !ok {
		return errSettings
	}
	for i := range r.worlds {
		if err := r.restoreNumbers(i, b); err != nil {
			return err
		}
		b = b[worldState:]
	}
	lo, hi := r.Segments()
	n := int64(r.SegmentRows())
	for k := lo; k < hi; k++ {
		data, err := segment(k)
		if err != nil {
			return err
		}
		if len(data) != len(r.worlds)*int(n)*r.rowState() {
			return errLength
		}
		c := codec{b: data, restore: true}
		for i := range r.worlds {
			r.codeRows(&c, i, k*n, (k+1)*n)
		}
	}
	c := codec{b: b, restore: true}
	for i := range r.worlds {
		w := &r.worlds[i]
		parts := [2][2]int64{{w.lo, lo * n}, {hi * n, w.hi}}
		if lo == hi {
			parts = [2][2]int64{{w.lo, w.hi}}
		}
		for _, p := range parts {
			if int64(len(c.b)) < (p[1]-p[0])*int64(r.rowState()) {
				return errLength
			}
			r.codeRows(&c, i, p[0], p[1])
		}
	}
	if len(c.b) != 0 {
		return errLength
	}
	for i := range r.worlds {
		if !r.rebuild(i) {
			return errDamaged
		}
	}
	return nil
}

// codeRows saves or restores the rows lo..hi-1 of a world.
func (r *Ring) codeRows(c *codec, world int, lo, hi int64) {
	for row := lo; row < hi; row++ {
		r.codeRow(c, r.place(world, row))
	}
}
