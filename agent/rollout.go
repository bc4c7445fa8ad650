package agent

import (
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// rollout is the newest experience: T decisions in each of B worlds.
type rollout struct {
	batch   replay.Batch
	value   [][]float32 // [stream][rows]
	size    int         // bytes of an observation
	vec     int         // floats beside it
	signals int         // floats that only tasks may see
	dist    *policy.Categorical
	act     []int32 // [B] of the step under way

	peek    *peek       // of viewers; nil: there can be none
	crashes []env.Crash // of worlds, that nobody has asked for

	mem  *policy.Memory // of the worlds
	tail *policy.Memory // [B+F] with which the rows after the last transitions are seen, extras behind
	part policy.Memory  // of tail
}

// newRollout returns a rollout whose last B rows of observations shall be filled by Vec.Reset.
func newRollout(horizon int, worlds *env.Vec, net *policy.Net, streams int) *rollout {
	spec, width := worlds.Spec(), worlds.Len()
	n := horizon * width
	r := &rollout{size: spec.ObsLen(), vec: spec.VecLen(), dist: policy.NewCategorical(len(spec.Actions)), act: make([]int32, width)}
	rows := n + 2*width // room for as many ends as there are worlds; grows if there are more
	r.batch = replay.Batch{
		T: horizon, B: width,
		Obs: make([]byte, rows*r.size), Vec: make([]float32, rows*r.vec), Start: make([]bool, n+width),
		Next: make([]int32, n), Action: make([]int32, n), Reward: make([]float32, n), LogP: make([]float32, n),
		Ended: make([]bool, n), Terminated: make([]bool, n),
		Targets: &replay.Targets{Adv: make([]float32, n)}, Env: make([]int32, width),
	}
	r.mem, r.tail = net.NewMemory(width), net.NewMemory(2*width)
	if net.Recurrent() {
		b := &r.batch
		b.State, b.States = make([]float32, len(r.mem.State)), make([]float32, n*net.StateLen())
		b.LastAction, b.LastReward = make([]int32, width), make([]float32, width)
	}
	for i := range r.batch.Env {
		r.batch.Env[i] = int32(i)
	}
	for range streams {
		r.value = append(r.value, make([]float32, rows))
		r.batch.Targets.Return = append(r.batch.Targets.Return, make([]float32, n))
		r.batch.Targets.Value = append(r.batch.Targets.Value, make([]float32, n))
	}
	for b := range width {
		r.batch.Start[n+b] = true // which next moves to the front
	}
	return r
}

// watch makes room for what the worlds tell beside their observations.
func (r *rollout) watch(w env.Watch, signals int) {
	b, rows := &r.batch, len(r.batch.Obs)/r.size
	if w.Signals {
		r.signals, b.Signals = signals, make([]float32, rows*signals)
	}
	if w.Potential {
		b.Phi = make([]float32, rows)
	}
	if w.Milestones {
		b.Marks = make([]uint64, rows)
	}
	if w.Keys {
		b.Key = make([]uint64, rows)
	}
}

// note writes what worlds lo..hi-1 tell into rows from row on.
func (r *rollout) note(w *env.Watched, lo, hi, row int) {
	b := &r.batch
	if b.Signals != nil {
		copy(b.Signals[row*r.signals:], w.Signals[lo*r.signals:hi*r.signals])
	}
	if b.Phi != nil {
		copy(b.Phi[row:], w.Phi[lo:hi])
	}
	if b.Marks != nil {
		copy(b.Marks[row:], w.Marks[lo:hi])
	}
	if b.Key != nil {
		copy(b.Key[row:], w.Key[lo:hi])
	}
}

// rows returns the observations and vectors of rows lo..hi-1.
func (r *rollout) rows(lo, hi int) (obs []byte, vec []float32) {
	return r.batch.Obs[lo*r.size : hi*r.size], r.batch.Vec[lo*r.vec : hi*r.vec]
}

// next makes what follows the last transition the first row.
func (r *rollout) next() {
	b := &r.batch
	last := b.T * b.B
	obs, vec := r.rows(last, last+b.B)
	copy(b.Obs, obs)
	copy(b.Vec, vec)
	copy(b.Start[:b.B], b.Start[last:])
	b.F, b.Weight = 0, nil
}

// collect takes T decisions in every world, drawing decision i of the run from number i of the table that key names.
func (r *rollout) collect(worlds *env.Vec, net *policy.Net, key, decision uint64, done func(env.Episode)) {
	b := &r.batch
	copy(b.State, r.mem.State)
	copy(b.LastAction, r.mem.Action)
	copy(b.LastReward, r.mem.Reward)
	r.note(&worlds.Now, 0, b.B, 0)
	for t := range b.T {
		lo := t * b.B
		obs, vec := r.rows(lo, lo+b.B)
		if b.States != nil {
			copy(b.States[t*len(r.mem.State):], r.mem.State)
		}
		logits, _ := net.Act(obs, vec, r.mem, b.B)
		for s, tap := range net.Values() {
			copy(r.value[s][lo:lo+b.B], tap.Act)
		}
		n := len(r.dist.P)
		for i := range b.B {
			r.dist.Set(logits[i*n : (i+1)*n])
			a := r.dist.Sample(rng.Float64(rng.At(key, decision)))
			decision++
			r.act[i] = int32(a)
			b.LogP[lo+i] = r.dist.LogP[a]
		}
		copy(b.Action[lo:], r.act)
		if r.peek != nil {
			r.peek.look(r, t, logits)
		}
		obs, vec = r.rows(lo+b.B, lo+2*b.B)
		worlds.Step(r.act, obs, vec)
		r.note(&worlds.Now, 0, b.B, lo+b.B)
		r.ends(worlds, lo)
		r.crashes = worlds.Crashes(r.crashes)
		for _, e := range worlds.Episodes {
			done(e)
		}
	}
}

// ends records rewards and ends of the transitions from row lo on, and keeps the true last observations.
func (r *rollout) ends(worlds *env.Vec, lo int) {
	b := &r.batch
	for i, end := range worlds.End {
		row := lo + i
		b.Reward[row] = float32(worlds.Reward[i])
		b.Ended[row] = end != env.Running
		b.Terminated[row] = end == env.Terminated
		b.Start[row+b.B] = end != env.Running
		b.Next[row] = int32(row + b.B)
		r.mem.Saw(i, r.act[i], b.Reward[row])
		if end == env.Running {
			continue
		}
		if worlds.Lost[i] {
			r.drop(row)
		}
		extra := (b.T+1)*b.B + b.F
		b.F++
		r.grow(extra + 1)
		b.Next[row] = int32(extra)
		obs, vec := r.rows(extra, extra+1)
		copy(obs, worlds.Final[i*r.size:])
		copy(vec, worlds.FinalVec[i*r.vec:])
		r.note(&worlds.Last, i, i+1, extra)
		r.tail.Set(b.B+b.F-1, r.mem, i)
		r.mem.Begin(i)
	}
}

// drop gives the transitions of the episode that ends with a row the weight 0, as far back as they are in the rollout.
func (r *rollout) drop(row int) {
	b := &r.batch
	if b.Weight == nil {
		b.Weight = make([]float32, b.T*b.B)
		for i := range b.Weight {
			b.Weight[i] = 1
		}
	}
	for ; row >= 0; row -= b.B {
		if b.Weight[row] = 0; b.Start[row] {
			return
		}
	}
}

// grow makes room for so many rows.
func (r *rollout) grow(rows int) {
	if rows*r.size <= len(r.batch.Obs) {
		return
	}
	rows += rows / 4
	r.batch.Obs, r.batch.Vec = grown(r.batch.Obs, rows*r.size), grown(r.batch.Vec, rows*r.vec)
	for s := range r.value {
		r.value[s] = grown(r.value[s], rows)
	}
	b := &r.batch
	b.Signals, b.Phi, b.Marks, b.Key = grown(b.Signals, rows*r.signals), grown(b.Phi, rows), grown(b.Marks, rows), grown(b.Key, rows)
	r.tail.Grow(rows - b.T*b.B)
}

// grown returns s with n elements; nil stays nil.
func grown[E any](s []E, n int) []E {
	if s == nil {
		return nil
	}
	return append(s, make([]E, n-len(s))...)
}

// bootstrap computes the values of the rows after the last transitions, as many at a time as the network takes.
func (r *rollout) bootstrap(net *policy.Net) {
	b := &r.batch
	first := b.T * b.B
	for i := range b.B {
		r.tail.Set(i, r.mem, i)
	}
	for lo := first; lo < b.Rows(); lo += net.Rows() {
		hi := min(lo+net.Rows(), b.Rows())
		obs, vec := r.rows(lo, hi)
		r.tail.Part(&r.part, lo-first, hi-first)
		net.Act(obs, vec, &r.part, hi-lo)
		for s, tap := range net.Values() {
			copy(r.value[s][lo:hi], tap.Act[:hi-lo])
		}
	}
}
