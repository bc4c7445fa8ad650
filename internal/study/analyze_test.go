package study

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/stats"
)

var update = flag.Bool("update", false, "rewrite the reports in testdata")

// made is a study of two worlds whose lines are made up: the task helps in the first and does nothing in the second.
func made() (Study, []env.Spec, []Line) {
	s := Default()
	s.Name, s.Title, s.About, s.Command = "made", "Does <it> help?", "One.\n\nTwo & `<three>`, `four.", "rlrun compare made.toml --out DIR"
	s.Worlds = []World{{ID: "A-v0", Threshold: math.NaN()}, {ID: "B-v0", Threshold: math.NaN(), Scale: [2]float64{0, 10}, Published: "5 (one run)"}}
	s.Arms = []Arm{{Name: "base"}, {Name: "+task"}}
	var lines []Line
	for seed := range uint64(10) {
		s.Seeds = append(s.Seeds, seed+1)
		for w, world := range s.Worlds {
			for a, arm := range s.Arms {
				top := 0.5 + 0.04*float64(seed) - 0.1*float64(seed%3)
				if w == 0 {
					top += 0.3 * float64(a)
				}
				if w == 1 {
					top *= 10
				}
				l := Line{
					V: 1, World: world.ID, Arm: arm.Name, Seed: seed + 1, Steps: 1000, Return: rounded(top), Lo: rounded(top - 0.1), Hi: rounded(top + 0.1),
					Success: num(math.NaN()), Greedy: rounded(top * 1.1), GreedySuccess: num(math.NaN()), Length: 20,
				}
				for k := range 10 {
					p := Point{100 * (k + 1), rounded(top * float64(k) / 9), num(math.NaN())}
					if k == 0 {
						p.Return = num(math.NaN()) // no episode has ended yet
					}
					l.Curve = append(l.Curve, p)
				}
				if a == 1 {
					l.Tasks = []Contact{{"task", num(0.1 + 0.01*float64(seed)), -0.25, num(math.NaN())}}
				}
				lines = append(lines, l)
			}
		}
	}
	return s, []env.Spec{{ID: "A-v0", Best: 1}, {ID: "B-v0"}}, lines
}

