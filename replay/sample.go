package replay

import "github.com/auxrl/auxrl/internal/rng"

// Sample fills b with sequences drawn from the Ring: which, is a function of what the Ring holds and of random. It returns false, and
// leaves b alone, while there is no transition to draw. The slices of b are made when it is first used, and kept. Several goroutines
// may Sample at once, unless there is a team to Use.
//
// For each sequence one transition is chosen. Without Skewed all have the same probability; the sequence goes on from it until it has
// Len transitions, the episode has ended or the newest row is reached, the ending transition included, and Burn transitions come
// before it. With Skewed it is the sequence's last, and Burn+Len-1 transitions come before it; with probability 1/2 it is one whose
// Reward is not zero, else one whose Reward is zero, and where there are none of the one kind it is of the other.
//
// Where the episode begins less far back, its first row is repeated in front, so that all sequences have T rows before what follows;
// where the sequence is shorter than Len, its last row is repeated behind. Of such padding Weight is 0, Next is the row itself, action
// and reward are 0, and nothing ends. Of the first Burn steps Weight is 0, of all other transitions it is 1; these stand side by side.
//
// Start marks an episode's first row once: the last of several that show it. State, LastAction and LastReward belong to row 0. State
// is zero where the episode begins, and with NoState. Frame stacks reach back to the episode's beginning and there repeat its first
// frame.
//
// It panics if d is out of range, or looks back further than Config.Back.
func (r *Ring) Sample(b *Batch, d Draw, random uint64) bool {
	if d.Len < 1 || d.Seqs < 0 || d.Burn < 0 || d.Back() > r.cfg.Back {
		panic("replay: Ring.Sample: the draw is out of range, or looks back further than Config.Back")
	}
	count := [2]int{r.count(0, d), r.count(1, d)}
	if count[0]+count[1] == 0 {
		return false
	}
	r.fit(b, d)
	job := job{b, d, count, random}
	if r.team == nil {
		for j := range b.B {
			job.sequence(r, j)
		}
		return true
	}
	r.job = job
	r.team.Run(b.B, r.drawPiece)
	return true
}

// sequence draws sequence j.
func (q *job) sequence(r *Ring, j int) {
	coin, pick := rng.At(q.random, uint64(2*j)), rng.At(q.random, uint64(2*j+1))
	i, row := r.choose(q.d, q.count, coin, pick)
	room, n := q.d.Back(), 1 // steps before row, transitions from it on
	if !q.d.Skewed {
		n = r.ahead(i, row, q.d.Len)
	}
	before := min(room, r.behind(i, row))
	first := row - int64(before)
	r.before(q.b, j, i, first, q.d.NoState)
	r.gather(q.b, j, i, first, room-before, before+n)
}

// count returns how many transitions of a kind there are to choose from: 0 those of reward zero, 1 the others.
func (r *Ring) count(kind int, d Draw) int {
	total := 0
	for i := range r.worlds {
		_, n := r.worlds[i].queue(kind).part(d.Newest)
		total += n
	}
	return total
}

func (w *world) queue(kind int) *queue {
	if kind == 0 {
		return &w.zero
	}
	return &w.paying
}

// choose returns the world and row of a transition, count being how many there are of either kind.
func (r *Ring) choose(d Draw, count [2]int, coin, pick uint64) (world int, row int64) {
	kind := rng.Below(coin, 2)
	if count[kind] == 0 {
		kind = 1 - kind
	}
	k := rng.Below(pick, count[0]+count[1])
	if d.Skewed {
		k = rng.Below(pick, count[kind])
	} else if kind = 0; k >= count[0] {
		kind, k = 1, k-count[0]
	}
	for i := range r.worlds {
		q := r.worlds[i].queue(kind)
		lo, n := q.part(d.Newest)
		if k < n {
			return i, q.at(lo + k)
		}
		k -= n
	}
	panic("replay: Ring.Sample: counts do not add up")
}

// behind returns how many rows of its episode come before a row, up to Ring.past.
func (r *Ring) behind(world int, row int64) int { return int(r.back[r.place(world, row)]) }

// ahead returns how many transitions, n at most, there are from a row to the end of the episode or the newest row.
func (r *Ring) ahead(world int, row int64, n int) int {
	for k := range n {
		flag := r.flags[r.place(world, row+int64(k))]
		if flag&taken == 0 {
			return k
		}
		if flag&ended != 0 {
			return k + 1
		}
	}
	return n
}

