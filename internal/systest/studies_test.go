package systest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/stats"
	"github.com/auxrl/auxrl/viz/plot"
)

// study compares arms, agents that differ in one thing, over seeds. `make study NAME=...` runs what is missing of it, appends a line per
// run to docs/results/NAME.jsonl, and writes docs/results/NAME.md from the lines. It may be stopped at any time, and goes on.
type study struct {
	name, title, world string
	algo, preset       string
	intro              string // what is asked, and what the reader should know
	steps              int
	first, seeds       int // first+1..first+seeds, on which nothing was tuned
	change             func(c *agent.Config, spec env.Spec)
	arms               []studyArm
	success            bool // the table tells success rates, else returns
}

type studyArm struct {
	name   string
	change func(c *agent.Config, spec env.Spec)
	steps  int // 0: the study's
}

// studyLine is what is kept of a run.
type studyLine struct {
	Arm     string       `json:"arm"`
	Seed    uint64       `json:"seed"`
	Steps   int          `json:"steps"`
	Curve   [][3]float64 `json:"curve"` // step, mean return and success of the last 100 training episodes
	Return  float64      `json:"return"`
	Lo      float64      `json:"lo"`
	Hi      float64      `json:"hi"`
	Success float64      `json:"success"`
	Greedy  float64      `json:"greedy_return"`
}

func withCore(kind string) func(*agent.Config, env.Spec) {
	return func(c *agent.Config, spec env.Spec) { c.Net = c.Net.WithCore(kind, agent.ShapeOf(spec)) }
}

func with(kinds ...string) func(*agent.Config, env.Spec) {
	return func(c *agent.Config, _ env.Spec) {
		for _, kind := range kinds {
			e, err := agent.NewExtra(kind)
			if err != nil {
				panic("systest: a study names a task that there is not")
			}
			c.Add(e)
		}
	}
}

// Arms with a core and without.
func cores() []studyArm {
	return []studyArm{{"lstm", withCore("lstm"), 0}, {"gru", withCore("gru"), 0}, {"no core", nil, 0}}
}

// unrealArms are A2C with an LSTM, by itself and with the tasks of UNREAL.
func unrealArms() []studyArm {
	one := func(name string, kinds ...string) studyArm { return studyArm{name, with(kinds...), 0} }
	all := agent.UnrealTasks()
	mistaken := one("all, ends dropped", all...)
	add := mistaken.change
	mistaken.change = func(c *agent.Config, spec env.Spec) {
		add(c, spec)
		c.DropEnds = true
	}
	return []studyArm{one("base"), one("+reward-prediction", "reward-prediction"), one("+value-replay", "value-replay"),
		one("+pixel-control", "pixel-control"), one("all", all...), mistaken}
}

var studies = []study{
	{
		name: "memory", title: "Probe/MemoryLength-30-v0: with and without memory", world: "Probe/MemoryLength-30-v0", algo: "ppo", preset: "default",
		intro: "A bit is shown at the start and asked for 30 steps later (bsuite's memory length). Defaults of `rlrun train`, but for `--core` and the budget.\n" +
			"(A GRU whose update gate began undecided needed longer, and failed on two of the seeds 1 to 10: hence other seeds here, and a bias.)",
		steps: 2_000_000, first: 10, seeds: 10, success: true, arms: cores(),
	},
	{
		name: "pixelmaze", title: "Maze/Overhead-42x42-v0: what the tasks of UNREAL do", world: "Maze/Overhead-42x42-v0", algo: "a2c", preset: "unreal",
		intro: "One maze, seen from above in 42x42 pixels; the goal is twenty steps away and pays 1, bumping into a wall costs 1. A2C with an LSTM, without and\n" +
			"with the tasks; in the last arm replay stops before the transitions that end episodes, as in the best-known re-implementation.",
		steps: 2_000_000, seeds: 5, arms: unrealArms(),
		change: func(c *agent.Config, _ env.Spec) { c.Aux, c.A2C.Entropy = nil, 0.03 },
	},
	{
		name: "memorys7", title: "MiniGrid-MemoryS7-v0: with and without memory", world: "MiniGrid-MemoryS7-v0", algo: "ppo", preset: "default",
		intro: "At the start a thing is seen; at the end of a corridor stand two, and the one like it must be chosen. That can be remembered, and\n" +
			"it can be done without: at the junction, looking back, an agent sees the thing and both ends at once.\n" +
			"Defaults of `rlrun train`, but for `--core`. The recurrent agents have 1,000,000 steps, the one without a core 2,000,000.",
		steps: 1_000_000, seeds: 10, success: true,
		arms: []studyArm{{"lstm", withCore("lstm"), 0}, {"gru", withCore("gru"), 0}, {"no core", nil, 2_000_000}},
	},
}

