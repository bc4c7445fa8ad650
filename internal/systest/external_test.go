package systest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// userWorld is the package of a user's world.
const userWorld = `// Package lamp is a world of the user's own.
package lamp

import "github.com/auxrl/auxrl/env"

// Lamp is on or off; it pays to switch it on.
type Lamp struct{ left int }

// New makes a lamp.
func New() (env.Env, error) { return new(Lamp), nil }

func (w *Lamp) Spec() env.Spec {
	return env.Spec{ID: "Lamp-v0", H: 1, W: 1, C: 1, Frames: 1, Codes: []int{2}, Actions: []string{"off", "on"}, StepLimit: 4, Best: 4}
}
func (w *Lamp) Seed(uint64) {}
func (w *Lamp) Reset(obs []byte, _ []float32) { w.left, obs[0] = 4, 0 }
func (w *Lamp) Step(action int, obs []byte, _ []float32) env.Step {
	w.left--
	obs[0] = byte(action)
	if w.left == 0 {
		return env.Step{Reward: float64(action), End: env.Truncated}
	}
	return env.Step{Reward: float64(action)}
}
`

// userCommand is rlrun with that world.
const userCommand = `package main

import (
	"example.com/mine/lamp"
	"github.com/auxrl/auxrl/cli"
	"github.com/auxrl/auxrl/env"
)

func main() {
	cli.Main(cli.Options{Envs: env.Catalog{{ID: "Lamp-v0", About: "switch it on", New: lamp.New}}})
}
`

// userProgram trains without the command.
const userProgram = `package main

import (
	"fmt"
	"log"

	"example.com/mine/lamp"
	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/policy"
)

func main() {
	w, err := lamp.New()
	if err != nil {
		log.Fatal(err)
	}
	cfg := agent.Default("a2c", w.Spec())
	cfg.Steps = 4000
	t, err := agent.NewTrainer(cfg, lamp.New)
	if err != nil {
		log.Fatal(err)
	}
	r, err := agent.Create("own", "Lamp-v0", t)
	if err != nil {
		log.Fatal(err)
	}
	for !r.Finished() {
		r.Update()
	}
	if err := r.Save(); err != nil {
		log.Fatal(err)
	}
	if err := r.Close(); err != nil {
		log.Fatal(err)
	}
	actor, err := policy.Open("own")
	if err != nil {
		log.Fatal(err)
	}
	actor.Greedy = true
	fmt.Println(actor.About().Actions[actor.Act([]byte{0}, nil)], actor.Step())
}
`

// A module of its own adds a world to every verb, and trains without the command.
func TestExternalModule(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/mine\n\ngo 1.26.0\n\nrequire github.com/auxrl/auxrl v0.0.0\n\nreplace github.com/auxrl/auxrl => " + root + "\n",
		"go.sum": string(sums), "lamp/lamp.go": userWorld, "cmd/mine/main.go": userCommand, "cmd/library/main.go": userProgram,
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, program := range []string{"mine", "library"} {
		build := exec.CommandContext(t.Context(), "go", "build", "./cmd/"+program)
		build.Dir = dir
		build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		finish(t, build, 0)
	}
	run := func(program string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(dir, program), args...)
		cmd.Dir = dir
		out, _ := finish(t, cmd, 0)
		return out
	}
	out := run("mine", "train", "Lamp-v0", "--algo", "a2c", "--steps", "4k", "--seed", "1", "--run", "r", "--json")
	if !strings.Contains(out, `"kind":"eval"`) {
		t.Errorf("train printed\n%s", out)
	}
	for verb, want := range map[string]string{
		"eval r --greedy":                        "greedy   return 4.000 [4.000, 4.000]",
		"envs lamp":                              "Lamp-v0",
		"envs digest Lamp-v0":                    "layout ",
		"watch r --out r.gif --episodes 1":       "",
		"watch Lamp-v0 --out l.gif --episodes 1": "",
		"version":                                "mine ",
	} {
		if out := run("mine", strings.Fields(verb)...); !strings.Contains(out, want) {
			t.Errorf("%s printed %q, want %q", verb, out, want)
		}
	}
	if out, want := run("library"), "on 4096\n"; out != want {
		t.Errorf("the library program printed %q, want %q", out, want)
	}
}
