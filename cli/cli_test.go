package cli

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/probe"
	"github.com/auxrl/auxrl/nn"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	corridor = "Probe/Corridor-v0"
	bandit   = "Probe/Bandit-v0"
)

// result is what a command did.
type result struct {
	code     int
	out, err string
}

// lines returns those of standard output.
func (r result) lines() []string { return strings.Split(strings.TrimSuffix(r.out, "\n"), "\n") }

// rlrun runs the command with the user's worlds.
func rlrun(t *testing.T, args ...string) result {
	t.Helper()
	return rlrunContext(t.Context(), args...)
}

func rlrunContext(ctx context.Context, args ...string) result {
	var out, err bytes.Buffer
	code := Run(ctx, Options{Envs: userWorlds(func() {})}, args, strings.NewReader(""), &out, &err)
	return result{code, out.String(), err.String()}
}

// must runs a command that has to work.
func must(t *testing.T, args ...string) result {
	t.Helper()
	r := rlrun(t, args...)
	if r.code != exitOK {
		t.Fatalf("rlrun %q: exit %d\n%s", args, r.code, r.err)
	}
	return r
}

// trained makes a small run directory.
func trained(t *testing.T, id, dir string, args ...string) {
	t.Helper()
	must(t, append([]string{"train", id, "--algo", "a2c", "--steps", "128", "--episodes", "1", "--run", dir}, args...)...)
}

// userWorlds are those of a user's program.
func userWorlds(stepped func()) env.Catalog {
	wrap := func(edit func(w *userWorld)) func() (env.Env, error) {
		return func() (env.Env, error) {
			inner, err := probe.New(corridor)
			if err != nil {
				return nil, err
			}
			w := &userWorld{Corridor: inner.(*probe.Corridor), stepped: stepped}
			edit(w)
			return w, nil
		}
	}
	return env.Catalog{
		{ID: "User-v0", About: "a corridor of the user's own", New: wrap(func(*userWorld) {})},
		{ID: "User-Broken-v0", About: "its reward is not a number", New: wrap(func(w *userWorld) { w.poison = math.NaN() })},
		{ID: "User-Endless-v0", About: "it never ends", New: func() (env.Env, error) { return new(endless), nil }},
		{ID: "User-Missing-v0", About: "it cannot be made", New: func() (env.Env, error) { return nil, os.ErrNotExist }},
	}
}

// userWorld is Corridor with a hook and a flaw.
type userWorld struct {
	*probe.Corridor
	stepped func()
	poison  float64
}

func (w *userWorld) Step(action int, obs []byte, vec []float32) env.Step {
	w.stepped()
	s := w.Corridor.Step(action, obs, vec)
	s.Reward += w.poison
	return s
}

// endless is a world that never ends, shows nothing and cannot be saved.
type endless struct{}

func (*endless) Spec() env.Spec {
	return env.Spec{ID: "User-Endless-v0", H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1}, Actions: []string{"wait", "sleep"}}
}
func (*endless) Seed(uint64)                   {}
func (*endless) Reset(obs []byte, _ []float32) { obs[0] = 0 }
func (*endless) Step(_ int, obs []byte, _ []float32) env.Step {
	obs[0] = 0
	return env.Step{Reward: 0.5}
}

// interruptAfter runs a command whose context ends after so many steps of User-v0.
func interruptAfter(t *testing.T, steps int64, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var n atomic.Int64
	stepped := func() {
		if n.Add(1) == steps {
			cancel()
		}
	}
	var out, err bytes.Buffer
	code := Run(ctx, Options{Envs: userWorlds(stepped)}, args, strings.NewReader(""), &out, &err)
	return result{code, out.String(), err.String()}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"--help"}, {"-h"}, {"help", "train"}, {"train", "--help"}, {"help", "envs", "digest"}, {"completion", "-h"},
		{"eval", "-h"}, {"plot", "-h"}, {"sweep", "-h"}, {"compare", "-h"}, {"watch", "-h"}, {"play", "-h"}, {"envs", "-h"}, {"bench", "-h"}, {"bench", "engine", "-h"}, {"bench", "envs", "-h"}} {
		r := rlrun(t, args...)
		if r.code != exitOK || r.err != "" || !strings.Contains(r.out, "Usage:\n  rlrun ") || !strings.Contains(r.out, "Examples:\n  ") {
			t.Errorf("%q: exit %d, stderr %q, stdout:\n%s", args, r.code, r.err, r.out)
		}
		for _, line := range r.lines() {
			if len(line) > 80 {
				t.Errorf("%q: a line of %d columns: %s", args, len(line), line)
			}
		}
	}
	r := rlrun(t)
	if r.code != exitUsage || r.out != "" || !strings.HasSuffix(r.err, "\nrlrun: no verb is given\n") || !strings.Contains(r.err, "Exit status:\n   0  done") {
		t.Errorf("without arguments: exit %d, stdout %q, stderr:\n%s", r.code, r.out, r.err)
	}
}

