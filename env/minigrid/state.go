package minigrid

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// stateVersion is the first byte of a saved state. It changes with the layout below.
const stateVersion = 2

// AppendState appends everything: id, generator, agent, clock, last result, objects and their contents, squares, what the
// family keeps, and a check sum.
func (w *World) AppendState(b []byte) []byte {
	start := len(b)
	b = w.appendOwn(b)
	if k, ok := w.family.(keeper); ok {
		b = k.appendState(b)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

// appendOwn appends all but the family's part and the check sum.
func (w *World) appendOwn(b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, stateVersion, byte(len(w.entry.id)))
	b = append(b, w.entry.id...)
	b = w.rng.AppendState(b)
	b = append(b, byte(w.x), byte(w.y), byte(w.dir), byte(w.phase), flag(w.terminated), flag(w.truncated))
	b = le.AppendUint32(b, uint32(w.steps))
	b = le.AppendUint32(b, uint32(w.limit))
	b = le.AppendUint64(b, w.milestones)
	b = le.AppendUint64(b, math.Float64bits(w.reward))
	b = appendCell(b, w.carrying)
	b = append(b, byte(w.objects))
	for _, c := range w.contents[1 : w.objects+1] {
		b = appendCell(b, c)
	}
	for y := range w.grid.h {
		for _, c := range w.grid.row(y) {
			b = appendCell(b, c)
		}
	}
	return b
}

// appendCell appends kind, colour, state and number.
func appendCell(b []byte, c cell) []byte {
	return append(appendShown(b, c), byte(c.number()))
}

// RestoreState takes up what AppendState appended in a world of the same id. On an error the world is as it was.
func (w *World) RestoreState(b []byte) error {
	if err := w.restore(b); err != nil {
		return fmt.Errorf("minigrid: restore %s: %w", w.entry.id, err)
	}
	return nil
}

var (
	errSum     = errors.New("damaged: the check sum is wrong")
	errShort   = errors.New("damaged: the state ends early")
	errLong    = errors.New("damaged: bytes after the end")
	errEpisode = errors.New("damaged: impossible agent, clock or end")
	errCell    = errors.New("damaged: impossible square")
	errTwice   = errors.New("damaged: an object is in two places")
	errMission = errors.New("damaged: impossible mission")
	errMissing = errors.New("damaged: an object of the task is missing")
)

func (w *World) restore(b []byte) error {
	if len(b) < 4 {
		return errShort
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errSum
	}
	r := &reader{b: body}
	if v := r.byte(); r.ok() && v != stateVersion {
		return fmt.Errorf("state of version %d, want %d", v, stateVersion)
	}
	if id := string(r.bytes(int(r.byte()))); r.ok() && id != w.entry.id {
		return fmt.Errorf("state of %q", id)
	}
	n := *w // takes up what is read; w changes when all is well
	n.grid = newGrid(w.grid.w, w.grid.h, w.grid.pad)
	n.read(r)
	switch {
	case r.err != nil:
		return r.err
	case !n.possible():
		return errEpisode
	}
	n.adopt(w.entry.family())
	if k, ok := n.family.(keeper); ok {
		if err := k.restoreState(&n, r.b); err != nil {
			return err
		}
	} else if len(r.b) > 0 {
		return errLong
	}
	n.measured = false
	n.spoken = make([]float32, len(w.spoken))
	if n.phase != idle && !n.speak() {
		return errMission
	}
	*w = n
	return nil
}

// read takes up all but the family's part.
func (w *World) read(r *reader) {
	if rng := r.bytes(npyrand.StateLen); r.ok() {
		r.fail(w.rng.RestoreState(rng))
	}
	w.x, w.y, w.dir = int(r.byte()), int(r.byte()), int(r.byte())
	w.phase = phase(r.byte())
	w.terminated, w.truncated = r.flag(), r.flag()
	w.steps, w.limit = int(r.uint32()), int(r.uint32())
	w.milestones = r.uint64()
	w.reward = math.Float64frombits(r.uint64())

	carrying := r.bytes(4)
	w.objects = int(r.byte())
	if w.objects > maxObjects {
		r.fail(errCell)
		return
	}
	r.objects = w.objects
	w.carrying = r.decode(carrying)
	if w.carrying != nothing && !w.carrying.portable() {
		r.fail(errCell)
	}
	clear(w.contents[:])
	for i := range w.objects {
		w.contents[i+1] = r.decode(r.bytes(4))
	}
	for y := range w.grid.h {
		row := w.grid.row(y)
		for x := range row {
			if row[x] = r.decode(r.bytes(4)); row[x] == nothing {
				r.fail(errCell)
			}
		}
	}
}

// possible says whether agent, clock and end can be so.
func (w *World) possible() bool {
	if !w.grid.inside(w.x, w.y) || w.dir > 3 || w.phase > over {
		return false
	}
	if w.entry.limit > 0 && w.limit != w.entry.limit || w.steps > w.limit || w.phase == running && w.steps == w.limit {
		return false
	}
	if w.milestones>>len(w.spec.Milestones) != 0 {
		return false
	}
	if math.IsNaN(w.reward) || math.IsInf(w.reward, 0) {
		return false
	}
	ended := w.terminated || w.truncated
	return ended == (w.phase == over) && w.truncated == (ended && w.steps == w.limit)
}

// reader takes a saved state apart. After an error it gives zeros.
type reader struct {
	b       []byte
	err     error
	objects int                  // numbers that objects may have
	met     [maxObjects + 1]bool // objects read so far
}

func (r *reader) ok() bool { return r.err == nil }

// fail keeps the first error.
func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

var zeros [256]byte

// bytes returns the next n bytes, at most 255.
func (r *reader) bytes(n int) []byte {
	if r.err == nil && len(r.b) < n {
		r.err = errShort
	}
	if r.err != nil {
		return zeros[:n]
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte     { return r.bytes(1)[0] }
func (r *reader) uint32() uint32 { return binary.LittleEndian.Uint32(r.bytes(4)) }
func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.bytes(8)) }

func (r *reader) flag() bool {
	v := r.byte()
	if v > 1 {
		r.fail(errEpisode)
	}
	return v == 1
}

// decode returns the square of four bytes that appendCell wrote. It refuses what no world holds, and an object met before.
func (r *reader) decode(b []byte) cell {
	k, c, s, n := kind(b[0]), colour(b[1]), state(b[2]), int(b[3])
	v := newCell(k, c, s, n)
	if v == nothing || r.err != nil {
		return nothing
	}
	thing := k == kindDoor || v.portable()
	switch {
	case k <= kindUnseen || k >= kindAgent || c >= colours || s >= states:
		r.fail(errCell)
	case k != kindDoor && s != 0, k == kindEmpty && v != emptyCell:
		r.fail(errCell)
	case thing != (n > 0), n > r.objects:
		r.fail(errCell)
	case thing && r.met[n]:
		r.fail(errTwice)
	}
	if r.err != nil {
		return nothing
	}
	r.met[n] = true
	return v
}
