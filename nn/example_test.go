package nn_test

import (
	"fmt"

	"github.com/auxrl/auxrl/nn"
)

// A network learns to tell on which side of the image the bright pixel is.
func ExampleGraph() {
	const rows = 4
	params := &nn.Params{}
	g := nn.NewGraph(rows, nil)
	conv := g.Add("conv", &nn.Conv{H: 2, W: 4, C: 1, KH: 2, KW: 2, Out: 4, Stride: 2, Act: nn.ReLU, Gain: 1, Bytes: true}, params, nn.Input)
	logits := g.Add("logits", &nn.Dense{In: g.Tap(conv).Len(), Out: 2, Gain: 0.01}, params, conv)
	params.Init(1)
	opt := nn.NewAdam(nn.DefaultAdam(), nil, params)

	obs := []byte{ // [rows, 2, 4, 1]
		255, 0, 0, 0 /**/, 0, 0, 0, 0,
		0, 0, 0, 255 /**/, 0, 0, 0, 0,
		0, 0, 0, 0 /**/, 0, 255, 0, 0,
		0, 0, 0, 0 /**/, 0, 0, 255, 0,
	}
	label := []int32{0, 1, 0, 1}
	tap, scratch := g.Tap(logits), make([]float32, 2)
	for range 200 {
		g.Forward(obs, nil, rows, "")
		nn.CrossEntropy(tap.Grad, tap.Act, label, nil, scratch, 2, 1)
		g.Backward()
		opt.Step(0.01, 0.5, params)
	}
	for r := range rows {
		fmt.Println(tap.Act[2*r+1] > tap.Act[2*r])
	}
	// Output:
	// false
	// true
	// false
	// true
}
