package replay

import (
	"math"

	"github.com/auxrl/auxrl/internal/team"
)

// Ring keeps the newest past of a number of worlds, each frame once, and draws sequences from it.
//
// Each world has Capacity rows in a circle. A row is an observation and what belongs to it; unless it is the last of an episode or
// the newest there is, it also is the transition that leaves it. The true last observation of an episode is a row of its own, so
// that what follows a transition is always the next row, and a sequence that stops where a row has no transition cannot cross an
// end.
//
// Only transitions whose past is there can be drawn: as many rows as Config.Back and the frame stack ask for, or all since the
// episode began. They stand in two queues per world, by whether their reward is zero; rows are overwritten in order, so transitions
// leave from the front.
type Ring struct {
	cfg      Config
	frames   int   // of an image, at least 1
	channels int   // of a frame
	frame    int   // bytes of a frame
	past     int32 // rows that a transition must have behind it, unless its episode begins among them

	// Rows, [Worlds, Capacity].
	flags   []uint8
	back    []int32 // rows of the same episode before this one, counted up to past
	obs     []byte
	vec     []float32
	signals []float32
	phi     []float32
	marks   []uint64
	key     []uint64

	// The transitions that leave them, [Worlds, Capacity].
	state  []float32 // before the row
	action []int32
	reward []float32
	paid   [][]float32
	logp   []float32

	worlds []world

	team                *team.Team // who copies, if told to
	job                 job        // what the team works on
	addPiece, drawPiece func(int)
}

// job is what Add or Sample was asked for.
type job struct {
	b      *Batch
	d      Draw
	count  [2]int
	random uint64
}

// world is one world's part of a Ring. Rows are numbered from the first on, overwritten or not; row i stands in place i%Capacity.
type world struct {
	lo, hi int64 // the rows there are: lo..hi-1; row hi-1 is the newest
	added  int64 // the row of the first transition that the last Add brought
	cut    bool  // what came before the newest rows, in their episode, is not known
	zero   queue // transitions that can be drawn, of reward zero
	paying queue // and of any other
}

// What is true of a row.
const (
	start      = 1 << iota // it begins an episode
	cut                    // it begins in mid-episode: what came before is not known
	taken                  // a transition leaves it
	ended                  // which ends the episode
	terminated             // and the task
	allFlags   = 1<<iota - 1
)

// NewRing returns an empty Ring. It returns an error if cfg cannot work, or if the Ring would take more than limit bytes.
func NewRing(cfg Config, limit int64) (*Ring, error) {
	if err := cfg.check(limit); err != nil {
		return nil, err
	}
	n := cfg.Worlds * cfg.Capacity
	r := &Ring{
		cfg: cfg, frames: max(cfg.Frames, 1), past: int32(cfg.past()),
		flags: make([]uint8, n), back: make([]int32, n),
		vec: make([]float32, n*cfg.Vec), signals: make([]float32, n*cfg.Signals), state: make([]float32, n*cfg.State),
		phi: make([]float32, when(cfg.Phi, n)), marks: make([]uint64, when(cfg.Marks, n)), key: make([]uint64, when(cfg.Key, n)),
		action: make([]int32, n), reward: make([]float32, n), logp: make([]float32, when(cfg.LogP, n)),
		paid: make([][]float32, cfg.Streams), worlds: make([]world, cfg.Worlds),
	}
	r.channels = cfg.C / r.frames
	r.frame = cfg.H * cfg.W * r.channels
	r.obs = make([]byte, n*r.frame)
	for s := range r.paid {
		r.paid[s] = make([]float32, n)
	}
	for i := range r.worlds {
		w := &r.worlds[i]
		w.zero.row, w.paying.row = make([]int64, cfg.Capacity), make([]int64, cfg.Capacity)
	}
	return r, nil
}

// Use has Add and Sample share their copying among a team: each must then be called by whoever may run it.
func (r *Ring) Use(t *team.Team) {
	r.team = t
	r.addPiece = func(i int) { r.addTo(i, r.job.b) }
	r.drawPiece = func(j int) { r.job.sequence(r, j) }
}

// Config returns the settings.
func (r *Ring) Config() Config { return r.cfg }

// Bytes returns the memory that the Ring takes.
func (r *Ring) Bytes() int64 { return r.cfg.Bytes() }

