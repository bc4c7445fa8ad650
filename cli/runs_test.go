package cli

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/run"
)

// twoRuns makes runs/a and runs/b, which differ in a seed and a task, in a new directory.
func twoRuns(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	trained(t, corridor, "runs/a", "--seed", "1", "--steps", "256", "--tensorboard")
	trained(t, corridor, "runs/b", "--seed", "2", "--aux", "entropy=0.02")
}

func TestRunsList(t *testing.T) {
	twoRuns(t)
	if err := os.Mkdir("runs/other", 0o777); err != nil {
		t.Fatal(err)
	}
	lines := must(t, "runs", "list").lines()
	want := []*regexp.Regexp{
		regexp.MustCompile(`^RUN +ENV +ALGO +SEED +STEP +RETURN +SUCCESS +CHECKPOINTS +SIZE$`),
		regexp.MustCompile(`^runs/a +Probe/Corridor-v0 +a2c +1 +256/256 +-?\d\.\d{3} +\d+% +2 +\S+ MB$`),
		regexp.MustCompile(`^runs/b +Probe/Corridor-v0 +a2c +2 +128/128 +- +- +2 +\S+ MB$`),
	}
	if len(lines) != len(want) {
		t.Fatalf("printed %q", lines)
	}
	for i, re := range want {
		if !re.MatchString(lines[i]) {
			t.Errorf("line %d is %q, want %s", i, lines[i], re)
		}
	}
	rows := must(t, "runs", "list", "runs/b", "--json").lines()
	m := decoded(t, rows[0])
	if len(rows) != 1 || m["v"] != 1.0 || m["kind"] != "run" || m["run"] != "runs/b" || m["seed"] != 2.0 || m["finished"] != true || m["bytes"].(float64) < 1000 {
		t.Errorf("printed %q", rows)
	}
	write(t, "runs/a/config.json", "{")
	if r := rlrun(t, "runs", "list"); r.code != exitFailed || !strings.Contains(r.out, "runs/b") || !strings.Contains(r.err, "runs/a/config.json") {
		t.Errorf("with a damaged run: exit %d, %q, %q", r.code, r.out, r.err)
	}
}

// The table has every value of metrics.jsonl, bit by bit.
func TestRunsCSV(t *testing.T) {
	twoRuns(t)
	d, err := run.Open("runs/a")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.ReadMetrics()
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(strings.NewReader(must(t, "runs", "show", "runs/a", "--csv").out)).ReadAll()
	if err != nil || len(table) != len(rows)+1 || table[0][0] != "step" || len(rows) == 0 {
		t.Fatalf("%d lines of %d rows (%v)", len(table), len(rows), err)
	}
	for i, r := range rows {
		for _, v := range r.Values {
			col := slices.Index(table[0], v.Name)
			want := ""
			if !math.IsNaN(v.V) {
				want = strconv.FormatFloat(v.V, 'g', -1, 64)
			}
			if col < 0 || table[i+1][col] != want {
				t.Errorf("row %d, %s: column %d has another value than %v", i, v.Name, col, v.V)
			}
		}
	}
	show := must(t, "runs", "show", "runs/b").out
	for _, want := range []string{"Probe/Corridor-v0 with a2c, seed 2: step 128 of 128\n", "  + entropy 0.02\n", "measured at step 128:\n", "  return_mean ", "\n  step 0\n  step 128\n"} {
		if !strings.Contains(show, want) {
			t.Errorf("no %q in\n%s", want, show)
		}
	}
}

func TestRunsDiff(t *testing.T) {
	twoRuns(t)
	out := must(t, "runs", "diff", "runs/a", "runs/b").out
	for _, want := range []string{`seed +1 +2`, `steps +256 +128`, `aux\.entropy\.weight +- +0\.02`, `a2c\.entropy +0\.01 +0\.0`, `step +256 +128`, `return_mean +\S+ +\S+`} {
		if !regexp.MustCompile(`(?m)^` + want + `$`).MatchString(out) {
			t.Errorf("no line %s in\n%s", want, out)
		}
	}
	if regexp.MustCompile(`(?m)^(gamma|env|algo) `).MatchString(out) {
		t.Errorf("what is the same is listed:\n%s", out)
	}
	m := decoded(t, must(t, "runs", "diff", "runs/a", "runs/b", "--json").out)
	if two := m["settings"].(map[string]any)["seed"].([]any); m["v"] != 1.0 || two[0] != "1" || two[1] != "2" {
		t.Errorf("JSON is %v", m)
	}
	if out := must(t, "runs", "diff", "runs/a", "runs/a").out; !strings.Contains(out, "(all the same)") {
		t.Errorf("a run differs from itself:\n%s", out)
	}
}