// fit gives b the shape of a draw.
func (r *Ring) fit(b *Batch, d Draw) {
	c := &r.cfg
	b.T, b.B, b.F, b.Burn, b.Targets, b.States = d.Burn+d.Len, d.Seqs, 0, d.Burn, nil, nil
	if b.B == 0 {
		b.B = c.Worlds
	}
	n := b.T * b.B
	rows := n + b.B
	if d.NoNext {
		rows, b.Next = n, nil
	} else {
		fit(&b.Next, n)
	}
	fit(&b.Obs, rows*c.H*c.W*c.C)
	fit(&b.Vec, rows*c.Vec)
	fit(&b.Signals, rows*c.Signals)
	fit(&b.Phi, when(c.Phi, rows))
	fit(&b.Marks, when(c.Marks, rows))
	fit(&b.Key, when(c.Key, rows))
	fit(&b.Start, rows)
	fit(&b.State, b.B*c.State)
	fit(&b.LastAction, b.B)
	fit(&b.LastReward, b.B)
	fit(&b.Env, b.B)
	fit(&b.Action, n)
	fit(&b.Reward, n)
	fit(&b.LogP, when(c.LogP, n))
	fit(&b.Ended, n)
	fit(&b.Terminated, n)
	fit(&b.Weight, n)
	fit(&b.Paid, c.Streams)
	for s := range b.Paid {
		fit(&b.Paid[s], n)
	}
}

// when returns n if on, else 0.
func when(on bool, n int) int {
	if on {
		return n
	}
	return 0
}

// fit sets the length of *s to n, with new memory only if there is none; to nil for 0.
func fit[E any](s *[]E, n int) {
	switch {
	case n == 0:
		*s = nil
	case cap(*s) < n:
		*s = make([]E, n)
	default:
		*s = (*s)[:n]
	}
}

// gather makes sequence j of b: front rows of padding, then n transitions of a world from row first on, then padding again.
func (r *Ring) gather(b *Batch, j, world int, first int64, front, n int) {
	isStart := r.flags[r.place(world, first)]&start != 0
	for t := range len(b.Start) / b.B {
		row := first + int64(min(max(t-front, 0), n))
		to := t*b.B + j
		r.copyRow(b, to, world, row)
		b.Start[to] = isStart && t == front
		if t == b.T {
			break
		}
		if t < front || t >= front+n {
			r.pad(b, to)
		} else {
			r.copyTransition(b, to, r.place(world, row))
		}
	}
}

// before sets what belongs to row 0 of sequence j.
func (r *Ring) before(b *Batch, j, world int, first int64, noState bool) {
	k := r.cfg.State
	at := r.place(world, first)
	b.Env[j] = int32(world)
	clear(b.State[j*k : (j+1)*k])
	if r.flags[at]&start != 0 {
		b.LastAction[j], b.LastReward[j] = -1, 0
		return
	}
	last := r.place(world, first-1)
	b.LastAction[j], b.LastReward[j] = r.action[last], r.reward[last]
	if !noState {
		copy(b.State[j*k:(j+1)*k], r.state[at*k:])
	}
}

// copyRow makes row to of b.
func (r *Ring) copyRow(b *Batch, to, world int, row int64) {
	c := &r.cfg
	at := r.place(world, row)
	r.copyImage(b.Obs[to*r.frames*r.frame:(to+1)*r.frames*r.frame], world, row)
	copy(b.Vec[to*c.Vec:(to+1)*c.Vec], r.vec[at*c.Vec:])
	copy(b.Signals[to*c.Signals:(to+1)*c.Signals], r.signals[at*c.Signals:])
	if c.Phi {
		b.Phi[to] = r.phi[at]
	}
	if c.Marks {
		b.Marks[to] = r.marks[at]
	}
	if c.Key {
		b.Key[to] = r.key[at]
	}
}

// copyImage gathers the stack of frames that ends with a row.
func (r *Ring) copyImage(dst []byte, world int, row int64) {
	if r.frames == 1 {
		copy(dst, r.stored(r.place(world, row)))
		return
	}
	if r.frames == 4 && r.channels == 1 {
		putFour(dst, r.older(world, row, 3), r.older(world, row, 2), r.older(world, row, 1), r.older(world, row, 0))
		return
	}
	for f := range r.frames {
		putFrame(dst, r.older(world, row, r.frames-1-f), r.frames, r.channels, f)
	}
}

// older returns the frame that is some steps older than that of a row, or the episode's first.
func (r *Ring) older(world int, row int64, steps int) []byte {
	return r.stored(r.place(world, row-int64(min(steps, r.behind(world, row)))))
}

// copyTransition makes transition to of b, which leaves the row that stands in a place.
func (r *Ring) copyTransition(b *Batch, to, at int) {
	flag := r.flags[at]
	if b.Next != nil {
		b.Next[to] = int32(to + b.B)
	}
	b.Action[to], b.Reward[to], b.Ended[to], b.Terminated[to] = r.action[at], r.reward[at], flag&ended != 0, flag&terminated != 0
	for s, paid := range r.paid {
		b.Paid[s][to] = paid[at]
	}
	if r.cfg.LogP {
		b.LogP[to] = r.logp[at]
	}
	b.Weight[to] = 1
	if to < b.Burn*b.B {
		b.Weight[to] = 0
	}
}

// pad makes transition to of b one that did not happen.
func (r *Ring) pad(b *Batch, to int) {
	if b.Next != nil {
		b.Next[to] = int32(to)
	}
	b.Action[to], b.Reward[to], b.Ended[to], b.Terminated[to], b.Weight[to] = 0, 0, false, false, 0
	for s := range b.Paid {
		b.Paid[s][to] = 0
	}
	if r.cfg.LogP {
		b.LogP[to] = 0
	}
}
