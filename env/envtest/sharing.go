package envtest

import (
	"errors"
	"fmt"
)

// sharing checks that two worlds share nothing: each does the same alone, in turns with the other, and at the same time.
func (c *checker) sharing() error {
	var alone, turns, racing [2]*player
	for i := range alone {
		for _, players := range []*[2]*player{&alone, &turns, &racing} {
			p, err := c.player(uint64(i), 0)
			if err != nil {
				return err
			}
			players[i] = p
		}
	}
	var want, got [2][]record
	for i, p := range alone {
		want[i] = p.play(c.length)
	}
	for range c.length {
		for i, p := range turns {
			got[i] = append(got[i], p.next())
		}
	}
	for i := range want {
		if err := same(got[i], want[i]); err != nil {
			return fmt.Errorf("stepping two worlds in turns is not like stepping each alone: %w", err)
		}
	}
	failed := make(chan error, len(racing))
	for i, p := range racing {
		go func() {
			failed <- recovered(func() error { return same(p.play(c.length), want[i]) })
		}()
	}
	if err := errors.Join(<-failed, <-failed); err != nil {
		return fmt.Errorf("stepping two worlds in two goroutines is not like stepping each alone: %w", err)
	}
	return nil
}

// buffers checks that a world keeps no hold of the buffers it was given: the caller may overwrite them, the world may not.
func (c *checker) buffers() error {
	p, err := c.player(1, 0)
	if err != nil {
		return err
	}
	p.keep = true
	want := p.play(c.length)
	a, err := c.player(1, 0xa5)
	if err != nil {
		return err
	}
	b := a.fork(a.w)
	b.soil()
	var got []record
	for range c.length {
		got = append(got, a.next())
		if !b.clean() {
			return errors.New("a world wrote to the buffers of an earlier call")
		}
		a.soil()
		b.n, b.running = a.n, a.running
		a, b = b, a
	}
	if err := same(got, want); err != nil {
		return fmt.Errorf("what the buffers of earlier calls hold matters: %w", err)
	}
	return nil
}
