package systest

import (
	"bytes"
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
)

// crashesVar says how many times TestCrash kills.
const crashesVar = "AUXRL_CRASHES"

// crashPoints are named by internal/run.
var crashPoints = []string{"mkdir", "create", "write", "torn", "sync", "close", "rename", "syncdir", "remove", "link"}

// crashRuns are runs that are killed: what they train, and how long they are.
var crashRuns = [][]string{
	{"--algo", "a2c", "--core", "gru", "--aux", "pixel-control,reward-prediction,value-replay", "--steps", "4k"},
	{"--algo", "ppo", "--core", "lstm", "--aux", "reward-prediction,value-replay,entropy", "--balance", "soft-gate", "--steps", "10k"},
}

// A run that is killed at random moments and at every point of saving, and resumed each time, ends with the checkpoint and the metrics
// of one that nothing happened to, byte for byte, however often either was saved.
func TestCrash(t *testing.T) {
	kills := 10
	if v := os.Getenv(crashesVar); v != "" {
		var err error
		if kills, err = strconv.Atoi(v); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	random := rng.New(rng.Key(uint64(kills), "crash"))
	var took [2]time.Duration
	for i, args := range crashRuns {
		begin := time.Now()
		finish(t, crashing(t, dir, append([]string{"train", world, "--seed", "3", "--episodes", "1", "--run", fmt.Sprint("whole-", i)}, args...), "", time.Hour), 0)
		took[i] = time.Since(begin)
	}
	died, rounds, tries := map[string]int{}, 0, 0
	for n := 0; n < kills; rounds++ {
		i := rounds % len(crashRuns)
		name := fmt.Sprintf("killed-%d", rounds)
		args := append([]string{"train", world, "--seed", "3", "--episodes", "1", "--run", name}, crashRuns[i]...)
		for resumed := false; ; resumed = true {
			if _, err := os.Stat(filepath.Join(dir, name, "config.json")); err == nil {
				args = []string{"train", "--resume", name, "--episodes", "1"}
			} else if resumed {
				if err := os.RemoveAll(filepath.Join(dir, name)); err != nil { // it was killed before there was a run
					t.Fatal(err)
				}
			}
			how := killOnce(t, crashing(t, dir, args, point(random, tries, n < kills), time.Duration(random.Below(100))*time.Millisecond), random, n < kills, took[i])
			tries++
			if how == "" {
				break
			}
			died[how]++
			n++
		}
		same(t, filepath.Join(dir, fmt.Sprint("whole-", i)), filepath.Join(dir, name))
		if t.Failed() {
			t.Fatalf("after %v", died)
		}
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d runs, killed in all %v", rounds, died)
	if len(died) < 2 {
		t.Error("not every way to die was tried")
	}
}

// point names a point of saving in every second try, and the how-manieth that is.
func point(random *rng.Stream, try int, die bool) string {
	if !die || try%2 == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", crashPoints[try/2%len(crashPoints)], 1+random.Below(12))
}

// crashing returns a command that trains, saves so often, and dies at a point.
func crashing(t *testing.T, dir string, args []string, point string, every time.Duration) *exec.Cmd {
	t.Helper()
	cmd := rlrun(t, dir, args...)
	cmd.Env = append(os.Environ(), "AUXRL_CRASH="+point, "AUXRL_SAVE_EVERY="+every.String())
	return cmd
}

// killOnce runs a command, which may die by itself, and kills it within the given time if it is to. It returns how it died, "" if it
// came to its end.
func killOnce(t *testing.T, cmd *exec.Cmd, random *rng.Stream, kill bool, within time.Duration) string {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	how := "inside"
	if kill && cmd.Env[len(cmd.Env)-2] == "AUXRL_CRASH=" {
		how = "outside"
		timer := time.AfterFunc(time.Duration(random.Float64()*float64(within)), func() { _ = cmd.Process.Kill() }) // it may be gone
		defer timer.Stop()
	}
	_ = cmd.Wait() // what it ended with is in the state
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case cmd.ProcessState.Success(), strings.Contains(said.String(), " steps, its budget is "): // it was killed after its last checkpoint
		return ""
	case !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL:
		t.Fatalf("%q ended with %v:\n%s", cmd.Args[1:], cmd.ProcessState, said.String())
	}
	return how
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
