package systest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/auxrl/auxrl/internal/run"
)

// smallDisk mounts a disk of the given size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size="+size); err != nil {
		if os.Geteuid() != 0 || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
			t.Skipf("mounting is not permitted here: %v", err)
		}
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// A disk that fills up takes nothing that was saved, and when there is room again, saving goes on.
func TestDiskFull(t *testing.T) {
	disk := smallDisk(t, "256k")
	d, err := run.Create(filepath.Join(disk, "run"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	metrics, err := d.Metrics(0)
	if err != nil {
		t.Fatal(err)
	}
	defer metrics.Close()
	save := func(step int64, size int) error {
		return d.Save(step, []run.File{{Name: "state.bin", Data: make([]byte, size)}}, 1)
	}
	if err := save(1, 60<<10); err != nil {
		t.Fatal(err)
	}
	for range 3 { // leftovers would fill what room there is
		if err := save(2, 240<<10); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("error is %v, want %v", err, syscall.ENOSPC)
		}
	}
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 256<<10), 0o666); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: error is %v, want %v", err, syscall.ENOSPC)
	}
	var full error
	for step := int64(1); full == nil && step < 10000; step++ {
		full = metrics.Append(step, []run.Value{{Name: "loss", V: 0.25}})
	}
	if !errors.Is(full, syscall.ENOSPC) {
		t.Errorf("metrics on a full disk: error is %v, want %v", full, syscall.ENOSPC)
	}
	if _, err := d.ReadMetrics(); err != nil {
		t.Errorf("metrics on a full disk: %v", err)
	}
	c, skipped, err := d.Load()
	if err != nil || len(skipped) > 0 || c.Step != 1 {
		t.Fatalf("loaded %v, error %v, skipped %v, want step 1", c, err, skipped)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := save(2, 60<<10); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if steps, err := d.Steps(); err != nil || len(steps) != 1 || steps[0] != 2 {
		t.Errorf("steps are %v (%v), want [2]", steps, err)
	}
}

// A run whose disk fills up fails, says what to do, and goes on from its last checkpoint.
func TestTrainingDiskFull(t *testing.T) {
	disk := smallDisk(t, "4m")
	train := func(args ...string) *exec.Cmd {
		return rlrun(t, disk, append([]string{"train", "--episodes", "1"}, args...)...)
	}
	finish(t, train("Probe/Corridor-v0", "--algo", "a2c", "--steps", "256", "--run", "r"), 0)
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 4<<20), 0o666); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: error is %v, want %v", err, syscall.ENOSPC)
	}
	info, err := os.Stat(filler)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filler, info.Size()-32<<10); err != nil { // room for settings and metrics
		t.Fatal(err)
	}
	stdout, stderr := finish(t, train("--resume", "r", "--steps", "512"), 1)
	const end = ": no space left on device; earlier checkpoints are intact: make room, then rlrun train --resume r\n"
	if stdout != "" || !strings.HasSuffix(stderr, end) || !strings.Contains(stderr, "\nrlrun: save checkpoint of step 512: ") {
		t.Errorf("it said %q, want it to end in %q", stderr, end)
	}
	stdout, stderr = finish(t, rlrun(t, disk, "eval", "r", "--episodes", "1", "--json"), 0)
	if stderr != "" || !strings.Contains(stdout, `"step":256,`) {
		t.Errorf("eval: %q, %q", stdout, stderr)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	finish(t, train("--resume", "r"), 0)
}
