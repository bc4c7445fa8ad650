package envtest

import (
	"errors"
	"fmt"

	"github.com/auxrl/auxrl/env"
)

// ends checks that episodes end as the Spec says, and that both ends can be reached.
func (c *checker) ends() error {
	limit := c.spec.StepLimit
	needTermination := !c.o.NoTermination && !c.o.RareTermination
	needTruncation := limit > 0
	err := c.search(func(_ env.Env, step int, s env.Step) (bool, error) {
		switch {
		case s.End == env.Terminated && c.o.NoTermination:
			return false, fmt.Errorf("an episode terminated after %d decisions, but the world has no termination", step)
		case s.End == env.Truncated && limit > 0 && (step > limit || step < limit && !c.o.EarlyTruncation):
			return false, fmt.Errorf("truncated after %d decisions, but StepLimit is %d", step, limit)
		case s.End == env.Running && limit > 0 && step >= limit:
			return false, fmt.Errorf("still running after %d decisions, but StepLimit is %d", step, limit)
		}
		needTermination = needTermination && s.End != env.Terminated
		needTruncation = needTruncation && s.End != env.Truncated
		return !needTermination && !needTruncation, nil
	})
	switch {
	case err != nil:
		return err
	case needTermination:
		return errors.New("no episode terminated: can it, and does it take a Policy to get there?")
	case needTruncation:
		return fmt.Errorf("no episode was truncated, but StepLimit is %d", limit)
	}
	return nil
}

// search plays episodes in many ways and shows every decision to visit, which says when it has seen enough; step is 0 for the
// start of an episode. It goes on for a while after that, and gives up at some point.
func (c *checker) search(visit func(w env.Env, step int, s env.Step) (enough bool, err error)) error {
	least := 3 * c.length
	most := 50_000 + 20*c.spec.StepLimit
	p, err := c.player(3, 0)
	if err != nil {
		return err
	}
	n, enough := 0, false
	for episode := 0; ; episode++ {
		p.w.Reset(p.obs, p.vec)
		s, action := env.Step{}, 0
		for step := 0; s.End == env.Running; step++ {
			if step > 0 {
				action = c.searchAction(p.w, episode, step-1, n, action)
				s = p.w.Step(action, p.obs, p.vec)
			}
			ok, err := visit(p.w, step, s)
			if err != nil {
				return fmt.Errorf("episode %d: %w", episode, err)
			}
			enough = enough || ok
			if n++; n >= most || n >= least && enough {
				return nil
			}
		}
	}
}

// searchAction plays an episode in one of four ways: as the Policy says, at random, with random actions that are repeated, with
// one action all along.
func (c *checker) searchAction(w env.Env, episode, step, n, last int) int {
	actions := len(c.spec.Actions)
	switch {
	case c.o.Policy != nil && episode%2 == 0:
		return c.o.Policy(w, step)
	case episode/2%3 == 0:
		return drawn(forSearch, uint64(n), actions)
	case episode/2%3 == 1 && (step == 0 || drawn(forAbandon, uint64(n), 5) == 0):
		return drawn(forSearch, uint64(n), actions)
	case episode/2%3 == 1:
		return last
	}
	return episode / 6 % actions
}
