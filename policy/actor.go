package policy

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/run"
)

// Actor is a trained agent in use: it looks at one observation at a time and acts. It needs no world, allocates nothing and is
// for one goroutine. A recurrent one remembers: tell it where an episode begins, and of rewards if it looks at them.
type Actor struct {
	Greedy bool // take the likeliest action instead of a sampled one

	about   About
	step    int
	skipped []error
	net     *Net
	mem     *Memory
	dist    *Categorical
	value   float32
	key     uint64
	draws   uint64
}

// Open returns the agent of the newest whole checkpoint of a run directory. Damaged checkpoints are passed over, see Skipped; if
// there is no whole one, that is an error. A checkpoint's own directory, RUN/ckpt/step-N, may be given too.
func Open(dir string) (*Actor, error) {
	path, step, one := run.Split(dir)
	if !one {
		path = dir
	}
	d, err := run.Open(path)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	var c *run.Checkpoint
	var skipped []error
	if one {
		c, err = d.LoadStep(step)
	} else {
		c, skipped, err = d.Load()
	}
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	a, err := FromCheckpoint(c)
	if err != nil {
		return nil, fmt.Errorf("policy: open %s: %w", dir, err)
	}
	a.skipped = skipped
	return a, nil
}

// FromCheckpoint returns the agent of a checkpoint that was loaded.
func FromCheckpoint(c *run.Checkpoint) (*Actor, error) {
	net, about, err := decode(c, 1)
	if err != nil {
		return nil, err
	}
	a := newActor(net, about)
	a.step = int(c.Step)
	return a, nil
}

// NewActor returns an agent that acts with the network as it is now; training on does not change it.
func NewActor(n *Net, envID string, actions []string) *Actor {
	return newActor(n.CopyOn(1, nil), About{Env: envID, Actions: actions, Streams: n.streams, Shape: n.shape, Net: n.cfg})
}

func newActor(net *Net, about About) *Actor {
	a := &Actor{about: about, net: net, mem: net.NewMemory(1), dist: NewCategorical(about.Shape.Actions)}
	a.Seed(0)
	return a
}

// About says what the agent was trained for.
func (a *Actor) About() About { return a.about }

// Step returns how many decisions the agent had been trained for when it was saved.
func (a *Actor) Step() int { return a.step }

// Skipped says what was wrong with the newer checkpoints that Open passed over.
func (a *Actor) Skipped() []error { return a.skipped }

// Fits reports whether the agent can act on observations of the given shape.
func (a *Actor) Fits(s Shape) error {
	if t := a.about.Shape; t.H != s.H || t.W != s.W || t.C != s.C || t.Vec != s.Vec || t.Actions != s.Actions || !slices.Equal(t.Codes, s.Codes) || !slices.Equal(t.Tokens, s.Tokens) {
		return fmt.Errorf("policy: the agent was trained for observations %+v, the world has %+v", t, s)
	}
	return nil
}

// Net returns the network.
func (a *Actor) Net() *Net { return a.net }

// Seed restarts the stream that actions are sampled from.
func (a *Actor) Seed(seed uint64) { a.key, a.draws = rng.Key(seed, "actor"), 0 }

// Begin tells the agent that an episode begins: a recurrent one forgets.
func (a *Actor) Begin() { a.mem.Begin(0) }

// Reward tells the agent what its last action brought; recurrent ones may look at it.
func (a *Actor) Reward(reward float64) { a.mem.Reward[0] = float32(reward) }

// Took tells the agent that another action was taken than its last Act chose; recurrent ones may look at it.
func (a *Actor) Took(action int) { a.mem.Action[0] = int32(action) }

// Act chooses an action for an observation: obs is [H, W, C], vec what stands beside it. It panics if their lengths are not
// those of the agent's Shape.
func (a *Actor) Act(obs []byte, vec []float32) int {
	s := a.about.Shape
	if len(obs) != s.H*s.W*s.C || len(vec) != s.Vec {
		panic("policy: Act: the observation has another shape than the agent was trained for")
	}
	logits, values := a.net.Act(obs, vec, a.mem, 1)
	a.dist.Set(logits)
	a.value = values[0]
	act := a.dist.Mode()
	if !a.Greedy {
		a.draws++
		act = a.dist.Sample(rng.Float64(rng.At(a.key, a.draws)))
	}
	a.mem.Saw(0, int32(act), 0)
	return act
}

// Policy returns the probabilities of the actions at the last Act; valid until the next.
func (a *Actor) Policy() []float32 { return a.dist.P }

// Entropy returns that of the policy at the last Act, in nats.
func (a *Actor) Entropy() float32 { return a.dist.Entropy() }

// Value returns the return that the critic expected at the last Act, discounted.
func (a *Actor) Value() float32 { return a.value }

// Memory returns what the agent remembers, as its next Act will find it; valid until then.
func (a *Actor) Memory() *Memory { return a.mem }
