package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/agent"
)

// smallSweep is a file of one: two rungs of five configurations with two seeds.
const smallSweep = `worlds = ["User-v0"]
seeds = "101-102"
steps = 640
episodes = 2
configs = 4
rungs = 2
halving = 2

[base]
algo = "a2c"

[range]
lr = { log = [1e-4, 1e-2] }
horizon = { choice = [4, 8] }
`

// sweepFiles returns what a sweep made, but for what knows the time.
func sweepFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{sweepTable, sweepBest, "rung-1.jsonl", "rung-2.jsonl"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files
}

func sameSweep(t *testing.T, what, a, b string) {
	t.Helper()
	got, want := sweepFiles(t, a), sweepFiles(t, b)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s is\n%s, want\n%s", what, name, got[name], want[name])
		}
	}
}

func TestSweep(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "s.toml", smallSweep)
	r := must(t, "sweep", "s.toml", "--out", "a", "--jobs", "1")
	lines := r.lines()
	if want := []string{"rank", "config", "trained", "return", "least", "most", "lr", "horizon"}; !slices.Equal(strings.Fields(lines[0]), want) || len(lines) != 6 {
		t.Fatalf("printed\n%s", r.out)
	}
	trained := func(i int) string { return strings.Fields(lines[i])[2] }
	if trained(1) != "640" || trained(3) != "640" || trained(4) != "320" || trained(5) != "320" { // three of five go on
		t.Errorf("printed\n%s", r.out)
	}
	rows := table(t, "a/sweep.csv")
	for i := 2; i <= 5; i++ { // within a rung, scores descend
		hi, err1 := strconv.ParseFloat(rows[i-1][3], 64)
		lo, err2 := strconv.ParseFloat(rows[i][3], 64)
		if err1 != nil || err2 != nil || lo > hi && rows[i][2] == rows[i-1][2] {
			t.Errorf("%q stands above %q", rows[i-1], rows[i])
		}
	}
	// Runs of the first rung went on in the second with the same settings.
	for _, row := range rows[1:] {
		want, budget := 640, "640"
		if row[2] == "320" {
			want = 320
		}
		for _, seed := range []string{"101", "102"} {
			rec, err := openRecord(filepath.Join("a/runs/User-v0", row[1], seed))
			if err != nil {
				t.Fatal(err)
			}
			if rec.step() != int64(want) || fmt.Sprint(rec.settings.Agent.Steps) != budget || fmt.Sprint(rec.settings.Agent.Seed) != seed {
				t.Errorf("%s is at step %d of %d with seed %d", rec.path, rec.step(), rec.settings.Agent.Steps, rec.settings.Agent.Seed)
			}
		}
	}
	// The best is what train takes.
	for _, flag := range []string{"--preset", "--config"} {
		dir := "best" + flag
		must(t, "train", "User-v0", flag, "a/best.toml", "--episodes", "1", "--run", dir)
		got, err := agent.ReadSettings(dir)
		if err != nil {
			t.Fatal(err)
		}
		want, err := agent.ReadSettings(filepath.Join("a/runs/User-v0", rows[1][1], "101"))
		if err != nil {
			t.Fatal(err)
		}
		want.Agent.Seed = 1
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: train has %+v, want %+v", flag, got, want)
		}
	}
	if text := sweepFiles(t, "a")[sweepBest]; !strings.Contains(text, "\n# found by: rlrun sweep s.toml --out DIR\n") {
		t.Errorf("the best is\n%s", text)
	}
	// --config is stronger than a file of --preset.
	write(t, "c.toml", "horizon = 16\n")
	text := must(t, "config", "User-v0", "--preset", "a/best.toml", "--config", "c.toml").out
	if got := line(t, text, "", "horizon"); got != "horizon = 16 # c.toml:1" || !strings.Contains(line(t, text, "", "algo"), "# a/best.toml:") {
		t.Errorf("%s, %s", got, line(t, text, "", "algo"))
	}
	// Two at a time, and once more: the same.
	must(t, "sweep", "s.toml", "--out", "b", "--jobs", "2")
	sameSweep(t, "two jobs", "b", "a")
	again := must(t, "sweep", "s.toml", "--out", "a")
	if again.out != r.out || strings.Contains(again.err, "1/") {
		t.Errorf("again it prints\n%s%s", again.out, again.err)
	}
	json := must(t, "sweep", "s.toml", "--out", "a", "--json").lines()
	if m := decoded(t, json[0]); len(json) != 5 || m["kind"] != "sweep" || m["rank"] != 1.0 || m["config"] != rows[1][1] || len(m["runs"].([]any)) != 2 {
		t.Errorf("printed %q", json)
	}
}

