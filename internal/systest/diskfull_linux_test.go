package systest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

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

// readOnly makes a directory one that nothing can be written in, and returns what undoes that. Root may write wherever there is a
// mode to say no: for root the directory becomes a mount of its own that is read-only.
func readOnly(t *testing.T, dir string) (undo func() error) {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		return func() error { return os.Chmod(dir, 0o700) }
	}
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("root can write everywhere, and mounting is not permitted here: %v", err)
	}
	undo = func() error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
	if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(errors.Join(err, undo()))
	}
	return undo
}

// What happens to the directory of a run that trains is said, and training goes on; what was saved is there, and where it can be
// written again, nothing is lost.
func TestTrainingGoesOn(t *testing.T) {
	t.Run("full", func(t *testing.T) {
		disk := smallDisk(t, "8m")
		filler := filepath.Join(disk, "filler")
		goesOn(t, disk, resumable, func(string) func() error {
			if err := os.WriteFile(filler, make([]byte, 16<<20), 0o666); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("filling the disk: error is %v", err)
			}
			return func() error { return os.Remove(filler) }
		})
	})
	t.Run("read-only", func(t *testing.T) {
		goesOn(t, t.TempDir(), resumable, func(dir string) func() error { return readOnly(t, filepath.Join(dir, "ckpt")) })
	})
	t.Run("renamed", func(t *testing.T) {
		goesOn(t, t.TempDir(), resumable, func(dir string) func() error {
			if err := os.Rename(dir, dir+"-away"); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Rename(dir+"-away", dir) }
		})
	})
	t.Run("deleted", func(t *testing.T) {
		goesOn(t, t.TempDir(), 1, func(dir string) func() error {
			for try := 0; ; try++ { // the run makes files meanwhile
				err := os.RemoveAll(dir)
				if err == nil {
					return func() error { return nil }
				}
				if try == 1000 {
					t.Fatal(err)
				}
			}
		})
	})
}

// goesOn trains a run in a directory, harms its directory and undoes that when the run has warned twice, and stops it.
func goesOn(t *testing.T, where string, status int, harm func(dir string) (undo func() error)) {
	t.Helper()
	cmd := rlrun(t, where, "train", world, "--algo", "a2c", "--steps", "10M", "--run", "r")
	cmd.Env = append(os.Environ(), "AUXRL_SAVE_EVERY=50ms")
	p := start(t, cmd)
	p.await(t, world)
	dir := filepath.Join(where, "r")
	tries := 0
	for last := ""; last <= "step-000000000000"; tries++ { // until a checkpoint is there that training made
		steps, err := filepath.Glob(filepath.Join(dir, "ckpt", "step-*"))
		if err != nil || tries == 3000 {
			t.Fatalf("%v after %d tries", err, tries)
		}
		if len(steps) > 0 {
			last = filepath.Base(steps[len(steps)-1])
		}
		time.Sleep(10 * time.Millisecond)
	}
	undo := harm(dir)
	p.await(t, "rlrun: warning: ")
	p.await(t, "rlrun: warning: ")
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	p.signal(t, syscall.SIGTERM)
	if err := p.end(); cmd.ProcessState.ExitCode() != status {
		t.Fatalf("it ended with %v, want status %d\n%s", err, status, p.said.String())
	}
	if !strings.Contains(p.said.String(), " is intact, training goes on, and saving is tried again\n") {
		t.Errorf("it said\n%s", p.said.String())
	}
	if status == resumable {
		finish(t, rlrun(t, where, "eval", "r", "--episodes", "1"), 0)
	}
}

// A run that cannot begin, because nothing can be written where it should be, says so and leaves nothing behind.
func TestReadOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	undo := readOnly(t, dir)
	stdout, stderr := finish(t, rlrun(t, filepath.Dir(dir), "train", world, "--steps", "1k", "--run", filepath.Join(dir, "r")), 1)
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, filepath.Join(dir, "r")) {
		t.Errorf("it said %q, %q", stdout, stderr)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("there is %v (%v)", entries, err)
	}
}
