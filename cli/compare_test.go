package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/study"
)

// short is a comparison that takes a moment.
func brief(more ...string) []string {
	return append([]string{"compare", corridor, "--algo", "a2c", "--set", "worlds=4", "--steps", "320", "--episodes", "2"}, more...)
}

// files reads those of a directory that a report is made of.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{"results.jsonl", "report.html", "report.md", "summary.csv", "runs.csv", "figures/intervals.svg", "figures/intervals.png", "figures/profile.svg"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(data)
	}
	return all
}

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	args := brief("--arms", "base,+entropy=0.1,+reward-prediction+counts", "--seeds", "101-101")
	r := must(t, append(args, "--out", dir+"/a", "--jobs", "1")...)
	for _, want := range []string{"Probe/Corridor-v0\n", "+entropy=0.1", "+reward-prediction+counts", "Against base", "report: " + dir + "/a/report.html\n"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("it printed no %q:\n%s", want, r.out)
		}
	}
	if !strings.Contains(r.err, "3 runs of 3 arms in 1 worlds, in "+dir+"/a; 0 are done\n") || !strings.Contains(r.err, "3/3  Probe/Corridor-v0  +reward-prediction+counts  seed 101: return ") {
		t.Errorf("it said\n%s", r.err)
	}
	// Again there is nothing to train, and the report is the same; so it is with other numbers of runs at a time, and as --report.
	want := files(t, dir+"/a")
	for _, more := range [][]string{{"--out", dir + "/a"}, {"--out", dir + "/b", "--jobs", "3"}, {"--out", dir + "/b", "--report"}} {
		r = must(t, append(args, more...)...)
		for name, text := range files(t, more[1]) { // order: each is compared
			if text != want[name] {
				t.Errorf("%v: %s differs", more, name)
			}
		}
	}
	if strings.Contains(r.err, "runs of") {
		t.Errorf("it trained: %s", r.err)
	}
	// The command that the report names makes it.
	command := "rlrun compare Probe/Corridor-v0 --algo a2c --arms base,+entropy=0.1,+reward-prediction+counts --episodes 2 --seeds 101-101 --set worlds=4 --steps 320 --out DIR"
	if !strings.Contains(want["report.md"], "`"+command+"`") {
		t.Errorf("no %s in\n%s", command, want["report.md"])
	}
	r = must(t, append(args, "--out", dir+"/a", "--json")...)
	n := 0
	for _, line := range r.lines() {
		var o struct {
			V, Seeds         int
			Kind, World, Arm string
			IQM              float64
			Lo               float64 `json:"iqm_lo"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil || o.V != 1 || o.Kind != "compare" || o.World != corridor || o.Seeds != 1 || o.Lo > o.IQM {
			t.Errorf("%s: %+v, %v", line, o, err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d objects", n)
	}
	// A run of a comparison is a run like others.
	must(t, "eval", dir+"/a/runs/Probe-Corridor-v0/base/101", "--episodes", "1")
	s, err := agent.ReadSettings(dir + "/a/runs/Probe-Corridor-v0/+entropy=0.1/101")
	if err != nil || s.Agent.Seed != 101 || len(s.Agent.Aux) != 1 || s.Agent.Aux[0].Weight != 0.1 || s.Agent.A2C.Entropy != 0 || s.Agent.Worlds != 4 {
		t.Errorf("settings %+v, %v", s, err)
	}
}

// An arm has the tasks that its name says.
func TestCompareArms(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "s.toml")
	if err := os.WriteFile(file, []byte(`worlds = ["MiniGrid-Empty-5x5-v0"]
seeds = 1
steps = 320
arms = ["base", "none", "none+counts=0.5", "all"]

[base]
preset = "unreal"
worlds = 4
net.core = "none"
net.encoder = "small"

[arm.mine]
bare = true
lr = 0.125
aux.entropy.weight = 0.25
aux.far.kind = "value-replay"
shape.counts.settings.weight = 3

[world."MiniGrid-Empty-5x5-v0"]
gamma = 0.5
`), 0o666); err != nil {
		t.Fatal(err)
	}
	if r := rlrun(t, "compare", file, "--out", dir+"/o"); r.code != exitUsage || r.err != "rlrun: "+file+":4: arms base and all are the same in MiniGrid-Empty-5x5-v0\n" {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), `, "all"]`, `, "all+counts"]`, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	must(t, "compare", file, "--out", dir+"/o", "--episodes", "1", "--jobs", "2")
	for arm, want := range map[string]string{
		"base": "pixel-control=1 reward-prediction=1 value-replay=1 ", "none": "", "none+counts=0.5": "counts=0.5 ",
		"all+counts": "pixel-control=1 reward-prediction=1 value-replay=1 counts=0.01 ", "mine": "entropy=0.25 far=1 counts=0.01 ",
	} {
		s, err := agent.ReadSettings(filepath.Join(dir, "o/runs/MiniGrid-Empty-5x5-v0", arm, "1"))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range s.Agent.Aux {
			got += fmt.Sprintf("%s=%v ", e.ID(), e.Weight)
		}
		if got != want || s.Agent.Algo != "a2c" || s.Agent.Worlds != 4 || s.Agent.Gamma != 0.5 || (s.Agent.LR == 0.125) != (arm == "mine") {
			t.Errorf("%s: %q, want %q; %+v", arm, got, want, s.Agent)
		}
	}
}

// Everything is looked at before anything is trained, and what is wrong is said with the line.
func TestCompareRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "s.toml")
	out := filepath.Join(dir, "out")
	const head = "worlds = [\"Probe/Corridor-v0\"]\nseeds = 2\nsteps = 320\narms = [\"base\", \"+counts\"]\n"
	for name, tc := range map[string]struct{ text, want string }{
		"syntax":         {"worlds = [", ":1: "},
		"world":          {"seeds = 1\nworlds = [\"Probe/Coridor-v0\"]\narms = [\"base\", \"+counts\"]", `:2: no world "Probe/Coridor-v0"; did you mean Probe/Corridor-v0?`},
		"setting":        {head + "[base]\nworld = 3", ":6: no setting world; did you mean worlds?"},
		"setting of arm": {head + "[arm.x]\nppo.clap = 0.1", ":6: no setting ppo.clap; did you mean ppo.clip?"},
		"type":           {head + "[arm.x]\nlr = \"fast\"", `:6: lr takes a number, not "fast"`},
		"task":           {head + "[arm.x]\naux.pixelcontrol.weight = 1", `:6: no auxiliary task "pixelcontrol"; did you mean pixel-control?`},
		"task of a name": {"worlds = [\"Probe/Corridor-v0\"]\nseeds = 2\narms = [\"base\", \"+pixelcontrol\"]", `:3: no task or bonus "pixelcontrol"; did you mean pixel-control?`},
		"weight":         {"worlds = [\"Probe/Corridor-v0\"]\nseeds = 2\narms = [\"base\", \"+counts=x\"]", ":3 takes a weight such as 0.5"},
		"impossible":     {head + "[arm.x]\nworlds = 3\nppo.minibatches = 10000", ":5: 10000 minibatches of 384 transitions"},
		"needs":          {head + "[arm.x]\naux.depth.weight = 1", ":5: x in Probe/Corridor-v0: depth"},
		"no success":     {strings.Replace(head, "Corridor", "UmbrellaLength-20", 1) + "score = \"success\"", ":4: base in Probe/UmbrellaLength-20-v0: this world knows no success"},
		"same":           {head + "[arm.x]\n", ":5: arms base and x are the same in Probe/Corridor-v0"},
		"seeds":          {"seeds = \"9-3\"", ":1: seeds: seeds are a number of them"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(tc.text), 0o666); err != nil {
				t.Fatal(err)
			}
			r := rlrun(t, "compare", file, "--out", out)
			if r.code != exitUsage || !strings.HasPrefix(r.err, "rlrun: "+file+tc.want) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("exit %d: %swant FILE%s", r.code, r.err, tc.want)
			}
		})
	}
	if err := os.WriteFile(file, []byte(head), 0o666); err != nil {
		t.Fatal(err)
	}
	trained(t, corridor, dir+"/run")
	for _, tc := range []struct {
		want string
		args []string
	}{
		{"ENV, the id of a world, or a study file is missing", []string{"--out", out}},
		{"--out DIR, where runs and report go, is missing", []string{corridor, "--arms", "base,+counts"}},
		{"--arms: one arm alone", []string{corridor, "--out", out}},
		{"--arms: an arm is base, none or all", []string{corridor, "--arms", "base,++", "--out", out}},
		{`--arms +count: no task or bonus "count"; did you mean counts?`, []string{corridor, "--arms", "base,+count", "--out", out}},
		{"two arms are called base", []string{corridor, "--arms", "base,base", "--out", out}},
		{"the world Probe/Corridor-v0 is named twice", []string{corridor, corridor, "--arms", "base,+counts", "--out", out}},
		{`no world "Probe/Coridor-v0"; did you mean`, []string{corridor, "Probe/Coridor-v0", "--arms", "base,+counts", "--out", out}},
		{"--seeds: seeds are a number", []string{corridor, "--arms", "base,+counts", "--seeds", "x", "--out", out}},
		{`no score "best"`, []string{corridor, "--arms", "base,+counts", "--score", "best", "--out", out}},
		{"--jobs takes a whole number from 1 to 1024", []string{corridor, "--arms", "base,+counts", "--jobs", "0", "--out", out}},
		{"no flag --seed; did you mean --seeds?", []string{corridor, "--arms", "base,+counts", "--seed", "1", "--out", out}},
		{"--arms does not go with a study file", []string{file, "--arms", "base,+counts", "--out", out}},
		{"there is no study file none.toml", []string{"none.toml", "--out", out}},
		{"--publish is for a study file", []string{corridor, "--arms", "base,+counts", "--publish", dir, "--out", out}},
		{"there are no runs to report in", []string{file, "--report", "--out", out}},
		{dir + "/run holds a run: choose another", []string{file, "--out", dir + "/run"}},
		{"--set: no setting lrr", []string{file, "--set", "lrr=1", "--out", out}},
	} {
		if r := rlrun(t, append([]string{"compare"}, tc.args...)...); r.code != exitUsage || !strings.HasPrefix(r.err, "rlrun: "+tc.want) || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%q: exit %d: %swant %s", tc.args, r.code, r.err, tc.want)
		}
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}

// Ctrl-C ends the work in good order, and the same command goes on to the same report.
func TestCompareInterrupted(t *testing.T) {
	dir := t.TempDir()
	args := func(out string) []string {
		return []string{"compare", "User-v0", "--algo", "a2c", "--set", "worlds=4", "--steps", "640", "--episodes", "2", "--arms", "base,+counts", "--seeds", "1", "--jobs", "1", "--out", dir + "/" + out}
	}
	r := interruptAfter(t, 400, args("a")...)
	if r.code != exitResumable || !strings.Contains(r.err, "stopped; ") || !strings.HasSuffix(r.err, " of 2 runs are done; the same command goes on\n") {
		t.Fatalf("exit %d:\n%s", r.code, r.err)
	}
	must(t, args("a")...)
	must(t, args("b")...)
	want := files(t, dir+"/b")
	for name, text := range files(t, dir+"/a") { // order: each is compared
		if text != want[name] {
			t.Errorf("%s differs", name)
		}
	}
}

// A published study has its raw lines, its page and its figures beside others, and lines of others are taken in.
func TestComparePublish(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.toml")
	if err := os.WriteFile(file, []byte("title = \"Mine\"\nworlds = [\"Probe/Corridor-v0\"]\nseeds = 2\nsteps = 320\narms = [\"base\", \"+counts\"]\nepisodes = 2\n[base]\nalgo = \"a2c\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	old := `{"arm":"base","seed":2,"steps":320,"curve":[[160,0.1,-1],[320,0.125,-1]],"return":0.125,"lo":0.1,"hi":0.15,"success":-1,"greedy_return":0.25}` + "\n"
	docs := filepath.Join(dir, "docs")
	if err := os.MkdirAll(docs, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(docs, "mine.jsonl"), []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	r := must(t, "compare", file, "--out", dir+"/out", "--publish", docs)
	if !strings.Contains(r.err, "4 runs of 2 arms in 1 worlds, in "+dir+"/out; 1 are done") || !strings.Contains(r.out, "report: "+docs+"/mine.md\n") {
		t.Errorf("%s%s", r.err, r.out)
	}
	page, err := os.ReadFile(filepath.Join(docs, "mine.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Mine\n", "](mine-intervals.svg)", "[raw lines](mine.jsonl), [how long runs took, and where](mine.times.jsonl)", "| base | 2 | 0.125 [0.100, 0.150] | 0.250 | – |"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for _, name := range []string{"mine-intervals.svg", "mine-profile.svg", "mine.times.jsonl"} {
		if _, err := os.Stat(filepath.Join(docs, name)); err != nil {
			t.Error(err)
		}
	}
	lines, _, err := study.ReadLines(filepath.Join(docs, "mine.jsonl"), "")
	if err != nil || len(lines) != 4 || lines[1].Return != 0.125 || lines[1].World != corridor {
		t.Errorf("%+v, %v", lines, err)
	}
	before := string(page)
	must(t, "compare", file, "--out", dir+"/other", "--publish", docs, "--report")
	if page, err = os.ReadFile(filepath.Join(docs, "mine.md")); err != nil || string(page) != before {
		t.Errorf("made of its lines, the page differs (%v)", err)
	}
}

// A study on a drawn map, in a world of the user's own, and of several worlds.
func TestCompareWorlds(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	dir := t.TempDir()
	r := must(t, "compare", "User-v0", bandit, "--algo", "a2c", "--set", "worlds=4", "--steps", "64", "--episodes", "1", "--arms", "base,+counts", "--seeds", "1", "--out", dir+"/a")
	if !strings.Contains(r.out, "All worlds\n") || !strings.Contains(r.out, "\nUser-v0\n") {
		t.Errorf("it printed\n%s", r.out)
	}
	r = must(t, "compare", "--map", "../docs/maps/vault.map", "--algo", "a2c", "--steps", "128", "--episodes", "1", "--arms", "base,+counts", "--seeds", "1", "--out", dir+"/b")
	if !strings.Contains(r.out, "\nvault\n") && !strings.Contains(r.out, "vault") {
		t.Errorf("it printed\n%s", r.out)
	}
}

// The live part has a bar for each arm and each run, and fits the screen.
func TestBoard(t *testing.T) {
	s := study.Default()
	s.Worlds, s.Arms, s.Seeds = []study.World{{ID: corridor}}, []study.Arm{{Name: "base"}, {Name: "+counts", Terms: []study.Term{{Name: "counts"}}}}, []uint64{1, 2}
	var out strings.Builder
	a := newApp(context.Background(), Options{}, nil, &out, &out)
	p, err := study.NewPlan(s, t.TempDir(), "", func(w, i int) (study.Resolved, error) { return a.resolve(&s, w, i, "", nil) })
	if err != nil {
		t.Fatal(err)
	}
	b := a.newBoard(p)
	b.live, b.size = true, func() (int, int) { return 60, 8 }
	recent := func() agent.Summary { return agent.Summary{Mean: 0.25} }
	b.tell(study.Event{Kind: study.Started, Job: p.Jobs[0]})
	b.shown = time.Time{}
	b.tell(study.Event{Kind: study.Stepped, Job: p.Jobs[0], Step: 100_000, Recent: recent})
	text := out.String()
	for _, want := range []string{corridor + "\x1b[K\n", "  base     [#####...............]   0/2  IQM -\x1b[K\n", "0 of 4 runs, 0:00", "  [##########..........] 100k/200k"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%q", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\x1b[K\n"))); n > 60 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	out.Reset()
	b.tell(study.Event{Kind: study.Failed, Job: p.Jobs[0], Err: fmt.Errorf("study: no luck")})
	if text := out.String(); !strings.HasPrefix(text, "\r\x1b[5A\x1b[J") || !strings.Contains(text, "rlrun: "+corridor+"  base  seed 1: no luck\n") {
		t.Errorf("it wrote %q", text)
	}
}

// The pages of docs/results are what their raw lines make.
func TestResultsPages(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	raw, err := filepath.Glob("../docs/results/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pages := 0
	for _, name := range raw {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir("..")
	for _, name := range raw {
		study := strings.TrimSuffix(filepath.Base(name), ".jsonl")
		if strings.HasSuffix(study, ".times") {
			continue
		}
		pages++
		r := rlrun(t, "compare", "studies/"+study+".toml", "--out", dir+"/out", "--publish", dir, "--report")
		if strings.Contains(r.err, "had other settings than the study has now") {
			t.Logf("%s is about to be trained again: %s", study, r.err)
			pages--
			continue
		}
		if r.code != exitOK {
			t.Errorf("%s: exit %d: %s", study, r.code, r.err)
			continue
		}
		files, err1 := filepath.Glob(filepath.Join(dir, study+".*"))
		figures, err2 := filepath.Glob(filepath.Join(dir, study+"-*"))
		made := slices.Concat(files, figures)
		if err := errors.Join(err1, err2); err != nil || len(files) < 2 || len(figures) < 2 {
			t.Fatalf("%s: %q, %v", study, made, err)
		}
		for _, m := range made {
			got, err1 := os.ReadFile(m)
			want, err2 := os.ReadFile(filepath.Join("docs/results", filepath.Base(m)))
			if err := errors.Join(err1, err2); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s differs (%v): make results", filepath.Base(m), err)
			}
		}
	}
	if pages < 1 {
		t.Error("there are no pages")
	}
}

// Arms may begin with the weights of a run, which is in their settings as it was found.
func TestCompareInit(t *testing.T) {
	dir := t.TempDir()
	trained(t, corridor, dir+"/first", "--set", "worlds=4")
	args := brief("--init", dir+"/first", "--arms", "base,+counts", "--seeds", "1", "--out", dir+"/cmp")
	must(t, args...)
	if err := os.Remove(dir + "/cmp/results.jsonl"); err != nil {
		t.Fatal(err)
	}
	must(t, args...) // the runs are there, and are those of these settings
	s, err := agent.ReadSettings(dir + "/cmp/runs/Probe-Corridor-v0/base/1")
	if err != nil || s.Agent.Init.Run != dir+"/first" || s.Agent.Init.Step == 0 {
		t.Errorf("settings %+v, %v", s.Agent.Init, err)
	}
}
