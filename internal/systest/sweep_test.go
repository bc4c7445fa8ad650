package systest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/rng"
)

// sweepFile is a sweep of a few seconds: three rungs.
const sweepFile = `worlds = ["` + world + `"]
seeds = "101-102"
steps = 18_000
episodes = 5
configs = 8
rungs = 3
halving = 3

[base]
algo = "a2c"
aux.reward-prediction.weight = 0.5

[range]
lr = { log = [1e-4, 1e-2] }
a2c.entropy = { log = [1e-3, 1e-1] }
horizon = { choice = [4, 8, 16] }
`

// A sweep that is killed at random moments, any number of times, ends with the same table, the same best settings and the same raw lines.
func TestSweepKilled(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.toml"), []byte(sweepFile), 0o666); err != nil {
		t.Fatal(err)
	}
	files := []string{"sweep.csv", "best.toml", "rung-1.jsonl", "rung-2.jsonl", "rung-3.jsonl"}
	begin := time.Now()
	whole, _ := finish(t, rlrun(t, dir, "sweep", "s.toml", "--out", "whole", "--jobs", "2"), 0)
	took := time.Since(begin)
	random := rng.New(rng.Key(7, "sweep"))
	killed := 0
	for n := range 2 {
		out := fmt.Sprint("killed-", n)
		args := []string{"sweep", "s.toml", "--out", out, "--jobs", fmt.Sprint(1 + n)}
		for range 6 {
			cmd := rlrun(t, dir, args...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(random.Below(int(took/3))), func() { _ = cmd.Process.Kill() }) // it may have ended
			if err := cmd.Wait(); err != nil {
				killed++
			}
			timer.Stop()
		}
		again, _ := finish(t, rlrun(t, dir, args...), 0)
		if again != whole {
			t.Errorf("%s: printed\n%s, want\n%s", out, again, whole)
		}
		for _, name := range files {
			got, err1 := os.ReadFile(filepath.Join(dir, out, name))
			want, err2 := os.ReadFile(filepath.Join(dir, "whole", name))
			if err1 != nil || err2 != nil || string(got) != string(want) {
				t.Errorf("%s/%s differs (%v, %v):\n%s, want\n%s", out, name, err1, err2, got, want)
			}
		}
	}
	t.Logf("killed %d times; undisturbed it takes %v", killed, took)
	if killed < 4 {
		t.Errorf("killed %d times only", killed)
	}
}
