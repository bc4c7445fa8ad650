package env

import "fmt"

// Watch says what a Vec shall read from its worlds beside their observations.
type Watch struct {
	Signals    bool
	Potential  bool
	Milestones bool
	Keys       bool
}

// Watched is what worlds tell of themselves beside their observations. Slices that nobody asked for are nil.
type Watched struct {
	Signals []float32 // [N, S] what only tasks may see
	Phi     []float32 // [N] potential
	Marks   []uint64  // [N] milestones reached so far in the episode
	Key     []uint64  // [N] hash of the full state
}

// teller is one world's abilities, those that are watched.
type teller struct {
	signals   Signaler
	potential Potential
	marks     Milestoner
	key       Keyer
}

// Watch makes Reset, Step and RestoreState fill Now, and Step fill Last, with what w asks for; it replaces what was asked before.
// It is called before Reset. The error names the world and the ability that it lacks; nothing is then watched.
func (v *Vec) Watch(w Watch) error {
	v.tellers, v.Now, v.Last = nil, Watched{}, Watched{}
	if w == (Watch{}) {
		return nil
	}
	tellers := make([]teller, len(v.worlds))
	for i, world := range v.worlds {
		if err := tellers[i].find(world, w); err != nil {
			return err
		}
	}
	v.tellers, v.watch = tellers, w
	v.Now, v.Last = v.watched(w), v.watched(w)
	return nil
}

// watched returns room for what w asks for.
func (v *Vec) watched(w Watch) Watched {
	n := len(v.worlds)
	var room Watched
	if w.Signals {
		room.Signals = make([]float32, n*v.spec.SignalsLen())
	}
	if w.Potential {
		room.Phi = make([]float32, n)
	}
	if w.Milestones {
		room.Marks = make([]uint64, n)
	}
	if w.Keys {
		room.Key = make([]uint64, n)
	}
	return room
}

// find looks up the abilities that w asks for.
func (t *teller) find(world Env, w Watch) error {
	var missing string
	var ok bool
	if w.Signals {
		if t.signals, ok = As[Signaler](world); !ok {
			missing = "Signaler: it has no signals that tasks could predict"
		}
	}
	if w.Potential {
		if t.potential, ok = As[Potential](world); !ok {
			missing = "Potential: it does not say how far the goal is"
		}
	}
	if w.Milestones {
		if t.marks, ok = As[Milestoner](world); !ok {
			missing = "Milestoner: it names no steps on the way"
		}
	}
	if w.Keys {
		if t.key, ok = As[Keyer](world); !ok {
			missing = "Keyer: it does not hash its full state"
		}
	}
	if missing != "" {
		return fmt.Errorf("env: %s is no %s", world.Spec().ID, missing)
	}
	return nil
}

// tell writes what world i tells.
func (v *Vec) tell(dst *Watched, i int) {
	if v.tellers == nil {
		return
	}
	t := &v.tellers[i]
	if t.signals != nil {
		n := v.spec.SignalsLen()
		t.signals.Signals(dst.Signals[i*n : (i+1)*n : (i+1)*n])
	}
	if t.potential != nil {
		dst.Phi[i] = float32(t.potential.Potential())
	}
	if t.marks != nil {
		dst.Marks[i] = t.marks.Milestones()
	}
	if t.key != nil {
		dst.Key[i] = t.key.Key()
	}
}