// Live returns how many transitions can be drawn.
func (r *Ring) Live() int { return r.count(0, Draw{}) + r.count(1, Draw{}) }

// Paying returns which fraction of the transitions that can be drawn has a reward other than zero; 0 if there are none.
func (r *Ring) Paying() float64 {
	n := r.Live()
	if n == 0 {
		return 0
	}
	return float64(r.count(1, Draw{})) / float64(n)
}

// Clear forgets everything.
func (r *Ring) Clear() {
	for i := range r.worlds {
		w := &r.worlds[i]
		*w = world{zero: queue{row: w.zero.row}, paying: queue{row: w.paying.row}}
	}
}

// Add appends a rollout of as many sequences as there are worlds, each of which goes on where the last Add left its world: row 0 is
// what then was the row of t = T. Where row 0 shows something else, no sequence leads from the one rollout into the other; if that is
// in mid-episode, transitions can be drawn once enough of their past is known.
// Transitions of Weight 0 are left out.
// The batch must have Next, Start, Action, Reward, Ended, Terminated and what the Config asks for; States if recurrent states are
// kept. Targets are not kept.
// It panics if something is missing or does not agree.
func (r *Ring) Add(b *Batch) {
	r.check(b)
	if r.team == nil {
		for i := range r.worlds {
			r.addTo(i, b)
		}
		return
	}
	r.job.b = b
	r.team.Run(len(r.worlds), r.addPiece)
}

// addTo appends what belongs to one world.
func (r *Ring) addTo(i int, b *Batch) {
	w := &r.worlds[i]
	if !r.goesOn(w, i, b) {
		r.open(i, b, i, !b.Start[i])
	}
	w.added, w.zero.fresh, w.paying.fresh = w.hi-1, 0, 0
	for t := range b.T {
		k := t*b.B + i
		if b.Weight != nil && b.Weight[k] == 0 { // of an episode that was dropped
			if b.Ended[k] {
				r.open(i, b, k+b.B, false)
			}
			continue
		}
		r.leave(i, b, k)
		if b.Ended[k] {
			r.follow(i, b, int(b.Next[k]))
			r.open(i, b, k+b.B, false)
		} else {
			r.follow(i, b, k+b.B)
		}
	}
}

// check panics unless b is what Add takes.
func (r *Ring) check(b *Batch) {
	c, n := &r.cfg, b.T*b.B
	if b.B != c.Worlds || b.T < 1 || len(b.Next) != n {
		panic("replay: Ring.Add: not a rollout of as many worlds")
	}
	rows := b.Rows()
	switch {
	case len(b.Start) < n+b.B, len(b.Obs) < rows*c.H*c.W*c.C, len(b.Vec) < rows*c.Vec, len(b.Signals) < rows*c.Signals,
		c.Phi && len(b.Phi) < rows, c.Marks && len(b.Marks) < rows, c.Key && len(b.Key) < rows:
		panic("replay: Ring.Add: rows are missing")
	case len(b.Action) < n, len(b.Reward) < n, len(b.Ended) < n, len(b.Terminated) < n, len(b.Paid) < c.Streams,
		c.LogP && len(b.LogP) < n, len(b.States) < n*c.State:
		panic("replay: Ring.Add: transitions are missing")
	}
	for _, paid := range b.Paid[:c.Streams] {
		if len(paid) < n {
			panic("replay: Ring.Add: transitions are missing")
		}
	}
	for k, next := range b.Next {
		if uint32(b.Action[k]) >= uint32(c.Actions) {
			panic("replay: Ring.Add: no such action")
		}
		if b.Ended[k] != b.Start[k+b.B] || b.Terminated[k] && !b.Ended[k] {
			panic("replay: Ring.Add: an episode begins where none ended")
		}
		if b.Ended[k] && (int(next) < n+b.B || int(next) >= rows) || !b.Ended[k] && int(next) != k+b.B {
			panic("replay: Ring.Add: Next is not what follows")
		}
	}
}

