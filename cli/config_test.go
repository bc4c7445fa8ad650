package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/agent"
)

// under runs a command with variables of the environment.
func under(t *testing.T, variables []string, args ...string) result {
	t.Helper()
	var out, stderr bytes.Buffer
	code := runUnder(t.Context(), variables, args, &out, &stderr)
	return result{code, out.String(), stderr.String()}
}

func runUnder(ctx context.Context, variables, args []string, out, stderr *bytes.Buffer) int {
	a := newApp(ctx, Options{Name: "rlrun", Envs: userWorlds(func() {})}, args, out, stderr)
	a.environ = func() []string { return variables }
	return a.run(strings.NewReader(""))
}

// line returns that of a key in a table of a file, "" being none.
func line(t *testing.T, text, table, key string) string {
	t.Helper()
	if table != "" {
		_, rest, found := strings.Cut(text, "\n["+table+"]\n")
		if !found {
			t.Fatalf("no table %s in\n%s", table, text)
		}
		text, _, _ = strings.Cut(rest, "\n[")
	}
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(key) + ` = .*$`).FindString(text)
	if m == "" {
		t.Fatalf("no key %s in table %q of\n%s", key, table, text)
	}
	return strings.Join(strings.Fields(m), " ")
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Each source is stronger than the one before it, and each value says where it is from.
func TestConfigPrecedence(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "f.toml", "worlds = 8\nlr = 0.5\nsteps = 1000\nseed = 3\ngamma = 0.5\n[net]\ncore = \"gru\"\n[aux.entropy]\nweight = 0.25\nfinal = 0.125\nover = 0.5\n")
	variables := []string{"RLRUN_LR=0.25", "RLRUN_STEPS=2k", "RLRUN_PPO_CLIP=0.3", "RLRUN_SEED=4", "RLRUN_ACTIVE_HELP=0", "PATH=x", "RLRUN_AUX=reward-prediction=0.5"}
	r := under(t, variables, "config", corridor, "--config", "f.toml", "--set", "seed=5", "--set", "steps=4k", "--steps", "3000",
		"--aux", "entropy,reward-prediction=0.75", "--core", "lstm")
	if r.code != 0 {
		t.Fatal(r.err)
	}
	for _, tc := range []struct{ table, want string }{
		{"", `horizon = 128 # preset default`}, {"", `worlds = 8 # f.toml:1`}, {"", `gamma = 0.5 # f.toml:5`}, {"", `lr = 0.25 # RLRUN_LR`},
		{"", `seed = 5 # --set`}, {"", `steps = 3000 # --steps`}, {"ppo", `clip = 0.3 # RLRUN_PPO_CLIP`}, {"net", `core = "lstm" # --core`},
		{"net", `core_size = 128 # preset default`}, {"ppo", `entropy = 0.0 # the task entropy`},
		{"aux.entropy", `weight = 0.25 # f.toml:9`}, {"aux.entropy", `over = 0.5 # f.toml:11`}, // --aux gives no weight
		{"aux.reward-prediction", `weight = 0.75 # --aux`}, {"aux.reward-prediction", `frames = 3 # default of reward-prediction`},
	} {
		key, _, _ := strings.Cut(tc.want, " ")
		if got := line(t, r.out, tc.table, key); got != tc.want {
			t.Errorf("in table %q: %s, want %s", tc.table, got, tc.want)
		}
	}
	if strings.Index(r.out, "[aux.entropy]") > strings.Index(r.out, "[aux.reward-prediction]") {
		t.Error("the tasks are out of order")
	}
}

