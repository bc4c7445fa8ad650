package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"image/png"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env/probe"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/viz/plot"
)

// measured makes a run directory with given returns, at steps 100, 200, ... after 1 s, 2 s, ...; NaN is a missing one.
func measured(t *testing.T, dir string, returns []float64, change func(*agent.Config)) {
	t.Helper()
	w, err := probe.New(corridor)
	if err != nil {
		t.Fatal(err)
	}
	c := agent.Default("ppo", w.Spec())
	change(&c)
	d, err := run.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.WriteConfig(agent.Settings{Env: corridor, Agent: c}); err != nil {
		t.Fatal(err)
	}
	m, err := d.Metrics(0)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	times, err := d.Times(0)
	if err != nil {
		t.Fatal(err)
	}
	defer times.Close()
	for i, v := range returns {
		step := int64(100 * (i + 1))
		if err := m.Append(step, []run.Value{{Name: "return_mean", V: v}, {Name: "loss.value", V: 2 * v}}); err != nil {
			t.Fatal(err)
		}
		if err := times.Append(step, []run.Value{{Name: "seconds", V: float64(i + 1)}}); err != nil {
			t.Fatal(err)
		}
	}
}

func seeded(n uint64, with ...string) func(*agent.Config) {
	return func(c *agent.Config) {
		c.Seed = n
		for _, kind := range with {
			c.Add(agent.Extra{Kind: kind, Weight: 1})
		}
	}
}

// fiveRuns makes two groups: three runs of one, one of which is shorter, and two of another.
func fiveRuns(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	measured(t, "runs/a1", []float64{math.NaN(), 0, 0.5, 1}, seeded(1))
	measured(t, "runs/a2", []float64{0, 0.3, 0.5, 0.9}, seeded(2))
	measured(t, "runs/a3", []float64{0, 0.6, 0.8}, seeded(3))
	measured(t, "runs/b1", []float64{0, 1, 1, 1}, seeded(1, "reward-prediction"))
	measured(t, "runs/b2", []float64{0, 0.5, 1, 1}, seeded(2, "reward-prediction"))
}

