package envtest

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/env"
)

// observations checks that all of an observation is written, with values in range, and that rewards are finite.
func (c *checker) observations() error {
	a, err := c.player(1, 0x5a)
	if err != nil {
		return err
	}
	b, err := c.player(1, 0xa5)
	if err != nil {
		return err
	}
	for i := range c.length {
		got, want := []record{a.next()}, []record{b.next()}
		if err := same(got, want); err != nil {
			return fmt.Errorf("call %d: two worlds of one seed differ: something is not written, or drawn elsewhere: %w", i, err)
		}
		if err := c.valid(a, got[0]); err != nil {
			return fmt.Errorf("call %d: %w", i, err)
		}
	}
	return nil
}

// valid checks what a call returned.
func (c *checker) valid(p *player, r record) error {
	if r.end > env.Truncated {
		return fmt.Errorf("End is %d", r.end)
	}
	if x := math.Float64frombits(r.reward); !finite(x) {
		return fmt.Errorf("reward is %v", x)
	}
	if c.spec.Codes != nil {
		for i, v := range p.obs {
			if n := c.spec.Codes[i%c.spec.C]; int(v) >= n {
				return fmt.Errorf("channel %d holds %d, but has %d symbols", i%c.spec.C, v, n)
			}
		}
	}
	for i, x := range p.vec {
		if !finite(float64(x)) {
			return fmt.Errorf("float %d of the vector is %v", i, x)
		}
	}
	return coded(c.spec.Vector, p.vec)
}

// coded checks that the fields that hold symbols hold whole numbers in range.
func coded(fields []env.Field, vec []float32) error {
	for _, f := range fields {
		stretch := vec[:f.Len]
		vec = vec[f.Len:]
		if f.Codes == 0 {
			continue
		}
		for i, x := range stretch {
			if !(x >= 0 && x < float32(f.Codes)) || x != float32(int(x)) {
				return fmt.Errorf("entry %d of field %q is %v, but has %d symbols", i, f.Name, x, f.Codes)
			}
		}
	}
	return nil
}

// actions checks that an action that does not exist panics.
func (c *checker) actions() error {
	n := len(c.spec.Actions)
	for _, action := range []int{-1, n, n + 1, 1 << 40, -1 << 40} {
		p, err := c.player(1, 0)
		if err != nil {
			return err
		}
		p.next()
		if recovered(func() error { p.w.Step(action, p.obs, p.vec); return nil }) == nil {
			return fmt.Errorf("Step(%d) did not panic: there are %d actions", action, n)
		}
	}
	return nil
}
