package envtest

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math"

	"github.com/auxrl/auxrl/env"
)

// abilities checks what a world tells beyond its observations: ranges, and that asking changes nothing.
func (c *checker) abilities() error {
	if err := c.ranges(); err != nil {
		return err
	}
	plain, err := c.player(11, 0)
	if err != nil {
		return err
	}
	a, err := c.player(11, 0x5a)
	if err != nil {
		return err
	}
	b, err := c.player(11, 0xa5)
	if err != nil {
		return err
	}
	a.look, b.look = c.ask, c.ask
	asked := a.play(length)
	if err := same(b.play(length), asked); err != nil {
		return fmt.Errorf("two worlds of one seed, both asked: %w", err)
	}
	for i := range asked {
		asked[i].seen = 0
	}
	if err := same(asked, plain.play(length)); err != nil {
		return fmt.Errorf("asking changed the world: %w", err)
	}
	return nil
}

// ask calls everything that a world may have beside Env, and returns a hash of the answers.
func (c *checker) ask(p *player, s env.Step) uint64 {
	h := uint64(0)
	if w, ok := p.w.(env.Signaler); ok {
		dst := make([]float32, c.spec.SignalsLen())
		for i := range dst {
			dst[i] = poisonFloat(p.poison)
		}
		w.Signals(dst)
		h = mixed(h, hashFloats(dst))
	}
	if w, ok := p.w.(env.Potential); ok {
		h = mixed(h, math.Float64bits(w.Potential()))
	}
	if w, ok := p.w.(env.Milestoner); ok {
		h = mixed(h, w.Milestones())
	}
	if w, ok := p.w.(env.Keyer); ok {
		h = mixed(h, w.Key())
	}
	if w, ok := p.w.(env.Missioner); ok {
		h = mixed(h, maphash.String(hashSeed, w.Mission()))
	}
	if w, ok := p.w.(env.Digester); ok {
		b := w.AppendReset(w.AppendLayout([]byte("before")))
		b = w.AppendStep(b, s)
		if !bytes.HasPrefix(b, []byte("before")) {
			panic("envtest: a Digester does not append")
		}
		h = mixed(h, maphash.Bytes(hashSeed, b))
	}
	return h
}

// ranges checks the values that have one, in all the episodes of a search.
func (c *checker) ranges() error {
	reached := uint64(0)
	signals := make([]float32, c.spec.SignalsLen())
	return c.search(func(w env.Env, step int, _ env.Step) (bool, error) {
		if w, ok := w.(env.Potential); ok {
			if x := w.Potential(); !(x >= -1 && x <= 0) {
				return false, fmt.Errorf("step %d: Potential is %v, want -1 to 0", step, x)
			}
		}
		if w, ok := w.(env.Milestoner); ok {
			now := w.Milestones()
			if lost := reached &^ now; step > 0 && lost != 0 {
				return false, fmt.Errorf("step %d: milestones %b were reached and no longer are", step, lost)
			}
			reached = now
			if named := len(c.spec.Milestones); named > 0 && now>>named != 0 {
				return false, fmt.Errorf("step %d: milestones %b, but the Spec names %d", step, now, named)
			}
		}
		if w, ok := w.(env.Signaler); ok {
			w.Signals(signals)
			for i, x := range signals {
				if !finite(float64(x)) {
					return false, fmt.Errorf("step %d: signal %d is %v", step, i, x)
				}
			}
		}
		return true, nil
	})
}
