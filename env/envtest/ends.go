package envtest

import (
	"errors"
	"fmt"

	"github.com/auxrl/auxrl/env"
)

// ends checks that episodes end as the Spec says, and that both ends can be reached.
func (c *checker) ends() error {
	f, err := c.search()
	if err != nil {
		return err
	}
	return f.ends
}

// ending watches for the ends of episodes.
type ending struct {
	o                       *Options
	limit                   int
	termination, truncation bool // has yet to be seen
}

// see checks one decision of an episode: its number, 0 for the start, and what it led to.
func (e *ending) see(step int, s env.Step) error {
	switch {
	case s.End == env.Terminated && e.o.NoTermination:
		return fmt.Errorf("an episode terminated after %d decisions, but the world has no termination", step)
	case s.End == env.Truncated && e.limit > 0 && (step > e.limit || step < e.limit && !e.o.EarlyTruncation):
		return fmt.Errorf("truncated after %d decisions, but StepLimit is %d", step, e.limit)
	case s.End == env.Running && e.limit > 0 && step >= e.limit:
		return fmt.Errorf("still running after %d decisions, but StepLimit is %d", step, e.limit)
	}
	e.termination = e.termination && s.End != env.Terminated
	e.truncation = e.truncation && s.End != env.Truncated
	return nil
}

// missing returns an error if an end has not been seen.
func (e *ending) missing() error {
	switch {
	case e.termination:
		return errors.New("no episode terminated: can it, and does it take a Policy to get there?")
	case e.truncation:
		return fmt.Errorf("no episode was truncated, but StepLimit is %d", e.limit)
	}
	return nil
}

// found is what a search found to be wrong; nil: nothing.
type found struct{ ends, ranges error }

// search plays episodes in many ways and looks at every decision: for a while, then on until both ends were seen or it gives up.
// What it finds is kept.
func (c *checker) search() (*found, error) {
	if c.found != nil {
		return c.found, nil
	}
	p, err := c.player(3, 0)
	if err != nil {
		return nil, err
	}
	limit, least := c.spec.StepLimit, 3*c.length
	ends := ending{o: &c.o, limit: limit, termination: !c.o.NoTermination && !c.o.RareTermination, truncation: limit > 0}
	ranges := ranging{spec: &c.spec, signals: make([]float32, c.spec.SignalsLen())}
	f := &found{}
	for n, episode := 0, 0; c.found == nil; episode++ {
		p.w.Reset(p.obs, p.vec)
		s, action := env.Step{}, 0
		for step := 0; s.End == env.Running && c.found == nil; step++ {
			if step > 0 {
				action = c.searchAction(p.w, episode, step-1, n, action)
				s = p.w.Step(action, p.obs, p.vec)
			}
			if f.ends == nil {
				f.ends = within(episode, ends.see(step, s))
			}
			if f.ranges == nil && n < least {
				f.ranges = within(episode, ranges.see(p.w, step, s))
			}
			if n++; n >= least && (f.ends != nil || ends.missing() == nil || n >= 50_000+20*limit) {
				c.found = f
			}
		}
	}
	if f.ends == nil {
		f.ends = ends.missing()
	}
	return f, nil
}

// within says in which episode an error was found.
func within(episode int, err error) error {
	if err != nil {
		return fmt.Errorf("episode %d: %w", episode, err)
	}
	return nil
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
