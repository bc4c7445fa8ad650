package envtest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// recorder is a TB that remembers.
type recorder struct{ failures []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func check(fault string, o Options) []string {
	r := &recorder{}
	Check(r, func() (env.Env, error) { return newToy(fault) }, o)
	return r.failures
}

func TestSoundWorld(t *testing.T) {
	Check(t, func() (env.Env, error) { return newToy("") }, Options{})
}

func TestBrokenWorlds(t *testing.T) {
	for _, tc := range []struct{ fault, want string }{
		{"build fails", "spec: build: no toys today"},
		{"build returns nothing", "spec: build returned neither"},
		{"no id", "spec: no ID"},
		{"no height", "spec: image is [0, 5, 2]"},
		{"frames do not divide", "spec: 2 channels are not 3 frames"},
		{"too few codes", "spec: 1 Codes for 2 channels"},
		{"no symbols", "spec: channel 1 has 0 symbols"},
		{"negative limit", "spec: StepLimit is -1"},
		{"best is infinite", "spec: Success is 1, Best +Inf"},
		{"no actions", "spec: no actions"},
		{"actions of one name", "spec: names must be unique"},
		{"milestones of one name", "spec: names must be unique"},
		{"too many milestones", "spec: 65 milestones"},
		{"field without name", "spec: names must be unique and not empty"},
		{"field without length", `spec: field "wet" has length 0`},
		{"negative symbols", `spec: field "turn" has -1 symbols`},
		{"signals without signaler", "spec: 2 signals, but Signaler is false"},
		{"specs differ", "spec: changed"},
		{"spec changes", "spec: changed"},

		{"a byte is not written", "observations: call 0: two worlds of one seed differ"},
		{"a float is not written", "observations: call 0: two worlds of one seed differ"},
		{"a symbol too many", "channel 0 holds 2, but has 2 symbols"},
		{"half a symbol", `entry 0 of field "turn" is 1.5, but has 4 symbols`},
		{"no symbol", `entry 0 of field "turn" is -1, but has 4 symbols`},
		{"a symbol beyond", `entry 0 of field "turn" is 4, but has 4 symbols`},
		{"vector is infinite", "float 2 of the vector is +Inf"},
		{"reward is not a number", "reward is NaN"},
		{"end is none", "End is 7"},
		{"unseeded", "two worlds of one seed differ"},

		{"seed ignored", "seeds: episodes differ, but seeds 0x0 and 0x1 lead to the same"},
		{"upper half of the seed ignored", "seeds: episodes differ, but seeds 0x0 and 0x100000000"},
		{"seeded once", "seeds: a world seeded anew differs"},

		{"never terminates", "ends: no episode terminated"},
		{"never truncated", "ends: episode 0: truncated after 12 decisions, but StepLimit is 1000"},
		{"truncates early at times", "truncated after 11 decisions, but StepLimit is 12"},
		{"truncates late", "still running after 12 decisions, but StepLimit is 12"},
		{"clock terminates", "ends: no episode was truncated"},

		{"any action goes", "actions: Step(-1) did not panic"},

		{"the clock is not saved", "state: a new world restored after"},
		{"the clock is saved, but not restored", "state: a restored world does not save"},
		{"restoring forgets to run", "state: a restored world does not save"},
		{"the generator is not restored", "state: a restored world does not save"},
		{"saving draws", "state: a restored world does not save"},
		{"saving does not append", "state: AppendState does not append"},
		{"restoring writes", "state: RestoreState wrote to what it was given"},
		{"good states are refused", "state: a saved state is refused"},
		{"any length goes", "damaged state: a state of 25 bytes, where 24 are right: accepted"},
		{"damage panics", "damaged state: a state of 0 bytes, where 24 are right: panic"},
		{"damage panics later", "damaged state: a state of 24 bytes with bit"},
		{"damage is remembered", "damaged state: a good state is refused after damaged ones"},

		{"asking draws", "abilities: asking changed the world"},
		{"a signal is not written", "abilities: two worlds of one seed, both asked"},
		{"signal is not a number", "abilities: episode 0: step 4: signal 0 is NaN"},
		{"potential is positive", "abilities: episode 0: step 2: Potential is 0.2"},
		{"potential at the goal", "Potential is -0.2 where the episode has ended with success, want 0"},
		{"milestones get lost", "were reached and no longer are"},
		{"milestones of yesterday", "abilities: episode 1: step 0: milestones 1"},
		{"milestones without names", "but the Spec names 2"},
		{"keys differ", "abilities: two worlds of one seed, both asked"},
		{"digest does not append", "abilities: panic: envtest: a Digester does not append"},

		{"empty picture", "rendering: RenderSize((0,0)) is (0,0)"},
		{"picture too large", "rendering: RenderSize((31,17)) is (35,7), though (5,1)"},
		{"picture grows", "rendering: call 1: RenderSize((-3,7)) changed"},
		{"watching moves", "rendering: call 0: Render changed the state"},
		{"pictures differ", "two pictures of one state differ"},
		{"picture is not all drawn", "two pictures of one state differ"},
		{"picture is drawn elsewhere", "Render drew beyond the bounds"},

		{"worlds share a counter", "sharing: stepping two worlds in turns"},
		{"old observations matter", "buffers: what the buffers of earlier calls hold matters"},
		{"old buffers are written", "buffers: a world wrote to the buffers of an earlier call"},
		{"old vectors are written", "buffers: a world wrote to the buffers of an earlier call"},
		{"reset allocates", "allocations: 20 calls of Reset allocate 20 times"},
		{"step allocates at times", "allocations: 500 calls of Step allocate"},
	} {
		t.Run(strings.ReplaceAll(tc.fault, " ", "_"), func(t *testing.T) {
			failures := check(tc.fault, Options{})
			if got := strings.Join(failures, "\n"); !strings.Contains(got, tc.want) {
				t.Errorf("got\n%s\nwant ...%s...", got, tc.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	right := func(env.Env, int) int { return 1 }
	left := func(env.Env, int) int { return 0 }
	hard := func(_ env.Env, step int) int { return hardAction(step) }
	for _, tc := range []struct {
		fault, want string // want "": no failure
		o           Options
	}{
		{"never terminates", "", Options{NoTermination: true}},
		{"never terminates", "", Options{RareTermination: true}},
		{"never terminates", "ends: no episode terminated", Options{Policy: right}},
		{"", "but the world has no termination", Options{NoTermination: true}},
		{"", "", Options{RareTermination: true}},
		{"", "", Options{Policy: left}},
		{"", "ends: panic: toy: no such action", Options{Policy: func(env.Env, int) int { return 3 }}},
		{"no limit", "", Options{}},
		{"no abilities", "", Options{}},
		{"hard to find", "ends: no episode terminated", Options{}},
		{"hard to find", "", Options{Policy: hard}},
		{"", "", Options{Brief: true}},
		{"the clock is not saved", "state: a new world restored after", Options{Brief: true}},
		{"step allocates at times", "allocations: 166 calls of Step allocate", Options{Brief: true}},
	} {
		got := strings.Join(check(tc.fault, tc.o), "\n")
		if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("fault %q: got %q, want ...%s...", tc.fault, got, tc.want)
		}
	}
}

// The policy is asked in half of the episodes, from step 0 on, and sees the world.
func TestPolicyIsAsked(t *testing.T) {
	steps := map[int]int{}
	Check(t, func() (env.Env, error) { return newToy("") }, Options{Policy: func(w env.Env, step int) int {
		if got := w.(*toy).steps; got != step {
			t.Errorf("asked for step %d at step %d of the world", step, got)
		}
		steps[step]++
		return 2
	}})
	for step := range toyLimit {
		if missed := steps[0] - steps[step]; steps[0] == 0 || missed > 1 { // the search ends in mid-episode
			t.Fatalf("asked for these steps: %v", steps)
		}
	}
}

// steady is a toy that counts decisions.
type steady struct {
	*toy
	taken *atomic.Int64
}

func (w steady) Step(action int, obs []byte, vec []float32) env.Step {
	w.taken.Add(1)
	return w.toy.Step(action, obs, vec)
}

func TestDecisions(t *testing.T) {
	for _, brief := range []bool{false, true} {
		var taken atomic.Int64
		Check(t, func() (env.Env, error) {
			w, err := newToy("no limit")
			return steady{w.(*toy), &taken}, err
		}, Options{RareTermination: true, Brief: brief})
		if got := taken.Load(); got < 10_000 {
			t.Errorf("brief %v: %d decisions, want at least 10,000", brief, got)
		}
	}
}
