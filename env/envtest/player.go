package envtest

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math"

	"github.com/auxrl/auxrl/env"
)

// Purposes of the checks' own random numbers.
const (
	forAction uint64 = iota + 1
	forAbandon
	forSearch
	forDamage
)

// abandonEvery is how many decisions pass on average before a running episode is given up, so that several are seen even of
// worlds with long ones.
const abandonEvery = 512

// length is how many calls a run takes that is compared with another.
const length = 1000

// player plays a world with actions that depend on nothing but their number. A copy of it with another world and buffers
// continues the same game.
type player struct {
	w    env.Env
	spec *env.Spec
	obs  []byte
	vec  []float32

	blank   []byte // [len(obs)] of poison
	poison  byte   // what the buffers hold before the world writes them
	keep    bool   // they hold what the last call left instead
	n       uint64 // calls so far
	running bool
	look    func(p *player, s env.Step) uint64 // called after every decision where not nil; the result is recorded
}

// record is what one call of Reset or Step showed.
type record struct {
	reset        bool
	reward       uint64 // bits
	end          env.End
	image, extra uint64 // hashes of the image and of the vector
	seen         uint64 // what look returned
}

// player seeds a new world for a new game.
func (c *checker) player(seed uint64, poison byte) (*player, error) {
	w, err := c.world(seed)
	if err != nil {
		return nil, err
	}
	return c.with(w, poison), nil
}

// with begins a new game in w.
func (c *checker) with(w env.Env, poison byte) *player {
	n := c.spec.ObsLen()
	return &player{
		w: w, spec: &c.spec, obs: make([]byte, n), vec: make([]float32, c.spec.VecLen()),
		blank: bytes.Repeat([]byte{poison}, n), poison: poison,
	}
}

// fork continues the game of p in another world.
func (p *player) fork(w env.Env) *player {
	q := *p
	q.w = w
	q.obs = make([]byte, len(p.obs))
	q.vec = make([]float32, len(p.vec))
	return &q
}

// next takes the next decision, or begins an episode where none is running.
func (p *player) next() record {
	if !p.keep {
		p.soil()
	}
	p.n++
	var s env.Step
	reset := !p.running || drawn(forAbandon, p.n, abandonEvery) == 0
	if reset {
		p.w.Reset(p.obs, p.vec)
	} else {
		s = p.w.Step(drawn(forAction, p.n, len(p.spec.Actions)), p.obs, p.vec)
	}
	p.running = s.End == env.Running
	r := record{
		reset: reset, reward: math.Float64bits(s.Reward), end: s.End, image: maphash.Bytes(hashSeed, p.obs), extra: hashFloats(p.vec),
	}
	if p.look != nil {
		r.seen = p.look(p, s)
	}
	return r
}

// play returns what the next n calls showed.
func (p *player) play(n int) []record {
	records := make([]record, n)
	for i := range records {
		records[i] = p.next()
	}
	return records
}

// soil fills the buffers with poison.
func (p *player) soil() {
	copy(p.obs, p.blank)
	for i := range p.vec {
		p.vec[i] = poisonFloat(p.poison)
	}
}

// clean reports whether the buffers still hold poison and nothing else.
func (p *player) clean() bool {
	for _, v := range p.vec {
		if v != poisonFloat(p.poison) {
			return false
		}
	}
	return only(p.obs, p.poison)
}

// only reports whether b holds v and nothing else.
func only(b []byte, v byte) bool { return bytes.Count(b, []byte{v}) == len(b) }

func poisonFloat(b byte) float32 { return -1e30 * (1 + float32(b)) }

// same compares two runs.
func same(got, want []record) error {
	episode, step := 0, 0
	for i, g := range got {
		w := want[i]
		if step++; w.reset {
			episode, step = episode+1, 0
		}
		var what string
		switch {
		case g == w:
			continue
		case g.reset != w.reset || g.end != w.end:
			what = fmt.Sprintf("episode %v against %v", g.end, w.end)
		case g.reward != w.reward:
			what = fmt.Sprintf("reward %v against %v", math.Float64frombits(g.reward), math.Float64frombits(w.reward))
		case g.image != w.image:
			what = "image differs"
		case g.extra != w.extra:
			what = "vector differs"
		default:
			what = "what its other methods return differs"
		}
		return fmt.Errorf("step %d of episode %d: %s", step, episode, what)
	}
	return nil
}

var hashSeed = maphash.MakeSeed()

func hashFloats(v []float32) uint64 {
	h := uint64(len(v))
	for _, x := range v {
		h = mixed(h, uint64(math.Float32bits(x)))
	}
	return h
}

// mixed returns a hash of h followed by v.
func mixed(h, v uint64) uint64 { return maphash.Comparable(hashSeed, [2]uint64{h, v}) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
