package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/agent"
)

var keys = []string{"v", "kind", "step", "sps", "episodes", "return_mean", "return_lo", "return_hi", "success", "len_mean"}

// keysOf returns the keys of a JSON object in order.
func keysOf(t *testing.T, line string) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(line))
	var found []string
	for key := true; ; key = !key {
		token, err := dec.Token()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		switch token {
		case json.Delim('{'):
			key = !key
			continue
		case json.Delim('}'):
			return found
		}
		if key {
			found = append(found, token.(string))
		}
	}
}

// decoded returns a line's object.
func decoded(t *testing.T, line string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return m
}

// tree returns the files of a directory by name, the lock left out.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "lock" {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// sameRun compares metrics and the last checkpoint, byte for byte.
func sameRun(t *testing.T, a, b string) {
	t.Helper()
	ta, tb := tree(t, a), tree(t, b)
	last := ""
	for name := range ta {
		if dir := filepath.Dir(name); dir > last && strings.HasPrefix(dir, "ckpt") {
			last = dir
		}
	}
	compared := 0
	for name, data := range ta {
		if name == "metrics.jsonl" || strings.HasPrefix(name, last+"/") {
			compared++
			if data != tb[name] {
				t.Errorf("%s differs between %s and %s", name, a, b)
			}
		}
	}
	if compared < 6 || last == "" {
		t.Errorf("only %d files of %s were compared", compared, last)
	}
}

