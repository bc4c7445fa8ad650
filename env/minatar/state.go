package minatar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"strings"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// stateVersion is the first byte of a saved state. It changes with what World and the games save.
const stateVersion = 1

var errSum = errors.New("damaged: the check sum is wrong")

// AppendState appends everything: id and settings, generator, remembered action, the game unless there was none yet, and a
// check sum.
func (w *World) AppendState(b []byte) []byte {
	start := len(b)
	c := &codec{b: w.appendHead(b)}
	c.b = w.rng.AppendState(c.b)
	w.code(c)
	return binary.LittleEndian.AppendUint32(c.b, crc32.ChecksumIEEE(c.b[start:]))
}

// appendHead appends what says whose state it is.
func (w *World) appendHead(b []byte) []byte {
	id, _, _ := strings.Cut(w.spec.ID, ":") // the options follow as settings
	b = append(b, stateVersion, byte(len(id)))
	b = append(b, id...)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(w.cfg.Sticky))
	b = binary.LittleEndian.AppendUint32(b, uint32(w.cfg.StepLimit))
	if w.cfg.Ramping {
		return append(b, 1)
	}
	return append(b, 0)
}

// code saves or restores all that changes but the generator.
func (w *World) code(c *codec) {
	c.int(&w.last, 0, actions-1)
	at := int(w.phase)
	c.int(&at, int(idle), int(over))
	w.phase = phase(at)
	c.int(&w.steps, 0, w.cfg.StepLimit)
	if w.phase == idle {
		c.check(w.steps == 0 && w.last == actNoop)
		return
	}
	if w.phase == running && w.cfg.StepLimit > 0 {
		c.check(w.steps < w.cfg.StepLimit)
	}
	c.over = w.phase == over
	w.game.code(c)
}

// RestoreState takes up what AppendState appended in a world of the same id and settings. On an error the world is as it was.
func (w *World) RestoreState(b []byte) error {
	if err := w.restore(b); err != nil {
		return fmt.Errorf("minatar: restore %s: %w", w.spec.ID, err)
	}
	return nil
}

func (w *World) restore(b []byte) error {
	if len(b) < 4 {
		return errShort
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errSum
	}
	c := &codec{b: body, restore: true}
	if err := w.checkHead(c); err != nil {
		return err
	}
	n := *w // takes up what is read; w changes when all is well
	n.game = w.title.build(w.cfg.Ramping)
	if rng := c.take(npyrand.RandomStateLen); rng != nil {
		c.err = n.rng.RestoreState(rng)
	}
	n.code(c)
	switch {
	case c.err != nil:
		return c.err
	case len(c.b) > 0:
		return errLong
	}
	*w = n
	return nil
}

// checkHead says whose state it is, if not w's.
func (w *World) checkHead(c *codec) error {
	v := c.take(2)
	switch {
	case v == nil:
		return c.err
	case v[0] != stateVersion:
		return fmt.Errorf("state of version %d, want %d", v[0], stateVersion)
	}
	id := string(c.take(int(v[1])))
	if own, _, _ := strings.Cut(w.spec.ID, ":"); c.err == nil && id != own {
		return fmt.Errorf("state of %q", id)
	}
	want := w.appendHead(nil)[2+len(id):]
	if got := c.take(len(want)); c.err == nil && string(got) != string(want) {
		return errors.New("state of a world with other settings")
	}
	return c.err
}