// goesOn reports whether row i of b shows what the newest row of world i shows.
func (r *Ring) goesOn(w *world, i int, b *Batch) bool {
	if w.hi == 0 {
		return false
	}
	at := r.place(i, w.hi-1)
	if b.Start[i] != (r.flags[at]&start != 0) {
		return false
	}
	vec := r.vec[at*r.cfg.Vec:]
	for j, v := range b.Vec[i*r.cfg.Vec : (i+1)*r.cfg.Vec] {
		if math.Float32bits(v) != math.Float32bits(vec[j]) {
			return false
		}
	}
	return sameFrame(r.stored(at), r.image(b, i), r.frames, r.channels)
}

// image returns row k's image, all frames of it.
func (r *Ring) image(b *Batch, k int) []byte {
	n := r.cfg.H * r.cfg.W * r.cfg.C
	return b.Obs[k*n : (k+1)*n]
}

// stored returns the frame that stands in a place.
func (r *Ring) stored(at int) []byte { return r.obs[at*r.frame : (at+1)*r.frame] }

// place returns where a row stands.
func (r *Ring) place(world int, row int64) int {
	return world*r.cfg.Capacity + int(row%int64(r.cfg.Capacity))
}

// open appends row k of b to world i as the first of an episode or, if it is cut, of what is known of one.
func (r *Ring) open(i int, b *Batch, k int, isCut bool) {
	flag := uint8(start)
	if isCut {
		flag = cut
	}
	r.worlds[i].cut = isCut
	r.row(i, b, k, flag, 0)
}

// follow appends row k of b to world i as what follows its newest row.
func (r *Ring) follow(i int, b *Batch, k int) {
	back := r.back[r.place(i, r.worlds[i].hi-1)]
	r.row(i, b, k, 0, min(back+1, r.past))
}

// row appends row k of b to world i.
func (r *Ring) row(i int, b *Batch, k int, flag uint8, back int32) {
	w, c := &r.worlds[i], &r.cfg
	if w.hi-w.lo == int64(c.Capacity) {
		r.forget(i)
	}
	at := r.place(i, w.hi)
	w.hi++
	r.flags[at], r.back[at] = flag, back
	r.clearTransition(at) // that of the row which stood there
	newestFrame(r.stored(at), r.image(b, k), r.frames, r.channels)
	copy(r.vec[at*c.Vec:(at+1)*c.Vec], b.Vec[k*c.Vec:])
	copy(r.signals[at*c.Signals:(at+1)*c.Signals], b.Signals[k*c.Signals:])
	if c.Phi {
		r.phi[at] = b.Phi[k]
	}
	if c.Marks {
		r.marks[at] = b.Marks[k]
	}
	if c.Key {
		r.key[at] = b.Key[k]
	}
}

// clearTransition makes what belongs to the transition of a place zero, so that what is saved of a row depends on the row alone.
func (r *Ring) clearTransition(at int) {
	r.action[at], r.reward[at] = 0, 0
	for _, paid := range r.paid {
		paid[at] = 0
	}
	if r.cfg.LogP {
		r.logp[at] = 0
	}
	clear(r.state[at*r.cfg.State : (at+1)*r.cfg.State])
}

// leave completes the newest row of world i with transition k of b.
func (r *Ring) leave(i int, b *Batch, k int) {
	w, c := &r.worlds[i], &r.cfg
	at := r.place(i, w.hi-1)
	flag := uint8(taken)
	if b.Ended[k] {
		flag |= ended
	}
	if b.Terminated[k] {
		flag |= terminated
	}
	r.flags[at] |= flag
	r.action[at], r.reward[at] = b.Action[k], b.Reward[k]
	for s, paid := range r.paid {
		paid[at] = b.Paid[s][k]
	}
	if c.LogP {
		r.logp[at] = b.LogP[k]
	}
	copy(r.state[at*c.State:(at+1)*c.State], b.States[k*c.State:])
	r.list(w, at, w.hi-1)
}

// list puts a transition into its queue once it can be drawn.
func (r *Ring) list(w *world, at int, row int64) {
	switch {
	case w.cut && r.back[at] < r.past:
	case r.reward[at] == 0:
		w.zero.push(row)
	default:
		w.paying.push(row)
	}
}

// forget drops the oldest row of world i, and from the queues what cannot be drawn without it.
func (r *Ring) forget(i int) {
	w := &r.worlds[i]
	w.lo++
	for _, q := range [...]*queue{&w.zero, &w.paying} {
		for q.n > 0 && q.at(0)-int64(r.back[r.place(i, q.at(0))]) < w.lo {
			q.pop()
		}
	}
}