func table(t *testing.T, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestPlotCurves(t *testing.T) {
	fiveRuns(t)
	r := must(t, "plot", "--out", "c.csv", "--band", "minmax", "--metric", "mean")
	want := [][]string{
		{"curve", "seeds", "x", "mean", "lo", "hi"},
		{"base", "3", "200", "0.3", "0", "0.6"}, // at 100 one has no return
		{"base", "3", "300", "0.6", "0.5", "0.8"},
		{"+reward-prediction", "2", "100", "0", "0", "0"},
		{"+reward-prediction", "2", "200", "0.75", "0.5", "1"},
		{"+reward-prediction", "2", "300", "1", "1", "1"},
		{"+reward-prediction", "2", "400", "1", "1", "1"},
	}
	if got := table(t, "c.csv"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(r.err, "base: drawn up to step 300, where its shortest run ends; 2 of 3 go on") {
		t.Errorf("said %q", r.err)
	}
	must(t, "plot", "runs/a1", "runs/a2", "runs/a3", "--out", "m.csv", "--metric", "median", "--band", "none", "--y", "loss.value")
	if got, want := table(t, "m.csv")[1], []string{"ppo", "3", "200", "0.6", "", ""}; !slices.Equal(got, want) {
		t.Errorf("median: got %q, want %q", got, want)
	}
	// Over time: 200 points from the first second on, each the last value that was known.
	must(t, "plot", "runs/b1", "runs/b2", "--x", "time", "--out", "t.csv", "--metric", "mean", "--band", "none")
	rows := table(t, "t.csv")
	for i, want := range map[int][]string{1: {"1000", "0"}, 67: {"1994", "0"}, 68: {"2010", "0.75"}, 200: {"4000", "1"}} {
		if got := rows[i][2:4]; !slices.Equal(got, want) {
			t.Errorf("over time, row %d is %q, want %q", i, got, want)
		}
	}
	// Runs may be further down, as those of a comparison are, but what is in a run is part of it.
	measured(t, "cmp/runs/world/arm/1", []float64{1}, seeded(1))
	measured(t, "cmp/runs/world/arm/1/diverged", []float64{0}, seeded(2))
	measured(t, "cmp/runs/world/arm/deeper/1", []float64{0}, seeded(3))
	if err := os.Symlink(".", "cmp/runs/loop"); err != nil {
		t.Fatal(err)
	}
	must(t, "plot", "cmp", "--out", "d.csv")
	if rows := table(t, "d.csv"); len(rows) != 2 || rows[1][1] != "1" || rows[1][3] != "1" {
		t.Errorf("further down: %q", rows)
	}
	// A group without a point in common is left out, and that is said.
	measured(t, "apart/a", []float64{1, math.NaN()}, seeded(1))
	measured(t, "apart/b", []float64{math.NaN(), 1}, seeded(2))
	r = must(t, "plot", "apart", "runs/b1", "--out", "p.csv")
	if rows := table(t, "p.csv"); len(rows) != 5 || rows[1][0] != "+reward-prediction" || !strings.Contains(r.err, "of base there is no point where all runs have measured return_mean") {
		t.Errorf("got %q, said %q", rows, r.err)
	}
	// The bootstrap of three seeds reaches from the least to the greatest.
	must(t, "plot", "runs/a1", "runs/a2", "runs/a3", "--out", "i.csv")
	if got, want := table(t, "i.csv")[1], []string{"ppo", "3", "200", "0.3", "0", "0.6"}; !slices.Equal(got[:3], want[:3]) || got[4] != want[4] || got[5] != want[5] {
		t.Errorf("bootstrap: got %q, want %q", got, want)
	}
}

func TestPlotPictures(t *testing.T) {
	fiveRuns(t)
	must(t, "plot", "--out", "c.png", "--size", "300x500")
	f, err := os.Open("c.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if p, err := png.DecodeConfig(f); err != nil || p.Width != 1000 || p.Height != 600 {
		t.Errorf("%d x %d (%v)", p.Width, p.Height, err)
	}
	must(t, "plot", "--out", "c.svg", "--x", "time")
	data, err := os.ReadFile("c.svg")
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(data, new(struct{})); err != nil {
		t.Error(err)
	}
	must(t, "plot", "--out", "d.svg", "--x", "time")
	again, err := os.ReadFile("d.svg")
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("drawn again, it differs (%v)", err)
	}
}

func TestPlotRefuses(t *testing.T) {
	fiveRuns(t)
	if err := os.MkdirAll("empty", 0o777); err != nil {
		t.Fatal(err)
	}
	measured(t, "none/a", nil, seeded(1))
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"plot", "--y", "retrun_mean"}, `no run has measured "retrun_mean"; did you mean return_mean?`},
		{[]string{"plot", "--y", "value"}, `no run has measured "value"; did you mean loss.value?`},
		{[]string{"plot", "--y", "zzzzzzz"}, `no run has measured "zzzzzzz"; there are return_mean, loss.value`},
		{[]string{"plot", "--out", "x.gif"}, "--out takes a file that ends in .png, .svg or .csv, not x.gif"},
		{[]string{"plot", "--x", "hours"}, `--x takes steps or time, not "hours"`},
		{[]string{"plot", "empty"}, "empty is no run directory, and there is none in it"},
		{[]string{"plot", "none", "--y", "loss.value"}, "these runs have measured nothing yet"},
		{[]string{"plot", "--out", "x.png", "--size", "10x10"}, "the size is 10 x 10, must be 200 to 10000 each way"},
	} {
		if r := rlrun(t, tc.args...); r.code != exitUsage || !strings.Contains(r.err, tc.want) {
			t.Errorf("%q: exit %d, %q, want %q", tc.args, r.code, r.err, tc.want)
		}
	}
	if r := rlrun(t, "plot", "none"); r.code != exitFailed || !strings.Contains(r.err, "there is nothing to draw of return_mean yet") {
		t.Errorf("nothing measured: exit %d, %q", r.code, r.err)
	}
}