func TestRunsVerifyAndPrune(t *testing.T) {
	twoRuns(t)
	if out := must(t, "runs", "verify").out; strings.Count(out, ": ok\n") != 8 {
		t.Errorf("verify printed\n%s", out)
	}
	dry := must(t, "runs", "prune", "--json")
	if !strings.Contains(dry.err, "2 checkpoints of ") || !strings.Contains(dry.err, "would be removed") || !strings.Contains(dry.out, `"removed":false`) {
		t.Errorf("it said %q, %q", dry.err, dry.out)
	}
	files, err := filepath.Glob("runs/*/ckpt/step-*")
	if err != nil || len(files) != 4 {
		t.Fatalf("there are %q (%v)", files, err)
	}
	// The last checkpoint of a is damaged: its first one stays.
	name := "runs/a/ckpt/step-000000000256/model.safetensors"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	write(t, name, string(data))
	r := rlrun(t, "runs", "verify", "--json")
	if r.code != exitFailed || !strings.Contains(r.err, "1 of 8 parts are damaged") || strings.Count(r.out, `"ok":false`) != 1 || !strings.Contains(r.out, "another SHA-256") {
		t.Errorf("verify: exit %d, %q, %q", r.code, r.err, r.out)
	}
	if out := must(t, "runs", "prune", "--yes").out; out != "runs/a: step 256\nruns/b: step 0\n" {
		t.Errorf("prune printed %q", out)
	}
	files, err = filepath.Glob("runs/*/ckpt/step-*")
	if want := []string{"runs/a/ckpt/step-000000000000", "runs/b/ckpt/step-000000000128"}; err != nil || !slices.Equal(files, want) {
		t.Errorf("there are %q (%v), want %q", files, err, want)
	}
	held, err := run.Resume("runs/b")
	if err != nil {
		t.Fatal(err)
	}
	if r := rlrun(t, "runs", "prune", "--yes"); r.code != exitUsage || !strings.Contains(r.err, "runs/b is in use") {
		t.Errorf("a run in use: exit %d, %q", r.code, r.err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	must(t, "eval", "runs/b", "--episodes", "1")
}

func TestExpendableSteps(t *testing.T) {
	row := func(step int64, r float64) run.Row {
		return run.Row{Step: step, Values: []run.Value{{Name: "return_mean", V: r}}}
	}
	rows := []run.Row{row(1, 0.1), row(2, 0.9), row(3, 0.5), row(4, math.NaN())}
	steps := []int64{0, 1, 2, 3, 4}
	for _, tc := range []struct {
		name string
		f    pruneFlags
		bad  []int64
		want []int64
	}{
		{"last", pruneFlags{keep: count{n: 1}}, nil, []int64{0, 1, 2, 3}},
		{"last two", pruneFlags{keep: count{n: 2}}, nil, []int64{0, 1, 2}},
		{"best", pruneFlags{keep: count{n: 1}, best: true}, nil, []int64{0, 1, 3}},
		{"best is damaged", pruneFlags{keep: count{n: 1}, best: true}, []int64{2}, []int64{0, 1, 2}},
		{"last is damaged", pruneFlags{keep: count{n: 1}}, []int64{4}, []int64{0, 1, 2, 4}},
		{"all are damaged", pruneFlags{keep: count{n: 1}}, steps, nil},
		{"more than there are", pruneFlags{keep: count{n: 9}}, nil, nil},
	} {
		got := expendableSteps(steps, rows, tc.f, func(s int64) bool { return !slices.Contains(tc.bad, s) })
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

// eventSizes returns the lengths of the records of an event file, checking that they fill it.
func eventSizes(t *testing.T, name string) (sizes []int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for len(data) >= 16 {
		n := int(binary.LittleEndian.Uint64(data))
		if len(data) < 16+n {
			break
		}
		sizes, data = append(sizes, n), data[16+n:]
	}
	if len(data) > 0 {
		t.Errorf("%d bytes are left in %s", len(data), name)
	}
	return sizes
}

// train writes events while it trains; metrics of any run become events later.
func TestTensorboard(t *testing.T) {
	twoRuns(t)
	must(t, "train", "--resume", "runs/a", "--steps", "384", "--episodes", "1", "--tensorboard")
	live, err := filepath.Glob("runs/a/tensorboard/events.out.tfevents.*")
	if err != nil || len(live) != 2 {
		t.Fatalf("event files %q (%v)", live, err)
	}
	metrics, err := os.ReadFile("runs/a/metrics.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := len(eventSizes(t, live[0])) + len(eventSizes(t, live[1]))
	if want := bytes.Count(metrics, []byte("\n")) + 3; n != want { // two versions and a restart
		t.Errorf("%d events, want %d", n, want)
	}
	if r := rlrun(t, "runs", "tensorboard", "runs/a"); r.code != exitUsage || !strings.Contains(r.err, "choose another directory with --out") {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
	must(t, "runs", "tensorboard", "runs/a", "--out", "tb")
	first, err := os.ReadFile("tb/" + convertedName)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(eventSizes(t, "tb/"+convertedName)), bytes.Count(metrics, []byte("\n"))+1; got != want {
		t.Errorf("%d events, want %d", got, want)
	}
	must(t, "runs", "tensorboard", "runs/a", "--out", "tb")
	again, err := os.ReadFile("tb/" + convertedName)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("another conversion gives other bytes (%v)", err)
	}
	if !bytes.Contains(first, []byte("loss/policy")) {
		t.Error("no tag loss/policy")
	}
}
