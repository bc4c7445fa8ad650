package agent

import (
	"slices"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// Pointer finds on which cells of an observation the loss of one auxiliary task depends, see [policy.Saliency]. It has the task and the
// network of a checkpoint to itself, and the last transitions of the agent that it follows.
//
// The loss is over the window of transitions that the task draws in training, up to the last one; the observation is the one from which
// that was taken: of what came after, nothing is known yet.
type Pointer struct {
	actor   *policy.Actor
	net     *policy.Net
	task    auxtasks.Task
	heads   []auxtasks.Head
	needs   auxtasks.Needs
	rows    onlooking
	o       Onlooker // what rows are pushed with
	signals env.Signaler

	states []float32 // [rows, K] recurrent states before rows
	after  []float32 // [K] the one after the newest row
	values []float32 // [rows] the first critic's
	gamma  float32
	last   struct { // of the transition that left the window
		action int32
		reward float32
	}
	known int // rows that are of this episode, or stand for its start

	in   auxtasks.Input
	taps []*auxtasks.Tap // the network's
	dx   []float32       // [rows, H, W, C]
}

// Pointable reports whether there can be a Pointer for a task: it reads the sequence that the agent lived through, as it was.
func Pointable(t auxtasks.Task) bool {
	n := t.Needs()
	return n.Source != auxtasks.Own && len(n.Views) == 0 && len(n.Taps) > 0
}

// NewPointer returns one for the task of that name of the run in a directory. c is the checkpoint that the actor is of, nil for the one in
// the directory.
func NewPointer(c *run.Checkpoint, path string, world env.Env, a *policy.Actor, name string) (*Pointer, error) {
	dir, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	var s Settings
	if err := dir.ReadConfig(&s); err != nil {
		return nil, err
	}
	if c == nil {
		if c, err = dir.LoadStep(int64(a.Step())); err != nil {
			return nil, err
		}
	}
	x, _, err := openExtras(s, world, a, func() (*run.Checkpoint, error) { return c, nil })
	if err != nil || x == nil {
		return nil, err
	}
	i := slices.IndexFunc(x.tasks, func(t auxtasks.Named) bool { return t.Name == name })
	if i < 0 || !Pointable(x.tasks[i].Task) {
		return nil, nil
	}
	return newPointer(x, world, a, x.tasks[i].Task, s.Agent.Gamma), nil
}

func newPointer(x *extras, world env.Env, a *policy.Actor, t auxtasks.Task, gamma float32) *Pointer {
	p := &Pointer{actor: a, task: t, heads: t.Heads(), needs: t.Needs(), gamma: gamma}
	steps := max(p.needs.Draw.Burn+p.needs.Draw.Len, 1)
	p.net = a.Net().ShareOn(steps+1, nil)
	p.rows = newOnlooking(&x.dims, steps+1)
	p.signals, _ = env.As[env.Signaler](world)
	b := &p.rows.batch
	if p.needs.Signals && p.signals != nil {
		b.Signals = make([]float32, (steps+1)*world.Spec().SignalsLen())
	}
	b.Paid = [][]float32{b.Reward}
	t1 := &replay.Targets{Adv: make([]float32, steps)}
	for s := range x.streams {
		if s > 0 {
			b.Paid = append(b.Paid, make([]float32, steps))
		}
		t1.Return, t1.Value = append(t1.Return, make([]float32, steps)), append(t1.Value, make([]float32, steps))
	}
	b.Targets = t1
	b.LogP, b.Env = make([]float32, steps), make([]int32, 1)
	b.LastAction, b.LastReward = make([]int32, 1), make([]float32, 1)
	k := p.net.StateLen()
	p.states, p.after, p.values = make([]float32, (steps+1)*k), make([]float32, k), make([]float32, steps+1)
	var own []*auxtasks.Tap
	for _, name := range p.needs.Taps {
		from := p.net.Taps()[slices.IndexFunc(p.net.Taps(), func(t *auxtasks.Tap) bool { return t.Name == name })]
		tap := *from
		p.taps, own = append(p.taps, from), append(own, &tap)
	}
	p.in = auxtasks.Input{Taps: [][]*auxtasks.Tap{own}, Obs: [][]byte{nil}, Labels: [][]int32{nil}, Random: rng.Key(1, "pointer")}
	p.dx = make([]float32, len(b.Obs))
	p.o.first = true
	return p
}

// Begin tells that an episode begins.
func (p *Pointer) Begin() { p.o.first, p.known = true, p.rows.batch.T }

// Took tells what the agent's last action was and what it brought.
func (p *Pointer) Took(act int, step env.Step) { p.o.Took(act, step) }

// See is told the observation that the actor's last Act was given. A Pointer that begins within an episode knows nothing until its
// window has passed.
func (p *Pointer) See(obs []byte, vec []float32) {
	b, k := &p.rows.batch, p.net.StateLen()
	fresh, whole := p.o.first, p.known >= b.T
	p.last.action, p.last.reward = b.Action[0], b.Reward[0]
	p.rows.push(&p.o, obs, vec)
	p.o.first = false
	if fresh && !whole {
		clear(b.Start)
	}
	if fresh {
		clear(p.states)
	} else {
		push(p.states, p.after)
	}
	if k > 0 {
		copy(p.after, p.actor.Memory().State)
	}
	push(p.values, []float32{p.actor.Value()})
	if b.Signals != nil {
		n := len(b.Signals) / (b.T + 1)
		copy(b.Signals, b.Signals[n:])
		p.signals.Signals(b.Signals[b.T*n:])
	}
	p.known++
}

// Salient sets dst, [H, W], to the saliency of the task's loss for the observation before the last action, or returns false: the loss is
// not defined, or too little is known.
func (p *Pointer) Salient(dst []float32) bool {
	b := p.rows.batch
	last := b.T - 1
	if p.known <= b.T || b.Weight[last] == 0 {
		return false
	}
	size := len(b.Obs) / (b.T + 1)
	if p.needs.Source == auxtasks.Minibatch || p.needs.Draw.NoNext {
		b.Next = nil
	}
	b.Burn = p.needs.Draw.Burn
	b.State = p.states[:p.net.StateLen()]
	b.LastAction[0], b.LastReward[0] = p.last.action, p.last.reward
	p.aim(&b)
	rows := b.Rows()
	p.net.Forward(&b, b.Obs, "")
	for i, tap := range p.taps {
		own, n := p.in.Taps[0][i], rows*tap.Len()
		own.Act, own.Grad = tap.Act[:n], tap.Grad[:n]
	}
	p.in.Batch, p.in.Obs[0] = &b, b.Obs[:rows*size]
	report := p.task.Loss(&p.in, 1)
	for _, h := range p.heads {
		clear(h.Params.G)
	}
	dx := p.dx[:rows*size]
	clear(dx)
	p.net.BackwardInput(dx)
	policy.SumChannels(dst, dx[last*size:(last+1)*size], p.net.Shape().C)
	return report.Rows > 0
}

// aim sets the targets to what one step says.
func (p *Pointer) aim(b *auxtasks.Batch) {
	t := b.Targets
	for i := range b.T {
		ret := b.Reward[i]
		if !b.Terminated[i] {
			ret += p.gamma * p.values[i+1]
		}
		t.Return[0][i], t.Value[0][i], t.Adv[i] = ret, p.values[i], ret-p.values[i]
	}
}
