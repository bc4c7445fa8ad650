package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/internal/study"
)

// of reads a sweep from text.
func of(t *testing.T, text string) (*Sweep, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "s.toml")
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := Read(name)
	if err != nil {
		err = errors.New(strings.ReplaceAll(err.Error(), name, "s.toml"))
	}
	return s, err
}

const whole = `worlds = ["A"]
steps = 900
configs = 40
rungs = 3
seed = 7

[base]
algo = "ppo"
ppo.clip = 0.3

[range]
lr = { log = [1e-4, 1e-2] }
gamma = { linear = [0.9, 0.99] }
ppo.clip = { choice = [0.1, 0.2] }
ppo.epochs = { int = [1, 3] }
aux.pixel-control.weight = { log = [0.1, 1] }
`

func read(t *testing.T, text string) *Sweep {
	t.Helper()
	s, err := of(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func always(study.Arm) error { return nil }

func TestRead(t *testing.T) {
	s := read(t, whole)
	if s.Configs != 40 || s.Rungs != 3 || s.Halving != 3 || s.Steps != 900 || s.Seed != 7 || s.Score != "return" || !slices.Equal(s.Study.Seeds, []uint64{101, 102, 103}) {
		t.Errorf("got %+v", s)
	}
	want := []Range{
		{[]string{"lr"}, Log, 1e-4, 1e-2, nil, 12}, {[]string{"gamma"}, Linear, 0.9, 0.99, nil, 13}, {[]string{"ppo", "clip"}, Choice, 0, 0, []any{0.1, 0.2}, 14},
		{[]string{"ppo", "epochs"}, Int, 1, 3, nil, 15}, {[]string{"aux", "pixel-control", "weight"}, Log, 0.1, 1, nil, 16},
	}
	if fmt.Sprint(s.Ranges) != fmt.Sprint(want) {
		t.Errorf("ranges\n%v, want\n%v", s.Ranges, want)
	}
	if got := read(t, "seeds = 5\n"+whole).Study.Seeds; len(got) != 5 || got[0] != 1 {
		t.Errorf("seeds %v", got)
	}
}

// What is wrong is said with the line.
func TestReadRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no range":       {"worlds = [\"A\"]\nsteps = 5", "s.toml:1: sweep: there is nothing to draw from"},
		"no steps":       {"worlds = [\"A\"]\n[range]\nlr = { log = [1, 2] }", "s.toml:1: sweep: steps, the budget of a run, is missing"},
		"kind":           {"steps = 5\n[range]\nlr = { lag = [1, 2] }", "s.toml:3: lr.lag takes one of linear, log, int, choice"},
		"no kind":        {"steps = 5\n[range]\nlr = [1, 2]", "s.toml:3: lr takes one of linear, log, int, choice"},
		"bounds":         {"steps = 5\n[range]\nlr = { log = [2, 1] }", "s.toml:3: log takes the least number before the greatest, not 2 and 1"},
		"log of zero":    {"steps = 5\n[range]\nlr = { log = [0, 1] }", "s.toml:3: log takes positive numbers"},
		"three":          {"steps = 5\n[range]\nlr = { linear = [0, 1, 2] }", "s.toml:3: linear takes two numbers"},
		"text":           {"steps = 5\n[range]\nlr = { linear = [\"a\", 1] }", "s.toml:3: linear takes two numbers"},
		"no list":        {"steps = 5\n[range]\nlr = { choice = 1 }", "s.toml:3: choice takes a list"},
		"nothing":        {"steps = 5\n[range]\nlr = { choice = [] }", "s.toml:3: choice takes a list"},
		"int":            {"steps = 5\n[range]\nlr = { int = [1, 2.5] }", "s.toml:3: int takes whole numbers"},
		"infinite":       {"steps = 5\n[range]\nlr = { linear = [1, inf] }", "s.toml:3: linear takes two numbers"},
		"two ranges":     {"steps = 5\n[range]\nlr = { log = [1, 2], linear = [1, 2] }", "s.toml:3: lr has two ranges"},
		"seed":           {"steps = 5\n[range]\nseed = { int = [1, 2] }", "s.toml:3: seed is not drawn"},
		"arms":           {"arms = [\"base\"]\n" + whole, "s.toml:1: a sweep has no arms"},
		"score":          {"score = \"best\"\n" + whole, "s.toml:1: score takes one of return, success, greedy, steps"},
		"no worlds":      {"steps = 5\n[range]\nlr = { log = [1, 2] }", "s.toml:1: sweep: worlds, the ids to train in, are missing"},
		"steps to what":  {"\nscore = \"steps\"\n" + whole, "s.toml:2: sweep: the score steps needs a threshold"},
		"configs":        {"configs = 0\nworlds = [\"A\"]\nsteps = 5\n[range]\nlr = { log = [1, 2] }", "s.toml:1: sweep: 0 configs, must be 1 to 10000"},
		"half a config":  {"configs = 1.5\n", "s.toml:1: configs takes a whole number"},
		"many rungs":     {"rungs = 8\nworlds = [\"A\"]\nsteps = 50\n[range]\nlr = { log = [1, 2] }", "s.toml:1: sweep: 8 rungs leave no steps for the first"},
		"base seed":      {"steps = 5\n[base]\nseed = 1", "s.toml:3: seed stands above the tables"},
		"bare":           {"steps = 5\nworlds = [\"A\"]\n[base]\nbare = true\n[range]\nlr = { log = [1, 2] }", "s.toml:4: sweep: bare is for comparisons"},
		"unknown":        {"steps = 5\nworldz = 3", "s.toml:2: "},
		"negative seed":  {"seed = -1", "s.toml:1: seed takes a whole number"},
		"study's checks": {"seeds = \"x\"", "s.toml:1: "},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := of(t, tc.text); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if _, err := Read("nosuch.toml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// Draws stay in their ranges, fill them, and those of one range do not depend on the others.
func TestDraws(t *testing.T) {
	s := read(t, whole)
	values := map[string][]float64{}
	const n = 3000
	for i := range n {
		for _, item := range s.draw(i) {
			key := strings.Join(item.Key, ".")
			v, ok := toFloat(item.Value)
			if !ok {
				t.Fatalf("%s is %v", key, item.Value)
			}
			values[key] = append(values[key], v)
		}
	}
	for key, want := range map[string]struct {
		lo, hi, below float64 // half of the draws are below
	}{
		"lr": {1e-4, 1e-2, 1e-3}, "gamma": {0.9, 0.99, 0.945}, "ppo.clip": {0.1, 0.2, 0.15}, "ppo.epochs": {1, 3, math.NaN()}, "aux.pixel-control.weight": {0.1, 1, 0.3162},
	} {
		x := values[key]
		if least, most := slices.Min(x), slices.Max(x); least < want.lo || most > want.hi || least > want.lo*1.02 || most < want.hi*0.98 {
			t.Errorf("%s is drawn from %v to %v, want %v to %v", key, least, most, want.lo, want.hi)
		}
		below := 0
		for _, v := range x {
			if v < want.below {
				below++
			}
		}
		if part := float64(below) / n; !math.IsNaN(want.below) && math.Abs(part-0.5) > 0.03 {
			t.Errorf("%s: %v of the draws are below %v", key, part, want.below)
		}
	}
	counts := map[float64]int{}
	for _, v := range values["ppo.epochs"] {
		counts[v]++
	}
	for k := 1.0; k <= 3; k++ {
		if math.Abs(float64(counts[k])/n-1.0/3) > 0.03 {
			t.Errorf("%v epochs are drawn %d times of %d", k, counts[k], n)
		}
	}
	fewer := read(t, strings.Replace(whole, "gamma = { linear = [0.9, 0.99] }\n", "", 1))
	other := read(t, strings.Replace(whole, "seed = 7", "seed = 8", 1))
	if fewer.draw(5)[0].Value != s.draw(5)[0].Value || fewer.draw(5)[2].Value != s.draw(5)[3].Value {
		t.Error("a range less shifts the draws of others")
	}
	if other.draw(5)[0].Value == s.draw(5)[0].Value {
		t.Error("another seed draws the same")
	}
}

// What cannot work is passed over, in favour of the draws that follow, and nothing comes twice.
func TestDraw(t *testing.T) {
	s := read(t, whole)
	all, passed, _ := s.Draw(always)
	if len(all) != 41 || passed != 0 || all[0].Name != BaseName || all[1].Name != "c01" || all[40].Name != "c40" || len(all[0].Items) != 0 {
		t.Fatalf("%d arms, %d passed over", len(all), passed)
	}
	bad := errors.New("bad")
	some, passed, why := s.Draw(func(a study.Arm) error {
		if len(a.Items) > 0 && a.Items[2].Value == 0.1 {
			return bad
		}
		return nil
	})
	if len(some) != 41 || passed < 10 || !errors.Is(why, bad) {
		t.Fatalf("%d arms, %d passed over, %v", len(some), passed, why)
	}
	first := slices.IndexFunc(all[1:], func(a study.Arm) bool { return a.Items[2].Value == 0.2 }) + 1
	if valuesOf(all[first]) != valuesOf(some[1]) {
		t.Error("the first that works is not the first of all that do")
	}
	few := read(t, "worlds = [\"A\"]\nsteps = 5\nconfigs = 20\n[range]\na = { choice = [1, 2, 3] }\nb = { choice = [true, false] }\n")
	if arms, passed, _ := few.Draw(always); len(arms) != 7 || passed != 0 {
		t.Errorf("of 6 there are %d, %d passed over", len(arms)-1, passed)
	}
	if arms, _, why := s.Draw(func(study.Arm) error { return bad }); arms != nil || !errors.Is(why, bad) {
		t.Errorf("base cannot work: %d arms, %v", len(arms), why)
	}
}

func TestPlan(t *testing.T) {
	s := read(t, whole)
	if got, want := fmt.Sprint(s.Plan(41)), "[{100 41} {300 14} {900 5}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	one := *s
	one.Rungs = 1
	if got, want := fmt.Sprint(one.Plan(41)), "[{900 41}]"; got != want {
		t.Errorf("random search: %s, want %s", got, want)
	}
	for rung, until := range []int{100, 300, 0} {
		st := s.On(rung, []study.Arm{{Name: "x"}})
		last := st.Base[len(st.Base)-1]
		if st.Until != until || last.Key[0] != "steps" || last.Value != int64(900) || last.Line != 2 || len(s.Study.Arms) != 0 {
			t.Errorf("rung %d: until %d, %v", rung, st.Until, last)
		}
	}
}

// line is a run of an arm, with a learning curve that has a point every 30 steps.
func line(arm string, seed uint64, ret float64, curve ...float64) study.Line {
	points := make([]string, len(curve))
	for i, v := range curve {
		points[i] = fmt.Sprintf("[%d,%v,null]", 30*(i+1), v)
	}
	var l study.Line
	text := fmt.Sprintf(`{"world":"A","arm":%q,"seed":%d,"steps":100,"return":%v,"curve":[%s]}`, arm, seed, ret, strings.Join(points, ","))
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		panic(err)
	}
	return l
}

func TestRank(t *testing.T) {
	s := read(t, "worlds = [\"A\"]\nseeds = \"101-102\"\nsteps = 100\nhalving = 2\n[base]\nnet.hidden = 0\n[range]\nlr = { choice = [1, 2, 3, 4] }\n")
	arms, _, _ := s.Draw(always)
	lines := []study.Line{
		line("base", 101, 0.5), line("base", 102, 0.3), line("c01", 101, 0.9), line("c01", 102, 0), line("c02", 101, 0.4), line("c02", 102, 0.4),
		line("c03", 101, 1), line("c03", 102, 1), line("c04", 101, 0), line("c04", 102, 0),
	}
	ranked, err := s.Rank(0, arms, lines)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range ranked {
		names = append(names, r.Arm.Name)
	}
	if got := strings.Join(names, " "); got != "c03 c01 base c02 c04" { // base and c02 are equal: as they were drawn
		t.Errorf("ranked %s", got)
	}
	next := s.Next(arms, ranked)
	if len(next) != 3 || next[0].Name != "base" || next[1].Name != "c01" || next[2].Name != "c03" {
		t.Errorf("%v go on", next)
	}
	if got, want := fmt.Sprint(s.Table(ranked, false)[1]), "[2 c01 100 0.450 0.000 0.900 "+text(arms[1].Items[0].Value)+"]"; got != want {
		t.Errorf("row %s, want %s", got, want)
	}
	if _, err := s.Rank(0, arms, lines[1:]); err == nil {
		t.Error("a run is missing, and nobody minds")
	}
	want := "# a\n# b\n\nnet.hidden = 0\nlr = " + text(arms[3].Items[0].Value) + "\nsteps = 100\n"
	if got := string(s.Preset(arms[3], []string{"a", "b"})); got != want {
		t.Errorf("preset\n%s, want\n%s", got, want)
	}
	if _, err := config.Parse([]byte(want)); err != nil {
		t.Error(err)
	}
}

// Steps to a threshold: fewer are better, who does not get there needs as many as there were, and the return decides between equals.
func TestRankBySteps(t *testing.T) {
	s := read(t, "worlds = [\"A\"]\nseeds = \"101-101\"\nsteps = 100\nscore = \"steps\"\nthreshold = 0.5\n[range]\nlr = { choice = [1, 2, 3, 4] }\n")
	arms, _, _ := s.Draw(always)
	ranked, err := s.Rank(0, arms, []study.Line{
		line("base", 101, 0.1, 0, 0, 0), line("c01", 101, 0.5, 0.1, 0.5, 0.4), line("c02", 101, 0.2), line("c03", 101, 0.9, 0.6),
		line("c04", 101, 0.3, 0, 0, 0.49, 0.9),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range ranked {
		got = append(got, fmt.Sprintf("%s:%v", r.Arm.Name, r.Score))
	}
	if got, want := strings.Join(got, " "), "c03:30 c01:60 c04:100 c02:100 base:100"; got != want {
		t.Errorf("ranked %s, want %s", got, want)
	}
}

// A world's own threshold is stronger than that of all; each needs one.
func TestRankByStepsOfWorlds(t *testing.T) {
	const text = "worlds = [\"A\", \"B\"]\nseeds = \"101-101\"\nsteps = 100\nscore = \"steps\"\n%s\n[range]\nlr = { choice = [1, 2] }\n[world.A]\nthreshold = 0.9\n"
	s := read(t, fmt.Sprintf(text, "threshold = 0.5"))
	inB := line("base", 101, 0.5, 0.6)
	inB.World = "B"
	ranked, err := s.Rank(0, []study.Arm{{Name: "base"}}, []study.Line{line("base", 101, 0.5, 0.6, 0.9), inB})
	if err != nil || len(ranked) != 1 || !slices.Equal(ranked[0].Runs, []float64{60, 30}) {
		t.Errorf("got %+v, %v", ranked, err)
	}
	if _, err := of(t, fmt.Sprintf(text, "")); err == nil || !strings.Contains(err.Error(), "s.toml:4: sweep: the score steps needs a threshold, the return to get to, of B") {
		t.Errorf("without a threshold of B: %v", err)
	}
}

// Every sweep of the repository is read, and tunes on seeds that no report uses.
func TestSweepsOfTheRepository(t *testing.T) {
	files, err := filepath.Glob("../../studies/sweeps/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		s, err := Read(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, seed := range s.Study.Seeds {
			if seed < FirstSeed {
				t.Errorf("%s: seed %d is for reports", f, seed)
			}
		}
	}
}
