package replay_test

import (
	"fmt"

	"github.com/auxrl/auxrl/replay"
)

// A ring is given a rollout of one world, in which an episode of three transitions ends and the next one begins. Sequences of up to
// four transitions are drawn from it.
func ExampleRing() {
	ring, err := replay.NewRing(replay.Config{Worlds: 1, Capacity: 100, H: 1, W: 1, C: 1, Actions: 2}, 1<<20)
	if err != nil {
		fmt.Println(err)
		return
	}
	ring.Add(&replay.Batch{
		T: 4, B: 1, F: 1,
		Obs:    []byte{10, 11, 12, 20, 21, 13}, // five rows, and as an extra the last observation of the first episode
		Start:  []bool{true, false, false, true, false},
		Next:   []int32{1, 2, 5, 4},
		Action: []int32{0, 1, 0, 1}, Reward: []float32{0, 0, 1, 0},
		Ended: []bool{false, false, true, false}, Terminated: []bool{false, false, true, false},
	})
	var b replay.Batch
	ring.Sample(&b, replay.Draw{Len: 4, Seqs: 3}, 3)
	for j := range b.B {
		fmt.Print(b.Obs[j])
		for t := range b.T {
			if i := t*b.B + j; b.Valid(i) > 0 {
				fmt.Printf(" -> %d", b.Obs[b.Next[i]])
			}
		}
		fmt.Println()
	}
	// Output:
	// 12 -> 13
	// 10 -> 11 -> 12 -> 13
	// 20 -> 21
}
