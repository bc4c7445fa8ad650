package auxtasks

// Task is something to add to the loss. It is a head, or several, on taps of the encoder.
type Task interface {
	// Needs says what the task reads. It is asked once.
	Needs() Needs
	// Heads returns the task's own parameters; none is fine.
	Heads() []Head
	// Loss adds w times the gradient of the mean loss over valid transitions to the Grads of the taps it declared and to its
	// heads. With w = 0 it only measures, and changes nothing, statistics of its own included. It allocates nothing.
	Loss(in *Input, w float32) Report
}

// Head is one arena of a task's own parameters and how it is stepped.
type Head struct {
	Name   string
	Params *Params
	LR     float32 // step size as a multiple of the learner's; 0: 1
	Frozen bool    // saved, never stepped: random targets
}

// rate returns LR, 1 for 0.
func (h Head) rate() float32 {
	if h.LR == 0 {
		return 1
	}
	return h.LR
}

// Needs declares what a task reads.
type Needs struct {
	Source  Source
	Draw    Draw     // of Replay: the sequences to draw
	Taps    []string // that it reads; the encoder runs no deeper than the deepest; none: no pass at all
	Signals bool     // reads Batch.Signals
	Views   []View   // further passes over the same rows; the plain online pass is view 0
	Detach  bool     // sends nothing into the encoder, on purpose
}

// Source is where a task's rows come from.
type Source uint8

const (
	// Minibatch tasks ride on the objective's own pass and are part of the main gradient. Targets are there; what follows a
	// row is not.
	Minibatch Source = iota
	// Replay tasks read sequences drawn from a Sampling; with Draw.Newest those of the newest rollout.
	Replay
	// Own tasks fill the rows themselves: see Filler.
	Own
)

// String returns the name of the source.
func (s Source) String() string {
	switch s {
	case Minibatch:
		return "minibatch"
	case Replay:
		return "replay"
	case Own:
		return "own"
	}
	return "invalid"
}

// View asks for the rows seen another way: transformed, through a slowly following copy of the encoder, or both. No gradient
// flows through a copy.
type View struct {
	Transform Transform // nil: as they are
	Target    float32   // 0: the online parameters; else a copy that moves this fraction of the way to them per optimiser step
	Taps      []string  // nil: as Needs.Taps
}

// Transform writes another version of one observation and says which: a rotation's index, a permutation's. src is
// [h, w, c]; dst has the same shape.
type Transform interface {
	Apply(dst, src []byte, h, w, c int, random uint64) (label int32)
}

// Input is what a task reads.
type Input struct {
	Batch  *Batch
	Obs    [][]byte  // [view] the rows as that view saw them
	Taps   [][]*Tap  // [view][i] in the declared order; Grad nil where no gradient flows
	Labels [][]int32 // [view][row] what Transform returned; nil without one
	Random uint64    // hash of seed, task and update: no generator to keep or save
}

// Report is what one call of Loss measured.
type Report struct {
	Loss    float32 // mean over valid rows, not weighted by w
	Quality float32 // how well the task does, higher is better, against a trivial predictor where there is one; NaN if these rows cannot tell
	Rows    int     // valid rows; 0: the loss is undefined this time, which is not zero
}

// Abilities of tasks and bonuses that are found by assertion.
type (
	// Filler tasks, of Source Own, bring rows: they set T, B, Obs and whatever Loss reads, Next excepted. Vec is filled with
	// zeros. Rows returns how many rows they bring at most.
	Filler interface {
		Rows() int
		Fill(b *Batch, random uint64)
	}

	// Stepper tasks are told of each optimiser step: followers of own heads move then.
	Stepper interface{ Stepped() }

	// Stateful tasks keep something between updates that is not in their heads: normalisers, counts, queues. After an error
	// of RestoreState the task must be made anew.
	Stateful interface {
		AppendState(b []byte) []byte
		RestoreState(b []byte) error
	}
)
