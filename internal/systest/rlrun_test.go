package systest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/auxrl/auxrl/cli"
	"github.com/auxrl/auxrl/env"
)

// binary builds rlrun, once; TestMain removes it.
var binary = sync.OnceValues(func() (string, error) {
	exe := filepath.Join(scratch(), "rlrun")
	out, err := exec.Command("go", "build", "-o", exe, "../../cmd/rlrun").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return exe, nil
})

// scratch is a directory for the whole of the tests.
var scratch = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "auxrl-systest-")
	if err != nil {
		panic("systest: no directory for what is built")
	}
	return dir
})

// rlrun returns a command that runs the program in a directory. It ends with the test at the latest.
func rlrun(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Dir = dir
	return cmd
}

// finish runs a command to its end and checks its status. It returns what it printed.
func finish(t *testing.T, cmd *exec.Cmd, status int) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	var exit *exec.ExitError
	if failed := cmd.Run(); failed != nil && !errors.As(failed, &exit) {
		t.Fatal(failed)
	}
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Fatalf("%q: exit %d, want %d\n%s%s", cmd.Args[1:], got, status, out.String(), err.String())
	}
	return out.String(), err.String()
}

// training is a process that trains.
type training struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner // of standard error
	said  strings.Builder
}

func start(t *testing.T, cmd *exec.Cmd) *training {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &training{cmd: cmd, lines: bufio.NewScanner(stderr)}
}

// await reads up to a line that begins so.
func (p *training) await(t *testing.T, prefix string) {
	t.Helper()
	for p.lines.Scan() {
		fmt.Fprintln(&p.said, p.lines.Text())
		if strings.HasPrefix(p.lines.Text(), prefix) {
			return
		}
	}
	t.Fatalf("it never said %q:\n%s", prefix, p.said.String())
}

// end reads the rest and returns how the process ended.
func (p *training) end() error {
	for p.lines.Scan() {
		fmt.Fprintln(&p.said, p.lines.Text())
	}
	return p.cmd.Wait()
}

func (p *training) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

const (
	world     = "MiniGrid-Empty-5x5-v0"
	resumable = 75 // the status of a run that was stopped by a signal
)

// A signal ends a run in good order, and the command that it prints goes on with it.
func TestSignals(t *testing.T) {
	stopped := regexp.MustCompile(`\nstopped and saved at step (\d+); go on with\n  rlrun (train --resume r)\n$`)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(s.String(), func(t *testing.T) {
			dir := t.TempDir()
			p := start(t, rlrun(t, dir, "train", world, "--algo", "a2c", "--steps", "1M", "--run", "r"))
			p.await(t, "step ")
			p.signal(t, s)
			if err := p.end(); p.cmd.ProcessState.ExitCode() != resumable {
				t.Fatalf("%v, want status %d\n%s", err, resumable, p.said.String())
			}
			m := stopped.FindStringSubmatch(p.said.String())
			if m == nil {
				t.Fatalf("it said\n%s", p.said.String())
			}
			step, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			args := append(strings.Fields(m[2]), "--steps", strconv.Itoa(step+500), "--episodes", "2", "--json")
			out, _ := finish(t, rlrun(t, dir, args...), 0)
			if !strings.Contains(out, `"kind":"eval"`) {
				t.Errorf("resumed, it printed\n%s", out)
			}
		})
	}
}

// hang is rlrun with a world that hangs in its first step.
func hang([]string) error {
	cli.Main(cli.Options{Envs: env.Catalog{{ID: "Hang-v0", About: "it hangs", New: func() (env.Env, error) { return hanging{}, nil }}}})
	return nil
}

type hanging struct{}

func (hanging) Spec() env.Spec {
	return env.Spec{ID: "Hang-v0", H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1}, Actions: []string{"wait"}}
}
func (hanging) Seed(uint64)                   {}
func (hanging) Reset(obs []byte, _ []float32) { obs[0] = 0 }
func (hanging) Step(int, []byte, []float32) env.Step {
	select {}
}

