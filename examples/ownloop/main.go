// Ownloop trains a small network of its own, in plain Go, with one of auxrl's auxiliary tasks and nothing else of auxrl: the task
// reads activations and leaves gradients, whoever made the network.
package main

import (
	"fmt"
	"log"
	"math"

	"github.com/auxrl/auxrl/auxtasks"
)

const (
	seqs, frames = 16, 3 // windows of three frames, as reward prediction reads them
	rows         = seqs * frames
	floats       = 8 // of a row's activation
)

// network is somebody's own: activation = tanh(w * position of a lamp that moves from 0 to 9).
type network struct{ w, g [floats]float32 }

func (n *network) forward(act []float32, position []int) {
	for r, p := range position {
		for i := range floats {
			act[r*floats+i] = float32(math.Tanh(float64(n.w[i]) * (float64(p) - 5)))
		}
	}
}

func (n *network) backward(grad, act []float32, position []int) {
	for r, p := range position {
		for i := range floats {
			y := act[r*floats+i]
			n.g[i] += grad[r*floats+i] * (1 - y*y) * float32(p-5)
		}
	}
}

func main() {
	tap := &auxtasks.Tap{Name: "features", H: 1, W: 1, C: floats, Act: make([]float32, rows*floats), Grad: make([]float32, rows*floats)}
	task, err := auxtasks.New("reward-prediction", nil, auxtasks.Dims{Actions: 2, Rows: rows, Worlds: seqs, Taps: []auxtasks.Tap{*tap}})
	if err != nil {
		log.Fatal(err)
	}
	var net network
	for i := range net.w {
		net.w[i] = 0.1 * float32(i-floats/2)
	}
	head := task.Heads()[0].Params
	for step := range 301 {
		// A lamp moves right from a start that depends on step; where it arrives at 9 there is a reward.
		position, reward := make([]int, rows), make([]float32, rows)
		for b := range seqs {
			for t := range frames {
				position[t*seqs+b] = min((step*7+b*3)%8+t, 9)
				if position[t*seqs+b] == 9 {
					reward[t*seqs+b] = 1
				}
			}
		}
		net.forward(tap.Act, position)
		batch := &auxtasks.Batch{T: frames, B: seqs, Reward: reward}
		report := task.Loss(&auxtasks.Input{Batch: batch, Taps: [][]*auxtasks.Tap{{tap}}}, 1)
		if step%100 == 0 {
			fmt.Printf("step %3d: loss %.1f, better than the commonest class by %.1f\n", step, report.Loss, report.Quality)
		}
		net.backward(tap.Grad, tap.Act, position)
		clear(tap.Grad)
		for i := range net.w { // gradient descent, for both
			net.w[i] -= 0.05 * net.g[i]
			net.g[i] = 0
		}
		for i, g := range head.G {
			head.W[i] -= 0.05 * g
			head.G[i] = 0
		}
	}
}
