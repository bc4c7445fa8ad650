package agent

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
)

// add puts kinds with their default weights into settings.
func add(t testing.TB, cfg *Config, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		e, err := NewExtra(kind)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Add(e)
	}
}

// The critic that is told the potential and the critic that is paid for it see the same advantages, errors and, to the network,
// rewards.
func TestOffsetIsShapingInARun(t *testing.T) {
	shaped, told := small(t, "ppo", corridor), small(t, "ppo", corridor)
	shaped.Horizon, told.Horizon = 64, 64
	add(t, &shaped, "potential-shaping")
	add(t, &told, "critic-offset")
	a, b := trainer(t, shaped, corridor), trainer(t, told, corridor)
	a.Update()
	b.Update()
	x, y := &a.roll.batch, &b.roll.batch
	if x.F == 0 || !slices.Equal(x.Action, y.Action) {
		t.Fatal("the rollouts differ or no episode ended")
	}
	for i := range x.Transitions() {
		for _, v := range [][2]float32{
			{x.Targets.Adv[i], y.Targets.Adv[i]}, {x.Targets.Return[0][i], y.Targets.Return[0][i]},
			{x.Targets.Value[0][i], y.Targets.Value[0][i]}, {x.Paid[0][i], y.Paid[0][i]},
		} {
			if math.Abs(float64(v[0]-v[1])) > 1e-5 {
				t.Fatalf("transition %d: shaped %v, told %v", i, v[0], v[1])
			}
		}
	}
	if slices.Equal(x.Paid[0], x.Reward) {
		t.Error("nothing was paid")
	}
	if slices.ContainsFunc(a.recent, func(e env.Episode) bool { return e.Return > a.Spec().Best+1e-9 }) {
		t.Error("returns have the bonus in them")
	}
}

// A bonus in a stream of its own has a value head of its own.
func TestStreamsOfBonuses(t *testing.T) {
	cfg := small(t, "a2c", corridor)
	add(t, &cfg, "episodic-counts")
	cfg.Aux[0].Settings = []byte(`{"Stream": "novelty", "Weight": 0.5, "Gamma": 0.9}`)
	tr := trainer(t, cfg, corridor)
	tr.Update()
	names := ""
	for _, tap := range tr.Net().Taps() {
		names += tap.Name + " "
	}
	if !strings.Contains(names, "value value.novelty ") && !strings.Contains(names, "value.novelty") {
		t.Errorf("taps are %s", names)
	}
	b := &tr.roll.batch
	if len(b.Paid) != 2 || !slices.Equal(b.Paid[0], b.Reward) || !slices.ContainsFunc(b.Paid[1], func(v float32) bool { return v > 0 }) {
		t.Errorf("paid %v", b.Paid)
	}
	if r := tr.Bonuses(nil); len(r) != 1 || r[0].Name != "episodic-counts" || !(r[0].Mean > 0) {
		t.Errorf("report %v", r)
	}
}

func TestExtrasRefuse(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"two auxiliary tasks or bonuses are called counts": func(c *Config) { add(t, c, "counts", "counts") },
		"give one of them a stream of its own": func(c *Config) {
			add(t, c, "counts", "episodic-counts")
			c.Aux[0].Settings, c.Aux[1].Settings = []byte(`{"Stream":"a","Gamma":0.9}`), []byte(`{"Stream":"a","Gamma":0.8}`)
		},
		"no task or bonus is called":   func(c *Config) { c.Add(Extra{Kind: "nonsense"}) },
		"unknown field":                func(c *Config) { add(t, c, "counts"); c.Aux[0].Settings = []byte(`{"Beta2": 1}`) },
		"over is 2":                    func(c *Config) { add(t, c, "entropy"); c.Aux[0].Over = 2 },
		"weight must be finite":        func(c *Config) { add(t, c, "entropy"); c.Aux[0].Weight = float32(math.Inf(1)) },
		"aux steps is 0":               func(c *Config) { add(t, c, "entropy"); c.AuxSteps = 0 },
		"replay len":                   func(c *Config) { c.ReplayLen = 0 },
		"no balance rule":              func(c *Config) { c.Mixer.Balance = "best" },
		"lower Capacity":               func(c *Config) { add(t, c, "value-replay"); c.ReplayLen = math.MaxInt32 },
		"must divide the horizon":      func(c *Config) { c.Net = c.Net.WithCore("gru", ShapeOf(mustSpec(t))); c.BPTT = 7 },
		"3 minibatches of 2 sequences": func(c *Config) { c.Net = c.Net.WithCore("gru", ShapeOf(mustSpec(t))); c.Worlds = 2; c.BPTT = 16 },
		"no core":                      func(c *Config) { c.Net.Core = "rnn"; c.Net.CoreSize = 3 },
		"it needs 3x3":                 func(c *Config) { add(t, c, "pixel-control") },
	} {
		cfg := small(t, "ppo", corridor)
		change(&cfg)
		if _, err := NewTrainer(cfg, corridor); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// A schedule is counted in updates for bonuses and in steps of the mixer for tasks.
func TestExtraSchedule(t *testing.T) {
	cfg := small(t, "ppo", corridor)
	cfg.Steps = 6 * cfg.Worlds * cfg.Horizon
	e := Extra{Kind: "entropy", Weight: 1, Final: 0, Over: 0.5}
	if got, want := cfg.schedule(e, 4), (auxtasks.Schedule{Start: 1, End: 0, Over: 12}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	cfg.PPO.Entropy = 0.3
	cfg.Add(e)
	if cfg.PPO.Entropy != 0 || cfg.A2C.Entropy != 0 {
		t.Error("the entropy task does not take the place of the objective's bonus")
	}
}

func mustSpec(t testing.TB) env.Spec {
	t.Helper()
	w, err := corridor()
	if err != nil {
		t.Fatal(err)
	}
	return w.Spec()
}

// With the mistake in place no drawn sequence has an end in it; without, they have.
func TestDropEnds(t *testing.T) {
	for _, drop := range []bool{false, true} {
		cfg := small(t, "ppo", corridor)
		cfg.Horizon, cfg.DropEnds = 64, drop
		add(t, &cfg, "value-replay")
		tr := trainer(t, cfg, corridor)
		tr.Update()
		var b auxtasks.Batch
		ends, gone := 0, 0
		for draw := range uint64(50) {
			if !tr.learner.Replay.Sample(&b, auxtasks.Draw{Len: 20, Seqs: 4}, draw) {
				t.Fatal("nothing to draw")
			}
			for i := range b.Transitions() {
				if b.Ended[i] && b.Weight[i] > 0 {
					ends++
				}
				if b.Weight[i] == 0 && int(b.Next[i]) != i {
					t.Fatal("padding that leads somewhere")
				}
				if b.Weight[i] == 0 {
					gone++
				}
			}
		}
		if (ends == 0) != drop || gone == 0 {
			t.Errorf("drop=%v: %d ends in the draws, %d transitions that do not count", drop, ends, gone)
		}
	}
}
