package policy

import (
	"fmt"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// What is frozen gets no gradient from BackwardLearning; what learns gets the same as from Backward, bit for bit, and all taps are cleared.
func TestBackwardLearning(t *testing.T) {
	frames := Shape{H: 36, W: 40, C: 3, Vec: 2, Actions: 3}
	for _, tc := range []struct {
		name   string
		shape  Shape
		cfg    Config
		freeze [][]string
	}{
		{"symbols", gridShape, Default(gridShape), [][]string{nil, {"encoder"}}},
		{"frames", frames, Default(frames).WithEncoder("nature", frames), [][]string{nil, {"encoder"}}}, // its layer of features is wide
		{"residual", frames, Default(frames).WithEncoder("impala", frames), [][]string{{"encoder"}}},
		{"core", gridShape, Default(gridShape).WithCore("lstm", gridShape), [][]string{nil, {"encoder"}, {"core"}, {"encoder", "core"}}},
	} {
		for _, frozen := range tc.freeze {
			for _, upto := range []string{"", "features"} {
				t.Run(fmt.Sprintf("%s/%v/%s", tc.name, frozen, upto), func(t *testing.T) {
					n, err := New(tc.shape, tc.cfg, []string{"", "novelty"}, 6, 1, nil)
					if err != nil {
						t.Fatal(err)
					}
					if err := n.Freeze(frozen...); err != nil {
						t.Fatal(err)
					}
					obs, vec := observations(tc.shape, 6)
					b := &auxtasks.Batch{
						T: 3, B: 2, Obs: obs, Vec: vec, Start: []bool{true, false, false, false, false, true}, Action: make([]int32, 6),
						Reward: make([]float32, 6), LastAction: []int32{-1, 1}, LastReward: make([]float32, 2), State: make([]float32, 2*n.StateLen()),
					}
					grads := func(back func()) (all [][]float32) {
						n.Forward(b, obs, upto)
						for i, tap := range n.Taps() {
							if n.depthOf(upto) == toEncoder && i >= n.below || upto != "" && tap.Name != "conv1" && tap.Name != upto {
								continue
							}
							for j := range tap.Grad {
								tap.Grad[j] = float32((i+j)%7) - 2.5
							}
						}
						back()
						for i, tap := range n.Taps() {
							if slices.ContainsFunc(tap.Grad, func(g float32) bool { return g != 0 }) {
								t.Errorf("tap %d, %s, is not cleared", i, tap.Name)
							}
						}
						for _, p := range n.Params() {
							all = append(all, slices.Clone(p.G))
							clear(p.G)
						}
						return all
					}
					want, got := grads(n.Backward), grads(n.BackwardLearning)
					for i, block := range n.Blocks() {
						if block.Frozen {
							if slices.ContainsFunc(got[i], func(g float32) bool { return g != 0 }) {
								t.Errorf("%s is frozen and got a gradient", block.Name)
							}
							continue
						}
						if !slices.Equal(got[i], want[i]) {
							t.Errorf("%s got another gradient", block.Name)
						}
						if some := slices.ContainsFunc(want[i], func(g float32) bool { return g != 0 }); some != (upto == "" || block.Name == "encoder") {
							t.Errorf("%s: got a gradient: %v", block.Name, some)
						}
					}
				})
			}
		}
	}
}
