package envtest

import (
	"fmt"
	"testing"
)

// allocations checks that Reset and Step allocate nothing. Many calls count as one run, because testing.AllocsPerRun rounds
// down: a world that allocates once in an episode is found too.
func (c *checker) allocations() error {
	p, err := c.player(1, 0)
	if err != nil {
		return err
	}
	const runs = 5
	reset := func() {
		for range 20 {
			p.w.Reset(p.obs, p.vec)
		}
	}
	if n := testing.AllocsPerRun(runs, reset); n != 0 {
		return fmt.Errorf("20 calls of Reset allocate %v times", n)
	}
	p.running = true
	step := func() {
		for range c.length / 2 {
			p.next()
		}
	}
	if n := testing.AllocsPerRun(runs, step); n != 0 {
		return fmt.Errorf("%d calls of Step allocate %v times", c.length/2, n)
	}
	return nil
}