// Orthogonal first weights and no core are what there is if nothing is said, and are shown: the run is the same however it is said.
func TestConfigShowsWhatIsInEffect(t *testing.T) {
	t.Chdir(t.TempDir())
	shown := map[string]string{"init": "orthogonal", "core": "none"}
	for key, word := range shown {
		for _, value := range []string{word, ""} {
			text := must(t, "config", corridor, "--set", "net."+key+"="+value).out
			if got, want := line(t, text, "net", key), fmt.Sprintf("%s = %q # --set", key, word); got != want {
				t.Errorf("with %q: got %s, want %s", value, got, want)
			}
		}
	}
	text := must(t, "config", corridor).out
	for key, word := range shown {
		if got, want := line(t, text, "net", key), fmt.Sprintf("%s = %q # preset default", key, word); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	write(t, "shown.toml", text)
	budget := []string{"--steps", "128", "--episodes", "1", "--run"}
	must(t, append([]string{"train", corridor, "--config", "shown.toml"}, append(budget, "a")...)...)
	must(t, append([]string{"train", corridor}, append(budget, "b")...)...)
	sameRun(t, "a", "b")
	if s, err := agent.ReadSettings("a"); err != nil || s.Agent.Net.Init != "" || s.Agent.Net.Core != "" {
		t.Errorf("%+v, %v", s.Agent.Net, err)
	}
	must(t, append([]string{"train", corridor, "--core", "lstm", "--set", "net.init=uniform"}, append(budget, "c")...)...)
	diff := must(t, "runs", "diff", "a", "c").out
	for _, want := range []string{`net.init +"orthogonal" +"uniform"`, `net.core +"none" +"lstm"`} {
		if !regexp.MustCompile(want).MatchString(diff) {
			t.Errorf("the difference does not say %s:\n%s", want, diff)
		}
	}
}

// What config prints trains the same agent, whatever it was made from.
func TestConfigRoundTrip(t *testing.T) {
	t.Chdir(t.TempDir())
	origin := regexp.MustCompile(` *# .*`)
	for name, args := range map[string]string{
		"default": "",
		"unreal":  "--preset unreal",
		"deep":    "--encoder plain --set net.init=uniform --aux deep-supervision",
		"a2c":     "--algo a2c --preset torch-ac --seed 18446744073709551615",
		"tasks": "--aux value-replay=0.5..0.1@0.3,entropy=0.02 --shape counts=0.2,critic-offset --set shape.critic-offset.shift=0.5 --set shape.counts.first=true --set shape.counts.settings.weight=0.5 --set shape.counts.settings.beta=2 " +
			"--set aux.second.kind=value-replay --set aux.second.len=5 --balance soft-gate --measure 0 --share --set worlds=4",
		"wrapped": "--sticky 0.25 --repeat 2 --time-limit 9 --milestones --one-hot --frame-stack 3 --reward-scale -2 --reward-clip 0.5 --reward-norm --core gru",
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"config", corridor}, strings.Fields(args)...)
			first := must(t, args...).out
			write(t, "x.toml", first)
			for _, more := range [][]string{nil, {"--preset", "torch-ac"}} {
				again := must(t, append([]string{"config", corridor, "--config", "x.toml"}, more...)...).out
				if a, b := origin.ReplaceAllString(first, ""), origin.ReplaceAllString(again, ""); a != b {
					t.Errorf("printed\n%s\nthen, with %q,\n%s", first, more, again)
				}
			}
			if name == "unreal" {
				return // needs larger images
			}
			args = append(args, "--set", "horizon=8") // what follows is to be quick
			write(t, "x.toml", must(t, args...).out)
			train := append([]string{"train"}, args[1:]...)
			budget := []string{"--steps", "1", "--episodes", "1", "--run"}
			must(t, append(append(train, budget...), name+"-1")...)
			must(t, append(append([]string{"train", corridor, "--config", "x.toml"}, budget...), name+"-2")...)
			a, err1 := agent.ReadSettings(name + "-1")
			b, err2 := agent.ReadSettings(name + "-2")
			if err1 != nil || err2 != nil || !reflect.DeepEqual(a, b) {
				t.Errorf("the runs have\n%+v (%v)\n%+v (%v)", a, err1, b, err2)
			}
			sameRun(t, name+"-1", name+"-2")
		})
	}
}

// none takes away what weaker sources and the list so far have.
func TestNoTasks(t *testing.T) {
	for args, want := range map[string]string{
		"--aux none":                      "",
		"--aux entropy,none,value-replay": "[aux.value-replay]",
		"--shape none":                    "[aux.pixel-control][aux.reward-prediction][aux.value-replay]",
		"--aux none --shape counts":       "[shape.counts][shape.counts.settings]",
	} {
		out := must(t, append([]string{"config", corridor, "--preset", "unreal"}, strings.Fields(args)...)...).out
		if got := strings.Join(regexp.MustCompile(`(?m)^\[(aux|shape)\..*\]$`).FindAllString(out, -1), ""); got != want {
			t.Errorf("%s: tasks %s, want %s", args, got, want)
		}
	}
}

