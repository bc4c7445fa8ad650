package agent

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/env/probe"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/internal/team"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func grid() (env.Env, error) { return minigrid.New("MiniGrid-Empty-Random-5x5-v0") }

// small returns settings for tests: a few quick updates.
func small(t testing.TB, algo string, build func() (env.Env, error)) Config {
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default(algo, w.Spec())
	cfg.Worlds, cfg.Horizon, cfg.PPO.Minibatches = 5, 16, 3
	cfg.Steps = 5 * 16 * 6
	if testing.Short() {
		cfg.PPO.Epochs, cfg.Steps = 2, 5*16*4
		cfg.Net.Features, cfg.Net.Hidden = 8, 8
	}
	return cfg
}

// variants are what the tests of runs go over: each algorithm, and with recurrent cores.
func variants(t testing.TB, build func() (env.Env, error)) map[string]Config {
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	v := map[string]Config{"ppo": small(t, "ppo", build), "a2c": small(t, "a2c", build)}
	for algo, core := range map[string]string{"ppo": "lstm", "a2c": "gru"} {
		cfg := v[algo]
		cfg.Net = cfg.Net.WithCore(core, ShapeOf(w.Spec()))
		cfg.Net.CoreSize = 16
		cfg.BPTT = 8
		v[algo+"/"+core] = cfg
		for _, e := range everything(t) {
			cfg.Add(e)
		}
		cfg.AuxSteps, cfg.Mixer.Every, cfg.Mixer.Balance = 1, 2, map[string]string{"ppo": auxtasks.SoftGate, "a2c": auxtasks.Fixed}[algo]
		cfg.ReplayLen = 50
		v[algo+"/"+core+"/everything"] = cfg
	}
	return v
}

