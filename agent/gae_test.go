package agent

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/replay"
)

// line returns a batch of one sequence whose row after transition i is i+1, or the extra row 4 where an episode ends.
func line(terminated, truncated int) *replay.Batch {
	b := &replay.Batch{T: 3, B: 1, Next: []int32{1, 2, 3}, Ended: make([]bool, 3), Terminated: make([]bool, 3)}
	for i := range 3 {
		if i == terminated || i == truncated {
			b.Ended[i] = true
			b.Next[i] = 4
			b.F = 1
		}
	}
	if terminated >= 0 {
		b.Terminated[terminated] = true
	}
	return b
}

func stream(gamma float32) auxtasks.Stream { return auxtasks.Stream{Gamma: gamma, Episodic: true} }

func close32(got, want []float32, tol float64) bool {
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > tol*(1+math.Abs(float64(want[i]))) {
			return false
		}
	}
	return len(got) == len(want)
}

// The numbers were computed by hand from the definition: γ=0.9, λ=0.8, r=(1,0,2), v=(0.5,0.4,0.3), bootstrap 0.2, and 0.7 for the
// true last observation of the truncated episode.
func TestGAE(t *testing.T) {
	value := []float32{0.5, 0.4, 0.3, 0.2, 0.7}
	reward := []float32{1, 0, 2}
	for _, c := range []struct {
		name                  string
		terminated, truncated int
		lambda                float32
		want                  []float32
	}{
		{"running", -1, -1, 0.8, []float32{1.740992, 1.2236, 1.88}},
		{"terminated", 1, -1, 0.8, []float32{0.572, -0.4, 1.88}},
		{"truncated", -1, 1, 0.8, []float32{1.0256, 0.23, 1.88}},
		{"n-step", -1, -1, 1, []float32{2.7658 - 0.5, 1.962 - 0.4, 2.18 - 0.3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make([]float32, 3)
			GAE(got, reward, value, line(c.terminated, c.truncated), stream(0.9), c.lambda)
			if !close32(got, c.want, 1e-6) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestGAEKeepsSequencesApart(t *testing.T) {
	b := &replay.Batch{T: 2, B: 2, Next: []int32{2, 3, 4, 5}, Ended: make([]bool, 4), Terminated: make([]bool, 4)}
	got := make([]float32, 4)
	GAE(got, []float32{1, 10, 2, 20}, make([]float32, 6), b, stream(0.5), 1)
	if want := []float32{2, 20, 2, 20}; !close32(got, want, 0) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestGAEChecksLengths(t *testing.T) {
	for name, f := range map[string]func(){
		"adv":   func() { GAE(make([]float32, 2), make([]float32, 3), make([]float32, 4), line(-1, -1), stream(1), 1) },
		"value": func() { GAE(make([]float32, 3), make([]float32, 3), make([]float32, 3), line(-1, -1), stream(1), 1) },
		"next": func() {
			b := line(-1, -1)
			b.Next = nil
			GAE(make([]float32, 3), make([]float32, 3), make([]float32, 5), b, stream(1), 1)
		},
	} {
		if !panics(f) {
			t.Errorf("%s: accepted", name)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

// The return of a stream that is not episodic runs through ends, into the next episode's first row.
func TestEndlessGAE(t *testing.T) {
	b := line(1, -1)
	value, reward := []float32{0.5, 0.4, 0.3, 0.2, 0.7}, []float32{1, 0, 2}
	got := make([]float32, 3)
	GAE(got, reward, value, b, auxtasks.Stream{Gamma: 0.9}, 0.8)
	if want := []float32{1.740992, 1.2236, 1.88}; !close32(got, want, 1e-6) { // as if nothing ended
		t.Errorf("got %v, want %v", got, want)
	}
}
