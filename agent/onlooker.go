package agent

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// Onlooker holds the auxiliary tasks and bonuses of a checkpoint, which look on while its agent acts. It has parameters of its own and
// reads those activations that the agent's last Act left.
type Onlooker struct {
	net   *policy.Net // the actor's
	names []string    // of all tasks, in the order of the settings
	looks []onlooking // of those that are auxtasks.Viewers
	aims  []string    // of those that a Pointer can be made for

	bonuses []bonus
	weights []float32  // of bonuses, in the update that was saved
	pays    onlooking  // the last two rows, for bonuses
	one     [1]float32 // what a bonus pays
	told    struct {   // what the world tells bonuses
		potential env.Potential
		marks     env.Milestoner
		key       env.Keyer
	}

	act   int32 // that led to the observation
	step  env.Step
	first bool // nothing was seen of this episode
	fresh bool // the observation last seen is its first
}

// onlooking is one task and the last rows that it is shown.
type onlooking struct {
	at    int // in names
	task  auxtasks.Viewer
	from  []*auxtasks.Tap // the actor's
	in    auxtasks.Input
	batch auxtasks.Batch
}

// OpenOnlooker returns the tasks and bonuses of the run in a directory as they were in the checkpoint that the actor is of. world is
// the one that the actor acts in, wrapped as the run's are. It is nil if the run has neither.
func OpenOnlooker(path string, world env.Env, a *policy.Actor) (*Onlooker, error) {
	dir, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	return lookOn(dir, world, a, func() (*run.Checkpoint, error) { return dir.LoadStep(int64(a.Step())) })
}

// OnlookerOf is OpenOnlooker with a checkpoint that is not in the directory: c is what the actor is made of.
func OnlookerOf(c *run.Checkpoint, path string, world env.Env, a *policy.Actor) (*Onlooker, error) {
	dir, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	return lookOn(dir, world, a, func() (*run.Checkpoint, error) { return c, nil })
}

func lookOn(dir *run.Dir, world env.Env, a *policy.Actor, load func() (*run.Checkpoint, error)) (*Onlooker, error) {
	var s Settings
	if err := dir.ReadConfig(&s); err != nil {
		return nil, err
	}
	x, update, err := openExtras(s, world, a, load)
	if err != nil || x == nil {
		return nil, err
	}
	return newOnlooker(a.Net(), x, world, update)
}

// openExtras returns the tasks and bonuses of a checkpoint, nil if there are none, and the update that it was saved after.
func openExtras(s Settings, world env.Env, a *policy.Actor, load func() (*run.Checkpoint, error)) (x *extras, update int, err error) {
	x, err = newExtras(s.Agent, world.Spec(), nil)
	if err != nil {
		return nil, 0, err
	}
	rows, err := x.findTasks(s.Agent, s.Agent.Worlds*s.Agent.Horizon)
	if err != nil || len(x.tasks)+len(x.bonuses) == 0 {
		return nil, 0, err
	}
	if err := x.mix(s.Agent, a.Net().CopyOn(max(rows, s.Agent.Worlds), nil)); err != nil {
		return nil, 0, err
	}
	c, err := load()
	if err != nil {
		return nil, 0, err
	}
	if err := x.restore(c); err != nil {
		return nil, 0, err
	}
	data, err := c.File(stateName)
	if err != nil {
		return nil, 0, err
	}
	var st state
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, 0, fmt.Errorf("agent: restore %s: %w", stateName, err)
	}
	return x, st.Updates, nil
}

func newOnlooker(net *policy.Net, x *extras, world env.Env, update int) (*Onlooker, error) {
	o := &Onlooker{net: net, first: true}
	for i, t := range x.tasks {
		o.names = append(o.names, t.Name)
		if Pointable(t.Task) {
			o.aims = append(o.aims, t.Name)
		}
		v, ok := t.Task.(auxtasks.Viewer)
		if !ok {
			continue
		}
		if v.Window() < 1 {
			return nil, fmt.Errorf("agent: task %s looks at %d observations", t.Name, v.Window())
		}
		k := newOnlooking(&x.dims, v.Window())
		k.at, k.task = i, v
		k.read(net, t.Task.Needs().Taps)
		o.looks = append(o.looks, k)
	}
	o.findBonuses(x, world, update)
	return o, nil
}

// newOnlooking makes room for so many rows.
func newOnlooking(d *auxtasks.Dims, rows int) onlooking {
	k := onlooking{batch: auxtasks.Batch{
		T: rows - 1, B: 1, Obs: make([]byte, rows*d.H*d.W*d.C), Vec: make([]float32, rows*d.Vec), Start: make([]bool, rows),
		Phi: make([]float32, rows), Marks: make([]uint64, rows), Key: make([]uint64, rows),
		Next: make([]int32, rows-1), Action: make([]int32, rows-1), Reward: make([]float32, rows-1), Weight: make([]float32, rows-1),
		Ended: make([]bool, rows-1), Terminated: make([]bool, rows-1),
	}}
	for i := range k.batch.Next {
		k.batch.Next[i] = int32(i + 1)
	}
	k.in.Taps = [][]*auxtasks.Tap{nil}
	return k
}