// everything is every task that a grid world can have: the others want frames or the mazes' signals.
func everything(t testing.TB) (list []Extra) {
	for _, k := range auxtasks.Kinds() {
		if k.IsBonus || slices.Contains([]string{"depth", "jigsaw", "loop-closure", "rotation"}, k.Name) {
			continue
		}
		if testing.Short() && !slices.Contains([]string{"entropy", "reward-prediction", "value-replay"}, k.Name) {
			continue // the race detector takes minutes for convolutions in plain Go
		}
		e, err := NewExtra(k.Name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	if len(list) < 7 && !testing.Short() {
		t.Fatal("where are the tasks?")
	}
	return list
}

func trainer(t testing.TB, cfg Config, build func() (env.Env, error)) *Trainer {
	t.Helper()
	tr, err := NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

// checkpoint returns the files a trainer would save, one after the other.
func checkpoint(t testing.TB, tr *Trainer) []byte {
	t.Helper()
	files, err := tr.files("id")
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, f := range files {
		all = append(append(append(all, f.Name...), 0), f.Data...)
	}
	return all
}

func TestOneSeedOneResult(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		t.Run(name, func(t *testing.T) {
			var first []byte
			var updates string
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
			for _, m := range []struct{ procs, workers int }{{1, 1}, {2, 2}, {2, 4}, {1, 2}} {
				runtime.GOMAXPROCS(m.procs)
				crew := team.New(m.workers)
				tr, err := newTrainer(cfg, grid, crew)
				if err != nil {
					crew.Close()
					t.Fatal(err)
				}
				t.Cleanup(tr.Close)
				said := ""
				for !tr.Finished() {
					said += fmt.Sprintf("%+v %+v %+v %v\n", tr.Update(), tr.Recent(), tr.Tasks(), tr.Bonuses(nil))
				}
				got := checkpoint(t, tr)
				if first == nil {
					first, updates = got, said
				}
				if said != updates {
					t.Errorf("%+v: other metrics:\n%s\nwant\n%s", m, said, updates)
				}
				if !bytes.Equal(got, first) {
					t.Errorf("%+v: another checkpoint", m)
				}
			}
			cfg.Seed++
			tr := trainer(t, cfg, grid)
			for !tr.Finished() {
				tr.Update()
			}
			if bytes.Equal(checkpoint(t, tr), first) {
				t.Error("another seed gave the same checkpoint")
			}
		})
	}
}

// Evaluating and looking in between changes nothing.
func TestEvaluationLeavesTheRunAlone(t *testing.T) {
	cfg := small(t, "ppo", grid)
	a, b := trainer(t, cfg, grid), trainer(t, cfg, grid)
	for !a.Finished() {
		a.Update()
		b.Update()
		if _, err := b.Evaluate(EvalConfig{Episodes: 3, Seed: 1}); err != nil {
			t.Fatal(err)
		}
		b.Recent()
	}
	if !bytes.Equal(checkpoint(t, a), checkpoint(t, b)) {
		t.Error("evaluation changed the run")
	}
}

func TestResumeIsExact(t *testing.T) {
	build := func(id string) (env.Env, error) { return minigrid.New(id) }
	for name, cfg := range variants(t, grid) {
		whole := trainer(t, cfg, grid)
		whole.Train()
		want := checkpoint(t, whole)
		for stop := range 3 {
			t.Run(fmt.Sprintf("%s/stop=%d", name, stop), func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "run")
				r, err := Create(dir, "MiniGrid-Empty-Random-5x5-v0", trainer(t, cfg, grid))
				if err != nil {
					t.Fatal(err)
				}
				for range stop {
					r.Update()
				}
				if stop > 0 { // stop 0: killed before the first checkpoint
					if err := r.Save(); err != nil {
						t.Fatal(err)
					}
				}
				r.Update() // work that is lost
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				again, err := Resume(dir, build, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer again.Close()
				if want := stop * cfg.Worlds * cfg.Horizon; again.Step() != want {
					t.Fatalf("resumed at step %d, want %d", again.Step(), want)
				}
				for !again.Finished() {
					again.Update()
				}
				if !bytes.Equal(checkpoint(t, again.Trainer), want) {
					t.Error("the resumed run ended with another checkpoint")
				}
			})
		}
	}
}

// forgetful worlds cannot be saved.
type forgetful struct{ env.Env }

func TestResumeOfWorldsWithoutState(t *testing.T) {
	build := func() (env.Env, error) {
		w, err := grid()
		return forgetful{w}, err
	}
	cfg := small(t, "ppo", build)
	dir := filepath.Join(t.TempDir(), "run")
	r, err := Create(dir, "x", trainer(t, cfg, build))
	if err != nil {
		t.Fatal(err)
	}
	if r.Exact() {
		t.Error("worlds without state are called exact")
	}
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	first := append([]byte(nil), r.roll.batch.Obs...)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Resume(dir, func(string) (env.Env, error) { return build() }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	again.Update()
	if bytes.Equal(again.roll.batch.Obs, first) {
		t.Error("the resumed run saw the same episodes again")
	}
}

func TestResumeRefuses(t *testing.T) {
	build := func(id string) (env.Env, error) { return minigrid.New(id) }
	cfg := small(t, "ppo", grid)
	dir := filepath.Join(t.TempDir(), "run")
	r, err := Create(dir, "MiniGrid-Empty-Random-5x5-v0", trainer(t, cfg, grid))
	if err != nil {
		t.Fatal(err)
	}
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(dir, build, nil); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a run in use: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"worlds": func(c *Config) { c.Worlds++ },
		"optim":  func(c *Config) { c.Optimizer = "rmsprop" },
		"net":    func(c *Config) { c.Net.Hidden++ },
		"lr":     func(c *Config) { c.LR = -1 },
	} {
		if got, err := Resume(dir, build, change); err == nil {
			got.Close()
			t.Errorf("%s: a changed setting was accepted", name)
		}
	}
	s, err := ReadSettings(dir)
	if err != nil || !reflect.DeepEqual(s.Agent, cfg) {
		t.Errorf("settings after refusals: %+v, %v; want %+v", s.Agent, err, cfg)
	}
	if _, err := Create(dir, "x", trainer(t, cfg, grid)); err == nil {
		t.Error("a directory that holds a run was taken")
	}
}

// Damage in a checkpoint is found, whatever file it is in, and the one before is used.
func TestResumePassesOverDamage(t *testing.T) {
	cfg := small(t, "ppo", grid)
	tr := trainer(t, cfg, grid)
	tr.Update()
	files, err := tr.files("id")
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		for _, cut := range []int{0, len(files[i].Data) / 2} {
			bad := &run.Checkpoint{Files: append([]run.File(nil), files...)}
			bad.Files[i].Data = files[i].Data[:cut]
			if files[i].Name == "policy.json" {
				continue // read by policy.Open only
			}
			if err := trainer(t, cfg, grid).restore(bad); err == nil {
				t.Errorf("%s cut to %d bytes was accepted", files[i].Name, cut)
			}
		}
	}
}