// run trains and evaluates one run.
func (s study) run(t *testing.T, arm studyArm, seed uint64) studyLine {
	build := func() (env.Env, error) { return catalog.New(s.world) }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := agent.Preset(s.preset, s.algo, w.Spec())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Seed, cfg.Steps = seed, s.steps
	if arm.steps > 0 {
		cfg.Steps = arm.steps
	}
	for _, change := range []func(*agent.Config, env.Spec){s.change, arm.change} {
		if change != nil {
			change(&cfg, w.Spec())
		}
	}
	tr, err := agent.NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	line := studyLine{Arm: arm.name, Seed: seed, Steps: cfg.Steps}
	const points = 50
	for !tr.Finished() {
		before := tr.Step()
		tr.Update()
		if err := tr.Err(); err != nil {
			t.Fatal(err)
		}
		if every := cfg.Steps / points; tr.Step()/every != before/every {
			r := tr.Recent()
			line.Curve = append(line.Curve, [3]float64{float64(tr.Step()), rounded(r.Mean), rounded(r.Success)})
		}
	}
	sampled, err := tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	greedy, err := tr.Evaluate(agent.EvalConfig{Episodes: 100, Seed: seed, Greedy: true})
	if err != nil {
		t.Fatal(err)
	}
	line.Return, line.Lo, line.Hi = rounded(sampled.Mean), rounded(sampled.Lo), rounded(sampled.Hi)
	line.Success, line.Greedy = rounded(sampled.Success), rounded(greedy.Mean)
	return line
}

// rounded keeps four decimals; what is no number becomes -1, which no success is.
func rounded(x float64) float64 {
	if x != x {
		return -1
	}
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 4, 64), 64)
	return v
}

// TestStudy is `make study NAME=...`. AUXRL_PART=0/2 and 1/2 are two processes' halves of the runs.
func TestStudy(t *testing.T) {
	name, dir := os.Getenv("AUXRL_STUDY"), os.Getenv("AUXRL_RESULTS")
	if name == "" {
		t.Skip("make study NAME=... runs this: it takes minutes to hours")
	}
	i := slices.IndexFunc(studies, func(s study) bool { return s.name == name })
	if i < 0 {
		t.Fatalf("no study %q", name)
	}
	s, raw := studies[i], filepath.Join(dir, name+".jsonl")
	part, parts := 0, 1
	if p := os.Getenv("AUXRL_PART"); p != "" {
		if _, err := fmt.Sscanf(p, "%d/%d", &part, &parts); err != nil {
			t.Fatalf("AUXRL_PART is %q, want i/n", p)
		}
	}
	n := 0
	for seed := uint64(s.first + 1); seed <= uint64(s.first+s.seeds); seed++ {
		for _, arm := range s.arms {
			n++
			if n%parts != part || slices.ContainsFunc(s.lines(t, raw), func(l studyLine) bool { return l.Arm == arm.name && l.Seed == seed }) {
				continue
			}
			start := time.Now()
			line := s.run(t, arm, seed)
			text, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			appendLine(t, raw, text)
			t.Logf("%s, seed %d: return %.3f, success %.2f, %.0f steps/s", arm.name, seed, line.Return, line.Success, float64(line.Steps)/time.Since(start).Seconds())
		}
	}
	s.page(t, dir, s.lines(t, raw))
}

