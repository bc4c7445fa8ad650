package nn_test

import (
	"fmt"

	"github.com/auxrl/auxrl/nn"
)

// A unit whose weights are zero halves its state at each step, and forgets it where an episode starts.
func ExampleCore() {
	const T, B = 3, 2
	params := &nn.Params{}
	core := nn.NewCore("core", &nn.GRU{In: 1, D: 1}, params, T*B, nil)
	params.Alloc()

	x, state := make([]float32, T*B), []float32{8, 1}
	start := []bool{ // [T, B]: a second episode of sequence 1 begins at step 2
		false, false,
		false, false,
		false, true,
	}
	core.Forward(x, nil, start, state, T, B)
	h := core.Tap().Act
	for t := range T {
		fmt.Println(h[t*B : (t+1)*B])
	}
	// Output:
	// [4 0.5]
	// [2 0.25]
	// [1 0]
}
