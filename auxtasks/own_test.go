package auxtasks_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/nn"
)

// regression is a task that somebody else wrote: the reward that comes next is a line over the features.
type regression struct {
	params *auxtasks.Params
	head   *nn.Graph
}

func newRegression(_ struct{}, d auxtasks.Dims) (auxtasks.Task, error) {
	features, ok := d.Tap("features")
	if !ok {
		return nil, fmt.Errorf("regression: the encoder has no features")
	}
	r := &regression{params: new(auxtasks.Params), head: nn.NewHead(features.Len(), d.Rows, d.Team)}
	r.head.Add("reward", &nn.Dense{In: features.Len(), Out: 1, Gain: 1}, r.params, nn.Input)
	r.params.Init(d.Seed)
	return r, nil
}

func (r *regression) Needs() auxtasks.Needs {
	return auxtasks.Needs{Source: auxtasks.Replay, Draw: auxtasks.Draw{Len: 8}, Taps: []string{"features"}}
}

func (r *regression) Heads() []auxtasks.Head {
	return []auxtasks.Head{{Name: "reward", Params: r.params}}
}

func (r *regression) Loss(in *auxtasks.Input, w float32) auxtasks.Report {
	b, tap, n := in.Batch, in.Taps[0][0], in.Batch.Transitions()
	r.head.ForwardFloats(tap.Act[:n*tap.Len()], nil, n, "")
	y := r.head.Tap(0)
	loss, total := nn.MSE(y.Grad[:n], y.Act[:n], b.Reward, b.Weight, n, w)
	if w != 0 && total > 0 {
		r.head.BackwardFloats(tap.Grad[:n*tap.Len()])
	}
	return auxtasks.Report{Loss: loss, Quality: auxtasks.ExplainedVariance(y.Act[:n], b.Reward, b.Weight), Rows: int(total)}
}

var registerRegression = sync.OnceFunc(func() {
	auxtasks.Register(auxtasks.Info{
		Name: "regression", About: "predict the next reward", Source: "an example", Needs: "sequences of the past", Cost: "a pass", Weight: 0.1,
	}, struct{}{}, newRegression)
})

// A task of one's own is registered under a name, once, and can then be asked for like those that come with the package; in a program
// of one's own all commands know it too.
func ExampleRegister() {
	registerRegression()
	features := auxtasks.Tap{Name: "features", H: 1, W: 1, C: 8}
	task, err := auxtasks.New("regression", nil, auxtasks.Dims{Rows: 16, Taps: []auxtasks.Tap{features}})
	fmt.Println(err, task.Needs().Draw.Len)
	_, err = auxtasks.New("regression", nil, auxtasks.Dims{Rows: 16})
	fmt.Println(err)
	// Output:
	// <nil> 8
	// regression: the encoder has no features
}

// The contract suite is for one's own tasks too.
func TestRegressionKeepsTheContract(t *testing.T) {
	registerRegression()
	tasktest.Run(t, "regression", nil)
}
