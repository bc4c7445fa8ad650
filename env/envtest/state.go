package envtest

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/auxrl/auxrl/env"
)

// points is at how many calls of a run a world is saved; span is how many follow in the same episode or the next, and then how
// many in another.
const (
	points = 24
	span   = 100
)

// state checks that a saved world continues bit for bit, in a new world and in one that has been used.
func (c *checker) state() error {
	p, err := c.player(5, 0)
	if err != nil {
		return err
	}
	world, ok := p.w.(env.Stateful)
	if !ok {
		return nil
	}
	unsaved, err := c.player(5, 0)
	if err != nil {
		return err
	}
	used, err := c.player(6, 0)
	if err != nil {
		return err
	}
	for i := range c.points {
		between := 1 + i*i/8 // the first points are close to the beginning of an episode
		if err := same(p.play(between), unsaved.play(between)); err != nil {
			return fmt.Errorf("saving changed the world: %w", err)
		}
		if !p.running {
			p.next()
			unsaved.next()
		}
		fresh, err := c.build()
		if err != nil {
			return fmt.Errorf("build: %w", err)
		}
		used.play(1 + 3*i)
		saved := world.AppendState(nil)
		a, b := p.fork(fresh), p.fork(used.w)
		for _, q := range []*player{a, b} {
			if err := restored(q.w.(env.Stateful), saved); err != nil {
				return err
			}
		}
		at, want := p.n, p.follow(c.span)
		if err := same(unsaved.follow(c.span), want); err != nil {
			return fmt.Errorf("saving changed the world: %w", err)
		}
		if err := same(a.follow(c.span), want); err != nil {
			return fmt.Errorf("a new world restored after %d calls does not continue what was saved: %w", at, err)
		}
		if err := same(b.follow(c.span), want); err != nil {
			return fmt.Errorf("a used world restored after %d calls does not continue what was saved: %w", at, err)
		}
		now := world.AppendState(nil)
		if !bytes.Equal(a.w.(env.Stateful).AppendState(nil), now) || !bytes.Equal(b.w.(env.Stateful).AppendState(nil), now) {
			return fmt.Errorf("the states of a world and of one restored %d calls ago differ", p.n-at)
		}
		used.running = false
	}
	return nil
}

// follow plays on and then begins another episode.
func (p *player) follow(span int) []record {
	records := p.play(span)
	p.running = false
	return append(records, p.play(span)...)
}

// restored restores w and checks that it then saves the same, appends to what is there, and keeps no hold of what it was given.
func restored(w env.Stateful, saved []byte) error {
	given := bytes.Clone(saved)
	if err := w.RestoreState(given); err != nil {
		return fmt.Errorf("a saved state is refused: %w", err)
	}
	if !bytes.Equal(given, saved) {
		return errors.New("RestoreState wrote to what it was given")
	}
	for i := range given {
		given[i] = ^given[i]
	}
	before := []byte("before")
	again := w.AppendState(bytes.Clone(before))
	if !bytes.HasPrefix(again, before) {
		return errors.New("AppendState does not append")
	}
	if !bytes.Equal(again[len(before):], saved) {
		return errors.New("a restored world does not save what it was restored from")
	}
	return nil
}

// damage checks that states of the wrong length are refused, and that whatever else is wrong with one, no panic comes of it:
// neither at once nor, if it is accepted, later.
func (c *checker) damage() error {
	p, err := c.player(9, 0)
	if err != nil {
		return err
	}
	world, ok := p.w.(env.Stateful)
	if !ok {
		return nil
	}
	p.play(20)
	if !p.running {
		p.next()
	}
	saved := world.AppendState(nil)
	w, err := c.build()
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	victim := w.(env.Stateful)
	if err := c.wrongLengths(victim, saved); err != nil {
		return err
	}
	for i := range 8 * min(len(saved), 256) {
		at, bit := i/8, i%8
		if len(saved) > 256 {
			at = drawn(forDamage, uint64(i), len(saved))
		}
		bad := bytes.Clone(saved)
		bad[at] ^= 1 << bit
		q := p.fork(w)
		err := recovered(func() error {
			if victim.RestoreState(bad) == nil {
				q.play(20)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("a state of %d bytes with bit %d of byte %d flipped: %w", len(saved), bit, at, err)
		}
	}
	if err := victim.RestoreState(saved); err != nil {
		return fmt.Errorf("a good state is refused after damaged ones: %w", err)
	}
	if err := same(p.fork(w).play(span), p.play(span)); err != nil {
		return fmt.Errorf("a good state after damaged ones: %w", err)
	}
	return nil
}

func (c *checker) wrongLengths(w env.Stateful, saved []byte) error {
	tries := make([][]byte, 0, len(saved)+2)
	for n := 0; n < len(saved); n += 1 + len(saved)/512 {
		tries = append(tries, saved[:n:n])
	}
	tries = append(tries, append(bytes.Clone(saved), 0), append(bytes.Clone(saved), saved...))
	for _, bad := range tries {
		err := recovered(func() error {
			if w.RestoreState(bad) == nil {
				return errors.New("accepted")
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("a state of %d bytes, where %d are right: %w", len(bad), len(saved), err)
		}
	}
	return nil
}
