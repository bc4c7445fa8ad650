package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/probe"
	"github.com/auxrl/auxrl/internal/run"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Worlds of the tests.
const (
	corridor = "Probe/Corridor-v0"
	bandit   = "Probe/Bandit-v0"
)

// small is a study of two arms, of which one has a task, in two worlds with two seeds.
func small() Study {
	s := Default()
	s.Name, s.Title, s.Command = "small", "Small", "rlrun compare small.toml --out DIR"
	s.Worlds = []World{{ID: corridor, Threshold: 0.5}, {ID: bandit, Threshold: 0.5, Scale: [2]float64{-1, 1}}}
	s.Arms = []Arm{{Name: "base"}, {Name: "+task"}}
	s.Seeds, s.Episodes, s.Points = []uint64{1, 2}, 4, 5
	return s
}

// resolved is what the arms of the small study are.
func resolved(s *Study) func(w, a int) (Resolved, error) {
	return func(w, a int) (Resolved, error) {
		build := func() (env.Env, error) { return probe.New(s.Worlds[w].ID) }
		world, err := build()
		if err != nil {
			return Resolved{}, err
		}
		c := agent.Default("a2c", world.Spec())
		c.Worlds, c.Steps, c.Mixer.Every = 4, 800, 2
		asked := map[string]string{"worlds": "4"}
		if s.Arms[a].Name == "+task" {
			e, err := agent.NewExtra("reward-prediction")
			if err != nil {
				return Resolved{}, err
			}
			e.Settings = []byte(`{"hidden":8}`)
			c.Add(e)
			asked["aux.reward-prediction"] = "1"
		}
		return Resolved{c, build, asked}, nil
	}
}

// planned makes a plan of the small study, whose runs are saved often.
func planned(t *testing.T, dir string, seeds ...uint64) *Plan {
	t.Helper()
	s := small()
	if seeds != nil {
		s.Seeds = seeds
	}
	p, err := NewPlan(s, dir, "", resolved(&s))
	if err != nil {
		t.Fatal(err)
	}
	p.leastSave = 300
	return p
}

// clock is one that ticks once when it is looked at.
func clock() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return time.Unix(n.Add(1), 0) }
}

// written returns what the files of a study have in them, but for runs and times.
func content(t *testing.T, p *Plan) map[string]string {
	t.Helper()
	if err := p.Sort(); err != nil {
		t.Fatal(err)
	}
	r, err := p.Analyze()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(p); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	err = filepath.WalkDir(p.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == "runs" {
			return errors.Join(err, fs.SkipDir)
		}
		if d.IsDir() || d.Name() == "times.jsonl" || d.Name() == "lock" {
			return nil
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(p.Dir, name)
		files[rel] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.SkipDir) {
		t.Fatal(err)
	}
	return files
}

// same compares what two studies have written.
func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) || want["results.jsonl"] == "" || want["report.html"] == "" || want["figures/all-intervals.png"] == "" {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	for name, text := range want { // order: each is compared
		if got[name] != text {
			t.Errorf("%s differs", name)
		}
	}
}

