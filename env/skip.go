package env

// skip takes one decision for several steps of the world inside.
type skip struct {
	wrapper
	n      int
	before []byte // the image before the last; nil: the last is shown as it is
}

// MaxAndSkip returns w with every action taken n times: a decision returns the sum of the rewards and shows, pixel by pixel, the
// larger of the last two images, which undoes the flicker of sprites drawn in turns. An episode that ends in between ends the
// decision. (Stable-Baselines3: MaxAndSkipEnv; Gymnasium: MaxAndSkipObservation. Both look at images of an earlier decision where the
// episode ends early; here these are always the decision's own.)
func MaxAndSkip(w Env, n int) (Env, error) {
	spec := w.Spec()
	for _, symbols := range spec.Codes {
		if symbols > 2 {
			return nil, refused(w, "its images are symbols, of which none is larger: use ActionRepeat")
		}
	}
	return newSkip(w, n, make([]byte, spec.ObsLen()))
}

// ActionRepeat returns w with every action taken n times: a decision returns the sum of the rewards and shows the last image. An
// episode that ends in between ends the decision. (Gymnasium: RepeatAction.)
func ActionRepeat(w Env, n int) (Env, error) { return newSkip(w, n, nil) }

func newSkip(w Env, n int, before []byte) (Env, error) {
	if n < 1 || n > maxRepeat {
		return nil, refused(w, "an action cannot be taken %d times, want 1 to %d", n, maxRepeat)
	}
	s := &skip{wrapper: wrapped(metered(w)), n: n, before: before}
	if n > 1 {
		s.spec.StepLimit = (s.spec.StepLimit + n - 1) / n
		s.spec.Best = 0
	}
	return honest(s), nil
}

const maxRepeat = 1000

// Step takes one decision.
func (s *skip) Step(action int, obs []byte, vec []float32) Step {
	s.act(action)
	sum := Step{}
	for k := range s.n {
		if k > 0 && s.before != nil {
			copy(s.before, obs)
		}
		one := s.Env.Step(action, obs, vec)
		sum.Reward += one.Reward
		if sum.End = one.End; sum.End != Running || k == s.n-1 {
			if k > 0 && s.before != nil {
				brighten(obs, s.before)
			}
			break
		}
	}
	return sum
}

// brighten sets each byte of dst to the larger of it and src's.
func brighten(dst, src []byte) {
	src = src[:len(dst)]
	for i, v := range dst {
		dst[i] = max(v, src[i])
	}
}
