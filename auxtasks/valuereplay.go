package auxtasks

import (
	"errors"
	"fmt"
)

// ValueReplayConfig holds the settings of value replay.
type ValueReplayConfig struct {
	Len  int `json:"len"`  // transitions per sequence, 20 in UNREAL
	Seqs int `json:"seqs"` // sequences per draw; 0: as many as there are worlds
	Burn int `json:"burn"` // steps before them that only warm a recurrent state
}

// DefaultValueReplay returns the settings of UNREAL.
func DefaultValueReplay() ValueReplayConfig { return ValueReplayConfig{Len: 20} }

// Validate reports the first setting that cannot work.
func (c ValueReplayConfig) Validate() error {
	if c.Len < 1 || c.Seqs < 0 || c.Burn < 0 {
		return fmt.Errorf("len, seqs and burn are %d, %d and %d, must be at least 1, 0 and 0", c.Len, c.Seqs, c.Burn)
	}
	return nil
}

func init() {
	Register(Info{
		Name:   "value-replay",
		About:  "train the critic again on sequences of the past",
		Source: "Jaderberg et al. 2016 (UNREAL), sect. 3.3",
		Needs:  "sequences of the past; the tap \"value\"",
		Cost:   "a pass over as many steps as are drawn",
		Weight: 1,
	}, DefaultValueReplay(), NewValueReplay)
}

// valueReplay regresses the critic to n-step returns of the past.
type valueReplay struct {
	ValueReplayConfig
	gamma float32
	ret   []float32 // [transitions]
}

// NewValueReplay makes the task of predicting returns of the past (Jaderberg et al. 2016, sect. 3.3), on the critic of the world's
// own stream:
//
//	L = mean of ½ (V(s) - G)²,  G: see Returns, with V at Next and no gradient through that
//
// Rewards are those that the critic is paid, Batch.Paid[0]; a Batch without Paid gives Reward. Nothing corrects for older policies:
// the past must be short, as UNREAL's 2000 steps per world are.
//
// Quality is the explained variance of the returns. There is no head and no state.
func NewValueReplay(c ValueReplayConfig, d Dims) (Task, error) {
	if _, err := d.need("value"); err != nil {
		return nil, err
	}
	if len(d.Streams) == 0 {
		return nil, errors.New("auxtasks: value-replay: there is no stream of rewards, hence no discount")
	}
	v := &valueReplay{ValueReplayConfig: c, gamma: d.Streams[0].Gamma}
	v.ret = make([]float32, capacity(&d, v.draw()))
	return v, nil
}

func (v *valueReplay) draw() Draw { return Draw{Len: v.Len, Seqs: v.Seqs, Burn: v.Burn} }

// Needs implements Task.
func (v *valueReplay) Needs() Needs {
	return Needs{Source: Replay, Draw: v.draw(), Taps: []string{"value"}}
}

// Heads implements Task.
func (v *valueReplay) Heads() []Head { return nil }

// Loss implements Task.
func (v *valueReplay) Loss(in *Input, w float32) Report {
	b, tap := in.Batch, in.Taps[0][0]
	n, reward := b.Transitions(), b.Reward
	if b.Paid != nil {
		reward = b.Paid[0]
	}
	Returns(v.ret, reward, tap.Act, b, 1, v.gamma)
	var sums moments
	valid := 0
	for i := range n {
		if weight := float64(b.Valid(i)); weight != 0 {
			y, miss := float64(v.ret[i]), float64(tap.Act[i])-float64(v.ret[i])
			sums.add(moments{weight, weight * y, weight * y * y, weight * miss * miss})
			valid++
		}
	}
	if valid == 0 {
		return Report{}
	}
	if w != 0 && tap.Grad != nil {
		for i := range n {
			tap.Grad[i] += w * b.Valid(i) / float32(sums.n) * (tap.Act[i] - v.ret[i])
		}
	}
	return Report{Loss: float32(0.5 * sums.miss / sums.n), Quality: sums.explained(), Rows: valid}
}
