package agent

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// Onlooker holds the auxiliary tasks of a checkpoint, which look on while its agent acts. It has parameters of its own and reads
// those activations that the agent's last Act left.
type Onlooker struct {
	net   *policy.Net // the actor's
	names []string    // of all tasks, in the order of the settings
	looks []onlooking // of those that are auxtasks.Viewers

	act   int32 // that led to the observation
	step  env.Step
	first bool // nothing was seen of this episode
}

// onlooking is one task and the last rows that it is shown.
type onlooking struct {
	at    int // in names
	task  auxtasks.Viewer
	from  []*auxtasks.Tap // the actor's
	in    auxtasks.Input
	batch auxtasks.Batch
}

// OpenOnlooker returns the tasks of the run in a directory as they were in the checkpoint that the actor is of. spec is that of its
// worlds, wrapped as the run's are. It is nil if the run has no auxiliary tasks.
func OpenOnlooker(path string, spec env.Spec, a *policy.Actor) (*Onlooker, error) {
	dir, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	var s Settings
	if err := dir.ReadConfig(&s); err != nil {
		return nil, err
	}
	x, err := newExtras(s.Agent, spec, nil)
	if err != nil {
		return nil, err
	}
	rows, err := x.findTasks(s.Agent, s.Agent.Worlds*s.Agent.Horizon)
	if err != nil || len(x.tasks) == 0 {
		return nil, err
	}
	if err := x.mix(s.Agent, a.Net().CopyOn(max(rows, s.Agent.Worlds), nil)); err != nil {
		return nil, err
	}
	c, err := dir.LoadStep(int64(a.Step()))
	if err != nil {
		return nil, err
	}
	if err := x.restore(c); err != nil {
		return nil, err
	}
	return newOnlooker(a.Net(), x)
}

func newOnlooker(net *policy.Net, x *extras) (*Onlooker, error) {
	o := &Onlooker{net: net, first: true}
	d := &x.dims
	for i, t := range x.tasks {
		o.names = append(o.names, t.Name)
		v, ok := t.Task.(auxtasks.Viewer)
		if !ok {
			continue
		}
		rows := v.Window()
		if rows < 1 {
			return nil, fmt.Errorf("agent: task %s looks at %d observations", t.Name, rows)
		}
		k := onlooking{at: i, task: v, batch: auxtasks.Batch{
			T: rows - 1, B: 1, Obs: make([]byte, rows*d.H*d.W*d.C), Vec: make([]float32, rows*d.Vec), Start: make([]bool, rows),
			Action: make([]int32, rows-1), Reward: make([]float32, rows-1), Weight: make([]float32, rows-1),
			Ended: make([]bool, rows-1), Terminated: make([]bool, rows-1),
		}}
		for row := 1; row < rows; row++ {
			k.batch.Next = append(k.batch.Next, int32(row))
		}
		var taps []*auxtasks.Tap
		for _, name := range t.Task.Needs().Taps {
			from := net.Taps()[slices.IndexFunc(net.Taps(), func(t *auxtasks.Tap) bool { return t.Name == name })]
			k.from = append(k.from, from)
			taps = append(taps, &auxtasks.Tap{Name: name, H: from.H, W: from.W, C: from.C, Act: make([]float32, rows*from.Len())})
		}
		k.in.Taps = [][]*auxtasks.Tap{taps}
		o.looks = append(o.looks, k)
	}
	return o, nil
}

// Names returns those of all tasks, in the order of the settings.
func (o *Onlooker) Names() []string { return o.names }

// Begin tells that an episode begins.
func (o *Onlooker) Begin() { o.first = true }

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
	o.first = false
	return dst
}

// push moves the rows up by one and appends one; all rows are the first one of an episode at first.
func (k *onlooking) push(o *Onlooker, obs []byte, vec []float32) {
	b, n := &k.batch, 1
	if o.first {
		n = b.T + 1
		clear(b.Weight)
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
