package minatar

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
)

func TestIDsAndDescribe(t *testing.T) {
	want := []string{
		"MinAtar/Asterix-v0", "MinAtar/Asterix-v1", "MinAtar/Breakout-v0", "MinAtar/Breakout-v1", "MinAtar/Freeway-v0",
		"MinAtar/Freeway-v1", "MinAtar/Seaquest-v0", "MinAtar/Seaquest-v1", "MinAtar/SpaceInvaders-v0", "MinAtar/SpaceInvaders-v1",
	}
	if got := IDs(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, id := range IDs() {
		if s := Describe(id); s == "" || strings.Contains(s, "\n") {
			t.Errorf("%s: description %q is not one line", id, s)
		}
	}
	for _, id := range []string{"", "Breakout-v0", "MinAtar/Breakout", "MinAtar/Breakout-v2", "MinAtar/Pong-v0"} {
		if got := Describe(id); got != "" {
			t.Errorf("the unknown id %q is described as %q", id, got)
		}
		if _, err := New(id); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("New(%q): error %v does not name it", id, err)
		}
	}
}

func TestSpec(t *testing.T) {
	all := []string{"noop", "left", "up", "right", "down", "fire"}
	tests := map[string][]string{
		"Asterix": all[:5], "Breakout": {"noop", "left", "right"}, "Freeway": {"noop", "up", "down"}, "Seaquest": all,
		"SpaceInvaders": {"noop", "left", "right", "fire"},
	}
	for name, minimal := range tests {
		for version, want := range [][]string{all, minimal} {
			id := fmt.Sprintf("MinAtar/%s-v%d", name, version)
			if got := newRig(t, id, Default()).Spec().Actions; !slices.Equal(got, want) {
				t.Errorf("%s: actions %q, want %q", id, got, want)
			}
		}
	}
}

func TestConfig(t *testing.T) {
	for _, cfg := range []Config{{Sticky: -0.1}, {Sticky: 1.1}, {Sticky: math.NaN()}, {StepLimit: -1}, {StepLimit: 1 << 31}} {
		if _, err := NewWith("MinAtar/Breakout-v0", cfg); err == nil {
			t.Errorf("%+v: no error", cfg)
		}
	}
	for _, cfg := range []Config{{}, {Sticky: 1}, {StepLimit: 1}, Default()} {
		if err := cfg.Validate(); err != nil {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// env/catalog checks the contract with the settings of the original.
func TestContractWithLimit(t *testing.T) {
	for _, id := range IDs() {
		build := func() (env.Env, error) { return NewWith(id, Config{StepLimit: 12}) }
		envtest.Check(t, build, envtest.Options{RareTermination: true})
	}
}

// The worlds with fewer actions are the same games.
func TestMinimalActions(t *testing.T) {
	for _, id := range IDs() {
		if !strings.HasSuffix(id, "-v1") {
			continue
		}
		a, b := newRig(t, id, Default()), newRig(t, strings.TrimSuffix(id, "1")+"0", Default())
		a.Seed(3)
		b.Seed(3)
		a.reset()
		b.reset()
		act := actor(3)
		for range 2000 {
			i := act.next(len(a.actions))
			s := a.step(i)
			if got := b.step(a.actions[i]); got != s || !bytes.Equal(a.obs, b.obs) {
				t.Fatalf("%s: got %v, with all actions %v", id, s, got)
			}
			if s.End != env.Running {
				a.reset()
				b.reset()
			}
		}
	}
}

// paddle returns a Breakout world, and a function that says where its paddle is.
func paddle(t *testing.T, cfg Config) (r *rig, x func() int) {
	r = newRig(t, "MinAtar/Breakout-v0", cfg)
	r.Seed(1)
	r.reset()
	return r, func() int { return r.game.(*breakout).paddle }
}

func TestSticky(t *testing.T) {
	r, x := paddle(t, Config{Sticky: 0})
	r.step(actLeft)
	r.cfg.Sticky = 1
	r.step(actNoop)
	r.step(actRight)
	if x() != 1 {
		t.Errorf("the paddle is at %d, want 1 after three moves to the left", x())
	}
	r.reset()
	r.step(actRight)
	if x() != 3 {
		t.Errorf("after Reset: the paddle is at %d, want 3: the remembered action survives", x())
	}
	r.Seed(1)
	r.reset()
	r.step(actRight)
	if x() != 4 {
		t.Errorf("after Seed: the paddle is at %d, want 4: the remembered action is noop", x())
	}
}

// Of many chosen changes, about one in ten is not made.
func TestStickyShare(t *testing.T) {
	r, x := paddle(t, Default())
	kept, act := 0, actLeft
	const n = 20000
	for range n {
		act = actLeft + actRight - act // alternates, so that a repetition shows
		r.game.(*breakout).paddle = 4
		s := r.step(act)
		if (x() < 4) != (act == actLeft) {
			kept++
			act = actLeft + actRight - act
		}
		if s.End != env.Running {
			r.reset()
		}
	}
	if got := float64(kept) / n; math.Abs(got-0.1) > 0.01 {
		t.Errorf("%v of the actions repeat the one before, want 0.1", got)
	}
}

func TestStepLimit(t *testing.T) {
	r, _ := paddle(t, Config{StepLimit: 3})
	for range 3 { // the ball is lost in the sixth step at the earliest
		for i, want := range []env.End{env.Running, env.Running, env.Truncated} {
			if s := r.step(actNoop); s.End != want {
				t.Errorf("step %d: %v, want %v", i, s.End, want)
			}
		}
		r.reset()
	}
}

// A loss on the last step of the limit is a termination.
func TestStepLimitAtTheEnd(t *testing.T) {
	r, _ := paddle(t, Config{})
	n := 0
	for s := (env.Step{}); s.End == env.Running; n++ {
		s = r.step(actLeft)
	}
	r, _ = paddle(t, Config{StepLimit: n})
	for range n - 1 {
		r.step(actLeft)
	}
	if s := r.step(actLeft); s.End != env.Terminated {
		t.Errorf("got %v, want terminated", s.End)
	}
}

func TestStepOutsideEpisode(t *testing.T) {
	ended, _ := paddle(t, Config{StepLimit: 1})
	ended.step(actNoop)
	seeded, _ := paddle(t, Config{})
	seeded.Seed(2)
	for name, r := range map[string]*rig{"new": newRig(t, "MinAtar/Breakout-v0", Default()), "ended": ended, "seeded": seeded} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Step did not panic", name)
				}
			}()
			r.step(actNoop)
		}()
	}
}