// read makes room for the activations of taps.
func (k *onlooking) read(net *policy.Net, names []string) {
	for _, name := range names {
		from := net.Taps()[slices.IndexFunc(net.Taps(), func(t *auxtasks.Tap) bool { return t.Name == name })]
		k.from = append(k.from, from)
		own := &auxtasks.Tap{Name: name, H: from.H, W: from.W, C: from.C, Act: make([]float32, (k.batch.T+1)*from.Len())}
		k.in.Taps[0] = append(k.in.Taps[0], own)
	}
}

// findBonuses takes over those that pay.
func (o *Onlooker) findBonuses(x *extras, world env.Env, update int) {
	for _, b := range x.bonuses {
		if b.offset != nil {
			continue
		}
		if r, ok := b.Bonus.(auxtasks.Rehearser); ok {
			r.Rehearse()
		}
		o.bonuses, o.weights = append(o.bonuses, b), append(o.weights, b.weight.At(uint64(update)))
	}
	o.pays = newOnlooking(&x.dims, 2)
	if x.watch.Potential {
		o.told.potential, _ = env.As[env.Potential](world)
	}
	if x.watch.Milestones {
		o.told.marks, _ = env.As[env.Milestoner](world)
	}
	if x.watch.Keys {
		o.told.key, _ = env.As[env.Keyer](world)
	}
}

// Names returns those of all tasks, in the order of the settings.
func (o *Onlooker) Names() []string { return o.names }

// Pointable returns the names of the tasks that NewPointer can be asked for.
func (o *Onlooker) Pointable() []string { return o.aims }

// Begin tells that an episode begins.
func (o *Onlooker) Begin() { o.first = true }

// Bonuses returns the names of those that pay, in the order of the settings.
func (o *Onlooker) Bonuses() (names []string) {
	for _, b := range o.bonuses {
		names = append(names, b.name)
	}
	return names
}

// Took tells what the agent's last action was and what it brought.
func (o *Onlooker) Took(act int, step env.Step) { o.act, o.step = int32(act), step }

// Glance is what a task makes of the last observation that was seen.
type Glance struct {
	Task int // in Names
	auxtasks.Look
}

// See shows the tasks the observation that the actor's last Act was given, and appends what they make of it, which is valid until the
// next See.
func (o *Onlooker) See(dst []Glance, obs []byte, vec []float32) []Glance {
	for i := range o.looks {
		k := &o.looks[i]
		k.push(o, obs, vec)
		k.in.Batch, k.in.Obs = &k.batch, append(k.in.Obs[:0], k.batch.Obs)
		dst = append(dst, Glance{Task: k.at, Look: k.task.Look(&k.in)})
	}
	if len(o.bonuses) > 0 {
		o.pays.push(o, obs, vec)
	}
	o.fresh = o.first
	o.first = false
	return dst
}

// Paid appends what each bonus pays, with its weight, for the action that led to the observation last seen; nothing at an episode's
// start. It is asked once after each See.
func (o *Onlooker) Paid(dst []float32) []float32 {
	for i, b := range o.bonuses {
		o.one[0] = 0
		if !o.fresh {
			b.Reward(o.one[:], &o.pays.batch)
		}
		dst = append(dst, o.weights[i]*o.one[0])
	}
	return dst
}

// push moves the rows up by one and appends one; all rows are the first one of an episode at first.
func (k *onlooking) push(o *Onlooker, obs []byte, vec []float32) {
	b, n := &k.batch, 1
	if o.first {
		n = b.T + 1
		clear(b.Weight)
		clear(b.Start)
	} else if b.T > 0 {
		push(b.Action, []int32{o.act})
		push(b.Reward, []float32{float32(o.step.Reward)})
		push(b.Weight, []float32{1})
		push(b.Ended, []bool{o.step.End != env.Running})
		push(b.Terminated, []bool{o.step.End == env.Terminated})
	}
	for range n {
		push(b.Obs, obs)
		push(b.Vec, vec)
		push(b.Start, []bool{o.first})
		if o.told.potential != nil {
			push(b.Phi, []float32{float32(o.told.potential.Potential())})
		}
		if o.told.marks != nil {
			push(b.Marks, []uint64{o.told.marks.Milestones()})
		}
		if o.told.key != nil {
			push(b.Key, []uint64{o.told.key.Key()})
		}
		for i, tap := range k.in.Taps[0] {
			push(tap.Act, k.from[i].Act[:tap.Len()])
		}
	}
}

// push drops the first of x for new ones at the end.
func push[T any](x, last []T) {
	copy(x, x[len(last):])
	copy(x[len(x)-len(last):], last)
}
