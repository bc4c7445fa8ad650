package probe

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// game plays an episode and returns what was shown before each decision and after the last, and the rewards.
func game(w env.Env, act func(step int) int) (shown [][]byte, times []float32, rewards []float64) {
	obs, vec := w.Spec().Buffers()
	w.Reset(obs, vec)
	for s := (env.Step{}); ; {
		shown = append(shown, bytes.Clone(obs))
		times = append(times, vec...)
		if s.End != env.Running {
			return shown, times, rewards
		}
		s = w.Step(act(len(rewards)), obs, vec)
		rewards = append(rewards, s.Reward)
	}
}

// Catch is bsuite's: the paddle follows the actions, the ball falls, and the last of nine decisions pays.
func TestCatch(t *testing.T) {
	w := build(t, "Probe/Catch-v0")
	balls := map[int]int{}
	const episodes = 5000
	for episode := range episodes {
		moves := make([]int, 9)
		for i := range moves {
			moves[i] = (episode*7 + i*i*episode) % 3
		}
		shown, _, rewards := game(w, func(step int) int { return moves[step] })
		ball, paddle := bytes.IndexByte(shown[0], 1), 2
		balls[ball]++
		for i, obs := range shown {
			if i > 0 {
				paddle = max(0, min(4, paddle+moves[i-1]-1))
			}
			want := make([]byte, 50)
			want[5*i+ball], want[45+paddle] = 1, 1
			if !bytes.Equal(obs, want) {
				t.Fatalf("after %v: shows %v, want %v", moves[:i], obs, want)
			}
		}
		want := []float64{0, 0, 0, 0, 0, 0, 0, 0, -1}
		if paddle == ball {
			want[8] = 1
		}
		if fmt.Sprint(rewards) != fmt.Sprint(want) {
			t.Fatalf("rewards are %v, want %v", rewards, want)
		}
	}
	for col := range 5 {
		if p := float64(balls[col]) / episodes; math.Abs(p-0.2) > 4*math.Sqrt(0.2*0.8/episodes) {
			t.Errorf("the ball falls in column %d with %v, want 0.2", col, p)
		}
	}
}

// DeepSea is bsuite's: every way down but one leads to less than doing nothing.
func TestDeepSea(t *testing.T) {
	for _, size := range []int{10, 20, 30, 50} {
		w := build(t, fmt.Sprintf("Probe/DeepSea-%d-v0", size)).(*DeepSea)
		right := func(step int) int { return int(w.right[step*size+w.col]) }
		shown, _, rewards := game(w, right)
		for i, r := range rewards {
			want := -0.01 / float64(size)
			if i == size-1 {
				want++
			}
			if math.Abs(r-want) > 1e-15 || shown[i][i*size+i] != 1 || bytes.Count(shown[i], []byte{1}) != 1 {
				t.Errorf("size %d, step %d: reward %v, want %v; shows %v", size, i, r, want, shown[i])
			}
		}
		if len(rewards) != size || bytes.Count(shown[size], []byte{0}) != size*size {
			t.Errorf("size %d: %d decisions, at last %v", size, len(rewards), shown[size])
		}
		if w.Potential() != 0 {
			t.Errorf("size %d: at the treasure, Potential is %v", size, w.Potential())
		}
		// One move to the left at the wall, and the treasure is out of reach by one cell, though the last column is reached.
		_, _, rewards = game(w, func(step int) int {
			if step == 0 {
				return 1 - right(0)
			}
			if w.Potential() != -1 {
				t.Errorf("size %d, step %d: Potential is %v", size, step, w.Potential())
			}
			return right(step)
		})
		sum := 0.0
		for _, r := range rewards {
			sum += r
		}
		if want := -0.01 * float64(size-1) / float64(size); math.Abs(sum-want) > 1e-12 || w.Potential() != -1 {
			t.Errorf("size %d: once left, then right: return %v, want %v; Potential %v", size, sum, want, w.Potential())
		}
		_, _, rewards = game(w, func(step int) int { return 1 - right(step) })
		for i, r := range rewards {
			if r != 0 {
				t.Errorf("size %d, step %d: to the left pays %v", size, i, r)
			}
		}
		if ones := bytes.Count(w.right, []byte{1}); math.Abs(float64(ones)/float64(size*size)-0.5) > 2/float64(size) {
			t.Errorf("size %d: action 1 moves right in %d cells", size, ones)
		}
		if again := build(t, w.Spec().ID).(*DeepSea); !bytes.Equal(again.right, w.right) {
			t.Errorf("size %d: another world has another mapping", size)
		}
	}
}