func TestUpdateAllocatesNothing(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		tr := trainer(t, cfg, grid)
		for range 12 { // until every buffer has its size
			tr.Update()
		}
		if n := testing.AllocsPerRun(10, func() { tr.Update() }); n != 0 {
			t.Errorf("%s: an update allocates %v times", name, n)
		}
	}
}

// The rollout keeps the true last observation of every episode among its extra rows.
func TestRolloutKeepsFinalObservations(t *testing.T) {
	build := func() (env.Env, error) { return probe.New("Probe/Corridor-v0") }
	cfg := small(t, "ppo", build)
	cfg.Horizon = 40
	tr := trainer(t, cfg, build)
	ends := 0
	for range 3 {
		tr.Update()
		b := &tr.roll.batch
		extra := (b.T + 1) * b.B
		for i := range b.T * b.B {
			next := int(b.Next[i])
			if !b.Ended[i] {
				if next != i+b.B || b.Start[i+b.B] {
					t.Fatalf("transition %d goes on, but next is %d, start %v", i, next, b.Start[i+b.B])
				}
				continue
			}
			ends++
			if next != extra || !b.Start[i+b.B] {
				t.Fatalf("transition %d ends, next is %d, want extra row %d; start %v", i, next, extra, b.Start[i+b.B])
			}
			extra++
			obs, _ := tr.roll.rows(next, next+1)
			first, _ := tr.roll.rows(i+b.B, i+b.B+1)
			if b.Terminated[i] && (bytes.Equal(obs, first) || obs[len(obs)-1] == 0) {
				t.Fatalf("transition %d terminated at %v, which is not the goal", i, obs)
			}
		}
		if extra != b.Rows() {
			t.Fatalf("%d rows, want %d", b.Rows(), extra)
		}
	}
	if ends == 0 {
		t.Error("no episode ended")
	}
}

// Many ends make the rollout grow.
func TestRolloutGrows(t *testing.T) {
	build := func() (env.Env, error) { return probe.New("Probe/Bandit-v0") }
	tr := trainer(t, small(t, "ppo", build), build)
	tr.Update()
	b := &tr.roll.batch
	if b.F != b.T*b.B || len(tr.roll.value[0]) < b.Rows() {
		t.Errorf("%d extra rows, %d values; want %d, %d", b.F, len(tr.roll.value[0]), b.T*b.B, b.Rows())
	}
}

func TestConfigValidate(t *testing.T) {
	w, err := grid()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Config){
		"steps":       func(c *Config) { c.Steps = 0 },
		"worlds":      func(c *Config) { c.Worlds = 0 },
		"horizon":     func(c *Config) { c.Horizon = -1 },
		"gamma":       func(c *Config) { c.Gamma = 1.5 },
		"lr":          func(c *Config) { c.LR = 0 },
		"clip norm":   func(c *Config) { c.ClipNorm = -1 },
		"algorithm":   func(c *Config) { c.Algo = "ppp" },
		"optimizer":   func(c *Config) { c.Optimizer = "sgd" },
		"minibatches": func(c *Config) { c.PPO.Minibatches = c.Worlds*c.Horizon + 1 },
		"epochs":      func(c *Config) { c.PPO.Epochs = 0 },
		"clip":        func(c *Config) { c.PPO.Clip = 0 },
		"value clip":  func(c *Config) { c.PPO.ValueClip = -1 },
		"lambda":      func(c *Config) { c.PPO.Lambda = 2 },
		"weights":     func(c *Config) { c.PPO.Entropy = -1 },
		"a2c":         func(c *Config) { c.Algo = "a2c"; c.A2C.Lambda = -1 },
		"encoder":     func(c *Config) { c.Net.Encoder = "nature" },
	} {
		cfg := Default("ppo", w.Spec())
		if err := cfg.Validate(w.Spec()); err != nil {
			t.Fatalf("defaults: %v", err)
		}
		spoil(&cfg)
		if err := cfg.Validate(w.Spec()); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if tr, err := NewTrainer(cfg, grid); err == nil {
			tr.Close()
			t.Errorf("%s: a trainer was made", name)
		}
	}
}