// A sweep that is interrupted anywhere, any number of times, ends with the same files.
func TestSweepGoesOn(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "s.toml", smallSweep)
	must(t, "sweep", "s.toml", "--out", "a", "--jobs", "1")
	stops := []int64{1, 170, 900, 2500}
	if testing.Short() {
		stops = []int64{170, 2500}
	}
	for n, jobs := range []string{"1", "2"} {
		dir := fmt.Sprint("b", n)
		args := []string{"sweep", "s.toml", "--out", dir, "--jobs", jobs}
		stopped := 0
		for _, steps := range stops {
			r := interruptAfter(t, steps, args...)
			switch {
			case r.code == exitResumable && strings.Contains(r.err, "the same command goes on"):
				stopped++
			case r.code != exitOK:
				t.Fatalf("stopped after %d steps: exit %d, %s", steps, r.code, r.err)
			}
		}
		if stopped < 2 {
			t.Errorf("it was stopped %d times only", stopped)
		}
		must(t, args...)
		sameSweep(t, jobs+" jobs, interrupted", dir, "a")
	}
	// A file that says something else does not go on with what is there.
	write(t, "s.toml", strings.Replace(smallSweep, "1e-2", "2e-2", 1))
	if r := rlrun(t, "sweep", "s.toml", "--out", "a"); r.code != exitUsage || !strings.Contains(r.err, "had other settings than the study has now") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
}

// Everything is refused before any training starts.
func TestSweepRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "run")
	change := func(old, text string) string {
		if !strings.Contains(smallSweep, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(smallSweep, old, text, 1)
	}
	for name, tc := range map[string]struct{ file, want string }{
		"world":        {change("User-v0", "User-v1"), `no world "User-v1"; did you mean User-v0?`},
		"base setting": {change("algo = \"a2c\"", "worldz = 3"), "s.toml:10: no setting worldz; did you mean worlds?"},
		"range":        {change("lr =", "lrr ="), "s.toml:13: no setting lrr; did you mean lr?"},
		"choice":       {change("[4, 8]", "[\"x\"]"), `s.toml:14: horizon takes a whole number, not "x"`},
		"preset":       {change("algo = \"a2c\"", "preset = \"x\""), `no preset "x"`},
		"kind":         {change("log", "lag"), "s.toml:13: lr.lag takes one of linear, log, int, choice"},
		"all negative": {change("{ log = [1e-4, 1e-2] }", "{ linear = [-2, -1] }"), "lr is -"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, "s.toml", tc.file)
			r := rlrun(t, "sweep", "s.toml", "--out", "out")
			if r.code != exitUsage || !strings.Contains(r.err, tc.want) {
				t.Errorf("exit %d, %q, want %q", r.code, r.err, tc.want)
			}
			if _, err := os.Stat("out"); err == nil {
				t.Error("the directory was made")
			}
		})
	}
	write(t, "s.toml", smallSweep)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"sweep"}, "FILE.toml, which says what to try, is missing"},
		{[]string{"sweep", "s.toml"}, "--out DIR, where runs and results go, is missing"},
		{[]string{"sweep", "nosuch.toml", "--out", "x"}, "there is no file nosuch.toml"},
		{[]string{"sweep", "s.toml", "--out", "run"}, "run holds a run: choose another directory with --out"},
		{[]string{"sweep", "s.toml", "--out", "x", "--seeds", "a"}, "--seeds: seeds are a number of them"},
		{[]string{"train", corridor, "--preset", "nosuch.toml"}, "--preset nosuch.toml cannot be read: "},
	} {
		if r := rlrun(t, tc.args...); r.code != exitUsage || !strings.Contains(r.err, tc.want) {
			t.Errorf("%q: exit %d, %q, want %q", tc.args, r.code, r.err, tc.want)
		}
	}
}

// Draws that cannot work are passed over, and so are those that come to the same; seeds that reports use are warned of.
func TestSweepPassesOver(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "s.toml", `worlds = ["User-v0"]
seeds = "1-1"
steps = 128
episodes = 1
configs = 9
[base]
algo = "a2c"
[range]
horizon = { choice = [4, 8] }
lr = { choice = [0.001, -1.0] }
`)
	r := must(t, "sweep", "s.toml", "--out", "a")
	for _, want := range []string{
		"warning: reports use seeds below 101", "draws cannot work, or came before, and are passed over", "there are 1 different configurations in the ranges, not 9",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("said %q, want %q", r.err, want)
		}
	}
	if n := len(r.lines()); n != 3 { // base has a horizon of 8 and the same step size
		t.Errorf("printed\n%s", r.out)
	}
}
