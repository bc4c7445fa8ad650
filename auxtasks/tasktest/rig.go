package tasktest

import (
	"slices"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// rig is a task with an encoder and a batch: the smallest thing that can ask it for its loss.
type rig struct {
	world World
	enc   auxtasks.Encoder
	dims  auxtasks.Dims
	task  auxtasks.Task
	needs auxtasks.Needs
	heads []auxtasks.Head
	views []auxtasks.Encoder
	begin []byte // the task's state when it was made

	batch *auxtasks.Batch
	in    *auxtasks.Input
}

// newRig builds a task for a world. The encoder cannot fail to be built: worlds are ours.
func newRig(w World, build func(auxtasks.Dims) (auxtasks.Task, error), workers *nn.Team) (*rig, error) {
	enc, err := w.encoder(workers)
	if err != nil {
		panic("tasktest: a world's encoder is refused")
	}
	r := &rig{world: w, enc: enc, dims: w.dims(enc, workers)}
	if r.task, err = build(r.dims); err != nil {
		return r, err
	}
	r.needs, r.heads = r.task.Needs(), r.task.Heads()
	r.begin = r.state()
	return r, nil
}

// connect makes the encoders of the views; Needs must have been checked.
func (r *rig) connect() {
	r.views = []auxtasks.Encoder{r.enc}
	for _, v := range r.needs.Views {
		if v.Target > 0 {
			r.views = append(r.views, r.enc.Copy(most))
		} else {
			r.views = append(r.views, r.enc.Share(most))
		}
	}
	r.load("first", false)
}

// load fills the batch and runs all views over it.
func (r *rig) load(seed string, closed bool) {
	random := rng.Key(11, seed)
	if filler, ok := r.task.(auxtasks.Filler); ok && r.needs.Source == auxtasks.Own {
		r.batch = new(auxtasks.Batch)
		filler.Fill(r.batch, random)
		r.batch.Vec = make([]float32, r.batch.Rows()*r.dims.Vec)
	} else {
		r.batch = r.world.batch(r.needs, seed, closed)
	}
	r.in = &auxtasks.Input{Batch: r.batch, Random: random}
	for i := range r.views {
		r.look(i)
	}
}

// look runs view i.
func (r *rig) look(i int) {
	obs, names := r.batch.Obs, r.needs.Taps
	var labels []int32
	detached := false
	if i > 0 {
		v := r.needs.Views[i-1]
		detached = v.Target > 0
		if v.Taps != nil {
			names = v.Taps
		}
		if v.Transform != nil {
			obs, labels = r.transformed(v.Transform)
		}
	}
	var taps []*auxtasks.Tap
	all := r.views[i].Taps()
	if len(names) > 0 {
		r.views[i].Forward(r.batch, obs, deepest(all, names))
	}
	for _, name := range names {
		tap := find(all, name)
		if detached {
			tap = &auxtasks.Tap{Name: tap.Name, H: tap.H, W: tap.W, C: tap.C, Act: tap.Act}
		}
		taps = append(taps, tap)
	}
	r.in.Obs, r.in.Taps, r.in.Labels = append(r.in.Obs, obs), append(r.in.Taps, taps), append(r.in.Labels, labels)
}

func (r *rig) transformed(t auxtasks.Transform) (obs []byte, labels []int32) {
	d := &r.dims
	size := d.H * d.W * d.C
	obs = make([]byte, len(r.batch.Obs))
	for i := range r.batch.Rows() {
		label := t.Apply(obs[i*size:(i+1)*size], r.batch.Obs[i*size:(i+1)*size], d.H, d.W, d.C, rng.At(r.in.Random, uint64(i)))
		labels = append(labels, label)
	}
	return obs, labels
}

// deepest returns which of the names comes last among the taps.
func deepest(taps []*auxtasks.Tap, names []string) string {
	for _, t := range slices.Backward(taps) {
		if slices.Contains(names, t.Name) {
			return t.Name
		}
	}
	return ""
}

func find(taps []*auxtasks.Tap, name string) *auxtasks.Tap {
	for _, t := range taps {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// open returns the taps of all views that gradients may be left at.
func (r *rig) open() []*auxtasks.Tap {
	var taps []*auxtasks.Tap
	for _, view := range r.in.Taps {
		for _, t := range view {
			if t.Grad != nil {
				taps = append(taps, t)
			}
		}
	}
	return taps
}

// trained returns the task's own parameters.
func (r *rig) trained() []*auxtasks.Params {
	var p []*auxtasks.Params
	for _, h := range r.heads {
		p = append(p, h.Params)
	}
	return p
}

// loss clears all gradients, puts the task's state back to what it was at the beginning, and asks for the loss.
func (r *rig) loss(w float32) auxtasks.Report {
	r.clear()
	r.restore(r.begin)
	return r.task.Loss(r.in, w)
}

func (r *rig) clear() {
	for _, t := range r.open() {
		clear(t.Grad)
	}
	for _, p := range r.trained() {
		clear(p.G)
	}
}

// rows returns how many floats of a tap the batch has.
func (r *rig) floats(t *auxtasks.Tap) int { return r.batch.Rows() * t.Len() }

// gradients returns a copy of all gradients: those at the taps, then those of the heads.
func (r *rig) gradients() []float32 {
	var g []float32
	for _, t := range r.open() {
		g = append(g, t.Grad[:r.floats(t)]...)
	}
	for _, p := range r.trained() {
		g = append(g, p.G...)
	}
	return g
}

// state returns the task's state, nil if it says it has none.
func (r *rig) state() []byte {
	if s, ok := r.task.(auxtasks.Stateful); ok {
		return s.AppendState(nil)
	}
	return nil
}

func (r *rig) restore(state []byte) {
	if s, ok := r.task.(auxtasks.Stateful); ok {
		if s.RestoreState(state) != nil {
			panic("tasktest: a task refuses its own state")
		}
	}
}
