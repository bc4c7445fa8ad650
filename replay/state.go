package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// A state is the settings, then for each world the numbers of its rows and the rows, oldest first. All rows take the same number
// of bytes, and one that a transition leaves never changes again: a checkpoint may keep stretches of them from the one before.

// stateVersion is the first number of a saved state. It changes with what is saved.
const stateVersion = 1

var (
	errSettings = errors.New("replay: restore: the state is of another version or of a ring with other settings")
	errLength   = errors.New("replay: restore: the state has the wrong length")
	errDamaged  = errors.New("replay: restore: the state is damaged")
)

// AppendState appends all that the Ring holds.
func (r *Ring) AppendState(b []byte) []byte {
	rows := 0
	for i := range r.worlds {
		rows += int(r.worlds[i].hi - r.worlds[i].lo)
	}
	head := r.cfg.appendHead(nil)
	b = append(slices.Grow(b, len(head)+worldState*len(r.worlds)+rows*r.rowState()), head...)
	for i := range r.worlds {
		w := &r.worlds[i]
		for _, v := range [...]int64{w.lo, w.hi, w.added} {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
		c := codec{b: b}
		r.codeRows(&c, i, w.lo, w.hi)
		b = c.b
	}
	return b
}

// RestoreState continues what AppendState saved of a Ring with the same Config. After an error the Ring is empty. It keeps no hold
// of b.
func (r *Ring) RestoreState(b []byte) error {
	r.Clear()
	err := r.restore(b)
	if err != nil {
		r.Clear()
	}
	return err
}

func (r *Ring) restore(b []byte) error {
	b, ok := bytes.CutPrefix(b, r.cfg.appendHead(nil))
	if !ok {
		return errSettings
	}
	for i := range r.worlds {
		rest, err := r.restoreWorld(i, b)
		if err != nil {
			return err
		}
		b = rest
	}
	if len(b) != 0 {
		return errLength
	}
	return nil
}

// appendHead appends the settings.
func (c Config) appendHead(b []byte) []byte {
	flags := 0
	for i, on := range [...]bool{c.Phi, c.Marks, c.Key, c.LogP} {
		if on {
			flags |= 1 << i
		}
	}
	for _, v := range [...]int{stateVersion, c.Worlds, c.Capacity, c.Back, c.H, c.W, c.C, max(c.Frames, 1), c.Vec, c.Actions, c.Streams,
		c.State, c.Signals, flags} {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// worldState is the number of bytes before a world's rows.
const worldState = 3 * 8

// restoreWorld takes up one world from the front of b and returns what comes after.
func (r *Ring) restoreWorld(i int, b []byte) (rest []byte, err error) {
	if err := r.restoreNumbers(i, b); err != nil {
		return nil, err
	}
	b = b[worldState:]
	w := &r.worlds[i]
	if int64(len(b)) < (w.hi-w.lo)*int64(r.rowState()) {
		return nil, errLength
	}
	c := codec{b: b, restore: true}
	r.codeRows(&c, i, w.lo, w.hi)
	if !r.rebuild(i) {
		return nil, errDamaged
	}
	return c.b, nil
}

// Within reports whether every frame holds symbols only, of which channel c has codes[c]: what was restored may come from anyone.
func (r *Ring) Within(codes []int) bool {
	for i := range r.worlds {
		for row := r.worlds[i].lo; row < r.worlds[i].hi; row++ {
			frame := r.stored(r.place(i, row))
			for at := range frame {
				if int(frame[at]) >= codes[at%len(codes)] {
					return false
				}
			}
		}
	}
	return true
}

// restoreNumbers takes up the numbers of a world's rows, which are at the front of b.
func (r *Ring) restoreNumbers(i int, b []byte) error {
	if len(b) < worldState {
		return errLength
	}
	w, capacity := &r.worlds[i], int64(r.cfg.Capacity)
	lo, hi, added := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:])), int64(binary.LittleEndian.Uint64(b[16:]))
	if hi < 0 || hi > math.MaxInt64/2 || lo != max(hi-capacity, 0) || added < 0 || added > max(hi-1, 0) {
		return errDamaged
	}
	w.lo, w.hi, w.added = lo, hi, added
	return nil
}

