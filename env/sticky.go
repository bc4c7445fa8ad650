package env

import (
	"math"

	"github.com/auxrl/auxrl/internal/rng"
)

// sticky sometimes repeats the action before.
type sticky struct {
	wrapper
	p     float64
	draws rng.Stream
	layer uint64
	last  int // action that was taken; -1: none yet in this episode
}

// Sticky returns w in which an action is replaced, with probability p, by the one taken before it, replaced or not. The first
// action of an episode is always taken. Nothing can be learned by heart then (Machado et al. 2018). (Gymnasium: StickyAction;
// Stable-Baselines3: StickyActionEnv.)
func Sticky(w Env, p float64) (Env, error) {
	if !(p >= 0 && p <= 1) {
		return nil, refused(w, "a probability of sticky actions of %v, want 0 to 1", p)
	}
	s := &sticky{wrapper: wrapped(w), p: p, layer: layers[*sticky](w), last: -1}
	if p > 0 {
		s.spec.Best = 0
	}
	return honest(s), nil
}

// Seed restarts the world and the draws.
func (s *sticky) Seed(seed uint64) {
	s.Env.Seed(seed)
	s.draws.Seed(rng.At(rng.Key(seed, "sticky"), s.layer))
	s.last = -1
}

// Reset begins an episode.
func (s *sticky) Reset(obs []byte, vec []float32) {
	s.last = -1
	s.Env.Reset(obs, vec)
}

// Step takes the action, or the one before.
func (s *sticky) Step(action int, obs []byte, vec []float32) Step {
	s.act(action)
	if s.last >= 0 && s.draws.Float64() < s.p {
		action = s.last
	}
	s.last = action
	return s.Env.Step(action, obs, vec)
}

// AppendState appends the last action, the draws and the world.
func (s *sticky) AppendState(b []byte) []byte {
	n := uint32(s.last + 1)
	return s.wrapper.AppendState(s.draws.AppendState(append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))))
}

// RestoreState continues what AppendState saved.
func (s *sticky) RestoreState(b []byte) error {
	own, err := s.split(b, 4+rng.StateLen)
	if err != nil {
		return err
	}
	n := uint64(own[0]) | uint64(own[1])<<8 | uint64(own[2])<<16 | uint64(own[3])<<24
	if n > uint64(min(len(s.spec.Actions), math.MaxInt32)) {
		return errWrapper
	}
	s.last = int(n) - 1
	return s.draws.RestoreState(own[4:])
}
