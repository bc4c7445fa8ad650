package minatar

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// rig is a world with the buffer that it writes to.
type rig struct {
	*World
	obs []byte
}

func newRig(t testing.TB, id string, cfg Config) *rig {
	t.Helper()
	w, err := NewWith(id, cfg)
	if err != nil {
		t.Fatal(err)
	}
	spec := w.Spec()
	return &rig{w, make([]byte, spec.ObsLen())}
}

func (r *rig) poison() {
	for i := range r.obs {
		r.obs[i] = 0xee
	}
}

func (r *rig) reset() {
	r.poison()
	r.Reset(r.obs, nil)
}

func (r *rig) step(action int) env.Step {
	r.poison()
	return r.Step(action, r.obs, nil)
}

// actor is the policy of the recorded traces.
type actor uint64

func (a *actor) next(n int) int {
	*a = *a*6364136223846793005 + 1442695040888963407
	return int(uint64(*a>>33) % uint64(n))
}

// tally is what was met on a trace.
type tally struct {
	digest           string
	episodes, reward int
}

// play takes steps with the actions that policy gives and hands all bytes to be hashed to write. The bytes of the Digester
// are compared with what Reset and Step wrote.
func (r *rig) play(t *testing.T, steps int, sum *tally, write func(b []byte), policy func(step int) int) {
	t.Helper()
	same := func(b []byte) {
		if !bytes.Equal(r.obs, b[:len(r.obs)]) {
			t.Fatal("the digest's image is not the observation")
		}
		write(b)
	}
	var b []byte
	r.reset()
	same(r.AppendReset(b[:0]))
	for i := range steps {
		s := r.step(policy(i))
		b = r.AppendStep(b[:0], s)
		same(b)
		sum.reward += int(s.Reward)
		if s.End != env.Running {
			sum.episodes++
			r.reset()
			b = r.AppendReset(b[:0])
			same(b)
		}
	}
}

// traceA plays seeds 0, 1 and 2 for 5000 steps each, at random.
func traceA(t *testing.T, id string, cfg Config) (sum tally) {
	h := sha256.New()
	for seed := range uint64(3) {
		r := newRig(t, id, cfg)
		r.Seed(seed)
		act := actor(seed)
		r.play(t, 5000, &sum, func(b []byte) { h.Write(b) }, func(int) int { return act.next(actions) })
	}
	sum.digest = hex.EncodeToString(h.Sum(nil)[:8])
	return sum
}

// traceB plays seed 7 for 30000 steps: random actions held for three steps, unless the game's hint says better.
func traceB(t *testing.T, id string) (sum tally) {
	h := sha256.New()
	r := newRig(t, id, Default())
	r.Seed(7)
	act, base := actor(7), 0
	r.play(t, 30000, &sum, func(b []byte) { h.Write(b) }, func(step int) int {
		if step%3 == 0 {
			base = act.next(actions)
		}
		return hint(r.game, step, base)
	})
	sum.digest = hex.EncodeToString(h.Sum(nil)[:8])
	return sum
}

// hint returns what to do at a step in place of the base action.
func hint(g game, step, base int) int {
	switch g := g.(type) {
	case *breakout:
		switch {
		case step%4 == 0:
		case g.x < g.paddle:
			return actLeft
		case g.x > g.paddle:
			return actRight
		default:
			return actNoop
		}
	case *freeway:
		if step%5 != 0 {
			return actUp
		}
	case *seaquest:
		switch {
		case g.crew == seaquestCrew, g.air < 60 && g.crew > 0:
			return actUp
		case step%3 == 1:
			return actFire
		}
	case *spaceInvaders:
		if step%2 == 1 {
			return actFire
		}
	}
	return base
}

// The digests were measured on the Python original with NumPy 1.24.2. Ramping makes no difference where no game uses it, and in
// Space Invaders, because random play never clears a block.
var digests = []struct {
	id         string
	a, flat, b tally // flat is trace A without ramping
}{
	{"MinAtar/Asterix-v0", tally{"c5211695e4b424b2", 212, 88}, tally{"655acde842507abf", 210, 114}, tally{"1c9b73423051db6a", 416, 198}},
	{"MinAtar/Breakout-v0", tally{"e8be1a7ef8cbbb64", 1317, 694}, tally{"e8be1a7ef8cbbb64", 1317, 694}, tally{"8e9bdae5113b6f78", 2178, 1681}},
	{"MinAtar/Freeway-v0", tally{"31ed84e9f78fdad0", 3, 2}, tally{"31ed84e9f78fdad0", 3, 2}, tally{"59f6ad48ea99a980", 11, 287}},
	{"MinAtar/Seaquest-v0", tally{"9a497d46d96a7437", 534, 47}, tally{"ccfeec14120dcc33", 532, 43}, tally{"926603dd60beb25f", 498, 160}},
	{"MinAtar/SpaceInvaders-v0", tally{"cc6becf8c51924ef", 287, 837}, tally{"cc6becf8c51924ef", 287, 837}, tally{"ea69036cebb43ccd", 743, 3055}},
}

func TestDigests(t *testing.T) {
	var ids []string
	for _, tt := range digests {
		ids = append(ids, tt.id)
		t.Run(tt.id, func(t *testing.T) {
			if got := traceA(t, tt.id, Default()); got != tt.a {
				t.Errorf("trace A: got %v, want %v", got, tt.a)
			}
			if testing.Short() {
				return
			}
			flat := Default()
			flat.Ramping = false
			if got := traceA(t, tt.id, flat); got != tt.flat {
				t.Errorf("trace A without ramping: got %v, want %v", got, tt.flat)
			}
			if got := traceB(t, tt.id); got != tt.b {
				t.Errorf("trace B: got %v, want %v", got, tt.b)
			}
		})
	}
	if want := games(); !slices.Equal(ids, want) {
		t.Errorf("digests of %q, worlds are %q", ids, want)
	}
}

// games returns the ids with all actions.
func games() []string {
	return slices.DeleteFunc(IDs(), func(id string) bool { return !strings.HasSuffix(id, "-v0") })
}