// rebuild computes back and the queues of a world from the flags of its rows, and reports whether such rows can be.
func (r *Ring) rebuild(i int) bool {
	w := &r.worlds[i]
	prev := uint8(0)
	for row := w.lo; row < w.hi; row++ {
		at := r.place(i, row)
		flag := r.flags[at]
		begins := flag&(start|cut) != 0
		if flag > allFlags || flag&start != 0 && flag&cut != 0 || flag&ended != 0 && flag&taken == 0 ||
			flag&terminated != 0 && flag&ended == 0 || flag&taken != 0 && uint32(r.action[at]) >= uint32(r.cfg.Actions) {
			return false
		}
		if row > w.lo && (begins != (prev&taken == 0) || prev&ended != 0 && flag&taken != 0) {
			return false
		}
		switch {
		case begins || row == w.lo:
			r.back[at], w.cut = 0, flag&start == 0 // overwritten is as unknown as cut
		default:
			r.back[at] = min(r.back[r.place(i, row-1)]+1, r.past)
		}
		if row == w.added {
			w.zero.fresh, w.paying.fresh = 0, 0
		}
		if flag&taken != 0 {
			r.list(w, at, row)
		}
		if row == w.hi-1 && (flag&taken != 0 || prev&ended != 0) {
			return false
		}
		prev = flag
	}
	return true
}

// rowState returns the bytes of a row in a state: all that it takes in memory but back and the places in two queues.
func (r *Ring) rowState() int { return r.frame + int(r.cfg.rowBytes()) - 4 - 16 }

// codeRow saves or restores the row that stands in a place.
func (r *Ring) codeRow(c *codec, at int) {
	s := &r.cfg
	c.bytes(r.flags[at : at+1])
	c.bytes(r.stored(at))
	c.int32(&r.action[at])
	c.floats(r.reward[at : at+1])
	c.floats(r.vec[at*s.Vec : (at+1)*s.Vec])
	c.floats(r.signals[at*s.Signals : (at+1)*s.Signals])
	c.floats(r.state[at*s.State : (at+1)*s.State])
	for _, paid := range r.paid {
		c.floats(paid[at : at+1])
	}
	if s.Phi {
		c.floats(r.phi[at : at+1])
	}
	if s.LogP {
		c.floats(r.logp[at : at+1])
	}
	if s.Marks {
		c.uint64(&r.marks[at])
	}
	if s.Key {
		c.uint64(&r.key[at])
	}
}

// codec saves and restores fields: one description serves both ways. What is restored is long enough.
type codec struct {
	b       []byte // saved so far, or yet to be restored
	restore bool
}

func (c *codec) bytes(s []byte) {
	if c.restore {
		c.b = c.b[copy(s, c.b):]
	} else {
		c.b = append(c.b, s...)
	}
}

func (c *codec) int32(v *int32) {
	u := uint32(*v)
	if c.uint32(&u); c.restore {
		*v = int32(u)
	}
}

func (c *codec) uint32(v *uint32) {
	if c.restore {
		*v = binary.LittleEndian.Uint32(c.b)
		c.b = c.b[4:]
	} else {
		c.b = binary.LittleEndian.AppendUint32(c.b, *v)
	}
}

func (c *codec) uint64(v *uint64) {
	if c.restore {
		*v = binary.LittleEndian.Uint64(c.b)
		c.b = c.b[8:]
	} else {
		c.b = binary.LittleEndian.AppendUint64(c.b, *v)
	}
}

func (c *codec) floats(s []float32) {
	for i, v := range s {
		u := math.Float32bits(v)
		if c.uint32(&u); c.restore {
			s[i] = math.Float32frombits(u)
		}
	}
}
