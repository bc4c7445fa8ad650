package env

import (
	"fmt"
	"slices"
)

// marked is a world that shows its milestones.
type marked struct {
	wrapper
	marks  Milestoner
	floats int // of the vector of the world inside
}

// WithMilestones returns w with the milestones that were reached in this episode appended to its vector, a field of one float for
// each, 1 or 0. Without that a bonus for a milestone is not a function of what the policy sees: it cannot tell whether there is
// still one to be had (Markov property; see auxtasks' milestones). They are those of the state that the observation shows, after
// Step's action, and begin anew with Reset.
func WithMilestones(w Env) (Env, error) {
	spec := w.Spec()
	marks, ok := As[Milestoner](w)
	if !ok || len(spec.Milestones) == 0 {
		return nil, fmt.Errorf("env: %s names no milestones that could be shown", spec.ID)
	}
	m := &marked{wrapper: wrapped(w), marks: marks, floats: spec.VecLen()}
	m.spec.Vector = slices.Clone(spec.Vector)
	for _, name := range spec.Milestones {
		m.spec.Vector = append(m.spec.Vector, Field{Name: "milestone " + name, Len: 1})
	}
	return honest(m), nil
}

// Reset begins an episode.
func (m *marked) Reset(obs []byte, vec []float32) {
	m.Env.Reset(obs, vec[:m.floats:m.floats])
	m.show(vec)
}

// Step takes one decision.
func (m *marked) Step(action int, obs []byte, vec []float32) Step {
	s := m.Env.Step(action, obs, vec[:m.floats:m.floats])
	m.show(vec)
	return s
}

func (m *marked) show(vec []float32) {
	marks := m.marks.Milestones()
	for i := range vec[m.floats:] {
		vec[m.floats+i] = float32(marks >> i & 1)
	}
}