func TestVersion(t *testing.T) {
	r, flag := must(t, "version"), must(t, "--version")
	if !strings.HasPrefix(r.out, "rlrun (devel), go1.") || !strings.HasSuffix(r.out, ", kernels "+nn.Kernels()+"\n") || r.out != flag.out {
		t.Errorf("version says %q, --version %q", r.out, flag.out)
	}
	user := &debug.BuildInfo{
		Main: debug.Module{Path: "example.com/mine", Version: "v1.2.3"}, Deps: []*debug.Module{{Path: modulePath, Version: "v0.4.0"}},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}},
	}
	if got, want := build(user), "v1.2.3 revision 0123456789ab modified, auxrl v0.4.0"; got != want {
		t.Errorf("build is %q, want %q", got, want)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range shells {
		if r := must(t, "completion", shell); !strings.Contains(r.out, "rlrun") || len(r.lines()) < 50 {
			t.Errorf("%s: %q", shell, r.out)
		}
	}
	if bash, err := exec.LookPath("bash"); err == nil {
		cmd := exec.Command(bash, "-n")
		cmd.Stdin = strings.NewReader(must(t, "completion", "bash").out)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("bash does not read its script: %v\n%s", err, out)
		}
	}
	for _, tc := range []struct {
		args []string
		want string // a line
		last string // directive
	}{
		{[]string{"train", ""}, "User-v0\ta corridor of the user's own", ":4"},
		{[]string{"train", bandit, ""}, ":4", ":4"},
		{[]string{"train", "--algo", ""}, "a2c", ":4"},
		{[]string{"train", "--preset", ""}, "torch-ac", ":4"},
		{[]string{"train", "--run", ""}, ":16", ":16"},
		{[]string{"train", "--steps", ""}, ":4", ":4"},
		{[]string{"eval", ""}, ":16", ":16"},
		{[]string{"eval", "r", ""}, ":16", ":16"},
		{[]string{"plot", "--x", ""}, "time", ":4"},
		{[]string{"watch", ""}, "User-v0\ta corridor of the user's own", ":0"},
		{[]string{"watch", "--out", ""}, "gif", ":8"},
		{[]string{"envs", "digest", ""}, "User-v0\ta corridor of the user's own", ":4"},
		{[]string{"completion", ""}, "zsh", ":4"},
		{[]string{"bench", ""}, "engine\tMeasure what computes networks", ":4"},
		{[]string{"bench", "engine", "--filter", ""}, "nature_step_b256", ":4"},
		{[]string{"help", ""}, "watch", ":4"},
		{[]string{"help", "train", ""}, ":4", ":4"},
	} {
		lines := must(t, append([]string{"__complete"}, tc.args...)...).lines()
		if !slices.Contains(lines, tc.want) || lines[len(lines)-1] != tc.last {
			t.Errorf("%q: %q, want %q and the directive %s", tc.args, lines, tc.want, tc.last)
		}
	}
}

// Errors lose the names of this module's packages; the list of those is complete.
func TestTidy(t *testing.T) {
	for text, want := range map[string]string{
		"policy: open: run: open directory: x": "open: open directory: x",
		"env: no world":                        "no world",
		"mine: bad\nrun: worse\n":              "mine: bad; worse",
		"stat x: run":                          "stat x: run",
		"plain":                                "plain",
	} {
		text = strings.Replace(text, "\nrun: ", "\n", 1)
		if got := tidy(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, "../"))
		if strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || slices.Contains([]string{"cli", "cmd", "testdata"}, d.Name()) {
			return filepath.SkipDir
		}
		sources, err := filepath.Glob(filepath.Join(path, "*.go"))
		speaks := false
		for _, name := range sources {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			quoted := `("` + d.Name() + ": "
			speaks = speaks || !strings.HasSuffix(name, "_test.go") && (strings.Contains(string(text), "Errorf"+quoted) || strings.Contains(string(text), "New"+quoted))
		}
		if speaks && !slices.Contains(packages, d.Name()) {
			t.Errorf("errors of %s begin with its name, which is not in packages", rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSuggest(t *testing.T) {
	flags := []string{"--algo", "--seed", "--steps", "--stop-at-return"}
	for typed, want := range map[string]string{
		"--sted": "--seed", "--seeed": "--seed", "--step": "--steps", "--st": "--steps, --stop-at-return", "--alog": "--algo",
		"--foo": "", "--x": "", "": "",
	} {
		if got := strings.Join(suggest(typed, flags, sameWord), ", "); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	if got := anyOf([]string{"a", "b", "c"}); got != "a, b or c" {
		t.Errorf("anyOf: %q", got)
	}
}
