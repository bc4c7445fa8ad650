package systest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/run"
)

// crashesVar says how many times TestCrash kills.
const crashesVar = "AUXRL_CRASHES"

// crashPoints are named by internal/run.
var crashPoints = []string{"sync", "rename", "syncparent", "syncdir", "torn", "remove", "link", "write", "create", "close", "mkdir"}

// crashRuns are runs that are killed: what they train, and how many steps an update has.
var crashRuns = []struct {
	args   []string
	update int64
}{
	{[]string{"--algo", "a2c", "--core", "gru", "--aux", "pixel-control,reward-prediction,value-replay", "--steps", "4k"}, 128},
	{[]string{"--algo", "ppo", "--core", "lstm", "--aux", "reward-prediction,value-replay,entropy", "--balance", "soft-gate", "--set", "keep.every=4k", "--steps", "10k"}, 2048},
}

// A run that is killed at random moments and at every point of saving, and resumed each time, ends with the checkpoint and the metrics
// of one that nothing happened to, byte for byte, however often either was saved. No checkpoint that was there is ever lost, and of a run
// that saves after every update, at most two updates are: one that is being saved, and the next.
func TestCrash(t *testing.T) {
	kills := 10
	if v := os.Getenv(crashesVar); v != "" {
		var err error
		if kills, err = strconv.Atoi(v); err != nil {
			t.Fatal(err)
		}
	}
	c := &crasher{t: t, dir: t.TempDir(), random: rng.New(rng.Key(uint64(kills), "crash")), died: map[string]int{}}
	var took [2]time.Duration
	for i, r := range crashRuns {
		begin := time.Now()
		args := append([]string{"train", world, "--seed", "3", "--episodes", "1", "--run", fmt.Sprint("whole-", i)}, r.args...)
		finish(t, crashing(t, c.dir, args, "", time.Hour), 0)
		took[i] = time.Since(begin)
	}
	rounds := 0
	for ; c.inside+c.outside < kills; rounds++ {
		i := rounds % len(crashRuns)
		name := filepath.Join(c.dir, fmt.Sprintf("killed-%d", rounds))
		c.round(name, crashRuns[i].args, crashRuns[i].update, took[i], kills)
		same(t, filepath.Join(c.dir, fmt.Sprint("whole-", i)), name)
		if t.Failed() {
			t.Fatalf("after %v", c.died)
		}
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d runs, killed %d times: %d at random, %d inside a save, before %v; most steps lost of a run that saves after every update: %d",
		rounds, c.inside+c.outside, c.outside, c.inside, c.died, c.lost)
	if 10*c.inside < 3*kills || 10*c.outside < 3*kills {
		t.Errorf("killed %d times inside a save and %d times at random, of %d", c.inside, c.outside, kills)
	}
	for _, p := range crashPoints {
		if kills >= 100 && c.died[p] < 3 {
			t.Errorf("killed %d times before %s", c.died[p], p)
		}
	}
}

// crasher kills runs and counts how.
type crasher struct {
	t               *testing.T
	dir             string
	random          *rng.Stream
	inside, outside int
	tries           int            // at points inside
	died            map[string]int // inside, by point
	lost            int64          // most steps between metrics and checkpoint
}