// The second signal ends a run that cannot finish its update.
func TestSecondSignal(t *testing.T) {
	cmd := child(t, "hang", "train", "Hang-v0", "--run", "r")
	cmd.Dir, cmd.Stderr = t.TempDir(), nil
	p := start(t, cmd)
	p.await(t, "Hang-v0 with ppo")
	p.signal(t, os.Interrupt)
	p.await(t, "stopping after this update; Ctrl-C again ends at once")
	p.signal(t, os.Interrupt)
	var exit *exec.ExitError
	if err := p.end(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", err)
	}
}

// A directory that a process writes to is refused to others, which may read.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	p := start(t, rlrun(t, dir, "train", world, "--algo", "a2c", "--steps", "1M", "--run", "r"))
	p.await(t, "step ")
	_, stderr := finish(t, rlrun(t, dir, "train", "--resume", "r"), 2)
	if want := "rlrun: the run in r is in use by another process: wait for that or stop it\n"; stderr != want {
		t.Errorf("said %q, want %q", stderr, want)
	}
	_, stderr = finish(t, rlrun(t, dir, "train", world, "--run", "r"), 2)
	if want := "rlrun: r already holds a run: go on with it (rlrun train --resume r) or choose another directory with --run\n"; stderr != want {
		t.Errorf("said %q, want %q", stderr, want)
	}
	finish(t, rlrun(t, dir, "watch", "r", "--out", "r.gif", "--episodes", "1"), 0)
	p.signal(t, syscall.SIGTERM)
	if err := p.end(); p.cmd.ProcessState.ExitCode() != resumable {
		t.Errorf("%v\n%s", err, p.said.String())
	}
}

// A pipe that is closed ends a run in good order, and a list in silence.
func TestClosedPipe(t *testing.T) {
	dir := t.TempDir()
	cmd := rlrun(t, dir, "train", world, "--algo", "a2c", "--steps", "5k", "--run", "r", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, cmd)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	out.Close()
	p.await(t, "rlrun: stopped and saved at step ")
	if err := p.end(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it ended with %v", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	list := rlrun(t, dir, "envs")
	var stderr bytes.Buffer
	list.Stdout, list.Stderr = w, &stderr
	if err := list.Run(); list.ProcessState.ExitCode() != 1 || stderr.Len() > 0 {
		t.Errorf("envs ended with %v and said %q", err, stderr.String())
	}
}

// The number of processors reaches no number of a run.
func TestProcessors(t *testing.T) {
	for _, algo := range []string{"ppo", "a2c"} {
		t.Run(algo, func(t *testing.T) {
			dir := t.TempDir()
			for _, n := range []string{"1", "2"} {
				cmd := rlrun(t, dir, "train", world, "--algo", algo, "--steps", "3k", "--seed", "5", "--episodes", "1", "--run", n)
				cmd.Env = append(os.Environ(), "GOMAXPROCS="+n)
				finish(t, cmd, 0)
			}
			compareRuns(t, filepath.Join(dir, "1"), filepath.Join(dir, "2"))
		})
	}
}

// compareRuns compares all files of two run directories, byte for byte, but for the commands, which name them, and times.
func compareRuns(t *testing.T, a, b string) {
	t.Helper()
	compared := 0
	err := fs.WalkDir(os.DirFS(a), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "sessions.jsonl" || path == "times.jsonl" {
			return err
		}
		da, errA := os.ReadFile(filepath.Join(a, path))
		db, errB := os.ReadFile(filepath.Join(b, path))
		if !bytes.Equal(da, db) {
			t.Errorf("%s differs", path)
		}
		compared++
		return errors.Join(errA, errB)
	})
	if err != nil || compared < 10 {
		t.Errorf("%d files were compared: %v", compared, err)
	}
}
