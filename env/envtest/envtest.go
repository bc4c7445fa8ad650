// Package envtest holds the contract that every world is tested against.
//
// A world's test is one line:
//
//	envtest.Check(t, func() (env.Env, error) { return NewClimb(), nil }, envtest.Options{})
//
// Check builds many worlds and plays them with fixed random actions, side by side with twins that differ in one thing which
// must not matter: what the buffers held before, whether somebody watched, whether the world was restored from a saved state.
// Abilities are found by env.As, also through wrappers.
package envtest

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// TB is the part of testing.TB that Check needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Options say what a world legitimately does without. The zero value is the strictest.
type Options struct {
	// NoTermination: nothing but the clock ends an episode; one that terminates is an error.
	NoTermination bool
	// RareTermination: episodes can terminate, but not often enough to be found by trying.
	RareTermination bool
	// EarlyTruncation: the clock may run before the first decision, so that an episode is truncated before its StepLimit.
	EarlyTruncation bool
	// Policy, where given, plays half of the episodes in which both ends are looked for; nil: random actions and repeated ones.
	// step counts from 0 in every episode.
	Policy func(w env.Env, step int) int
	// Brief: fewer calls, but 10,000 decisions still. It is for worlds that differ from one that is checked in full in nothing but
	// a size.
	Brief bool
}

// checks are run in this order.
var checks = []struct {
	name string
	run  func(*checker) error
}{
	{"observations", (*checker).observations},
	{"seeds", (*checker).seeds},
	{"ends", (*checker).ends},
	{"actions", (*checker).actions},
	{"state", (*checker).state},
	{"damaged state", (*checker).damage},
	{"abilities", (*checker).abilities},
	{"rendering", (*checker).rendering},
	{"sharing", (*checker).sharing},
	{"buffers", (*checker).buffers},
	{"allocations", (*checker).allocations},
}

// Check reports every part of the contract that worlds made by build break. Abilities beyond env.Env are checked where a world
// has them. It takes at least 10,000 decisions. A test that calls Check must not run in parallel with others, because allocations
// are counted.
func Check(t TB, build func() (env.Env, error), o Options) {
	t.Helper()
	c := &checker{build: build, o: o, length: length, span: span, points: points, openings: openings}
	if o.Brief {
		c.length, c.span, c.points, c.openings = length/3, span/3, points/6, openings/4
	}
	if err := recovered(c.describe); err != nil {
		t.Errorf("envtest: spec: %v", err) // nothing else can be trusted
		return
	}
	for _, k := range checks {
		if err := recovered(func() error { return k.run(c) }); err != nil {
			t.Errorf("envtest: %s: %s: %v", c.spec.ID, k.name, err)
		}
	}
}

// checker is one run of Check.
type checker struct {
	build func() (env.Env, error)
	o     Options
	spec  env.Spec

	length, span, points, openings int // the constants of these names, or less

	found *found // by a search; nil: there was none
}

// world makes a world and seeds it.
func (c *checker) world(seed uint64) (env.Env, error) {
	w, err := c.build()
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	w.Seed(seed)
	return w, nil
}

// recovered turns a panic of f into an error.
func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

// describe checks the Spec: that it is sane, and the same for every world at all times.
func (c *checker) describe() error {
	w, err := c.build()
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	if w == nil {
		return errors.New("build returned neither a world nor an error")
	}
	c.spec = w.Spec()
	if err := sane(&c.spec); err != nil {
		return err
	}
	if _, ok := env.As[env.Signaler](w); ok != (c.spec.SignalsLen() > 0) {
		return fmt.Errorf("%d signals, but Signaler is %v", c.spec.SignalsLen(), ok)
	}
	p, err := c.player(1, 0)
	if err != nil {
		return err
	}
	for range 50 {
		if got := p.w.Spec(); !reflect.DeepEqual(got, c.spec) {
			return fmt.Errorf("changed from %+v to %+v", c.spec, got)
		}
		p.next()
	}
	return nil
}

func sane(s *env.Spec) error {
	switch {
	case s.ID == "":
		return errors.New("no ID")
	case s.H <= 0 || s.W <= 0 || s.C <= 0:
		return fmt.Errorf("image is [%d, %d, %d], want at least 1 each", s.H, s.W, s.C)
	case s.Frames <= 0 || s.C%s.Frames != 0:
		return fmt.Errorf("%d channels are not %d frames", s.C, s.Frames)
	case s.Codes != nil && len(s.Codes) != s.C:
		return fmt.Errorf("%d Codes for %d channels", len(s.Codes), s.C)
	case s.StepLimit < 0:
		return fmt.Errorf("StepLimit is %d", s.StepLimit)
	case !finite(s.Success) || !finite(s.Best):
		return fmt.Errorf("Success is %v, Best %v: must be finite", s.Success, s.Best)
	case len(s.Milestones) > 64:
		return fmt.Errorf("%d milestones, want at most 64", len(s.Milestones))
	case len(s.Actions) == 0:
		return errors.New("no actions")
	}
	for i, n := range s.Codes {
		if n < 1 || n > 256 {
			return fmt.Errorf("channel %d has %d symbols, want 1 to 256", i, n)
		}
	}
	for _, names := range [][]string{s.Actions, s.Milestones, fieldNames(s.Vector), fieldNames(s.Signals)} {
		seen := map[string]bool{}
		for _, name := range names {
			if name == "" || seen[name] {
				return fmt.Errorf("names must be unique and not empty: %q", names)
			}
			seen[name] = true
		}
	}
	for _, fields := range [][]env.Field{s.Vector, s.Signals} {
		for _, f := range fields {
			if f.Len <= 0 {
				return fmt.Errorf("field %q has length %d", f.Name, f.Len)
			}
			if f.Codes < 0 || f.Codes > 1<<24 {
				return fmt.Errorf("field %q has %d symbols, want 0 to 1<<24, for floats to tell them apart", f.Name, f.Codes)
			}
		}
	}
	return nil
}

func fieldNames(fields []env.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// drawn returns number i of the given purpose below n: the checks' own randomness.
func drawn(purpose, i uint64, n int) int { return rng.Below(rng.At(purpose, i), n) }
