package agent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// extras is what a run adds to the world's reward and to the loss.
type extras struct {
	dims    auxtasks.Dims
	streams []auxtasks.Stream // [0] is the world's, the others in the order of their names
	bonuses []bonus
	tasks   []auxtasks.Named
	watch   env.Watch
	ring    *replay.Ring // nil: nothing is drawn from it
	mixer   *auxtasks.Mixer
	raw     []byte // a segment of replay

	column []float32   // what one bonus pays
	paid   [][]float32 // [stream][T*B]
	known  bool        // part of the world's value is
	offset []float32   // [rows] that part, of the rollout under way
	part   []float32   // of one bonus
}

// bonus is one in use.
type bonus struct {
	auxtasks.Bonus
	name   string
	weight auxtasks.Schedule
	stream int
	offset auxtasks.CriticOffset // nil: none
	mean   float32               // of what it paid per decision, in the last rollout
}

// BonusReport says what a bonus paid.
type BonusReport struct {
	Name string
	Mean float32 // per decision, over the last rollout, as it was paid
}

// newExtras makes the bonuses, and the streams that they are paid into.
func newExtras(cfg Config, spec env.Spec, workers *nn.Team) (*extras, error) {
	x := &extras{streams: []auxtasks.Stream{{Weight: 1, Gamma: cfg.Gamma, Episodic: true}}}
	shape := ShapeOf(spec)
	net, err := policy.New(shape, cfg.Net, []string{""}, 1, 0, nil)
	if err != nil {
		return nil, err
	}
	x.dims = auxtasks.Dims{
		H: spec.H, W: spec.W, C: spec.C, Frames: spec.Frames, Codes: spec.Codes, Vec: spec.VecLen(), Actions: len(spec.Actions),
		Taps: shapesOf(net), Streams: x.streams, Worlds: cfg.Worlds, Team: workers, Seed: cfg.Seed,
	}
	at := 0
	for _, f := range spec.Signals {
		x.dims.Signals = append(x.dims.Signals, auxtasks.Signal{Name: f.Name, Off: at, Len: f.Len})
		at += f.Len
	}
	for i, e := range cfg.Aux {
		if slices.ContainsFunc(cfg.Aux[:i], func(o Extra) bool { return o.ID() == e.ID() }) {
			return nil, fmt.Errorf("agent: two auxiliary tasks or bonuses are called %s: name one of them", e.ID())
		}
		k, err := auxtasks.Lookup(e.Kind)
		if err != nil {
			return nil, err
		}
		if !k.IsBonus {
			continue
		}
		b, err := auxtasks.NewBonus(e.Kind, e.Settings, x.dims)
		if err != nil {
			return nil, err
		}
		x.bonuses = append(x.bonuses, bonus{Bonus: b, name: e.ID(), weight: cfg.schedule(e, 1)})
	}
	return x, x.findStreams()
}

// shapesOf returns the taps of a network without what stands in them.
func shapesOf(net *policy.Net) (taps []auxtasks.Tap) {
	for _, t := range net.Taps() {
		taps = append(taps, auxtasks.Tap{Name: t.Name, H: t.H, W: t.W, C: t.C})
	}
	return taps
}

// schedule returns how a weight moves over the run, counted in updates, or in steps of the mixer if there are so many per update.
func (c Config) schedule(e Extra, perUpdate int) auxtasks.Schedule {
	updates := (c.Steps + c.Worlds*c.Horizon - 1) / (c.Worlds * c.Horizon)
	s := auxtasks.Constant(e.Weight)
	if e.Over > 0 {
		s.End, s.Over = e.Final, uint64(float64(updates*perUpdate)*float64(e.Over))
	}
	return s
}

// findStreams collects the bonuses' streams and what they read of the worlds.
func (x *extras) findStreams() error {
	for _, b := range x.bonuses {
		s := b.Stream()
		if s.Name == "" {
			continue
		}
		i, found := slices.BinarySearchFunc(x.streams[1:], s.Name, func(s auxtasks.Stream, name string) int { return strings.Compare(s.Name, name) })
		if !found {
			x.streams = slices.Insert(x.streams, i+1, s)
		} else if x.streams[i+1] != s {
			return fmt.Errorf("agent: bonus %s wants stream %s as %+v, another as %+v: give one of them a stream of its own", b.name, s.Name, s, x.streams[i+1])
		}
	}
	for i := range x.bonuses {
		b := &x.bonuses[i]
		b.stream = slices.IndexFunc(x.streams, func(s auxtasks.Stream) bool { return s.Name == b.Stream().Name })
		b.offset, _ = b.Bonus.(auxtasks.CriticOffset)
		x.known = x.known || b.offset != nil
		if r, ok := b.Bonus.(auxtasks.Reader); ok {
			reads := r.Reads()
			x.watch.Potential = x.watch.Potential || reads.Phi
			x.watch.Milestones = x.watch.Milestones || reads.Marks
			x.watch.Keys = x.watch.Keys || reads.Key
		}
	}
	x.dims.Streams = x.streams
	return nil
}

// names returns those of the streams.
func (x *extras) names() (names []string) {
	for _, s := range x.streams {
		names = append(names, s.Name)
	}
	return names
}

