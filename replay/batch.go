// Package replay says how experience is laid out: sequences of rows in which what follows a row never crosses an episode.
// It imports nothing of the project, so that auxtasks pulls in no world.
package replay

// Batch is B sequences of T transitions, time-major, with every observation they touch.
//
// Row t*B+b, t in 0..T, is the observation before transition t of sequence b; rows of t = T are what follows the last.
// Where an episode ends inside a sequence that goes on, row t+1 is already the next episode's first observation, and the
// true last one stands among F extra rows at (T+1)*B. Next hides the difference:
//
//	         b=0        b=1            T = 3, B = 2; sequence 1 ends in its transition t=1
//	t=0    row 0      row 1
//	t=1    row 2      row 3  --ends-->  extra row 8: the true last observation
//	t=2    row 4      row 5  (first observation of the next episode, Start = true)
//	t=3    row 6      row 7  (observations only)
//	Next:  0→2 2→4 4→6        1→3 3→8 5→7
//
// Gathered rows (shuffled minibatches) have Next nil: nothing follows, and there are T*B rows only.
//
// A Batch belongs to whoever filled it and is valid until the next fill.
type Batch struct {
	T, B, F int

	// Rows.
	Obs   []byte    // [rows, H, W, C]
	Vec   []float32 // [rows, V]
	Start []bool    // [rows without extras] begins an episode

	// Transitions, [T*B]; transition i leaves row i.
	Next       []int32 // the row that follows within the episode, never another episode's
	Action     []int32
	Reward     []float32 // the world's own
	LogP       []float32 // of Action under the acting policy
	Ended      []bool    // the episode ended here, one way or the other: cut traces
	Terminated []bool    // the task ended here: what follows is worth 0

	Targets *Targets // what the objective computed
}

// Rows returns the number of rows: those of the transitions, what follows the last, and the extras.
func (b *Batch) Rows() int {
	if b.Next == nil {
		return b.T * b.B
	}
	return (b.T+1)*b.B + b.F
}

// Targets are the objective's numbers for on-policy transitions.
type Targets struct {
	Adv    []float32   // [T*B]
	Return [][]float32 // [stream][T*B] what the value heads shall predict
	Value  [][]float32 // [stream][T*B] what they predicted at acting time
}