// A preset is stored by its effect.
func TestTrainPreset(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	trained(t, corridor, dir, "--preset", "torch-ac")
	s, err := agent.ReadSettings(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Agent.Anneal || s.Agent.Optimizer != "rmsprop" || s.Agent.A2C.Value != 1 {
		t.Errorf("the run has %+v", s.Agent)
	}
}

func TestTrainText(t *testing.T) {
	t.Chdir(t.TempDir())
	r := must(t, "train", corridor, "--algo", "a2c", "--steps", "300", "--episodes", "5", "--seed", "3", "--run", "r")
	lines := strings.Split(r.err, "\n")
	if want := "Probe/Corridor-v0 with a2c, seed 3, 300 steps, in r"; lines[0] != want {
		t.Errorf("begins with %q, want %q", lines[0], want)
	}
	if want := "step 128/300"; !strings.HasPrefix(lines[1], want) || strings.ContainsAny(r.err, "\r\x1b") {
		t.Errorf("the second line is %q, want %q", lines[1], want)
	}
	if !strings.Contains(r.err, "\n384 steps in 0:0") || !strings.HasSuffix(r.err, ", saved in r\nwatch it with\n  rlrun watch r\n") {
		t.Errorf("ends with %q", r.err)
	}
	out := r.lines()
	if len(out) != 2 || !strings.HasPrefix(out[0], "sampled  return ") || !strings.HasPrefix(out[1], "greedy   return ") || !strings.HasSuffix(out[1], " (5 episodes)") {
		t.Errorf("results are %q", out)
	}
	// Without --run, directories below runs are numbered.
	for range 2 {
		must(t, "train", bandit, "--algo", "a2c", "--steps", "1", "--episodes", "1")
	}
	for _, dir := range []string{"runs/Probe-Bandit-v0-1", "runs/Probe-Bandit-v0-2"} {
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
}

func TestTrainJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	r := must(t, "train", "User-v0", "--algo", "a2c", "--steps", "1k", "--episodes", "5", "--run", "r", "--json")
	lines := r.lines()
	if len(lines) != 9 {
		t.Fatalf("%d lines, want 8 intervals and the evaluation:\n%s", len(lines), r.out)
	}
	for i, line := range lines[:8] {
		want := append(slices.Clone(keys), "loss.policy", "loss.value", "loss.entropy")
		if got := keysOf(t, line); !slices.Equal(got, want) {
			t.Errorf("line %d has the keys %q, want %q", i, got, want)
		}
		m := decoded(t, line)
		if m["v"] != 1.0 || m["kind"] != "train" || m["step"] != float64(128*(i+1)) {
			t.Errorf("line %d is %s", i, line)
		}
	}
	if got := decoded(t, lines[0]); got["return_mean"] != nil || got["episodes"] != 0.0 {
		t.Errorf("before the first episode: %s", lines[0])
	}
	want := append(slices.Clone(keys), "greedy.return_mean", "greedy.return_lo", "greedy.return_hi", "greedy.success", "greedy.len_mean")
	if got := keysOf(t, lines[8]); !slices.Equal(got, want) {
		t.Errorf("the evaluation has the keys %q, want %q", got, want)
	}
	last := decoded(t, lines[8])
	if last["kind"] != "eval" || last["step"] != 1024.0 || last["episodes"] != 5.0 {
		t.Errorf("the evaluation is %s", lines[8])
	}
	// eval says the same of the same seed.
	eval := must(t, "eval", "r", "--episodes", "5", "--json")
	if got := keysOf(t, eval.out); !slices.Equal(got, want) {
		t.Errorf("eval has the keys %q, want %q", got, want)
	}
	again := decoded(t, eval.out)
	delete(last, "sps")
	delete(again, "sps")
	if fmt.Sprint(last) != fmt.Sprint(again) {
		t.Errorf("eval says %v, train said %v", again, last)
	}
	if text := must(t, "eval", "r", "--episodes", "5"); len(text.lines()) != 2 || text.err != "" {
		t.Errorf("eval prints %q, %q", text.out, text.err)
	}
	greedy := must(t, "eval", "r", "--episodes", "5", "--greedy")
	if !strings.HasPrefix(greedy.out, "greedy   return ") || len(greedy.lines()) != 1 {
		t.Errorf("eval --greedy prints %q", greedy.out)
	}
	alone := decoded(t, must(t, "eval", "r", "--episodes", "5", "--greedy", "--json").out)
	if alone["return_mean"] != again["greedy.return_mean"] || alone["greedy.return_mean"] != nil {
		t.Errorf("eval --greedy --json says %v, beside the sampled policy %v", alone, again)
	}
	metrics, err := os.ReadFile("r/metrics.jsonl")
	if err != nil || bytes.Count(metrics, []byte("\n")) != 8 || !bytes.Contains(metrics, []byte(`"grad_norm":`)) || !bytes.Contains(metrics, []byte(`"grad.features":`)) {
		t.Errorf("metrics (%v):\n%s", err, metrics)
	}
}

// algos are the algorithms with a budget, and a step at which to interrupt, that give a few updates.
func algos(t *testing.T) map[string][2]int {
	if testing.Short() {
		return map[string][2]int{"a2c": {300, 200}}
	}
	return map[string][2]int{"a2c": {500, 200}, "ppo": {4000, 1500}}
}

// The same seed twice, and a run that was interrupted and resumed, give the same metrics and the same last checkpoint.
func TestSameSeed(t *testing.T) {
	for algo, n := range algos(t) {
		t.Run(algo, func(t *testing.T) {
			t.Chdir(t.TempDir())
			budget := fmt.Sprint(n[0])
			train := func(dir, seed string) []string {
				return []string{"train", "User-v0", "--algo", algo, "--steps", budget, "--episodes", "1", "--seed", seed, "--run", dir}
			}
			must(t, train("a", "7")...)
			must(t, train("b", "7")...)
			sameRun(t, "a", "b")
			if algo == "a2c" {
				must(t, train("other", "8")...)
				if tree(t, "a")["metrics.jsonl"] == tree(t, "other")["metrics.jsonl"] {
					t.Error("another seed gives the same metrics")
				}
			}
			r := interruptAfter(t, int64(n[1]), train("it's c", "7")...)
			if r.code != exitResumable || r.out != "" {
				t.Fatalf("interrupted: exit %d, %q, %s", r.code, r.out, r.err)
			}
			step := map[string]int{"a2c": 256, "ppo": 2048}[algo]
			want := fmt.Sprintf("stopped and saved at step %d; go on with\n  rlrun train --resume 'it'\\''s c'\n", step)
			if !strings.HasSuffix(r.err, want) || !strings.Contains(r.err, "\nstopping after this update; Ctrl-C again ends at once\n") {
				t.Errorf("interrupted: ends\n%s\nwant\n%s", r.err, want)
			}
			r = must(t, "train", "--resume", "it's c", "--episodes", "1")
			if want := fmt.Sprintf("User-v0 with %s, seed 7, %s steps from step %d, in it's c\n", algo, budget, step); !strings.HasPrefix(r.err, want) {
				t.Errorf("resumed: begins %q, want %q", r.err, want)
			}
			sameRun(t, "a", "it's c")
		})
	}
}

// A run that is interrupted before its first update can be resumed too; the budget can be raised.
func TestInterruptedAtOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := rlrunContext(ctx, "train", corridor, "--algo", "a2c", "--steps", "500", "--run", "r")
	if r.code != exitResumable || !strings.HasSuffix(r.err, "stopped and saved at step 0; go on with\n  rlrun train --resume r\n") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
	must(t, "train", corridor, "--resume", "r", "--episodes", "1")
	trainedTo(t, "r", 512)
	must(t, "train", "--resume", "r", "--steps", "800", "--episodes", "1")
	trainedTo(t, "r", 896)
	for _, args := range [][]string{{"eval", "r"}, {"envs", "digest", corridor}, {"envs", "digest", corridor, "--layout", "0:0"}} {
		if r := rlrunContext(ctx, args...); r.code != exitFailed || r.err != "rlrun: interrupted\n" || r.out != "" {
			t.Errorf("%q: exit %d, %q, %q", args, r.code, r.err, r.out)
		}
	}
}

func trainedTo(t *testing.T, dir string, step int) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "ckpt", fmt.Sprintf("step-%012d", step))); err != nil {
		t.Error(err)
	}
}

