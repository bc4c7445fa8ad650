// Package probe has tiny worlds that ask for one ability each and whose best mean return is known.
//
// A learner that fails one of them says which part of it is wrong: Bandit needs the policy to follow the reward, Context to read
// the observation, Corridor to carry reward back through time and to explore a little, Memory to remember, Discount to discount,
// Truncation to bootstrap where only the clock ended the episode. The idea of such a ladder is Andy Jones's ("Debugging RL,
// without the agonizing pain", 2021). Their images are a few symbols; rewards are binary fractions, so that returns are exact.
//
// The others are those of bsuite (Osband et al., "Behaviour Suite for Reinforcement Learning", 2020) that are tiny: Catch, DeepSea,
// MemoryChain, Umbrella, DiscountingChain, with the original's rules and rewards; their random numbers are our own. Where it shows
// one row of numbers, symbols are in the image here, and the time is beside it. DeepSea is for exploration, which no agent without a
// bonus or a good deal of luck manages beyond the smallest; the memory chains are for recurrent cores.
package probe

import (
	"errors"
	"fmt"
	"image"

	"github.com/auxrl/auxrl/env"
)

var table = []struct {
	id, about string
	build     func(id string) env.Env
}{
	{"Probe/Bandit-v0", "one decision, four arms: does the policy follow the reward?", newBandit},
	{"Probe/Context-v0", "one decision, the best arm is shown: does the policy read the observation?", newContext},
	{"Probe/Corridor-v0", "seven steps to the goal, each at a cost: does reward travel back in time?", newCorridor},
	{"Probe/Memory-v0", "a cue is shown, then asked for: does the agent remember? (needs a recurrent core)", newMemory},
	{"Probe/Discount-v0", "reward eight steps later, no choice: is the value discounted?", newDiscount},
	{"Probe/Truncation-v0", "reward for ever, cut by the clock: is the value bootstrapped at a time limit?", newTruncation},
	{"Probe/Catch-v0", "be under the falling ball: does the policy generalise over an image? (bsuite)", newCatch},
	{"Probe/DeepSea-10-v0", deepSeaAbout, newDeepSea(10)},
	{"Probe/DeepSea-20-v0", deepSeaAbout, newDeepSea(20)},
	{"Probe/DeepSea-30-v0", deepSeaAbout, newDeepSea(30)},
	{"Probe/DeepSea-50-v0", deepSeaAbout, newDeepSea(50)},
	{"Probe/MemoryLength-3-v0", memoryLengthAbout, newMemoryChain(3, 1)},
	{"Probe/MemoryLength-10-v0", memoryLengthAbout, newMemoryChain(10, 1)},
	{"Probe/MemoryLength-30-v0", memoryLengthAbout, newMemoryChain(30, 1)},
	{"Probe/MemoryLength-100-v0", memoryLengthAbout, newMemoryChain(100, 1)},
	{"Probe/MemorySize-2-v0", memorySizeAbout, newMemoryChain(2, 2)},
	{"Probe/MemorySize-5-v0", memorySizeAbout, newMemoryChain(2, 5)},
	{"Probe/MemorySize-10-v0", memorySizeAbout, newMemoryChain(2, 10)},
	{"Probe/UmbrellaLength-5-v0", umbrellaLengthAbout, newUmbrella(5, 20)},
	{"Probe/UmbrellaLength-20-v0", umbrellaLengthAbout, newUmbrella(20, 20)},
	{"Probe/UmbrellaLength-100-v0", umbrellaLengthAbout, newUmbrella(100, 20)},
	{"Probe/UmbrellaDistract-5-v0", umbrellaDistractAbout, newUmbrella(20, 5)},
	{"Probe/UmbrellaDistract-100-v0", umbrellaDistractAbout, newUmbrella(20, 100)},
	{"Probe/DiscountingChain-1-v0", discountingAbout, newDiscountingChain(0)},
	{"Probe/DiscountingChain-3-v0", discountingAbout, newDiscountingChain(1)},
	{"Probe/DiscountingChain-10-v0", discountingAbout, newDiscountingChain(2)},
	{"Probe/DiscountingChain-30-v0", discountingAbout, newDiscountingChain(3)},
	{"Probe/DiscountingChain-100-v0", discountingAbout, newDiscountingChain(4)},
}

const (
	deepSeaAbout          = "dive to a treasure behind costs that lead away from it: does the agent explore? (bsuite)"
	memoryLengthAbout     = "a bit is shown, and asked for later: for how long does the agent remember? (bsuite)"
	memorySizeAbout       = "bits are shown, and one is asked for: how much does the agent remember? (bsuite)"
	umbrellaLengthAbout   = "the first choice counts, noise pays until the end: is credit given where due? (bsuite)"
	umbrellaDistractAbout = "as UmbrellaLength, with more or less that means nothing in sight (bsuite)"
	discountingAbout      = "one delay pays more than the others: how far does the agent look? (bsuite)"
)

// New makes the world with the given id.
func New(id string) (env.Env, error) {
	for _, e := range table {
		if e.id == id {
			return e.build(id), nil
		}
	}
	return nil, fmt.Errorf("probe: no world is called %q", id)
}

// IDs returns the ids of the worlds, the easiest first.
func IDs() []string {
	ids := make([]string, len(table))
	for i, e := range table {
		ids[i] = e.id
	}
	return ids
}

// Describe returns one line about the world with the given id, "" if there is none.
func Describe(id string) string {
	for _, e := range table {
		if e.id == id {
			return e.about
		}
	}
	return ""
}

// world is what the probes have in common.
type world struct {
	spec       env.Spec
	longest    int // decisions that an episode can have
	cols, rows int // cells of the picture

	running bool
	steps   int // decisions taken in this episode
}

// Spec describes the world.
func (w *world) Spec() env.Spec { return w.spec }

// RenderSize returns the largest picture of square cells within limit.
func (w *world) RenderSize(limit image.Point) image.Point {
	side := max(1, min(limit.X/w.cols, limit.Y/w.rows))
	return image.Pt(side*w.cols, side*w.rows)
}

func (w *world) begin() { w.running, w.steps = true, 0 }

// take counts a decision.
func (w *world) take(action int) {
	if uint(action) >= uint(len(w.spec.Actions)) {
		panic("probe: Step: no such action")
	}
	if !w.running {
		panic("probe: Step: no episode is running")
	}
	w.steps++
}

// leave returns what a decision led to.
func (w *world) leave(reward float64, end env.End) env.Step {
	w.running = end == env.Running
	return env.Step{Reward: reward, End: end}
}

var errState = errors.New("probe: restore: not a state of this world")

// appendState appends the running episode: the decisions taken and the given bytes. Where none is running it appends the start of
// one, because only the generator matters for what follows, which is a Reset.
func (w *world) appendState(b []byte, own ...byte) []byte {
	steps := w.steps
	if !w.running {
		steps = 0
		clear(own)
	}
	return append(append(b, byte(steps)), own...)
}

// restoreState takes what appendState appended and returns the given bytes, each of which is at most its bound.
func (w *world) restoreState(b []byte, bounds ...byte) (own []byte, err error) {
	if len(b) != 1+len(bounds) || int(b[0]) >= w.longest {
		return nil, errState
	}
	own = b[1:]
	for i, bound := range bounds {
		if own[i] > bound {
			return nil, errState
		}
	}
	w.running, w.steps = true, int(b[0])
	return own, nil
}