// A study that is interrupted again and again makes the same report, byte for byte, however many runs are under way at a time.
func TestInterrupted(t *testing.T) {
	whole := planned(t, t.TempDir(), 7)
	if err := whole.Run(t.Context(), Options{Jobs: 1, Now: clock()}); err != nil {
		t.Fatal(err)
	}
	if n := len(whole.Missing()); n > 0 || len(whole.Lines()) != 4 {
		t.Fatalf("%d runs are missing, %d are there", n, len(whole.Lines()))
	}
	want := content(t, whole)

	dir := t.TempDir()
	rounds := 0
	for ; ; rounds++ {
		p := planned(t, dir, 7)
		if len(p.Missing()) == 0 {
			same(t, content(t, p), want)
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := p.Run(ctx, Options{Jobs: 1 + rounds%3, Now: clock(), Tell: func(e Event) {
			if n++; n > 20+rounds*20 { // updates, and later in every round
				cancel()
			}
		}})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		tear(t, p.Raw, rounds)
	}
	if rounds < 3 {
		t.Errorf("interrupted %d times only", rounds)
	}
}

// tear leaves half a line at the end of a file, as a process does that dies while it writes, in some rounds.
func tear(t *testing.T, name string, round int) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if round%2 == 1 {
		_, err = f.WriteString(`{"v":1,"world":"Pro`)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestLineOfARun(t *testing.T) {
	p := planned(t, t.TempDir(), 2)
	var kinds []string
	if err := p.Run(t.Context(), Options{Jobs: 1, Now: clock(), Tell: func(e Event) {
		if e.Kind != Stepped {
			kinds = append(kinds, fmt.Sprint(int(e.Kind)))
		}
	}}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(kinds, ""), strings.Repeat(fmt.Sprint(int(Started), int(Measuring), int(Done)), 4); got != strings.ReplaceAll(want, " ", "") {
		t.Errorf("events %s", got)
	}
	l := p.Lines()[1] // of corridor, with the task
	if l.World != corridor || l.Arm != "+task" || l.Seed != 2 || l.Steps != 800 || l.V != lineVersion || len(l.Settings) != 12 {
		t.Errorf("got %+v", l)
	}
	if n := len(l.Curve); n != 5 || l.Curve[n-1].Step != 800 {
		t.Errorf("curve %v", l.Curve)
	}
	if len(l.Tasks) != 1 || l.Tasks[0].Name != "reward-prediction" || !(l.Tasks[0].Share > 0 && l.Tasks[0].Share < 1) || !(l.Tasks[0].Cosine >= -1 && l.Tasks[0].Cosine <= 1) {
		t.Errorf("tasks %+v", l.Tasks)
	}
	// The mean is over all updates in which the gradient was measured.
	d, err := run.Open(p.Jobs[1].Dir)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.ReadMetrics()
	if err != nil {
		t.Fatal(err)
	}
	sum, n := 0.0, 0
	for _, row := range rows {
		for _, v := range row.Values {
			if v.Name == "aux.reward-prediction.share" {
				sum, n = sum+v.V, n+1
			}
		}
	}
	job := p.Jobs[1]
	if n < 5 || p.Arms[job.Arm].Name != "+task" {
		t.Fatalf("%d measurements in %s", n, job.Dir)
	}
	for _, l := range p.Lines() {
		if j := p.jobOf(l); j.Dir == job.Dir && l.Tasks[0].Share != rounded(sum/float64(n)) {
			t.Errorf("share is %v, want %v", l.Tasks[0].Share, sum/float64(n))
		}
	}
	// One checkpoint stays of each run.
	if steps, err := d.Steps(); err != nil || len(steps) != 1 || steps[0] != 800 {
		t.Errorf("checkpoints %v, %v", steps, err)
	}
}

// What is there must be of this study.
func TestPlanRefuses(t *testing.T) {
	dir := t.TempDir()
	p := planned(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	err := p.Run(ctx, Options{Jobs: 1, Now: clock(), Tell: func(e Event) {
		if e.Kind == Done {
			done++
		}
		if done == 1 && e.Kind == Stepped {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(s *Study, r *Resolved)
		want   string
	}{
		"other steps":    {func(_ *Study, r *Resolved) { r.Config.Steps = 3200 }, "results.jsonl:1: the run of base in " + corridor + " with seed 1 had other settings"},
		"other settings": {func(_ *Study, r *Resolved) { r.Asked = map[string]string{"lr": "1"} }, "results.jsonl:1: the run of base"},
		"other worlds":   {func(s *Study, _ *Resolved) { s.Worlds = s.Worlds[1:] }, "results.jsonl:1: a run of base in " + corridor + " with seed 1 is not in the study"},
		"other run":      {func(_ *Study, r *Resolved) { r.Config.LR = 0.5 }, "was begun with other settings"},
		"same arms":      {func(_ *Study, r *Resolved) { r.Config.Aux = nil }, "arms base and +task are the same in " + corridor},
		"impossible":     {func(_ *Study, r *Resolved) { r.Config.Worlds = 0 }, "base in " + corridor + ": agent: 0 worlds"},
		"no success": {func(s *Study, r *Resolved) {
			build := r.Build
			s.Score, r.Build = BySuccess, func() (env.Env, error) {
				w, err := build()
				return plain{w}, err
			}
		}, "knows no success"},
		"no arms": {func(s *Study, _ *Resolved) { s.Arms = nil }, "no arms"},
	} {
		t.Run(name, func(t *testing.T) {
			s := small()
			tc.change(&s, &Resolved{})
			_, err := NewPlan(s, dir, "", func(w, a int) (Resolved, error) {
				r, err := resolved(&s)(w, a)
				tc.change(&Study{Worlds: []World{{}, {}}}, &r)
				return r, err
			})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	lock, err := run.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := planned(t, dir).Run(t.Context(), Options{Now: clock()}); !errors.Is(err, run.ErrInUse) {
		t.Errorf("two at a time: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	twice, err := os.ReadFile(p.Raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Raw, append(twice, twice...), 0o666); err != nil {
		t.Fatal(err)
	}
	s := small()
	if _, err := NewPlan(s, dir, "", resolved(&s)); err == nil || !strings.Contains(err.Error(), "results.jsonl:2: a second run of base") {
		t.Errorf("a run twice: %v", err)
	}
}

// plain is a world that knows no success.
type plain struct{ env.Env }

func (p plain) Spec() env.Spec {
	s := p.Env.Spec()
	s.Success = 0
	return s
}

// broken is a world that panics.
type broken struct{ env.Env }

func (broken) Step(int, []byte, []float32) env.Step { panic("broken") }

// spoiled returns the plan of one world and one seed, in which the second arm's world is what spoil makes of it.
func spoiled(t *testing.T, spoil func(env.Env) env.Env) *Plan {
	t.Helper()
	s := small()
	s.Worlds, s.Seeds = s.Worlds[:1], s.Seeds[:1]
	good := resolved(&s)
	p, err := NewPlan(s, t.TempDir(), "", func(w, a int) (Resolved, error) {
		r, err := good(w, a)
		if a == 1 {
			build := r.Build
			r.Build = func() (env.Env, error) {
				world, err := build()
				return spoil(world), err
			}
		}
		return r, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A job that fails is told of, and others are done.
func TestFailedJob(t *testing.T) {
	p := spoiled(t, func(w env.Env) env.Env { return broken{w} })
	failed := 0
	err := p.Run(t.Context(), Options{Jobs: 2, Now: clock(), Tell: func(e Event) {
		if e.Kind == Failed {
			failed++
		}
	}})
	if !errors.Is(err, agent.ErrWorlds) || failed != 1 || len(p.Lines()) != 1 || !strings.Contains(err.Error(), corridor+"  +task  seed 1: ") {
		t.Errorf("%d failed, %d are done: %v", failed, len(p.Lines()), err)
	}
	r, err := p.Analyze()
	if err != nil || r.Missing != 1 || len(r.Worlds[0].Arms[1].Seeds) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := r.Write(p); err != nil {
		t.Error(err)
	}
}

// blowing is a world whose reward is not finite from a step on.
type blowing struct {
	env.Env
	steps *int
}

func (b blowing) Step(a int, obs []byte, vec []float32) env.Step {
	s := b.Env.Step(a, obs, vec)
	if *b.steps++; *b.steps > 50 {
		s.Reward = math.Inf(1)
	}
	return s
}

// A run that diverges for good counts as it was when it was last sound.
func TestDiverged(t *testing.T) {
	p := spoiled(t, func(w env.Env) env.Env { return blowing{w, new(int)} })
	p.leastSave = 100
	if err := p.Run(t.Context(), Options{Jobs: 1, Now: clock()}); err != nil {
		t.Fatal(err)
	}
	l := p.Lines()[1]
	if !l.Diverged || l.Retries != agent.MaxRetries || p.Lines()[0].Diverged {
		t.Errorf("got %+v", l)
	}
	r, err := p.Analyze()
	if err != nil {
		t.Fatal(err)
	}
	if text := r.Markdown(func(s string) string { return s }, "r", ""); !strings.Contains(text, "1 of the runs diverged") || !strings.Contains(text, "(diverged)") {
		t.Error("the report does not tell")
	}
}

// The raw line of a run has the means of what its gradients were when they were measured.
func TestGradients(t *testing.T) {
	p := planned(t, t.TempDir(), 1)
	if err := p.Run(t.Context(), Options{Jobs: 1, Now: clock()}); err != nil {
		t.Fatal(err)
	}
	for _, l := range p.Lines() {
		j := p.jobOf(l)
		tr, err := agent.NewTrainerOn(j.Config, j.Build, 1)
		if err != nil {
			t.Fatal(err)
		}
		var layers []string
		first, all, n, nFirst := map[string]float64{}, map[string]float64{}, 0.0, 0.0
		for !tr.Finished() {
			tr.Update()
			norms, fresh := tr.Gradients()
			if !fresh {
				continue
			}
			early := tr.Step() <= l.Steps/10
			if n++; early {
				nFirst++
			}
			if n == 1 {
				for _, g := range norms {
					layers = append(layers, g.Layer)
				}
			}
			for _, g := range norms {
				if all[g.Layer] += float64(g.Norm); early {
					first[g.Layer] += float64(g.Norm)
				}
			}
		}
		tr.Close()
		if len(layers) == 0 || len(l.Grads) != len(layers) || nFirst == 0 || nFirst == n {
			t.Fatalf("%s: %d layers, want %v; %v of %v early", l.Arm, len(l.Grads), layers, nFirst, n)
		}
		for i, layer := range layers {
			if want := (Slope{layer, rounded(first[layer] / nFirst), rounded(all[layer] / n)}); l.Grads[i] != want {
				t.Errorf("%s: got %+v, want %+v", l.Arm, l.Grads[i], want)
			}
		}
	}
}