func TestPlotLabels(t *testing.T) {
	for _, tc := range []struct {
		name   string
		runs   []func(*agent.Config)
		want   []string
		beside string
	}{
		{"one", []func(*agent.Config){seeded(1, "entropy"), seeded(2, "entropy")}, []string{"ppo +entropy"}, ""},
		{"a setting", []func(*agent.Config){func(c *agent.Config) { c.LR = 0.5 }, func(c *agent.Config) { c.LR, c.Seed = 0.25, 9 }}, []string{"lr=0.5", "lr=0.25"}, ""},
		{"algorithms", []func(*agent.Config){
			func(*agent.Config) {}, func(c *agent.Config) { c.Algo, c.Horizon = "a2c", 8 }, func(c *agent.Config) { c.Algo, c.Horizon, c.LR = "a2c", 8, 1 },
		}, []string{"ppo lr=0.001", "a2c lr=0.001", "a2c lr=1.0"}, "horizon"},
		{"tasks", []func(*agent.Config){
			seeded(1, "value-replay"), seeded(1, "value-replay", "reward-prediction"), seeded(1),
			func(c *agent.Config) { seeded(1, "value-replay")(c); c.Aux[0].Weight = 0.5 },
		}, []string{"+value-replay value-replay.weight=1.0", "+value-replay +reward-prediction value-replay.weight=1.0", "base", "+value-replay value-replay.weight=0.5"}, ""},
		{"core", []func(*agent.Config){func(*agent.Config) {}, func(c *agent.Config) { c.Net.Core, c.Net.CoreSize = "gru", 8 }}, []string{"no core", "gru"}, "net.core_size"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var records []*record
			for i, change := range tc.runs {
				dir := string(rune('a' + i))
				measured(t, dir, []float64{1}, change)
				r, err := openRecord(dir)
				if err != nil {
					t.Fatal(err)
				}
				records = append(records, r)
			}
			groups, also, err := groupRuns(records)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, g := range groups {
				got = append(got, g.label)
			}
			if !slices.Equal(got, tc.want) || strings.Join(also, ",") != tc.beside {
				t.Errorf("labels %q, beside them %q; want %q and %q", got, also, tc.want, tc.beside)
			}
		})
	}
}

func TestChart(t *testing.T) {
	series := []plot.Series{
		{Steps: []int{0, 10}, Mean: []float64{0, 4}},
		{Steps: []int{0, 5, 6, 10}, Mean: []float64{4, 2, math.NaN(), 0}},
	}
	c := &chart{columns: 11, rows: 5, marks: marksASCII, x: short}
	got := strings.Join(c.draw(series), "\n")
	want := `4 | ++       **
  |   ++   **
2 |     ++*
  |   **
0 | **        +
    0        10`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	c = &chart{columns: 6, rows: 2, x: short}
	got = strings.Join(c.draw(series[:1]), "\n")
	want = "4 |    ⣀⠔⠊\n0 | ⡠⠔⠉\n    0   10"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if lines := c.draw([]plot.Series{{Steps: []int{1}, Mean: []float64{math.NaN()}}}); lines != nil {
		t.Errorf("without a point: %q", lines)
	}
	c.colored = true
	if got := c.mark(7); got != "\x1b[38;5;166m⣤\x1b[0m" {
		t.Errorf("mark %q", got)
	}
}

// The table below the chart tells how the curves end.
func TestPlotText(t *testing.T) {
	fiveRuns(t)
	t.Setenv("LC_ALL", "C")
	r := must(t, "plot", "--metric", "mean")
	tail := r.lines()[len(r.lines())-3:]
	want := []string{"  CURVE               SEEDS  STEP  RETURN", "* base                3      300   0.600 [0.500, 0.800]", "+ +reward-prediction  2      400   1.000 [1.000, 1.000]"}
	for i := range want {
		if strings.TrimRight(tail[i], " ") != want[i] {
			t.Errorf("got %q, want %q", tail[i], want[i])
		}
	}
}

// A run notes how long it took to each row of its metrics, and goes on counting when it is resumed.
func TestTimes(t *testing.T) {
	t.Chdir(t.TempDir())
	r := interruptAfter(t, 700, "train", "User-v0", "--algo", "a2c", "--steps", "2k", "--episodes", "1", "--run", "r")
	if r.code != exitResumable {
		t.Fatalf("exit %d, %s", r.code, r.err)
	}
	write(t, "r/times.jsonl", "{\"v\":1,\"step\":128,\"seconds\":100}\n{\"v\":1,\"step\":999999,\"seconds\":500}\n") // the second is of steps that were lost
	must(t, "train", "--resume", "r", "--episodes", "1")
	d, err := run.Open("r")
	if err != nil {
		t.Fatal(err)
	}
	times, err1 := d.ReadTimes()
	metrics, err2 := d.ReadMetrics()
	if err1 != nil || err2 != nil || len(times) < 5 {
		t.Fatalf("%d rows, %v, %v", len(times), err1, err2)
	}
	for i, row := range times {
		before := 100.0
		if i > 0 {
			before = valueOf(times[i-1], "seconds")
		}
		if s := valueOf(row, "seconds"); s < before || s > 200 {
			t.Errorf("step %d after %v s, and the one before after %v s", row.Step, s, before)
		}
		if !slices.ContainsFunc(metrics, func(m run.Row) bool { return m.Step == row.Step }) {
			t.Errorf("a time of step %d, of which there are no metrics", row.Step)
		}
	}
	if last := metrics[len(metrics)-1].Step; times[len(times)-1].Step != last {
		t.Errorf("the last time is of step %d, the last metrics are of %d", times[len(times)-1].Step, last)
	}
}
