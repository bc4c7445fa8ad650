package env

import (
	"encoding/binary"
	"math"
)

// meter stands inside all wrappers that change the reward or take several steps at once, and keeps account of what the world
// itself paid.
type meter struct {
	wrapper
	ret    float64
	frames int
}

// metered returns w with a meter in it.
func metered(w Env) Env {
	if _, ok := As[Meter](w); ok {
		return w
	}
	return honest(&meter{wrapper: wrapped(w)})
}

// Reset begins an episode.
func (m *meter) Reset(obs []byte, vec []float32) {
	m.ret, m.frames = 0, 0
	m.Env.Reset(obs, vec)
}

// Step takes one step and notes it.
func (m *meter) Step(action int, obs []byte, vec []float32) Step {
	s := m.Env.Step(action, obs, vec)
	m.ret += s.Reward
	m.frames++
	return s
}

// Paid returns the sum of the episode's rewards and the number of its steps.
func (m *meter) Paid() (ret float64, frames int) { return m.ret, m.frames }

// meterLen is the number of bytes of a meter's own state.
const meterLen = 16

// AppendState appends the account and the world.
func (m *meter) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.ret))
	b = binary.LittleEndian.AppendUint64(b, uint64(m.frames))
	return m.wrapper.AppendState(b)
}

// RestoreState continues what AppendState saved.
func (m *meter) RestoreState(b []byte) error {
	own, err := m.split(b, meterLen)
	if err != nil {
		return err
	}
	frames := binary.LittleEndian.Uint64(own[8:])
	if frames > math.MaxInt32 {
		return errWrapper
	}
	m.ret, m.frames = math.Float64frombits(binary.LittleEndian.Uint64(own)), int(frames)
	return nil
}