// A run that is interrupted while it is evaluated is finished.
func TestInterruptedEvaluation(t *testing.T) {
	t.Chdir(t.TempDir())
	r := interruptAfter(t, 150, "train", "User-v0", "--algo", "a2c", "--steps", "128", "--run", "r")
	if r.code != exitOK || !strings.HasSuffix(r.err, "saved in r\nthe evaluation is left out; measure it with\n  rlrun eval r\n") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
	trainedTo(t, "r", 128)
}

func TestStopAtReturn(t *testing.T) {
	t.Chdir(t.TempDir())
	r := must(t, "train", bandit, "--algo", "a2c", "--steps", "100k", "--stop-at-return", "0.3", "--episodes", "1", "--run", "r")
	if !strings.Contains(r.err, "\nreturn 0.3 reached, 128 steps in 0:0") {
		t.Errorf("it ended with\n%s", r.err)
	}
	trainedTo(t, "r", 128)
	metrics := tree(t, "r")["metrics.jsonl"]
	if !strings.HasPrefix(metrics, `{"v":1,"step":128,`) || strings.Count(metrics, "\n") != 1 {
		t.Errorf("metrics are %s", metrics)
	}
}

func TestDiverged(t *testing.T) {
	t.Chdir(t.TempDir())
	r := rlrun(t, "train", "User-Broken-v0", "--algo", "a2c", "--steps", "1k", "--run", "r")
	retry := "the run diverged: at step 384, 3 updates in a row had a loss or a gradient that is not finite: back to step 0 with half the step size, retry %d of 3\n"
	want := "rlrun: the run diverged at step 384, after 3 retries; it does so again from r/diverged; earlier checkpoints are intact\n"
	if r.code != exitDiverged || !strings.HasSuffix(r.err, want) || r.out != "" {
		t.Errorf("exit %d, %q, %s", r.code, r.out, r.err)
	}
	for n := range 3 {
		if said := fmt.Sprintf(retry, n+1); !strings.Contains(r.err, said) {
			t.Errorf("it did not say %q:\n%s", said, r.err)
		}
	}
	must(t, "eval", "r", "--episodes", "1", "--greedy")
	r = rlrun(t, "train", "--resume", "r/diverged")
	want = "rlrun: the run diverged at step 384, after 3 retries; it does so again from r/diverged/diverged; earlier checkpoints are intact\n"
	if r.code != exitDiverged || !strings.HasSuffix(r.err, want) {
		t.Errorf("the dump: exit %d, %s", r.code, r.err)
	}
}

// What is not sound is not saved when a run is interrupted either.
func TestInterruptedUnsound(t *testing.T) {
	t.Chdir(t.TempDir())
	r := interruptAfter(t, 150, "train", "User-Broken-v0", "--algo", "a2c", "--steps", "1k", "--run", "r")
	want := "\nstopped at step 256 with numbers that are not finite; saved at step 0; go on with\n  rlrun train --resume r\n"
	if r.code != exitResumable || !strings.HasSuffix(r.err, want) {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
}

// A damaged checkpoint is passed over, and that is said.
func TestDamagedCheckpoint(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "r")
	if err := os.WriteFile("r/ckpt/step-000000000128/model.safetensors", []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	const warning = "rlrun: warning: a damaged checkpoint is passed over: checkpoint of step 128: "
	r := must(t, "eval", "r", "--episodes", "1", "--json")
	if !strings.HasPrefix(r.err, warning) || decoded(t, r.out)["step"] != 0.0 {
		t.Errorf("eval: %q, %q", r.err, r.out)
	}
	r = must(t, "train", "--resume", "r", "--episodes", "1")
	if !strings.HasPrefix(r.err, warning) {
		t.Errorf("resume: %q", r.err)
	}
	trainedTo(t, "r", 128)
}

// A run whose world is not in this program says so.
func TestForeignRun(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, "User-v0", "r")
	for _, args := range [][]string{{"eval", "r"}, {"watch", "r", "--out", "x.gif"}, {"train", "--resume", "r", "--steps", "1k"}} {
		var out, stderr bytes.Buffer
		code := Run(t.Context(), Options{}, args, nil, &out, &stderr)
		if want := "rlrun: no world \"User-v0\"; rlrun envs lists them\n"; code != exitUsage || stderr.String() != want {
			t.Errorf("%q: exit %d, %q, want %q", args, code, stderr.String(), want)
		}
	}
}

// An endless world that cannot be saved is warned of; evaluation comes to an end all the same.
func TestEndlessWorld(t *testing.T) {
	t.Chdir(t.TempDir())
	r := must(t, "train", "User-Endless-v0", "--algo", "a2c", "--steps", "128", "--episodes", "1", "--run", "r", "--json")
	if want := "rlrun: warning: User-Endless-v0 cannot save its state: a resumed run begins new episodes\n"; !strings.HasPrefix(r.err, want) {
		t.Errorf("begins %q, want %q", r.err, want)
	}
	lines := r.lines()
	if m := decoded(t, lines[len(lines)-1]); m["len_mean"] != 10000.0 || m["return_mean"] != 5000.0 {
		t.Errorf("the evaluation is %v", m)
	}
}