// Every mistake names the place, and the nearest of what there is.
func TestConfigMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tc := range []struct{ text, want string }{
		{"seed = 1\nworld = 2\n", "f.toml:2: no setting world; did you mean worlds?"},
		{"[ppo]\nclip_rate = 2\n", "f.toml:2: no setting ppo.clip_rate; "},
		{"[pp]\nclip = 2\n", "f.toml:1: no setting pp; did you mean ppo?"},
		{"clip = 2\n", "f.toml:1: no setting clip; did you mean ppo.clip or mixer.clip?"},
		{"lr = \"x\"\n", `f.toml:1: lr takes a number, not "x"`},
		{"\n\nsteps = 1.5\n", "f.toml:3: steps takes a whole number, not 1.5"},
		{"seed = 1\nseed = 2\n", "f.toml:2: "},
		{"seed = \n", "f.toml:1: "},
		{"[aux.entropy]\nWeight = 1\n", "f.toml:2: no setting aux.entropy.Weight; did you mean aux.entropy.weight?"},
		{"[aux.entrop]\n", "f.toml:1: no auxiliary task \"entrop\"; did you mean entropy?"},
		{"[aux.counts]\n", "f.toml:1: counts belongs to [shape.counts]"},
		{"[shape.x]\nkind = \"entropy\"", "f.toml:1: entropy belongs to [aux.x]"},
		{"[shape.coutns]\n", "f.toml:1: no bonus \"coutns\"; did you mean counts?"},
		{"[aux.x]\nkind = 1\n", "f.toml:2: kind is text, such as \""},
		{"[aux.\"a b\"]\nkind = \"entropy\"\n", "f.toml:1: \"a b\" is no name: they are of lower case letters, digits and dashes"},
		{"[aux]\nentropy = 1\n", "f.toml:2: no setting aux.entropy; there are such as aux.NAME.weight"},
		{"[aux.entropy.x]\n", "f.toml:1: no setting aux.entropy.x; there are such as aux.NAME.weight"},
		{"[aux.entropy.settings]\nweight = 1\n", "f.toml:2: no setting aux.entropy.settings.weight; did you mean aux.entropy.weight?"},
		{"aux = 1\n", "f.toml:1: aux has a table for each: [aux.NAME]"},
		{"[aux.reward-prediction]\nframes = -1\n", "f.toml:2: reward-prediction: frames, hidden and seqs are -1, 128 and 0, must be at least 1, 1 and 0"},
		{"[aux.reward-prediction]\nhidden = 1e9\n", "f.toml:2: reward-prediction: hidden is 1000000000, at most 16384 is possible"},
		{"[aux.pixel-control]\nreduction = \"median\"\n", `f.toml:2: pixel-control: reduction is "median", must be "mean" or "sum"`},
		{"preset = \"x\"\n", `no preset "x"; there are default, minigrid, torch-ac, minatar, unreal`},
		{"preset = 1\n", "f.toml:1: preset takes default, minigrid, torch-ac, minatar or unreal"},
		{"worlds = 1000000000\n", "worlds is 1000000000, at most 16384 is possible"},
		{"horizon = 9223372036854775807\n", "horizon is 9223372036854775807, at most 65536 is possible"},
		{"worlds = 16384\nhorizon = 65536\n", "worlds x horizon is 1073741824, at most 4194304 is possible"},
		{"[net]\nfeatures = 1000000\n", "net.features is 1000000, at most 16384 is possible"},
		{"[wrap]\nframe_stack = 1000000\n", "wrap.frame_stack is 1000000, at most 256 is possible"},
		{"[net]\ncore = \"lstmm\"\n", `no core "lstmm"; did you mean lstm?`},
		{"[net]\ninit = \"uniforn\"\n", `no init "uniforn"; did you mean uniform?`},
		{"worlds = 0\n", "0 worlds and a horizon of 128, both must be at least 1"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			write(t, "f.toml", tc.text)
			for _, verb := range []string{"config", "train"} {
				r := rlrun(t, verb, corridor, "--config", "f.toml")
				if r.code != exitUsage || !strings.HasPrefix(r.err, "rlrun: "+tc.want) || strings.Count(r.err, "\n") != 1 || r.out != "" {
					t.Errorf("%s: exit %d\ngot  %swant rlrun: %s", verb, r.code, r.err, tc.want)
				}
			}
		})
	}
	for _, tc := range []struct{ args, want string }{
		{"--config nosuch.toml", "--config nosuch.toml cannot be read: no such file or directory"},
		{"--set seed", `--set takes KEY=VALUE, such as ppo.clip=0.1, not "seed"`},
		{"--set sede=3", "--set: no setting sede; did you mean seed?"},
		{"--set seed=x", `--set: seed takes a whole number from 0 to 18446744073709551615, not "x"`},
		{"--set aux.entropy.weight=x", `--set: weight takes a number, not "x"`},
	} {
		if r := rlrun(t, append([]string{"config", corridor}, strings.Fields(tc.args)...)...); r.code != exitUsage || r.err != "rlrun: "+tc.want+"\n" {
			t.Errorf("%s: exit %d, %q, want %q", tc.args, r.code, r.err, tc.want)
		}
	}
	for variable, want := range map[string]string{
		"RLRUN_LRR=1":      `no setting "RLRUN_LRR"; did you mean RLRUN_LR?`,
		"RLRUN_PPO_CLIP=x": `RLRUN_PPO_CLIP: ppo.clip takes a number, not "x"`,
		"RLRUN_AUX=x":      "RLRUN_AUX takes auxiliary tasks, of unreal, ",
	} {
		if r := under(t, []string{variable}, "config", corridor); r.code != exitUsage || !strings.HasPrefix(r.err, "rlrun: "+want) {
			t.Errorf("%s: exit %d, %q, want %q", variable, r.code, r.err, want)
		}
	}
	if names, err := filepath.Glob("runs"); len(names) > 0 || err != nil {
		t.Error("a run was begun")
	}
}

