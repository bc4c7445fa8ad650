package cli

import (
	"fmt"
	"os"
	"testing"
)

// A run keeps its milestones, which are saved when they are reached, and each can be measured.
func TestMilestones(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "r", "--seed", "1", "--steps", "1k", "--set", "keep.every=300", "--set", "keep.last=1", "--set", "keep.best=false")
	entries, err := os.ReadDir("r/ckpt")
	if err != nil {
		t.Fatal(err)
	}
	var steps []int // of updates of 128 steps, the first at or behind each 300
	for _, e := range entries {
		var step int
		if _, err := fmt.Sscanf(e.Name(), "step-%d", &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if got, want := fmt.Sprint(steps), "[0 384 640 1024]"; got != want {
		t.Errorf("checkpoints of %s, want %s", got, want)
	}
	for _, step := range []int{384, 1024} {
		m := decoded(t, must(t, "eval", fmt.Sprintf("r/ckpt/step-%012d", step), "--episodes", "1", "--json").lines()[0])
		if m["step"] != float64(step) {
			t.Errorf("measured step %v, want %d", m["step"], step)
		}
	}
	want := "rlrun: there is no checkpoint r/ckpt/step-000000000385: rlrun runs show RUN lists those of a run\n"
	if r := rlrun(t, "eval", "r/ckpt/step-000000000385"); r.code != exitUsage || r.err != want {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
}
