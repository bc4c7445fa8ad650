package cli

import (
	"strings"
	"testing"

	"github.com/auxrl/auxrl/agent"
)

// --init is told, kept with the run, and goes on with it.
func TestTrainInit(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "a")
	r := must(t, "train", corridor, "--algo", "a2c", "--steps", "128", "--episodes", "1", "--run", "b", "--init", "a", "--freeze", "encoder", "--seed", "2")
	if want := "\n  begun with the weights of a at step 128; frozen: encoder\n"; !strings.Contains(r.err, want) {
		t.Errorf("said %q, want %q", r.err, want)
	}
	s, err := agent.ReadSettings("b")
	if err != nil || s.Agent.Init != (agent.Init{Run: "a", Step: 128}) || s.Agent.Freeze != "encoder" {
		t.Errorf("the run has %+v, %q (%v)", s.Agent.Init, s.Agent.Freeze, err)
	}
	text := tree(t, "b")["config.toml"]
	for _, tc := range [][2]string{{"init", `run = "a" # --init`}, {"init", `step = 128 # the newest there was`}, {"", `freeze = "encoder" # --freeze`}} {
		key, _, _ := strings.Cut(tc[1], " ")
		if got := line(t, text, tc[0], key); got != tc[1] {
			t.Errorf("config.toml has %s, want %s", got, tc[1])
		}
	}
	r = must(t, "train", "--resume", "b", "--steps", "256", "--episodes", "1")
	if !strings.Contains(r.err, "frozen: encoder") {
		t.Errorf("resumed, it said %q", r.err)
	}
	// The same from a file, with a world that has other actions.
	write(t, "f.toml", "algo = \"a2c\"\n[init]\nrun = \"a\"\n")
	if r := rlrun(t, "train", bandit, "--config", "f.toml"); r.code != exitUsage || !strings.HasPrefix(r.err, "rlrun: a: the weights do not fit: ") {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--init", "nosuch"}, exitUsage, "there is no run directory nosuch: rlrun train ENV --run nosuch makes one"},
		{[]string{"--init", corridor}, exitUsage, corridor + " is a world, not a run directory: rlrun train " + corridor + " makes one"},
		{[]string{"--freeze", "actor"}, exitUsage, `freeze is "actor"; what can be frozen is encoder, core or encoder,core`},
		{[]string{"--init", "a", "--set", "init.step=5"}, exitFailed, "checkpoint of step 5"},
	} {
		if r := rlrun(t, append([]string{"train", corridor, "--algo", "a2c"}, tc.args...)...); r.code != tc.code || !strings.Contains(r.err, tc.want) {
			t.Errorf("%q: exit %d, %q, want %q", tc.args, r.code, r.err, tc.want)
		}
	}
	if r := rlrun(t, "train", "--resume", "b", "--init", "a"); r.code != exitUsage || r.err != "rlrun: --init does not go with --resume: the run keeps its own\n" {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
}