func analyzed(t *testing.T, change func(s *Study, specs []env.Spec, lines []Line) []Line) *Report {
	t.Helper()
	s, specs, lines := made()
	if change != nil {
		lines = change(&s, specs, lines)
	}
	r, err := Analyze(&s, specs, lines, 40)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// near reports whether two numbers are the same but for rounding, or both missing.
func near(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-9*max(1, math.Abs(b))
}

// The numbers are those that package stats, which has its own oracles, says of the scores in the lines.
func TestAnalyze(t *testing.T) {
	r := analyzed(t, nil)
	_, _, lines := made()
	score := func(world, arm string) (x []float64) {
		for _, l := range lines {
			if l.World == world && l.Arm == arm {
				x = append(x, float64(l.Return))
			}
		}
		return x
	}
	for w, world := range []string{"A-v0", "B-v0"} {
		for a, arm := range []string{"base", "+task"} {
			o, x := r.Worlds[w].Arms[a], score(world, arm)
			for name, c := range map[string]struct {
				got    stats.Interval
				metric stats.Metric
			}{"IQM": {o.IQM, stats.IQM}, "mean": {o.Mean, stats.Mean}, "median": {o.Median, stats.RunMedian}} {
				want, err := stats.Default().Interval([][]float64{x}, c.metric)
				if err != nil || c.got != want {
					t.Errorf("%s of %s in %s: got %v, want %v (%v)", name, arm, world, c.got, want, err)
				}
			}
			if o.Least != slices.Min(x) || o.Most != slices.Max(x) || len(o.Seeds) != 10 || o.Steps != 1000 || !math.IsNaN(o.Success.Value) {
				t.Errorf("%s in %s: %+v", arm, world, o)
			}
			scale := []float64{1, 10}[w]
			gap := 0.0
			for _, v := range x {
				gap += max(0, 1-v/scale) / 10
			}
			if !near(o.Gap.Value, gap) {
				t.Errorf("gap of %s in %s: got %v, want %v", arm, world, o.Gap.Value, gap)
			}
		}
		c, err := stats.Default().ComparePaired([][]float64{score(world, "+task")}, [][]float64{score(world, "base")}, stats.IQM)
		if o := r.Worlds[w].Arms[1]; err != nil || o.Difference != c.Difference || o.Better != c.Improvement || o.Pairs != 10 {
			t.Errorf("against base in %s: %v and %v, want %v (%v)", world, o.Difference, o.Better, c, err)
		}
	}
	if o := r.Worlds[0].Arms[0]; !math.IsNaN(o.Difference.Value) || !math.IsNaN(o.Better.Value) {
		t.Errorf("base against itself: %+v", o)
	}
	if d := r.Worlds[0].Arms[1].Difference; !near(d.Value, 0.3) || !near(d.Lo, 0.3) || !near(d.Hi, 0.3) {
		t.Errorf("every pair differs by 0.3, the difference is %v", d)
	}
	if b := r.Worlds[1].Arms[1].Better; b.Value != 0.5 {
		t.Errorf("arms with the same scores: %v", b)
	}
	if c := r.Worlds[0].Arms[1].Tasks[0]; !near(c.Share.Value, 0.145) || c.Cosine.Value != -0.25 || !math.IsNaN(c.Quality.Value) {
		t.Errorf("task %+v", c)
	}
	if r.Missing != 0 || r.All == nil {
		t.Errorf("%d are missing, over all is %v", r.Missing, r.All)
	}
	// Over all, scores are fractions of the scales.
	rows := [][]float64{score("A-v0", "+task"), score("B-v0", "+task")}
	for i := range rows[1] {
		rows[1][i] /= 10
	}
	want, err := stats.Default().Interval(rows, stats.IQM)
	if o := r.All.Arms[1]; err != nil || !near(o.IQM.Value, want.Value) || !near(o.IQM.Lo, want.Lo) || !near(o.IQM.Hi, want.Hi) {
		t.Errorf("over all: %v, want %v (%v)", o.IQM, want, err)
	}
}

// The threshold is 0.9 of the best there is where nobody says another; runs that did not get there are not left out.
func TestSteps(t *testing.T) {
	r := analyzed(t, nil)
	a := &r.Worlds[0]
	if a.Threshold != 0.9 || r.Worlds[1].Threshold != 9 {
		t.Fatalf("thresholds %v and %v", a.Threshold, r.Worlds[1].Threshold)
	}
	reached := 0
	for _, l := range a.Arms[1].Lines {
		if l.Return >= 0.9 {
			reached++
		}
	}
	if o := a.Arms[1]; reached == 0 || reached == 10 || o.Reached != reached || a.Arms[0].Reached != 0 {
		t.Errorf("%d of +task and %d of base got there, want %d and 0", o.Reached, a.Arms[0].Reached, reached)
	}
	if o := r.All.Arms[1]; o.Reached != reached || o.Timed != 20 {
		t.Errorf("over all %d of %d got there", o.Reached, o.Timed)
	}
	if o := a.Arms[1]; o.Horizon != 1000 || !(o.When.Value < 1000) || !(o.WhenDifference.Value < 0) || !(o.Sooner.Value > 0.5) || !(o.P < 1) {
		t.Errorf("+task: %+v", o)
	}
	if text := r.Text(200); !strings.Contains(text, fmt.Sprintf("%d of 10", reached)) {
		t.Error("the report does not tell")
	}
	for name, change := range map[string]func(s *Study, specs []env.Spec, lines []Line) []Line{
		"of the study": func(s *Study, _ []env.Spec, l []Line) []Line { s.Threshold = 0.25; return l },
		"of the world": func(s *Study, _ []env.Spec, l []Line) []Line {
			s.Threshold, s.Worlds[0].Threshold = 0.5, 0.25
			return l
		},
	} {
		if r := analyzed(t, change); r.Worlds[0].Threshold != 0.25 || r.Worlds[0].Arms[0].Reached != 10 {
			t.Errorf("%s: %v, %d got there", name, r.Worlds[0].Threshold, r.Worlds[0].Arms[0].Reached)
		}
	}
}

// A run that diverged stays where it was to the end of its budget: in learning curves, and in that it did not get to the threshold.
func TestDivergedRunStaysWhereItWas(t *testing.T) {
	end := func(pad bool) *Report {
		return analyzed(t, func(_ *Study, _ []env.Spec, lines []Line) []Line {
			for i := range lines {
				l := &lines[i]
				if l.Arm != "+task" || l.World != "A-v0" || l.Seed%3 != 0 {
					continue
				}
				l.Diverged = true
				at := l.Curve[3]
				l.Curve = l.Curve[:4]
				for pad && len(l.Curve) < 10 {
					at.Step += 100
					l.Curve = append(l.Curve, at)
				}
			}
			return lines
		})
	}
	got, want := end(false), end(true)
	for _, pair := range [][2]*Result{{got.All, want.All}, {&got.Worlds[0], &want.Worlds[0]}} {
		for arm := range pair[0].Arms {
			a, b := pair[0].Arms[arm], pair[1].Arms[arm]
			if len(a.Curve) != 9 || !slices.Equal(a.Curve, b.Curve) {
				t.Errorf("%s in %q: the curve is\n%v, want\n%v", a.Name, pair[0].World, a.Curve, b.Curve)
			}
			if a.When != b.When || a.Horizon != b.Horizon || a.Horizon != 1000 || arm > 0 && (a.WhenDifference != b.WhenDifference || a.Sooner != b.Sooner || a.P != b.P) {
				t.Errorf("%s in %q: steps %v, p %v, within %d; want %v, %v, %d", a.Name, pair[0].World, a.When, a.P, a.Horizon, b.When, b.P, b.Horizon)
			}
		}
	}
}

// What the first run has not measured, others have.
func TestTasksOfAnyRun(t *testing.T) {
	r := analyzed(t, func(_ *Study, _ []env.Spec, lines []Line) []Line {
		for i := range lines {
			l := &lines[i]
			if l.Seed == 1 {
				l.Tasks = nil
			} else if l.Arm == "+task" {
				l.Grads = []Slope{{"conv1", num(l.Seed), num(math.NaN())}}
			}
		}
		return lines
	})
	o := r.Worlds[0].Arms[1]
	if len(o.Tasks) != 1 || !near(o.Tasks[0].Share.Value, 0.15) || o.Tasks[0].Cosine.Value != -0.25 {
		t.Errorf("tasks %+v", o.Tasks)
	}
	if len(o.Grads) != 1 || !near(o.Grads[0].First.Value, 6) || !math.IsNaN(o.Grads[0].Mean.Value) {
		t.Errorf("layers %+v", o.Grads)
	}
}

// Lines may be missing: arms are compared by the seeds that both have, and put together by those that they have in every world.
func TestMissingRuns(t *testing.T) {
	r := analyzed(t, func(_ *Study, _ []env.Spec, lines []Line) []Line {
		return slices.DeleteFunc(lines, func(l Line) bool {
			return l.Arm == "+task" && l.World == "A-v0" && l.Seed > 4 || l.Arm == "base" && l.World == "A-v0" && l.Seed == 2
		})
	})
	if r.Missing != 7 {
		t.Errorf("%d are missing", r.Missing)
	}
	if o := r.Worlds[0].Arms[1]; len(o.Seeds) != 4 || o.Pairs != 3 || verdict(o) != "few seeds" || !near(o.Difference.Value, 0.3) {
		t.Errorf("A: %+v", o)
	}
	if o := r.All.Arms[1]; len(o.Seeds) != 4 || o.Pairs != 3 {
		t.Errorf("all: %+v", o)
	}
	text := r.Markdown(func(s string) string { return s }, "raw", "times")
	for _, want := range []string{"7 of 40 runs are not there yet", "There are arms with 4 seeds", "too few seeds for a word"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// An arm of which there is nothing at all.
	r = analyzed(t, func(_ *Study, _ []env.Spec, lines []Line) []Line {
		return slices.DeleteFunc(lines, func(l Line) bool { return l.Arm == "base" })
	})
	if o := r.Worlds[0].Arms[1]; o.Pairs != 0 || !math.IsNaN(o.Difference.Value) || math.IsNaN(o.IQM.Value) {
		t.Errorf("without base: %+v", o)
	}
	if _, err := r.HTML(); err != nil {
		t.Error(err)
	}
}

// Where nobody knows what a good return is, scores are not put together, and only who did better is.
func TestUnknownScale(t *testing.T) {
	r := analyzed(t, func(s *Study, _ []env.Spec, lines []Line) []Line {
		s.Worlds[1].Scale = [2]float64{}
		return lines
	})
	if o := r.All.Arms[1]; r.All.Scaled || !math.IsNaN(o.IQM.Value) || !math.IsNaN(o.Difference.Value) || !near(o.Better.Value, (r.Worlds[0].Arms[1].Better.Value+0.5)/2) {
		t.Errorf("over all: %+v", o)
	}
	if b := r.Worlds[1]; !math.IsNaN(b.Arms[0].Gap.Value) || !math.IsNaN(b.Threshold) || math.IsNaN(b.Arms[0].IQM.Value) {
		t.Errorf("B: %+v", b)
	}
	if page, err := r.HTML(); err != nil || !strings.Contains(page, "cannot be put together") {
		t.Errorf("the page does not say so (%v)", err)
	}
}

func TestScores(t *testing.T) {
	s, specs, lines := made()
	s.Score = BySuccess
	if _, err := Analyze(&s, specs, lines, 40); err == nil || !strings.Contains(err.Error(), "A-v0: base: study: a run has no success") {
		t.Errorf("a study of successes without any: %v", err)
	}
	s.Score = ByGreedy
	r, err := Analyze(&s, specs, lines, 40)
	if err != nil || !near(r.Worlds[0].Arms[0].Most, slices.MaxFunc(r.Worlds[0].Arms[0].Lines, func(a, b Line) int { return int(math.Copysign(1, float64(a.Greedy-b.Greedy))) }).score(ByGreedy)) {
		t.Errorf("%v", err)
	}
}

// The pages are as they were.
func TestPages(t *testing.T) {
	r := analyzed(t, nil)
	html, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{ // order: each is a file
		"made.txt": r.Text(120), "made.md": r.Markdown(func(s string) string { return "figures/" + s + ".svg" }, "results.jsonl", "times.jsonl"),
		"summary.csv": r.SummaryCSV(), "runs.csv": r.RunsCSV(),
	} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s differs: if it should, go test ./internal/study -update, and look at it", file)
		}
	}
	wellFormed(t, html)
	for _, want := range []string{"Does &lt;it&gt; help?", "<p>Two &amp; <code>&lt;three&gt;</code>, `four.</p>", `<section id="B-v0">`, "<strong>Published:</strong> 5 (one run)", `class="better">better`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, bad := range []string{"http:", "https:", "<script", "<link", "url(", "NaN"} {
		if strings.Contains(strings.ReplaceAll(strings.ReplaceAll(html, "http://www.w3.org/2000/svg", ""), "http://www.w3.org/1999/xlink", ""), bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
	for name, text := range map[string]string{"summary": r.SummaryCSV(), "runs": r.RunsCSV()} {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) < 41 {
			t.Errorf("%s.csv: %d rows, %v", name, len(rows), err)
		}
	}
}

// wellFormed checks that every tag is closed, which this page's are.
func wellFormed(t *testing.T, html string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = true, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("the page is not well-formed: %v", err)
			return
		}
	}
}

