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
	f, err := c.search()
	if err != nil {
		return err
	}
	if f.ranges != nil {
		return f.ranges
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
	asked := a.play(c.length)
	if err := same(b.play(c.length), asked); err != nil {
		return fmt.Errorf("two worlds of one seed, both asked: %w", err)
	}
	for i := range asked {
		asked[i].seen = 0
	}
	if err := same(asked, plain.play(c.length)); err != nil {
		return fmt.Errorf("asking changed the world: %w", err)
	}
	return nil
}

// ask calls everything that a world may have beside Env, and returns a hash of the answers.
func (c *checker) ask(p *player, s env.Step) uint64 {
	h := uint64(0)
	if w, ok := env.As[env.Signaler](p.w); ok {
		dst := make([]float32, c.spec.SignalsLen())
		for i := range dst {
			dst[i] = poisonFloat(p.poison)
		}
		w.Signals(dst)
		h = mixed(h, hashFloats(dst))
	}
	if w, ok := env.As[env.Potential](p.w); ok {
		h = mixed(h, math.Float64bits(w.Potential()))
	}
	if w, ok := env.As[env.Milestoner](p.w); ok {
		h = mixed(h, w.Milestones())
	}
	if w, ok := env.As[env.Keyer](p.w); ok {
		h = mixed(h, w.Key())
	}
	if w, ok := p.w.(env.Surveyor); ok {
		rows, cols := w.Cells()
		cell := int(mixed(h, 1) % uint64(rows*cols)) // another one each time
		obs, vec := c.spec.Buffers()
		for i := range obs {
			obs[i] = p.poison
		}
		for i := range vec {
			vec[i] = poisonFloat(p.poison)
		}
		if w.ObserveFrom(cell/cols, cell%cols, obs, vec) {
			h = mixed(mixed(h, maphash.Bytes(hashSeed, obs)), hashFloats(vec))
		}
	}
	if w, ok := env.As[env.Missioner](p.w); ok {
		h = mixed(h, maphash.String(hashSeed, w.Mission()))
	}
	if w, ok := env.As[env.Meter](p.w); ok {
		ret, frames := w.Paid()
		h = mixed(mixed(h, math.Float64bits(ret)), uint64(frames))
	}
	if w, ok := env.As[env.Digester](p.w); ok {
		b := w.AppendReset(w.AppendLayout([]byte("before")))
		b = w.AppendStep(b, s)
		if !bytes.HasPrefix(b, []byte("before")) {
			panic("envtest: a Digester does not append")
		}
		h = mixed(h, maphash.Bytes(hashSeed, b))
	}
	return h
}

// ranging checks the values that have a range, in one episode after another.
type ranging struct {
	spec    *env.Spec
	signals []float32
	reached uint64 // milestones
	ret     float64
}

// see checks what a world tells after one decision of an episode: its number, 0 for the start, and what it led to.
func (r *ranging) see(outer env.Env, step int, s env.Step) error {
	if step == 0 {
		r.reached, r.ret = 0, 0
	}
	r.ret += s.Reward
	_, wrapped := outer.(interface{ Unwrap() env.Env }) // may take steps before it shows anything, and change rewards
	if w, ok := env.As[env.Potential](outer); ok {
		won := !wrapped && s.End == env.Terminated && r.spec.Won(s.End, r.ret)
		if err := potential(w.Potential(), won); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
	}
	if w, ok := env.As[env.Milestoner](outer); ok {
		now := w.Milestones()
		if err := milestones(r.reached, now, step == 0 && !wrapped, len(r.spec.Milestones)); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
		r.reached = now
	}
	if w, ok := env.As[env.Signaler](outer); ok {
		w.Signals(r.signals)
		for i, x := range r.signals {
			if !finite(float64(x)) {
				return fmt.Errorf("step %d: signal %d is %v", step, i, x)
			}
		}
	}
	return nil
}

// potential checks what a world says of how far the goal is.
func potential(x float64, won bool) error {
	switch {
	case !(x >= -1 && x <= 0):
		return fmt.Errorf("Potential is %v, want -1 to 0", x)
	case won && x != 0:
		return fmt.Errorf("Potential is %v where the episode has ended with success, want 0", x)
	}
	return nil
}

// milestones checks those reached before and now, of a world whose Spec names so many, 0: none.
func milestones(before, now uint64, first bool, names int) error {
	switch lost := before &^ now; {
	case first && now != 0:
		return fmt.Errorf("milestones %b are reached before the first step", now)
	case lost != 0:
		return fmt.Errorf("milestones %b were reached and no longer are", lost)
	case names > 0 && now>>names != 0:
		return fmt.Errorf("milestones %b, but the Spec names %d", now, names)
	}
	return nil
}
