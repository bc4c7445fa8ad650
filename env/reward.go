package env

import "math"

// rewarded pays differently from the world inside.
type rewarded struct {
	wrapper
	lo, hi, factor float64
}

// RewardClip returns w with every reward raised to lo and lowered to hi. Return and success of an episode stay those of the unclipped
// rewards: see Episode. (Gymnasium: ClipReward. Stable-Baselines3: ClipRewardEnv takes the sign, which for whole rewards is the same
// as clipping to -1 and 1.)
func RewardClip(w Env, lo, hi float64) (Env, error) {
	if !(lo <= hi) {
		return nil, refused(w, "rewards cannot be clipped to %v .. %v", lo, hi)
	}
	return newRewarded(w, lo, hi, 1), nil
}

// RewardScale returns w with every reward multiplied by factor. Return and success of an episode stay those of the rewards as the world
// gives them: see Episode. (Gymnasium: TransformReward.)
func RewardScale(w Env, factor float64) (Env, error) {
	if math.IsNaN(factor) || math.IsInf(factor, 0) {
		return nil, refused(w, "rewards cannot be multiplied by %v", factor)
	}
	return newRewarded(w, math.Inf(-1), math.Inf(1), factor), nil
}

func newRewarded(w Env, lo, hi, factor float64) Env {
	return honest(&rewarded{wrapped(metered(w)), lo, hi, factor})
}

// Step takes one step.
func (r *rewarded) Step(action int, obs []byte, vec []float32) Step {
	s := r.Env.Step(action, obs, vec)
	s.Reward = min(max(r.factor*s.Reward, r.lo), r.hi)
	return s
}