// The time and what is shown when, as bsuite's memory chain has it.
func TestMemoryChain(t *testing.T) {
	w := build(t, "Probe/MemorySize-5-v0").(*MemoryChain)
	asked := map[int]int{}
	for episode := range 500 {
		said := episode % 2
		shown, times, rewards := game(w, func(int) int { return said })
		var bits []byte
		for _, symbol := range shown[0][:5] {
			bits = append(bits, symbol-1)
		}
		asked[w.query]++
		row := func(context, query bool) []byte {
			b := make([]byte, 10)
			for i := range bits {
				if context {
					b[i] = 1 + bits[i]
				}
			}
			if query {
				b[5+w.query] = 1
			}
			return b
		}
		want := [][]byte{row(true, false), row(true, false), row(false, true), row(false, false)}
		if fmt.Sprint(shown) != fmt.Sprint(want) || fmt.Sprint(times) != "[1 1 0.5 0]" {
			t.Fatalf("shows %v at %v, want %v", shown, times, want)
		}
		pays := -1.0
		if said == int(bits[w.query]) {
			pays = 1
		}
		if fmt.Sprint(rewards) != fmt.Sprint([]float64{0, 0, pays}) {
			t.Fatalf("rewards are %v, want %v at last", rewards, pays)
		}
	}
	if len(asked) != 5 {
		t.Errorf("asked for %v", asked)
	}
	long := build(t, "Probe/MemoryLength-30-v0")
	shown, times, rewards := game(long, func(int) int { return 0 })
	if len(rewards) != 31 || shown[0][0] == 0 || shown[1][0] != shown[0][0] || math.Abs(float64(times[30])-1.0/30) > 1e-6 {
		t.Errorf("%d decisions, shown %v, times %v", len(rewards), shown, times)
	}
	for i, obs := range shown {
		if (obs[1] == 1) != (i == 30) || (obs[0] != 0) != (i < 2) {
			t.Errorf("step %d shows %v", i, obs)
		}
	}
}

// Without memory, no policy is better than chance: neither one that reads the question nor one that reads the clock. Over all bits and
// questions, every way of answering is right as often as not.
func TestMemoryChainIsBlind(t *testing.T) {
	for _, id := range IDs() {
		if !strings.HasPrefix(id, "Probe/MemoryL") && !strings.HasPrefix(id, "Probe/MemoryS") {
			continue
		}
		w := build(t, id).(*MemoryChain)
		seen := map[string][2]int{} // what is shown before the last decision -> how often each answer was right
		episodes := 4000
		if testing.Short() {
			episodes = 400
		}
		for range episodes {
			shown, times, _ := game(w, func(int) int { return 0 })
			last := fmt.Sprintf("%v %v", shown[len(shown)-2], times[len(times)-2])
			right := seen[last]
			right[w.context[w.query]]++
			seen[last] = right
		}
		if len(seen) != len(w.context) {
			t.Errorf("%s: %d observations before the last decision, want one for each bit", id, len(seen))
		}
		for what, right := range seen {
			n := float64(right[0] + right[1])
			if p := float64(right[0]) / n; math.Abs(p-0.5) > 4*0.5/math.Sqrt(n) {
				t.Errorf("%s: after %s, 0 is right with %v", id, what, p)
			}
		}
	}
}

// Only the first choice counts, and what it earns is the only thing that is not noise.
func TestUmbrella(t *testing.T) {
	for _, id := range []string{"Probe/UmbrellaLength-5-v0", "Probe/UmbrellaDistract-100-v0"} {
		w := build(t, id).(*Umbrella)
		noise, rewards, ones, bits := 0.0, 0, 0, 0
		for episode := range 600 {
			first := episode % 2
			shown, times, rew := game(w, func(step int) int { return (first + step*step) % 2 })
			if len(rew) != w.length || times[0] != 1 || times[w.length] != 0 {
				t.Fatalf("%s: %d decisions, times %v", id, len(rew), times)
			}
			need := shown[0][0]
			for i, obs := range shown {
				if obs[0] != need || i > 0 && int(obs[1]) != first {
					t.Fatalf("%s: step %d shows %v", id, i, obs)
				}
				ones += bytes.Count(obs[2:], []byte{1})
				bits += len(obs) - 2
			}
			for _, r := range rew[:w.length-1] {
				noise += r
				rewards++
				if r != 1 && r != -1 {
					t.Fatalf("%s: reward %v", id, r)
				}
			}
			if got, want := rew[w.length-1] == 1, first == int(need); got != want {
				t.Fatalf("%s: needed %d, taken %d, paid %v", id, need, first, rew[w.length-1])
			}
		}
		if n := float64(rewards); math.Abs(noise) > 4*math.Sqrt(n) {
			t.Errorf("%s: the noise sums to %v over %d rewards", id, noise, rewards)
		}
		if p := float64(ones) / float64(bits); math.Abs(p-0.5) > 4*0.5/math.Sqrt(float64(bits)) {
			t.Errorf("%s: a distractor is 1 with %v", id, p)
		}
	}
}

func TestDiscountingChain(t *testing.T) {
	for bonus, delay := range ChainDelays {
		w := build(t, fmt.Sprintf("Probe/DiscountingChain-%d-v0", delay))
		for action, wait := range ChainDelays {
			shown, times, rewards := game(w, func(step int) int { return (action + step) % len(ChainDelays) })
			for i, obs := range shown {
				want := byte(1 + action)
				if i == 0 {
					want = 0
				}
				if obs[0] != want || math.Abs(float64(times[i])-float64(i)/100) > 1e-6 {
					t.Fatalf("bonus %d: step %d shows %d at %v", delay, i, obs[0], times[i])
				}
			}
			for i, r := range rewards {
				want := 0.0
				if i+1 == wait {
					want = 1
					if action == bonus {
						want = 1.1
					}
				}
				if r != want {
					t.Errorf("bonus %d, waiting %d: decision %d pays %v, want %v", delay, wait, i+1, r, want)
				}
			}
			if len(rewards) != 100 {
				t.Errorf("bonus %d: %d decisions", delay, len(rewards))
			}
		}
	}
}
