package auxtasks_test

import (
	"fmt"

	"github.com/auxrl/auxrl/auxtasks"
)

// The targets of pixel control in somebody's own loop: how much the cells of a frame change, and what that adds up to.
func ExamplePixelChange() {
	const width = 4
	grid := auxtasks.PixelGrid(4, width, 2)
	frames := [][]byte{
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1},
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1}, // the episode terminates here
	}
	change := make([]float32, 2*grid.Cells())
	for t := range 2 {
		auxtasks.PixelChange(change[4*t:4*t+4], frames[t], frames[t+1], grid, width, []float32{1})
	}
	fmt.Println(change)

	batch := &auxtasks.Batch{T: 2, B: 1, Next: []int32{1, 2}, Ended: []bool{false, true}, Terminated: []bool{false, true}}
	value := make([]float32, 3*grid.Cells()) // what is expected of each frame; only looked at where a sequence is cut
	auxtasks.Returns(change, change, value, batch, grid.Cells(), 0.9)
	fmt.Println(change)
	// Output:
	// [0.25 0 0 1 0.25 0 0 0]
	// [0.475 0 0 1 0.25 0 0 0]
}

// Inverse dynamics on the features of somebody's own network, which has its own optimiser too: the task leaves a gradient at the
// tap for the network, and one in its head.
func ExampleNew() {
	const rows, floats = 5, 2
	features := &auxtasks.Tap{Name: "features", H: 1, W: 1, C: floats, Act: make([]float32, rows*floats), Grad: make([]float32, rows*floats)}
	task, err := auxtasks.New("inverse-dynamics", []byte(`{"hidden": 16, "len": 4, "seqs": 1}`), auxtasks.Dims{
		Actions: 2, Rows: rows, Taps: []auxtasks.Tap{*features},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := &auxtasks.Batch{
		T: 4, B: 1, Next: []int32{1, 2, 3, 4}, Action: []int32{0, 1, 1, 0},
		Ended: make([]bool, 4), Terminated: make([]bool, 4),
	}
	in := &auxtasks.Input{Batch: batch, Taps: [][]*auxtasks.Tap{{features}}}
	head := task.Heads()[0].Params
	for step := range 201 {
		for t := range 4 { // the network: action 1 moves the first feature up, action 0 the second
			features.Act[2*t+2], features.Act[2*t+3] = features.Act[2*t], features.Act[2*t+1]
			features.Act[2*t+3-int(batch.Action[t])]++
		}
		report := task.Loss(in, 1)
		if step%100 == 0 {
			fmt.Printf("step %3d: loss %.1f, better than the commonest action by %.1f\n", step, report.Loss, report.Quality)
		}
		for i, g := range head.G { // gradient descent
			head.W[i] -= 0.1 * g
			head.G[i] = 0
		}
		clear(features.Grad) // a network would send it back
	}
	// Output:
	// step   0: loss 0.7, better than the commonest action by 0.0
	// step 100: loss 0.1, better than the commonest action by 0.5
	// step 200: loss 0.0, better than the commonest action by 0.5
}
