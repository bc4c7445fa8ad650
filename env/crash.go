package env

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/auxrl/auxrl/internal/rng"
)

// Crash says how a world panicked, and how to see that again: restore State and take Actions.
type Crash struct {
	World   int     `json:"world"`
	Cause   string  `json:"cause"`           // what it panicked with
	Stack   string  `json:"stack"`           // and where
	State   []byte  `json:"state,omitempty"` // of the world when the trace begins; nil: it cannot be saved, and the trace is only told
	Actions []int32 `json:"actions"`         // taken since then; the last was not survived
}

// crashes keeps what Crash tells, for each world of a Vec.
type crashes struct {
	build  func() (Env, error)
	key    uint64 // of the seeds of worlds that take the place of others
	falls  []uint64
	traces []trace
	told   []*Crash // [N] of the last Step

	building sync.Mutex
}

// trace is the running episode of a world, or what came after it was restored.
type trace struct {
	state   []byte
	actions []int32
}

func (c *crashes) init(n int, build func() (Env, error)) {
	c.build, c.falls, c.traces, c.told = build, make([]uint64, n), make([]trace, n), make([]*Crash, n)
}

// begin begins a trace of world i.
func (c *crashes) begin(i int, w Env) {
	t := &c.traces[i]
	t.actions = t.actions[:0]
	if s, ok := w.(Stateful); ok {
		t.state = s.AppendState(t.state[:0])
	}
}

func (c *crashes) took(i int, act int32) { c.traces[i].actions = append(c.traces[i].actions, act) }

// Renew names the seeds of worlds that will take the place of those that panic until it is called again.
func (v *Vec) Renew(key uint64) {
	v.crashes.key = key
	clear(v.crashes.falls)
}

// Crashes appends to dst the worlds that panicked in the last Step. Such a world is made anew and begins another episode: its End is
// Truncated, its reward and Final are 0, and there is no Episode. If the new one panics too in its Reset, it shows nothing, and so
// does the next Step.
func (v *Vec) Crashes(dst []Crash) []Crash {
	for i, lost := range v.Lost {
		if lost {
			dst = append(dst, *v.crashes.told[i])
		}
	}
	return dst
}

// replace puts another world in the place of one that panicked.
func (v *Vec) replace(i int, cause any) {
	c := &v.crashes
	t := &c.traces[i]
	c.told[i] = &Crash{
		World: i, Cause: fmt.Sprint(cause), Stack: string(debug.Stack()),
		State: append([]byte(nil), t.state...), Actions: append([]int32(nil), t.actions...),
	}
	obs, vec := v.room(i)
	clear(obs)
	clear(vec)
	clear(v.Final[i*len(obs) : (i+1)*len(obs)])
	clear(v.FinalVec[i*len(vec) : (i+1)*len(vec)])
	v.Lost[i], v.Reward[i], v.End[i], v.running[i] = true, 0, Truncated, Episode{}
	defer func() { _ = recover() }() // of Reset: the next Step tells
	w, err := c.another()
	if err != nil {
		return
	}
	c.falls[i]++
	w.Seed(TrainSeed(rng.At(c.key, c.falls[i]), i))
	v.adopt(i, w)
	w.Reset(obs, vec)
	c.begin(i, w)
	v.tell(&v.Now, i)
}

// another builds a world. Constructors are called one at a time: theirs need not be safe for several goroutines.
func (c *crashes) another() (Env, error) {
	c.building.Lock()
	defer c.building.Unlock()
	return c.build()
}

// adopt makes w world i.
func (v *Vec) adopt(i int, w Env) {
	if v.tellers != nil {
		var t teller
		if t.find(w, v.watch) != nil {
			return // it is not of the kind that the others are: the old one stays
		}
		v.tellers[i] = t
	}
	v.worlds[i] = w
}