// A run keeps its settings with their origins, and each command that wrote to it.
func TestRunIsDescribed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	trained(t, corridor, dir, "--set", "worlds=4", "--seed", "9", "--aux", "entropy=0.02")
	must(t, "train", "--resume", dir, "--steps", "256", "--episodes", "1")
	text, err := os.ReadFile(filepath.Join(dir, configFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"worlds = 4 # --set", "seed = 9 # --seed", "gamma = 0.99 # preset default", "steps = 256 # --steps, when the run was resumed"} {
		key, _, _ := strings.Cut(want, " ")
		if got := line(t, string(text), "", key); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got, want := line(t, string(text), "aux.entropy", "weight"), "weight = 0.02 # --aux"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	write(t, filepath.Join(dir, "again.toml"), string(text))
	must(t, "config", corridor, "--config", filepath.Join(dir, "again.toml"))
	lines, err := os.ReadFile(filepath.Join(dir, sessionsFile))
	if err != nil {
		t.Fatal(err)
	}
	sessions := strings.Split(strings.TrimSpace(string(lines)), "\n")
	if len(sessions) != 2 {
		t.Fatalf("%d sessions:\n%s", len(sessions), lines)
	}
	for i, step := range []float64{0, 128} {
		var s map[string]any
		if err := json.Unmarshal([]byte(sessions[i]), &s); err != nil {
			t.Fatal(err)
		}
		command := s["command"].([]any)
		if s["step"] != step || s["seed"] != 9.0 || s["go"] != runtime.Version() || s["kernels"] == "" || s["v"] != 1.0 || command[0] != "rlrun" || command[1] != "train" {
			t.Errorf("session %d: %v", i, s)
		}
	}
}

// Whatever a file says, it is settings or a mistake of whoever wrote it; what is printed of it is read back.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"worlds = 4\n[ppo]\nclip = 0.1\n", "preset = \"unreal\"\n[aux.entropy]\n", "[shape.x]\nkind = \"counts\"\nsettings = {weight = 2}\n",
		"[wrap]\nframe_stack = 3\n", "[net]\ncore = \"gru\"\ncore_size = 8\n", "horizon = 9223372036854775807", "[aux]\nentropy = {weight = 1, over = 2}",
		"aux.entropy.settings.x = 1", "[shape]\n[aux]\n",
	} {
		f.Add([]byte(seed))
	}
	name := filepath.Join(f.TempDir(), "f.toml")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, name, string(data))
		r := under(t, nil, "config", corridor, "--config", name)
		if r.code != exitOK && (r.code != exitUsage || r.out != "" || strings.Count(r.err, "\n") != 1) {
			t.Fatalf("exit %d, %q, %q", r.code, r.out, r.err)
		}
		if r.code == exitOK {
			write(t, name, r.out)
			if again := under(t, nil, "config", corridor, "--config", name); again.code != exitOK {
				t.Errorf("of %q it printed\n%s\nand then said %s", data, r.out, again.err)
			}
		}
	})
}