// round starts a run, kills and resumes it until it comes to its end or has been killed often enough, and then lets it end.
func (c *crasher) round(path string, train []string, update int64, within time.Duration, kills int) {
	args := append([]string{"train", world, "--seed", "3", "--episodes", "1", "--run", path}, train...)
	for newest := int64(-1); ; {
		point, every := "", time.Duration(c.random.Below(2)*c.random.Below(100))*time.Millisecond
		die := c.inside+c.outside < kills
		if die && c.inside <= c.outside {
			point = fmt.Sprintf("%s:%d", crashPoints[c.tries%len(crashPoints)], 1+c.random.Below(9))
			c.tries++
		}
		died := c.once(crashing(c.t, c.dir, args, point, every), die && point == "", within)
		if !died {
			return
		}
		if name, _, _ := strings.Cut(point, ":"); name == "" {
			c.outside++
		} else {
			c.inside++
			c.died[name]++
		}
		if _, err := os.Stat(filepath.Join(path, "config.json")); err != nil { // it was killed before there was a run
			if err := os.RemoveAll(path); err != nil {
				c.t.Fatal(err)
			}
			continue
		}
		args = []string{"train", "--resume", path, "--episodes", "1"}
		step, measured := c.left(path)
		if step < newest {
			c.t.Fatalf("the checkpoint of step %d is lost, that of step %d is the newest; before %v", newest, step, c.died)
		}
		if every == 0 && step > newest { // else the rows may be of the session before
			if c.lost = max(c.lost, measured-step); measured-step > 2*update {
				c.t.Fatalf("%d steps are lost, an update has %d", measured-step, update)
			}
		}
		newest = step
	}
}

// left returns the steps of the newest checkpoint that a killed run left and of the last row of metrics; -1: there is none.
func (c *crasher) left(path string) (step, measured int64) {
	d, err := run.Open(path)
	if err != nil {
		c.t.Fatal(err)
	}
	k, skipped, err := d.Load()
	if errors.Is(err, run.ErrNoCheckpoint) {
		return -1, -1
	}
	if err != nil || len(skipped) > 0 {
		c.t.Fatalf("%v, %v", err, skipped)
	}
	row, _, err := d.LastMetrics()
	if err != nil {
		c.t.Fatal(err)
	}
	return k.Step, row.Step
}

// crashing returns a command that trains, saves so often, and dies at a point.
func crashing(t *testing.T, dir string, args []string, point string, every time.Duration) *exec.Cmd {
	t.Helper()
	cmd := rlrun(t, dir, args...)
	cmd.Env = append(os.Environ(), "AUXRL_CRASH="+point, "AUXRL_SAVE_EVERY="+every.String())
	return cmd
}

// once runs a command, which may die by itself, and kills it within the given time if it is to be. It reports whether it died; else
// it came to its end.
func (c *crasher) once(cmd *exec.Cmd, kill bool, within time.Duration) bool {
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	if kill {
		timer := time.AfterFunc(time.Duration(c.random.Float64()*float64(within)), func() { _ = cmd.Process.Kill() }) // it may be gone
		defer timer.Stop()
	}
	_ = cmd.Wait() // what it ended with is in the state
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case cmd.ProcessState.Success(), strings.Contains(said.String(), " steps, its budget is "): // it was killed after its last checkpoint
		return false
	case !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL:
		c.t.Fatalf("%q ended with %v:\n%s", cmd.Args[1:], cmd.ProcessState, said.String())
	}
	return true
}

// same compares two runs: settings, metrics and the last checkpoint.
func same(t *testing.T, a, b string) {
	t.Helper()
	compared := 0
	var last string
	checkpoints, err := filepath.Glob(filepath.Join(a, "ckpt", "step-*"))
	if err != nil || len(checkpoints) == 0 {
		t.Fatalf("checkpoints of %s: %v, %v", a, checkpoints, err)
	}
	last = filepath.Base(checkpoints[len(checkpoints)-1])
	files, err := filepath.Glob(filepath.Join(a, "ckpt", last, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, filepath.Join(a, "config.json"), filepath.Join(a, "metrics.jsonl")) {
		path, err := filepath.Rel(a, name)
		if err != nil {
			t.Fatal(err)
		}
		da, errA := os.ReadFile(name)
		db, errB := os.ReadFile(filepath.Join(b, path))
		if errA != nil || errB != nil || !bytes.Equal(da, db) {
			t.Errorf("%s differs (%v, %v)", path, errA, errB)
		}
		compared++
	}
	if others, err := filepath.Glob(filepath.Join(b, "ckpt", last, "*")); err != nil || len(others) != len(files) || compared < 10 {
		t.Errorf("%d files were compared, of %d (%v)", compared, len(others), err)
	}
}