func TestFigures(t *testing.T) {
	for x, want := range map[float64]string{0: "0.000", -0.0001: "0.000", 0.12345: "0.123", -9.99949: "-9.999", 12.345: "12.35", 123.45: "123.5", 1234.4: "1,234", -1234567: "-1,234,567", math.NaN(): missing} {
		if got := figure(x); got != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
	for x, want := range map[float64]string{999: "999", 1000: "1,000", -999999: "-999,999", 0.2: "0", -0.2: "0"} {
		if got := grouped(x); got != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
	if got := signed(0.00001) + signed(0.5) + signed(-0.5) + signedGrouped(1234) + signedGrouped(0); got != "0.000+0.500-0.500+1,2340" {
		t.Errorf("got %s", got)
	}
	if got := separated([][]string{{`a,"b"`, "c"}}); got != `"a,""b""",c`+"\n" {
		t.Errorf("got %s", got)
	}
}

// Pages have a table of gradients where there are any, with a column per arm that has them; CSV has their intervals.
func TestGradTable(t *testing.T) {
	nan := num(math.NaN())
	with := analyzed(t, func(_ *Study, _ []env.Spec, lines []Line) []Line {
		for i := range lines {
			l := &lines[i]
			if l.World != "A-v0" {
				continue
			}
			l.Grads = []Slope{{"conv1", num(l.Seed) * 1e-6, num(l.Seed) * 1e-3}}
			if l.Arm == "+task" {
				l.Grads = []Slope{{"conv2", nan, 3}}
			}
		}
		return lines
	})
	text := with.Markdown(func(name string) string { return name }, "raw", "")
	const want = "### Gradient norm per layer\n\n| layer | base | +task |\n|---|--:|--:|\n| conv1 | 5.5e-06 → 0.0055 | – |\n| conv2 | – | – → 3 |\n\nOf the main loss alone"
	if strings.Count(text, want) != 1 || strings.Count(text, "Gradient norm") != 1 {
		t.Errorf("want %s in\n%s", want, text)
	}
	page, err := with.HTML()
	if err != nil || !strings.Contains(page, "<td class=\"left\">conv1</td><td>5.5e-06 → 0.0055</td>") {
		t.Errorf("the page has no gradients, %v", err)
	}
	if strings.Contains(with.Text(200), "Gradient norm") {
		t.Error("the table is for pages")
	}
	x := make([]float64, 10)
	for i := range x {
		x[i] = float64(rounded(float64(num(i+1) * 1e-3)))
	}
	iv, err := stats.Default().Interval([][]float64{x}, stats.Mean)
	if g := with.Worlds[0].Arms[0].Grads[0]; err != nil || !near(g.Mean.Value, iv.Value) || !near(g.Mean.Lo, iv.Lo) || !near(g.Mean.Hi, iv.Hi) {
		t.Errorf("got %v, want %v (%v)", g.Mean, iv, err)
	}
	csv := with.SummaryCSV()
	if !strings.Contains(csv, "A-v0,base,10,grad.conv1,") || !strings.Contains(csv, "A-v0,base,10,grad_first.conv1,") || strings.Contains(csv, "grad_first.conv2") {
		t.Errorf("%s", csv)
	}
	if without := analyzed(t, nil); strings.Contains(without.Markdown(func(name string) string { return name }, "raw", ""), "Gradient norm") {
		t.Error("there are no gradients, but a table of them")
	}
}
