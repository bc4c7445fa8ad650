package minigrid

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// played is a line of testdata/babyai.tsv.gz: an episode that the bot of Minigrid 3.1.0 played there. In some of them it was
// disturbed by random actions.
type played struct {
	id      string
	seed    uint64
	actions string // a digit each
	digest  string // of AppendReset and all AppendStep
	reward  float64
	end     env.End
}

func readPlayed(t *testing.T) []played {
	t.Helper()
	f, err := os.Open("testdata/babyai.tsv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []played
	for sc := bufio.NewScanner(z); sc.Scan(); {
		var p played
		if _, err := fmt.Sscan(sc.Text(), &p.id, &p.seed, &p.actions, &p.digest, &p.reward, &p.end); err != nil {
			t.Fatalf("%q: %v", sc.Text(), err)
		}
		all = append(all, p)
	}
	return all
}

// TestPlayed follows episodes that do what is asked, which random play does not.
func TestPlayed(t *testing.T) {
	won := map[string]bool{}
	for _, p := range readPlayed(t) {
		t.Run(fmt.Sprintf("%s/seed=%d", p.id, p.seed), func(t *testing.T) {
			w := newRig(t, p.id)
			w.Seed(p.seed)
			w.reset()
			b := w.AppendReset(nil)
			var s env.Step
			for i, action := range p.actions {
				if s.End != env.Running {
					t.Fatalf("ended after %d of %d steps: %v", i, len(p.actions), s)
				}
				s = w.step(int(action - '0'))
				b = w.AppendStep(b, s)
			}
			if s.Reward != p.reward || s.End != p.end || (s.Reward > 0) != w.marked(taskDone) {
				t.Errorf("%s: got %v, milestones %b, want reward %v, end %v", w.Mission(), s, w.Milestones(), p.reward, p.end)
			}
			if got := digest(b); got != p.digest {
				t.Errorf("%s: digest %s, want %s", w.Mission(), got, p.digest)
			}
			won[p.id] = won[p.id] || s.Reward > 0
		})
	}
	for _, id := range IDs() {
		if strings.HasPrefix(id, "BabyAI-") && !strings.Contains(id, "Fixed-") && !won[id] {
			t.Errorf("%s is never won", id)
		}
	}
}

// TestFixed holds the levels without slips against those with them.
func TestFixed(t *testing.T) {
	const seeds = 100
	t.Run("key", func(t *testing.T) {
		for id, mended := range map[string]bool{
			"BabyAI-Unlock-v0": false, "BabyAI-UnlockFixed-v0": true, "BabyAI-GoToImpUnlock-v0": false, "BabyAI-GoToImpUnlockFixed-v0": true,
		} {
			locked := 0
			w := newRig(t, id)
			for seed := range uint64(seeds) {
				w.Seed(seed)
				w.reset()
				if !keyInReach(w) {
					locked++
				}
			}
			if (locked == 0) != mended {
				t.Errorf("%s: the key is locked in %d of %d times", id, locked, seeds)
			}
		}
	})
	t.Run("hands", func(t *testing.T) {
		for id, mended := range map[string]bool{"BabyAI-PutNextS5N2Carrying-v0": false, "BabyAI-PutNextS5N2CarryingFixed-v0": true} {
			w := newRig(t, id)
			w.Seed(1)
			w.reset()
			if cell(w.obs[own]).portable() != mended {
				t.Errorf("%s: the first observation shows %v in hand", id, w.obs[own:own+3])
			}
			w.step(actDone)
			if !cell(w.obs[own]).portable() {
				t.Errorf("%s: the second observation shows nothing in hand", id)
			}
		}
	})
	t.Run("limit", func(t *testing.T) {
		for id, want := range map[string]int{"BabyAI-UnlockPickup-v0": 72, "BabyAI-UnlockPickupFixed-v0": 288} {
			if got := newRig(t, id).Spec().StepLimit; got != want {
				t.Errorf("%s: %d steps, want %d", id, got, want)
			}
		}
	})
	t.Run("memory", func(t *testing.T) {
		for id, mended := range map[string]bool{"BabyAI-Synth-v0": false, "BabyAI-SynthFixed-v0": true} {
			w := newRig(t, id)
			w.Seed(1)
			l, stale := w.family.(*level), 0
			for range seeds {
				w.reset()
				if _, locked := lockedDoor(w); l.sealed > 0 && !locked {
					stale++
				}
			}
			if (stale == 0) != mended {
				t.Errorf("%s: %d of %d episodes remember a locked room that is none", id, stale, seeds)
			}
			w.Seed(1)
			if l.sealed != 0 {
				t.Errorf("%s: seeded anew, but remembers a locked room", id)
			}
		}
	})
}

// own is where an observation shows the agent's own square.
const own = 3 * (viewSize*(viewSize-1) + viewSize/2)

// lockedDoor returns the locked door.
func lockedDoor(w *rig) (door cell, ok bool) {
	for y := range w.grid.h {
		for _, c := range w.grid.row(y) {
			if c.kind() == kindDoor && c.state() == doorLocked {
				return c, true
			}
		}
	}
	return nothing, false
}

// keyInReach says whether a key of the locked door is to be had without opening it. Things in the way are carried aside.
func keyInReach(w *rig) bool {
	door, _ := lockedDoor(w)
	type square struct{ x, y int }
	seen := map[square]bool{{w.x, w.y}: true}
	for todo := []square{{w.x, w.y}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		c := w.grid.at(at.x, at.y)
		if c == wallCell || c.kind() == kindDoor && c.state() == doorLocked {
			continue
		}
		if c.kind() == kindKey && c.colour() == door.colour() {
			return true
		}
		for dir := range 4 {
			dx, dy := toward(dir)
			if next := (square{at.x + dx, at.y + dy}); !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return false
}
