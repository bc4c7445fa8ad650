package auxtasks

import (
	"errors"
	"fmt"
)

// Classes of rewards, see RewardClass.
const (
	ZeroReward int32 = iota
	PositiveReward
	NegativeReward
	rewardClasses
)

// RewardClass returns the class of a reward: its sign alone counts (Jaderberg et al. 2016, sect. 3.2).
func RewardClass(reward float32) int32 {
	switch {
	case reward > 0:
		return PositiveReward
	case reward < 0:
		return NegativeReward
	}
	return ZeroReward
}

// RewardClasses sets dst to the classes of rewards.
func RewardClasses(dst []int32, rewards []float32) {
	for i, r := range rewards {
		dst[i] = RewardClass(r)
	}
}

// RewardPredictionConfig holds the settings of reward prediction.
type RewardPredictionConfig struct {
	Frames int `json:"frames"` // observations that a prediction is made from, 3 in UNREAL
	Hidden int `json:"hidden"` // width of the hidden layer, 128 in UNREAL
	Seqs   int `json:"seqs"`   // windows per draw; 0: as many as there are worlds
}

// DefaultRewardPrediction returns the settings of UNREAL.
func DefaultRewardPrediction() RewardPredictionConfig {
	return RewardPredictionConfig{Frames: 3, Hidden: 128}
}

// Validate reports the first setting that cannot work.
func (c RewardPredictionConfig) Validate() error {
	if c.Frames < 1 || c.Hidden < 1 || c.Seqs < 0 {
		return fmt.Errorf("frames, hidden and seqs are %d, %d and %d, must be at least 1, 1 and 0", c.Frames, c.Hidden, c.Seqs)
	}
	return nil
}

func init() {
	Register(Info{
		Name:   "reward-prediction",
		About:  "tell from three observations whether a reward comes next, and of which sign",
		Source: "Jaderberg et al. 2016 (UNREAL), sect. 3.2",
		Needs:  "windows of the past, half of which end on a reward; it waits until a reward was seen",
		Cost:   "a pass of the convolutions over three steps per window, and a small head",
		Weight: 1,
	}, DefaultRewardPrediction(), NewRewardPrediction)
}

// rewardPrediction classifies the reward on leaving the last of a few observations.
type rewardPrediction struct {
	RewardPredictionConfig
	*classifier
	tap  Tap
	x    []float32 // [windows, frames, floats of the tap] what the convolutions made of the frames, side by side
	dx   []float32
	seen bool      // a reward that is not zero
	prob []float32 // [classes] what Look tells
}

// NewRewardPrediction makes the task of predicting the class of the next reward (Jaderberg et al. 2016, sect. 3.2), zero, positive
// or negative, from the last convolution's maps of the last three observations, side by side:
//
//	L = mean of -log softmax(dense(ReLU(dense(maps))))[class of the reward on leaving the last of them]
//
// Maps and not the recurrent core, so that it shapes what is seen and not what is remembered. An encoder without maps gives
// "features". All observations are of one episode; at its start the first one is repeated. The action is not told. Half the windows
// end on a reward that is not zero. Until such a reward was seen there is nothing to learn: Report.Rows is 0 and no gradient is
// made.
//
// Quality is the Lift: accuracy less that of always saying the commonest class of the draw, in [-1, 1]. The loss begins at ln 3.
// The state is whether a reward was seen.
func NewRewardPrediction(c RewardPredictionConfig, d Dims) (Task, error) {
	tap, err := d.lastMap()
	if err != nil {
		return nil, err
	}
	r := &rewardPrediction{RewardPredictionConfig: c, tap: tap}
	windows := capacity(&d, r.draw()) / c.Frames
	if windows < 1 {
		return nil, fmt.Errorf("auxtasks: reward-prediction: a pass of %d rows has no room for %d frames", d.Rows, c.Frames)
	}
	r.classifier = newClassifier(c.Frames*tap.Len(), c.Hidden, int(rewardClasses), windows, &d)
	r.x, r.dx = make([]float32, windows*c.Frames*tap.Len()), make([]float32, windows*c.Frames*tap.Len())
	return r, nil
}

func (r *rewardPrediction) draw() Draw {
	return Draw{Len: r.Frames, Seqs: r.Seqs, Skewed: true, NoNext: true, NoState: true}
}

// Needs implements Task.
func (r *rewardPrediction) Needs() Needs {
	return Needs{Source: Replay, Draw: r.draw(), Taps: []string{r.tap.Name}}
}

// Heads implements Task.
func (r *rewardPrediction) Heads() []Head { return r.heads() }

// Loss implements Task.
func (r *rewardPrediction) Loss(in *Input, w float32) Report {
	b, tap, seen := in.Batch, in.Taps[0][0], r.seen
	last := (b.T - 1) * b.B
	for i := range b.B {
		r.label[i], r.weight[i] = RewardClass(b.Reward[last+i]), b.Valid(last+i)
		seen = seen || r.weight[i] != 0 && r.label[i] != ZeroReward
	}
	if !seen {
		return Report{}
	}
	if w != 0 {
		r.seen = true
	}
	n := tap.Len()
	from := last - (r.Frames-1)*b.B // the first row of the windows
	for i := range b.B {
		for f := range r.Frames {
			at, row := (i*r.Frames+f)*n, from+f*b.B+i
			copy(r.x[at:at+n], tap.Act[row*n:(row+1)*n])
		}
	}
	var dx []float32
	if tap.Grad != nil && w != 0 {
		dx = r.dx[:b.B*r.floats]
		clear(dx)
	}
	report := r.loss(r.x, dx, b.B, w)
	if dx != nil && report.Rows > 0 {
		for i := range b.B {
			for f := range r.Frames {
				at, row := (i*r.Frames+f)*n, from+f*b.B+i
				addTo(tap.Grad[row*n:(row+1)*n], r.dx[at:at+n])
			}
		}
	}
	return report
}

// addTo adds x to dst.
func addTo(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += x[i]
	}
}

// AppendState implements Stateful.
func (r *rewardPrediction) AppendState(b []byte) []byte {
	if r.seen {
		return append(b, 1)
	}
	return append(b, 0)
}

// RestoreState implements Stateful.
func (r *rewardPrediction) RestoreState(b []byte) error {
	if len(b) != 1 || b[0] > 1 {
		return errors.New("auxtasks: the state of reward prediction is one byte, 0 or 1")
	}
	r.seen = b[0] == 1
	return nil
}
