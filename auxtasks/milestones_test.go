package auxtasks_test

import (
	"math/bits"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
)

func TestMilestoneBonus(t *testing.T) {
	amounts := &[auxtasks.MaxMilestones]float32{1, 2, 4, 63: 0.5}
	for _, tc := range []struct {
		before, after uint64
		want          float32
	}{
		{0, 0, 0}, {0, 1, 1}, {1, 1, 0}, {1, 7, 6}, {7, 1, 0}, {2, 5, 5}, {0, 1<<63 | 4, 4.5},
	} {
		if got := auxtasks.MilestoneBonus(tc.before, tc.after, amounts); got != tc.want {
			t.Errorf("from %b to %b: got %v, want %v", tc.before, tc.after, got, tc.want)
		}
	}
}

// walk is one world's rollout: an episode that ends with its third transition, and the first step of another.
//
//	marks  0 -> 1 -> 1 -> 111, the last; 0 -> 10
func walk(terminated bool) *auxtasks.Batch {
	return &auxtasks.Batch{
		T: 4, B: 1, F: 1,
		Marks: []uint64{0, 1, 1, 0, 2, 7}, Start: []bool{true, false, false, true, false},
		Next: []int32{1, 2, 5, 4}, Ended: []bool{false, false, true, false}, Terminated: []bool{false, false, terminated, false},
	}
}

func TestMilestones(t *testing.T) {
	const g = float32(.97)
	for _, tc := range []struct {
		settings   string
		terminated bool
		want       []float32
	}{
		{`{"mode": "bonus", "amount": 1}`, true, []float32{1, 0, 2, 1}},
		{`{"mode": "bonus", "amount": 1}`, false, []float32{1, 0, 2, 1}},
		{`{"mode": "bonus", "amount": 8, "amounts": [1, 2]}`, true, []float32{1, 0, 10, 2}},
		{`{"mode": "potential", "amount": 8, "amounts": [1, 2]}`, true, []float32{g, g - 1, -1, 2 * g}},
		{`{"mode": "potential", "amount": 8, "amounts": [1, 2]}`, false, []float32{g, g - 1, 11*g - 1, 2 * g}},
		{`{"mode": "bonus", "amount": 1, "repay": true}`, true, []float32{1, 0, -1 / (g * g), 1}},
		{`{"mode": "bonus", "amount": 1, "repay": true}`, false, []float32{1, 0, 2, 1}},
	} {
		got := reward(newBonus(t, "milestones", tc.settings, 1), walk(tc.terminated))
		for i := range tc.want {
			if !about(float64(got[i]), float64(tc.want[i])) {
				t.Errorf("%s, terminated %v: got %v, want %v", tc.settings, tc.terminated, got, tc.want)
				break
			}
		}
	}
	if got := newBonus(t, "milestones", "", 1).(auxtasks.Reader).Reads(); got != (auxtasks.Reads{Marks: true}) {
		t.Errorf("reads %+v", got)
	}
}

// Potential mode is Shaping under the number of milestones.
func TestMilestonesPotential(t *testing.T) {
	const worlds = 4
	bonus := newBonus(t, "milestones", `{"amount": 0.25}`, worlds)
	g := tasktest.NewGame(worlds, 1)
	for range 10 {
		b := g.Rollout(6)
		phi, want := make([]float32, b.Rows()), make([]float32, b.Transitions())
		for row, marks := range b.Marks {
			phi[row] = float32(bits.OnesCount64(marks)) / 4
		}
		auxtasks.Shape(want, phi, b, .97)
		if got := reward(bonus, b); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// A bonus that fades is paid in full in the first rollout, in even steps less until Fade, and Rest from then on.
func TestFade(t *testing.T) {
	for _, tc := range []struct {
		settings string
		want     []float32
	}{
		{`{"mode": "bonus", "amount": 8, "fade": 4}`, []float32{8, 6, 4, 2, 0, 0, 0}},
		{`{"mode": "bonus", "amount": 8, "fade": 2, "rest": 0.25}`, []float32{8, 5, 2, 2, 2}},
		{`{"mode": "bonus", "amount": 8, "rest": 0.25}`, []float32{8, 8, 8}},
	} {
		bonus := newBonus(t, "milestones", tc.settings, 1)
		for k, want := range tc.want {
			if got := reward(bonus, walk(true)); !slices.Equal(got, []float32{want, 0, 2 * want, want}) {
				t.Errorf("%s, rollout %d: got %v, want [%v 0 %v %v]", tc.settings, k, got, want, 2*want, want)
			}
		}
	}
}