func appendLine(t *testing.T, name string, text []byte) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
}

// lines reads the runs there are, arm by arm, seed by seed.
func (s study) lines(t *testing.T, name string) (lines []studyLine) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(bytes.NewReader(data))
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var l studyLine
		if err := json.Unmarshal(scan.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	at := func(l studyLine) int {
		return slices.IndexFunc(s.arms, func(a studyArm) bool { return a.name == l.Arm })*1000 + int(l.Seed)
	}
	slices.SortFunc(lines, func(a, b studyLine) int { return at(a) - at(b) })
	return lines
}

// page writes the table.
func (s study) page(t *testing.T, dir string, lines []studyLine) {
	var b strings.Builder
	what, of := "return", func(l studyLine) float64 { return l.Return }
	if s.success {
		what, of = "success", func(l studyLine) float64 { return l.Success }
	}
	fmt.Fprintf(&b, "# %s\n\n%s\n\nSeeds %d to %d, on which nothing was tuned; 100 evaluation episodes on layouts that training never draws, actions sampled.\n"+
		"`make study NAME=%s` makes this page; [the raw lines](%s.jsonl) have learning curves.\n\n", s.title, s.intro, s.first+1, s.first+s.seeds, s.name, s.name)
	fmt.Fprintf(&b, "| arm | steps | seeds | %s, interquartile mean | 95 %% interval | least | most | greedy return |\n|---|---|---|---|---|---|---|---|\n", what)
	for _, arm := range s.arms {
		var x, greedy []float64
		steps := 0
		for _, l := range lines {
			if l.Arm == arm.name {
				x, greedy, steps = append(x, of(l)), append(greedy, l.Greedy), l.Steps
			}
		}
		if len(x) == 0 {
			continue
		}
		iqm := interquartile(t, x)
		fmt.Fprintf(&b, "| %s | %d | %d | %.3f | [%.3f, %.3f] | %.3f | %.3f | %.3f |\n", arm.name, steps, len(x), iqm.Value, iqm.Lo, iqm.Hi,
			slices.Min(x), slices.Max(x), interquartile(t, greedy).Value)
	}
	fmt.Fprintf(&b, "\n![Learning curves: interquartile means over seeds, with 95 %% bands](%s.svg)\n", s.name)
	if err := os.WriteFile(filepath.Join(dir, s.name+".md"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	s.figure(t, dir, lines)
}

// figure draws the arms' learning curves: interquartile means over seeds, of the last 100 training episodes.
func (s study) figure(t *testing.T, dir string, lines []studyLine) {
	var series []plot.Series
	for _, arm := range s.arms {
		c := plot.Series{Name: arm.name}
		var runs [][]float64
		for _, l := range lines {
			if l.Arm != arm.name {
				continue
			}
			var run []float64
			c.Steps = nil
			for _, p := range l.Curve {
				v := p[1]
				if s.success {
					v = p[2]
				}
				c.Steps, run = append(c.Steps, int(p[0])), append(run, v)
			}
			runs = append(runs, run)
		}
		if len(runs) == 0 {
			continue
		}
		b := stats.Default()
		b.Reps = 2000
		points, err := b.Curve([][][]float64{runs}, stats.IQM)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			c.Mean, c.Lo, c.Hi = append(c.Mean, p.Value), append(c.Lo, p.Lo), append(c.Hi, p.Hi)
		}
		series = append(series, c)
	}
	o := plot.Default()
	o.Title = s.title
	if s.success {
		o.Y = "success"
	}
	svg, err := plot.SVG(series, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, s.name+".svg"), svg, 0o644); err != nil {
		t.Fatal(err)
	}
}
