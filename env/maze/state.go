package maze

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/auxrl/auxrl/internal/rng"
)

// stateVersion is the first byte of a saved state. It changes with what World saves.
const stateVersion = 1

// AppendState appends everything: id and settings, generator, the episode if there is one, and a check sum. The level is saved as
// its number.
func (w *World) AppendState(b []byte) []byte {
	start := len(b)
	c := &codec{b: w.appendHead(b)}
	c.b = w.draws.AppendState(c.b)
	w.code(c)
	return binary.LittleEndian.AppendUint32(c.b, crc32.ChecksumIEEE(c.b[start:]))
}

// appendHead appends what says whose state it is.
func (w *World) appendHead(b []byte) []byte {
	b = append(b, stateVersion, byte(len(w.spec.ID)))
	b = append(b, w.spec.ID...)
	b = append(b, byte(w.cfg.Actions))
	b = binary.LittleEndian.AppendUint32(b, w.cfg.Levels.First)
	b = binary.LittleEndian.AppendUint32(b, w.cfg.Levels.Count)
	b = binary.LittleEndian.AppendUint64(b, w.cfg.Layout)
	return binary.LittleEndian.AppendUint64(b, w.cfg.Texture)
}

// RestoreState takes up what AppendState appended in a world of the same id and settings; the size of the image may differ. After
// an error the world has no episode.
func (w *World) RestoreState(b []byte) error {
	if err := w.restore(b); err != nil {
		w.phase = idle
		return fmt.Errorf("maze: restore %s: %w", w.spec.ID, err)
	}
	return nil
}

func (w *World) restore(b []byte) error {
	if len(b) < 4 {
		return errShort
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errors.New("damaged: the check sum is wrong")
	}
	c := &codec{b: body, restore: true}
	if head := w.appendHead(nil); string(c.take(len(head))) != string(head) && c.err == nil {
		return errors.New("the state of another world, or of other settings")
	}
	if draws := c.take(rng.StateLen); draws != nil {
		c.err = w.draws.RestoreState(draws)
	}
	w.code(c)
	switch {
	case c.err != nil:
		return c.err
	case len(c.b) > 0:
		return errLong
	}
	return nil
}

// code saves or restores the episode.
func (w *World) code(c *codec) {
	at := int(w.phase)
	c.int(&at, int(idle), int(over))
	if c.err != nil {
		return
	}
	w.phase = phase(at)
	if w.phase == idle {
		w.steps = 0
		return
	}
	number := int(w.number)
	c.int(&number, 0, 2*TestLevel-1)
	c.check(w.cfg.Levels.has(uint32(number)))
	if c.err != nil {
		return
	}
	w.enter(uint32(number))
	w.codeAgent(c)
	w.codeThings(c)
	w.codeTrail(c)
	if c.restore && c.err == nil {
		w.survey()
		w.stale = true
	}
}

func (w *World) codeAgent(c *codec) {
	most := w.rules.limit
	if w.phase == running {
		most--
	}
	c.int(&w.steps, 0, most)
	c.flag(&w.finished)
	w.codePlace(c, &w.body.x, &w.body.y)
	c.int(&w.body.heading, 0, turns-1)
	for i := range w.velocity {
		c.float(&w.velocity[i], -2, 2)
	}
	c.int(&w.gains, 0, w.rules.limit*maxThings)
	c.uint64(&w.marks)
	c.check(w.marks>>len(w.spec.Milestones) == 0)
	c.float(&w.outset, 0, unreachable)
}

// codePlace is a point on the floor.
func (w *World) codePlace(c *codec, x, y *float64) {
	g := &w.level.grid
	c.float(x, 0, float64(g.w-1))
	c.float(y, 0, float64(g.h-1))
	if c.restore && c.err == nil {
		c.check(!g.wall[g.at(*x, *y)])
	}
}

func (w *World) codeThings(c *codec) {
	n := len(w.things)
	c.int(&n, 0, maxThings)
	if c.err != nil {
		return
	}
	w.things = w.things[:n]
	for i := range w.things {
		t := &w.things[i]
		k, tile := int(t.kind), int(t.tile)
		c.int(&k, 0, int(kinds)-1)
		c.int(&tile, 0, len(w.level.wall)-1)
		c.flag(&t.gone)
		if c.restore && c.err == nil {
			c.check(!w.level.wall[tile])
			t.kind, t.tile = kind(k), int32(tile)
		}
	}
	c.int(&w.asked, 0, max(n-1, 0))
}

func (w *World) codeTrail(c *codec) {
	n := len(w.trail.x)
	c.int(&n, 1, w.steps+1)
	if c.err != nil {
		return
	}
	if c.restore {
		w.trail.clear()
	}
	for i := range n {
		var x, y float64
		if !c.restore {
			x, y = w.trail.x[i], w.trail.y[i]
		}
		w.codePlace(c, &x, &y)
		if c.restore && c.err == nil {
			w.trail.add(x, y)
		}
	}
}
