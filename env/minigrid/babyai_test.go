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
