package viz

import (
	"math"
	"testing"
)

func TestHistoryKeepsEveryStep(t *testing.T) {
	var h History
	for i := range historyLen {
		h.Append(float32(i), float32(-i))
	}
	if h.Len() != historyLen || h.Stride() != 1 || h.Steps() != historyLen {
		t.Fatalf("%d steps: %d points of %d steps", h.Steps(), h.Len(), h.Stride())
	}
	for i := range historyLen {
		if h.Values()[i] != float32(i) || h.Rewards()[i] != float32(-i) {
			t.Fatalf("point %d: got %v, %v", i, h.Values()[i], h.Rewards()[i])
		}
	}
}

// A long episode keeps bounded memory: values become means, rewards sums of as many steps as a point stands for.
func TestHistoryMerges(t *testing.T) {
	for _, n := range []int{historyLen + 1, 2*historyLen - 1, 2 * historyLen, 5*historyLen + 3, 40000} {
		var h History
		val, rew := make([]float64, n), make([]float64, n)
		for i := range n {
			val[i], rew[i] = math.Sin(float64(i)), float64(i%7-3)
			h.Append(float32(val[i]), float32(rew[i]))
		}
		k := h.Stride()
		if got, want := h.Len(), (n+k-1)/k; got != want || got > historyLen || got < historyLen/2 {
			t.Fatalf("%d steps: got %d points of %d steps, want %d", n, got, k, want)
		}
		for p := range h.Len() {
			var v, r float64
			end := min((p+1)*k, n)
			for i := p * k; i < end; i++ {
				v += val[i]
				r += rew[i]
			}
			v /= float64(end - p*k)
			if math.Abs(float64(h.Values()[p])-v) > 1e-5 || math.Abs(float64(h.Rewards()[p])-r) > 1e-4 {
				t.Fatalf("%d steps, point %d: got %v, %v, want %v, %v", n, p, h.Values()[p], h.Rewards()[p], v, r)
			}
		}
	}
}

func TestHistoryReset(t *testing.T) {
	var h History
	for range 3 * historyLen {
		h.Append(1, 1)
	}
	h.Reset()
	if h.Len() != 0 || h.Steps() != 0 || h.Stride() != 1 {
		t.Errorf("after Reset: %d points, %d steps, stride %d", h.Len(), h.Steps(), h.Stride())
	}
	if n := testing.AllocsPerRun(1, func() {
		for range 3 * historyLen {
			h.Append(1, 1)
		}
	}); n > 0 {
		t.Errorf("Append allocates %v times after the first episode", n)
	}
}

// Every step falls into one column, so that no reward is lost, whether columns are wider than points or narrower.
func TestHistoryBetween(t *testing.T) {
	for _, n := range []int{1, 5, 20, 21, 100, 1024, 3000} {
		for _, cols := range []int{1, 7, 14, 60, 200} {
			var h History
			for range n {
				h.Append(1, 0)
			}
			for p := 0; p < h.Len(); p += max(h.Len()/9, 1) {
				h.reward[p] = -1
				seen := 0
				for col := range cols {
					val, rew, ok := h.between(niceSteps(n), col, cols)
					if rew != 0 {
						seen++
					}
					if ok && val != 1 {
						t.Fatalf("%d steps, column %d of %d: value %v", n, col, cols, val)
					}
				}
				if seen != 1 {
					t.Errorf("%d steps, %d columns: the reward of point %d is in %d of them", n, cols, p, seen)
				}
				h.reward[p] = 0
			}
		}
	}
}