// findTasks makes the tasks for a network whose passes have up to rows rows, and returns how many rows they would like a pass to
// have.
func (x *extras) findTasks(cfg Config, rows int) (most int, err error) {
	x.dims.Rows, x.tasks = rows, nil
	for _, e := range cfg.Aux {
		k, err := auxtasks.Lookup(e.Kind)
		if err != nil {
			return 0, err
		}
		if k.IsBonus {
			continue
		}
		t, err := auxtasks.New(e.Kind, e.Settings, x.dims)
		if err != nil {
			return 0, err
		}
		x.tasks = append(x.tasks, auxtasks.Named{Name: e.ID(), Task: t, Weight: cfg.schedule(e, cfg.AuxSteps)})
	}
	for _, b := range x.bonuses {
		if t, ok := b.Bonus.(auxtasks.Task); ok {
			x.tasks = append(x.tasks, auxtasks.Named{Name: b.name, Task: t, Weight: auxtasks.Constant(1)})
		}
	}
	for _, t := range x.tasks {
		most = max(most, auxtasks.PassRows(t.Task, cfg.Worlds))
	}
	return most, nil
}

// attach makes the mixer and what it draws from.
func (x *extras) attach(cfg Config, net *policy.Net) error {
	if err := x.mix(cfg, net); err != nil || x.mixer == nil {
		return err
	}
	return x.makeRing(cfg, net)
}

// mix makes the tasks and the mixer, if there are any.
func (x *extras) mix(cfg Config, net *policy.Net) (err error) {
	x.dims.Taps = shapesOf(net)
	if _, err := x.findTasks(cfg, net.Rows()); err != nil {
		return err
	}
	n := cfg.Worlds * cfg.Horizon
	x.column = make([]float32, n)
	for range x.streams {
		x.paid = append(x.paid, make([]float32, n))
	}
	if len(x.tasks) == 0 {
		return nil
	}
	x.mixer, err = auxtasks.NewMixer(net, x.tasks, cfg.Mixer, x.dims)
	return err
}

// heads returns the arenas of the tasks that are stepped.
func (x *extras) heads() (arenas []*nn.Params) {
	if x.mixer == nil {
		return nil
	}
	for _, h := range x.mixer.Heads() {
		if !h.Frozen {
			arenas = append(arenas, h.Params)
		}
	}
	return arenas
}

// replayLimit is how much memory replay may take, in bytes.
const replayLimit = 8 << 30

// makeRing makes the ring if a task draws from it, with what the tasks read.
func (x *extras) makeRing(cfg Config, net *policy.Net) (err error) {
	d := &x.dims
	c := replay.Config{
		Worlds: cfg.Worlds, Capacity: cfg.ReplayLen, H: d.H, W: d.W, C: d.C, Frames: d.Frames, Vec: d.Vec, Actions: d.Actions,
		Streams: len(x.streams), State: net.StateLen(),
	}
	draws := false
	for _, t := range x.tasks {
		n := t.Task.Needs()
		if n.Source != auxtasks.Replay {
			continue
		}
		draws = true
		c.Back = max(c.Back, n.Draw.Back())
		if n.Signals {
			c.Signals, x.watch.Signals = 0, true
			for _, s := range d.Signals {
				c.Signals += s.Len
			}
		}
	}
	if !draws {
		return nil
	}
	if x.ring, err = replay.NewRing(c, replayLimit); err != nil {
		return err
	}
	x.ring.Use(d.Team)
	return nil
}

// pay fills the batch's Paid with what the value heads of each stream are paid, and adds the known part of the values to value.
func (x *extras) pay(b *replay.Batch, value [][]float32, update int) {
	b.Paid = x.paid
	for s, paid := range x.paid {
		clear(paid)
		if s == 0 {
			copy(paid, b.Reward)
		}
	}
	if x.known {
		x.clearOffset(b.Rows())
	}
	for i := range x.bonuses {
		p := &x.bonuses[i]
		w := p.weight.At(uint64(update))
		p.Reward(x.column, b)
		sum := 0.0
		for k, r := range x.column {
			x.paid[p.stream][k] += w * r
			sum += float64(w * r)
		}
		p.mean = float32(sum / float64(len(x.column)))
		if p.offset != nil {
			p.offset.Offset(x.part, b)
			for row, o := range x.part {
				x.offset[row] += w * o
			}
		}
	}
	for row, o := range x.offset {
		value[0][row] += o
	}
}

// clearOffset makes room for so many rows.
func (x *extras) clearOffset(rows int) {
	if cap(x.offset) < rows {
		x.offset, x.part = make([]float32, 2*rows), make([]float32, 2*rows)
	}
	x.offset, x.part = x.offset[:rows], x.part[:rows]
	clear(x.offset)
}

// settle takes the known part out of what the value heads shall learn, and into what they are paid: to them, it is shaping.
func (x *extras) settle(b *replay.Batch) {
	if !x.known {
		return
	}
	t := b.Targets
	for i := range b.Transitions() {
		t.Return[0][i] -= x.offset[i]
		t.Value[0][i] -= x.offset[i]
		next := x.offset[b.Next[i]]
		if b.Terminated[i] {
			next = 0
		}
		b.Paid[0][i] += x.streams[0].Gamma*next - x.offset[i]
	}
}
