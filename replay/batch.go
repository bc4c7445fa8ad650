// Package replay says how experience is laid out: sequences of rows in which what follows a row never crosses an episode; and
// it keeps the past, in a [Ring] that such sequences are drawn from.
// It imports nothing of the project but its random streams, so that auxtasks pulls in no world.
package replay

// Batch is B sequences of T transitions, time-major, with every observation they touch.
//
// Row t*B+b, t in 0..T, is the observation before transition t of sequence b; rows of t = T are what follows the last.
// Where an episode ends inside a sequence that goes on (rollouts), row t+1 is already the next episode's first observation,
// and the true last one stands among F extra rows at (T+1)*B. Next hides the difference:
//
//	         b=0        b=1            T = 3, B = 2; sequence 1 ends in its transition t=1
//	t=0    row 0      row 1
//	t=1    row 2      row 3  --ends-->  extra row 8: the true last observation
//	t=2    row 4      row 5  (first observation of the next episode, Start = true)
//	t=3    row 6      row 7  (observations only)
//	Next:  0→2 2→4 4→6        1→3 3→8 5→7
//
// Where nothing is asked of what follows (minibatches, windows of frames, labelled images) Next is nil, and there are T*B rows
// only.
//
// A sequence drawn from a Ring stops at its episode's end: the ending transition is in it, the row after it is the true last
// observation, and F = 0. Shorter sequences are padded with rows of Weight 0 whose Next is the row itself.
//
// A Batch belongs to whoever filled it and is valid until the next fill. Slices that nobody asked for are nil.
type Batch struct {
	T, B, F int

	// Rows.
	Obs     []byte    // [rows, H, W, C]
	Vec     []float32 // [rows, V]
	Signals []float32 // [rows, S] what only tasks may see
	Phi     []float32 // [rows] potential, if the world has one
	Marks   []uint64  // [rows] milestones reached so far in the episode
	Key     []uint64  // [rows] hash of the world's full state, for counts; privileged
	Start   []bool    // [rows without extras] begins an episode: recurrent state, last action and reward are zero there
	States  []float32 // [T*B, K] recurrent state before each row, as it was when acting; rollouts of recurrent agents only

	// Before row 0, [B].
	State      []float32 // [B, K] recurrent state as it was when acting; nil: zeros
	LastAction []int32   // -1 at an episode's start; nil: nowhere any
	LastReward []float32
	Env        []int32 // which world the sequence is of

	// Transitions, [T*B]; transition i leaves row i.
	Next       []int32 // the row that follows within the episode, never another episode's
	Action     []int32
	Reward     []float32   // the world's own
	Paid       [][]float32 // [stream] as each value head was paid: bonuses in
	LogP       []float32   // of Action under the acting policy
	Ended      []bool      // the episode ended here, one way or the other: cut traces
	Terminated []bool      // the task ended here: what follows is worth 0
	Weight     []float32   // 0 for padding, burn-in and dropped episodes; means divide by its sum; nil: 1 each

	Burn    int      // leading steps that only warm the recurrent state; no gradient goes further back
	Targets *Targets // what the objective computed; nil in replay
}

// Rows returns the number of rows: those of the transitions, what follows the last, and the extras.
func (b *Batch) Rows() int {
	if b.Next == nil {
		return b.T * b.B
	}
	return (b.T+1)*b.B + b.F
}

// Transitions returns how many there are, padding included.
func (b *Batch) Transitions() int { return b.T * b.B }

// Valid returns the weight of transition i.
func (b *Batch) Valid(i int) float32 {
	if b.Weight == nil {
		return 1
	}
	return b.Weight[i]
}

// Targets are the objective's numbers for on-policy transitions.
type Targets struct {
	Adv    []float32   // [T*B]
	Return [][]float32 // [stream][T*B] what the value heads shall predict
	Value  [][]float32 // [stream][T*B] what they predicted at acting time
}
