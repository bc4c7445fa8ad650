package env

import "slices"

// stack shows the last observations together.
type stack struct {
	wrapper
	newest []byte // [H, W, C] of the world inside
	all    []byte // [H, W, n C], what is shown
}

// FrameStack returns w showing its last n images as one, pixel by pixel, oldest first; an episode begins with n times its first.
// The vector beside the image is not stacked. (Gymnasium: FrameStackObservation with padding "reset"; Stable-Baselines3:
// VecFrameStack, which pads with zeros instead.)
func FrameStack(w Env, n int) (Env, error) {
	if n < 1 || n > maxStack {
		return nil, refused(w, "cannot stack %d frames, want 1 to %d", n, maxStack)
	}
	s := &stack{wrapper: wrapped(w)}
	s.newest = make([]byte, s.spec.ObsLen())
	s.spec.C *= n
	s.spec.Frames *= n
	if s.spec.Codes != nil {
		s.spec.Codes = slices.Repeat(s.spec.Codes, n)
	}
	s.all = make([]byte, s.spec.ObsLen())
	return honest(s), nil
}

const maxStack = 256

// Reset begins an episode.
func (s *stack) Reset(obs []byte, vec []float32) {
	s.Env.Reset(s.newest, vec)
	for range len(s.all) / len(s.newest) {
		s.push()
	}
	copy(obs, s.all)
}

// Step takes one step.
func (s *stack) Step(action int, obs []byte, vec []float32) Step {
	step := s.Env.Step(action, s.newest, vec)
	s.push()
	copy(obs, s.all)
	return step
}

// push moves every pixel's bytes one frame towards the oldest, all at once, and puts the newest frame behind them.
func (s *stack) push() {
	n := len(s.all) / len(s.newest)
	c := s.spec.C / n
	copy(s.all, s.all[c:])
	if c == 1 {
		for i, v := range s.newest {
			s.all[i*n+n-1] = v
		}
		return
	}
	for i := 0; i < len(s.newest); i += c {
		copy(s.all[(i+c)*n-c:(i+c)*n], s.newest[i:i+c])
	}
}

// AppendState appends what is shown and the world.
func (s *stack) AppendState(b []byte) []byte { return s.wrapper.AppendState(append(b, s.all...)) }

// RestoreState continues what AppendState saved.
func (s *stack) RestoreState(b []byte) error {
	own, err := s.split(b, len(s.all))
	if err != nil {
		return err
	}
	if !valid(own, s.spec.Codes) {
		return errWrapper
	}
	copy(s.all, own)
	return nil
}

// valid reports whether an image holds nothing but symbols of its channels.
func valid(obs []byte, codes []int) bool {
	for i := 0; i < len(obs) && codes != nil; i += len(codes) {
		for c, n := range codes {
			if int(obs[i+c]) >= n {
				return false
			}
		}
	}
	return true
}
