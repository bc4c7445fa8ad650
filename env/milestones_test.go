package env_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
)

func newMarkedFrank() (env.Env, error) { return env.WithMilestones(new(frank)) }

func TestWithMilestones(t *testing.T) {
	inner := new(frank)
	w, err := env.WithMilestones(inner)
	if err != nil {
		t.Fatal(err)
	}
	s := w.Spec()
	want := []env.Field{{Name: "noise", Len: 2}, {Name: "clock", Len: 1},
		{Name: "milestone one step", Len: 1}, {Name: "milestone two steps", Len: 1}, {Name: "milestone three steps", Len: 1}}
	if !slices.Equal(s.Vector, want) {
		t.Errorf("the vector is %v, want %v", s.Vector, want)
	}
	if inner.Spec().VecLen() != 3 {
		t.Error("the world inside has another Spec now")
	}
	obs, vec := s.Buffers()
	w.Seed(3)
	for range 20 {
		w.Reset(obs, vec)
		for step := float32(0); ; step++ {
			shown := []float32{min(step, 1), min(max(step-1, 0), 1), min(max(step-2, 0), 1)}
			if vec[2] != step || !slices.Equal(vec[3:], shown) {
				t.Fatalf("after %v steps the vector is %v, want [noise, noise, %v, %v]", step, vec, step, shown)
			}
			for i := range vec {
				vec[i] = -7
			}
			if end := w.Step(int(step)%3, obs, vec).End; end != env.Running {
				break // what is shown then is checked by the Vec's FinalVec
			}
		}
	}
	envtest.Check(t, func() (env.Env, error) { return env.WithMilestones(&quiet{}) }, envtest.Options{})
}

// quiet is a frank without signals: it shows through WithMilestones what envtest looks at.
type quiet struct{ frank }

func (w *quiet) Spec() env.Spec {
	s := w.frank.Spec()
	s.Signals = nil
	return s
}

func (w *quiet) Signals() {} // hides the other

// What a wrapped world can do is found through the wrapper, and shown at the end of an episode too.
func TestWithMilestonesInVec(t *testing.T) {
	b := newBench(t, 3, 1, nil, newMarkedFrank)
	if !b.Stateful() {
		t.Error("the worlds can be saved, wrapped they cannot")
	}
	if err := b.Watch(everything); err != nil {
		t.Fatal(err)
	}
	b.reset()
	ended := 0
	for range 100 {
		b.step()
		for i, end := range b.End {
			shown := func(vec []float32) (marks uint64) {
				for k := range 3 {
					marks |= uint64(vec[6*i+3+k]) << k
				}
				return marks
			}
			if got, want := shown(b.vec), b.Now.Marks[i]; got != want {
				t.Fatalf("shown %b, reached %b", got, want)
			}
			if end == env.Running {
				continue
			}
			ended++
			if got, want := shown(b.FinalVec), b.Last.Marks[i]; got != want || want == 0 {
				t.Fatalf("shown at the end %b, reached %b", got, want)
			}
		}
	}
	if ended == 0 {
		t.Error("no episode ended")
	}
}

func TestWithMilestonesErrors(t *testing.T) {
	unnamed := struct {
		env.Env
		env.Milestoner
	}{new(drift), new(frank)}
	for name, w := range map[string]env.Env{"no milestones": new(drift), "no names": unnamed} {
		if _, err := env.WithMilestones(w); err == nil || !strings.Contains(err.Error(), "Drift-v0 names no milestones") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	bare, err := env.WithMilestones(struct {
		env.Env
		env.Milestoner
	}{struct{ env.Env }{new(frank)}, new(frank)})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := bare.(env.Stateful); ok {
		t.Error("a world that cannot be saved can be once it is wrapped")
	}
}
