package auxtasks

import "fmt"

// LoopClosureConfig holds the settings of loop closure.
type LoopClosureConfig struct {
	SignalConfig
	Positive float32 `json:"positive"` // weight of a row where a loop closes, beside 1 of another; 1: plain
}

// DefaultLoopClosure returns the settings that weight 1 goes with. In Static01 and RandomGoal01 of env/maze loops are in 15 to 28 % of
// the rows while actions are random, and in about 60 % once the agent goes straight for a while: Positive is between what would even
// the two out.
func DefaultLoopClosure() LoopClosureConfig {
	return LoopClosureConfig{SignalConfig: defaultSignal(FromCore), Positive: 2}
}

// Validate reports the first setting that cannot work.
func (c LoopClosureConfig) Validate() error {
	if !(c.Positive > 0 && c.Positive <= 1e6) {
		return fmt.Errorf("positive is %v, must be above 0, and at most 1e6", c.Positive)
	}
	return c.SignalConfig.Validate()
}

func init() {
	Register(Info{
		Name:   "loop-closure",
		About:  "tell whether this place was visited before in the episode, and left since",
		Source: "Mirowski et al. 2017, \"Learning to navigate in complex environments\", sect. 2.2",
		Needs:  "a world with the signal loop; from core: a recurrent core; sequences of the newest rollout, or of the past",
		Cost:   "a pass over those sequences, and a small head",
		Weight: 1,
	}, DefaultLoopClosure(), NewLoopClosure)
}

// loopClosure tells two classes of rows apart.
type loopClosure struct {
	signalTask
	positive float32
}

// NewLoopClosure makes the task of telling whether the agent is back where it was (Mirowski et al. 2017), as the signal "loop" says,
// which is 1 there and 0 elsewhere:
//
//	L = Σ c -log softmax(dense(ReLU(dense(x))))[loop] / Σ c,  c = Positive where loop is 1, else 1
//
// The softmax of two classes is the sigmoid of the difference of their scores: this is the binary cross-entropy. Loops are rare at
// first, so that they count for more. x is what From says. Only the core can know: from the features alone it is a guess by what places look
// like.
//
// Quality is Youden's index: the part of the loops that are found, less the part of the other rows that are taken for loops, in
// [-1, 1]; twice the balanced accuracy above chance. It is 0 for whoever always says the same, and where the draw has rows of one
// kind alone. The loss begins at ln 2. There is no state.
func NewLoopClosure(c LoopClosureConfig, d Dims) (Task, error) {
	t := &loopClosure{positive: c.Positive}
	if err := t.build("loop-closure", "loop", c.SignalConfig, 2, &d); err != nil {
		return nil, err
	}
	if t.cells != 1 {
		return nil, fmt.Errorf("auxtasks: loop-closure: the signal loop has %d floats, must have 1", t.cells)
	}
	return t, nil
}

// Loss implements Task.
func (t *loopClosure) Loss(in *Input, w float32) Report {
	b, tap := in.Batch, in.Taps[0][0]
	n := b.Transitions()
	for i := range n {
		t.label[i], t.weight[i] = 0, b.Valid(i)
		if t.of(b, i)[0] != 0 {
			t.label[i], t.weight[i] = 1, t.positive*b.Valid(i)
		}
	}
	report := t.loss(tap.Act, tap.Grad, n, w)
	if report.Rows > 0 {
		report.Quality = Youden(t.out.Act[:2*n], t.label[:n], t.weight[:n])
	}
	return report
}
