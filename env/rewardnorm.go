package env

import (
	"encoding/binary"
	"errors"
	"math"
)

// Constants of RewardNorm; Stable-Baselines3's.
const (
	normClip    = 10   // largest absolute reward
	normEpsilon = 1e-8 // added to the variance
	normCount   = 1e-4 // weight of the variance 1 that it begins with
)

// RewardNorm divides the rewards of N worlds by the standard deviation of the discounted return, which it estimates as they
// come, over all worlds and all steps so far:
//
//	G_i = γ G_i + r_i,  r_i' = r_i / sqrt(Var(G) + 1e-8), clipped to -10 .. 10;  G_i = 0 where the episode ended
//
// No mean is subtracted: the sign of a reward stays. It reads the worlds in their order, so no result depends on how many workers
// stepped them. (Stable-Baselines3: VecNormalize with norm_obs=False; Gymnasium: NormalizeReward.)
type RewardNorm struct {
	Gamma  float64 // discount per decision
	Frozen bool    // divide, but estimate no further

	ret          []float64 // [N] discounted sum of each running episode
	count        float64   // of all returns seen
	mean, spread float64   // of these: their mean and the sum of their squared distances from it
}

// NewRewardNorm returns a normaliser for n worlds.
func NewRewardNorm(n int, gamma float64) *RewardNorm {
	return &RewardNorm{Gamma: gamma, ret: make([]float64, n), count: normCount, spread: normCount}
}

// Apply normalises the rewards of one step of all worlds in place. rew and end are [N].
func (r *RewardNorm) Apply(rew []float64, end []End) {
	if len(rew) != len(r.ret) || len(end) != len(r.ret) {
		panic("env: RewardNorm.Apply: one reward and one end per world")
	}
	if !r.Frozen {
		for i, x := range rew {
			r.ret[i] = float64(r.Gamma*r.ret[i]) + x
		}
		r.learn()
		for i, e := range end {
			if e != Running {
				r.ret[i] = 0
			}
		}
	}
	scale := r.Scale()
	for i, x := range rew {
		rew[i] = min(max(x/scale, -normClip), normClip)
	}
}

// Scale returns what rewards are divided by.
func (r *RewardNorm) Scale() float64 { return math.Sqrt(r.spread/r.count + normEpsilon) }

// learn joins the batch of returns to those seen (Chan, Golub, LeVeque 1979).
func (r *RewardNorm) learn() {
	n := float64(len(r.ret))
	mean, spread := 0.0, 0.0
	for _, g := range r.ret {
		mean += g
	}
	mean /= n
	for _, g := range r.ret {
		spread += float64((g - mean) * (g - mean))
	}
	delta, total := mean-r.mean, r.count+n
	r.mean += delta * n / total
	r.spread += spread + delta*delta*r.count*n/total
	r.count = total
}

// AppendState appends the estimate and the running sums.
func (r *RewardNorm) AppendState(b []byte) []byte {
	for _, x := range [...]float64{r.count, r.mean, r.spread} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	for _, x := range r.ret {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

// RestoreState continues what AppendState saved for as many worlds.
func (r *RewardNorm) RestoreState(b []byte) error {
	if len(b) != r.stateLen() {
		return errors.New("env: restore: not a state of the reward's normaliser for so many worlds")
	}
	at := func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])) }
	count, spread := at(0), at(2)
	if !(count > 0 && spread >= 0) {
		return errors.New("env: restore: the reward's normaliser has no variance")
	}
	r.count, r.mean, r.spread = count, at(1), spread
	for i := range r.ret {
		r.ret[i] = at(3 + i)
	}
	return nil
}

func (r *RewardNorm) stateLen() int { return 8 * (3 + len(r.ret)) }
