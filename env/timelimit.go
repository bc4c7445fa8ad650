package env

import "encoding/binary"

// timeLimit cuts episodes short.
type timeLimit struct {
	wrapper
	limit, steps int
}

// TimeLimit returns w truncating episodes after so many decisions, or earlier where w does. An end of the task at that very decision
// stays one. (Gymnasium: TimeLimit.)
func TimeLimit(w Env, limit int) (Env, error) {
	if limit < 1 {
		return nil, refused(w, "a time limit of %d, want at least 1", limit)
	}
	t := &timeLimit{wrapper: wrapped(w), limit: limit}
	if t.spec.StepLimit == 0 || limit < t.spec.StepLimit {
		t.spec.StepLimit = limit
		t.spec.Best = 0
	}
	return honest(t), nil
}

// Reset begins an episode.
func (t *timeLimit) Reset(obs []byte, vec []float32) {
	t.steps = 0
	t.Env.Reset(obs, vec)
}

// Step takes one step.
func (t *timeLimit) Step(action int, obs []byte, vec []float32) Step {
	s := t.Env.Step(action, obs, vec)
	t.steps++
	if s.End == Running && t.steps >= t.limit {
		s.End = Truncated
	}
	return s
}

// AppendState appends the clock and the world.
func (t *timeLimit) AppendState(b []byte) []byte {
	return t.wrapper.AppendState(binary.LittleEndian.AppendUint64(b, uint64(t.steps)))
}

// RestoreState continues what AppendState saved.
func (t *timeLimit) RestoreState(b []byte) error {
	own, err := t.split(b, 8)
	if err != nil {
		return err
	}
	steps := binary.LittleEndian.Uint64(own)
	if steps > uint64(t.limit) {
		return errWrapper
	}
	t.steps = int(steps)
	return nil
}
