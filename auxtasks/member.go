package auxtasks

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// member is a task in the mixer.
type member struct {
	Named
	needs  Needs
	heads  []Head
	arenas [][]*Params // each head's by itself
	report *TaskReport
	key    uint64 // of the task's random numbers

	in   Input
	seen []*sight // [view]

	gradient [][]float32 // [block] of the task's own, when it is told from the others'
	smooth   [][]float32 // [block] slow mean of it, for gates; nil without
	size     float64     // slow mean of its norm, for norm matching

	valid          int  // updates with a valid row and a weight
	nudged, proven bool // something reached the taps; something reached the shared parameters
}

// sight is a member's view of the rows: the taps that it reads there, with gradients of its own.
type sight struct {
	taps []*Tap // of the encoder that makes the view
	own  []*Tap // what the task is given; shares Act
	grad [][]float32
}

// probation is how many updates a task has to show that it sends a gradient into the encoder.
const probation = 100

// Purposes of a task's random numbers in one update.
const (
	forTask = iota
	forDraw
	forHeldDraw
	forHeld
	forView
)

func (k *member) random(update, purpose uint64) uint64 { return rng.At(rng.At(k.key, update), purpose) }

// validate reports what the task asks for and cannot get.
func (k *member) validate(enc Encoder) error {
	if k.needs.Source == Own {
		if _, ok := k.Task.(Filler); !ok {
			return fmt.Errorf("auxtasks: %s says that it brings its own rows, but has no Fill", k.Name)
		}
	}
	if k.needs.Source == Replay && k.needs.Draw.Len < 1 {
		return fmt.Errorf("auxtasks: %s draws sequences of length %d", k.Name, k.needs.Draw.Len)
	}
	if k.needs.Source == Minibatch && len(k.needs.Views) > 0 {
		return fmt.Errorf("auxtasks: %s wants further views of the objective's own rows; there is one", k.Name)
	}
	names := slices.Clone(k.needs.Taps)
	for _, v := range k.needs.Views {
		names = append(names, v.Taps...)
	}
	for _, name := range names {
		if !slices.ContainsFunc(enc.Taps(), func(t *Tap) bool { return t.Name == name }) {
			return fmt.Errorf("auxtasks: %s reads tap %q, which the network does not have", k.Name, name)
		}
	}
	return nil
}

// join attaches the next view: that of the encoder enc, with gradients if it is given rows to hold them for.
func (k *member) join(enc Encoder, rows int) {
	v := len(k.seen)
	names := k.needs.Taps
	if v > 0 && k.needs.Views[v-1].Taps != nil {
		names = k.needs.Views[v-1].Taps
	}
	s := &sight{}
	for _, name := range names {
		t := enc.Taps()[slices.IndexFunc(enc.Taps(), func(t *Tap) bool { return t.Name == name })]
		own := *t
		s.taps, s.own = append(s.taps, t), append(s.own, &own)
		s.grad = append(s.grad, make([]float32, rows*t.Len()))
	}
	k.seen = append(k.seen, s)
	k.in.Taps, k.in.Obs, k.in.Labels = append(k.in.Taps, s.own), append(k.in.Obs, nil), append(k.in.Labels, nil)
}

// see shows the task the rows of a pass, of which view 0 is obs.
func (k *member) see(b *Batch, obs []byte, rows int) {
	k.in.Batch, k.in.Obs[0] = b, obs
	for _, s := range k.seen {
		for i, t := range s.taps {
			n := rows * t.Len()
			s.own[i].Act, s.own[i].Grad = t.Act[:n], nil
			if len(s.grad[i]) > 0 {
				s.own[i].Grad = s.grad[i][:n]
				clear(s.own[i].Grad)
			}
		}
	}
}

// run calls the task with its weight, or to measure alone where that is 0.
func (k *member) run(m *Mixer, counts bool) {
	k.in.Random = k.random(m.update, forTask)
	w := k.Weight.At(m.update)
	unit := w
	if m.cfg.Balance == NormMatched && k.needs.Source != Minibatch && w != 0 {
		unit = 1 // the weight is applied to the shared blocks' gradient, the head learns at its own pace
	}
	k.report.Report, k.report.Weight = k.Task.Loss(&k.in, unit), w
	if counts && k.report.Rows > 0 && w != 0 {
		k.valid++
		k.nudged = k.nudged || k.touches()
	}
}

// touches reports whether the task left a gradient at any tap.
func (k *member) touches() bool {
	for _, s := range k.seen {
		for _, t := range s.own {
			if slices.ContainsFunc(t.Grad, func(g float32) bool { return g != 0 }) {
				return true
			}
		}
	}
	return false
}

// leave adds what the task left to the gradients at the encoders' taps.
func (k *member) leave() {
	for _, s := range k.seen {
		for i, t := range s.taps {
			g := s.own[i].Grad
			nn.AddScaled(t.Grad[:len(g)], g, 1)
		}
	}
}

// suspicious reports whether the task's probation ends with nothing measured that it sent into the shared parameters.
func (k *member) suspicious() bool {
	return !k.needs.Detach && !k.proven && k.valid == probation-1
}

// judge returns an error if probation is over and nothing came.
func (k *member) judge() error {
	if k.needs.Detach || k.valid < probation || k.nudged && k.proven {
		return nil
	}
	return fmt.Errorf("auxtasks: %s sends no gradient into the network's shared layers: over %d updates in which its loss was defined nothing "+
		"arrived; either it is meant to (Needs.Detach) or it has no effect and should be left out", k.Name, k.valid)
}