// The original's returns of random play, in 100 000 steps, and the lengths of episodes.
func TestRandomPlay(t *testing.T) {
	tests := []struct {
		id                string
		ret, within, long float64
	}{
		{"MinAtar/Asterix-v0", 0.51, 0.07, 69.9},
		{"MinAtar/Breakout-v0", 0.50, 0.03, 11.1},
		{"MinAtar/Freeway-v0", 0.18, 0.25, 2501}, // 40 episodes only
		{"MinAtar/Seaquest-v0", 0.10, 0.03, 30.3},
		{"MinAtar/SpaceInvaders-v0", 2.81, 0.2, 50.6},
	}
	for _, tt := range tests {
		r := newRig(t, tt.id, Default())
		r.Seed(0)
		r.reset()
		act := actor(0)
		total, episodes, steps, length := 0.0, 0.0, 0.0, 0.0
		for range 100_000 {
			s := r.Step(act.next(actions), r.obs, nil)
			total += s.Reward
			if steps++; s.End != env.Running {
				episodes++
				length = steps
				r.Reset(r.obs, nil)
			}
		}
		if got := total / episodes; math.Abs(got-tt.ret) > tt.within {
			t.Errorf("%s: mean return %.3f, want %v within %v", tt.id, got, tt.ret, tt.within)
		}
		if got := length / episodes; math.Abs(got/tt.long-1) > 0.05 {
			t.Errorf("%s: mean length %.1f, want %v within 5 %%", tt.id, got, tt.long)
		}
	}
}

func TestOptions(t *testing.T) {
	for options, want := range map[string]string{
		"sticky=0.1":                      "",
		"ramping=on":                      "",
		"limit=1000, sticky=0":            ":sticky=0,limit=1000",
		"ramping=off,sticky=0.25,limit=0": ":sticky=0.25,ramping=off",
		"sticky=1e-3,limit=7,ramping=off": ":sticky=0.001,ramping=off,limit=7",
	} {
		w, err := New("MinAtar/Breakout-v1:" + options)
		if err != nil || w.Spec().ID != "MinAtar/Breakout-v1"+want {
			t.Fatalf("%q: %v, %v, want %q", options, w, err, want)
		}
		if want == "" {
			continue
		}
		if again, err := New(w.Spec().ID); err != nil || again.cfg != w.cfg {
			t.Errorf("%q: read back as %+v, %v", w.Spec().ID, again, err)
		}
	}
	for options, want := range map[string]string{
		"":                  `no option ""; there are sticky=P, ramping=off, limit=N`,
		"stick=0":           `no option "stick=0"`,
		"ramping":           `no option "ramping"`,
		"ramping=maybe":     `no option "ramping=maybe"`,
		"sticky":            `sticky takes a probability such as sticky=0.25, not ""`,
		"sticky=2":          "Sticky is 2, must be a probability",
		"sticky=NaN":        "Sticky is NaN",
		"limit=-1":          "StepLimit is -1",
		"limit=x":           `limit takes a whole number such as limit=1000, not "x"`,
		"limit=5,limit=6":   "option limit is given twice",
		"limit=5:sticky=0":  "limit takes a whole number",
		"sticky=0,,limit=5": `no option ""`,
	} {
		if w, err := New("MinAtar/Breakout-v1:" + options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want ...%s...", options, w, err, want)
		}
	}
}
