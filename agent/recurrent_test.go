package agent

import (
	"fmt"
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/probe"
	"github.com/auxrl/auxrl/policy"
)

// corridor has short episodes, rewards in mid-episode and both ends.
func corridor() (env.Env, error) { return probe.New("Probe/Corridor-v0") }

// What a recurrent network says of a rollout's rows in training is what it said when acting: in one pass over the whole rollout,
// ends and true last observations included, and in minibatches of sequences from stored states.
func TestRecurrentPassesAgree(t *testing.T) {
	for _, core := range policy.Cores() {
		t.Run(core, func(t *testing.T) {
			cfg := small(t, "ppo", corridor)
			w, err := corridor()
			if err != nil {
				t.Fatal(err)
			}
			cfg.Net = cfg.Net.WithCore(core, ShapeOf(w.Spec()))
			cfg.Horizon, cfg.BPTT, cfg.Steps = 24, 8, 5*24*3
			tr := trainer(t, cfg, corridor)
			for range 3 {
				tr.roll.next()
				tr.roll.collect(tr.worlds, tr.actor, tr.actKey, uint64(tr.step), tr.record)
				tr.roll.bootstrap(tr.learner.Net)
				b := &tr.roll.batch
				tr.extras.pay(b, tr.roll.value, 0)
				tr.learner.Objective.Targets(b, tr.learner.Streams, tr.roll.value)
				tr.step += b.Transitions()

				acted := tr.roll.value[0]
				net := tr.learner.Net.Share(b.Rows()).(*policy.Net)
				net.Forward(b, b.Obs, "")
				for row, v := range net.Values()[0].Act[:b.Rows()] {
					near(t, fmt.Sprintf("the whole rollout's row %d of %d", row, b.Rows()), v, acted[row])
				}
				logits := append([]float32(nil), net.Logits().Act...)
				m := &tr.learner.mini
				m.gather(b, []int32{14, 0, 7, 3})
				net.Forward(&m.Batch, m.Obs, "")
				for i, row := range m.rows {
					near(t, fmt.Sprintf("the minibatch's row %d", i), net.Values()[0].Act[i], acted[row])
					n := net.Logits().Len()
					for a := range n {
						near(t, "a logit", net.Logits().Act[i*n+a], logits[int(row)*n+a])
					}
				}
			}
			if tr.roll.batch.F == 0 {
				t.Error("no episode ended")
			}
		})
	}
}

func near(t *testing.T, what string, got, want float32) {
	t.Helper()
	if math.Abs(float64(got-want)) > 1e-5*(1+math.Abs(float64(want))) {
		t.Fatalf("%s: %v, when acting %v", what, got, want)
	}
}

// With a core the memory probe is learned, which chance rules without.
func TestRecurrentAgentsRemember(t *testing.T) {
	if testing.Short() {
		t.Skip("learning takes seconds")
	}
	build := func() (env.Env, error) { return probe.New("Probe/Memory-v0") }
	for algo, core := range map[string]string{"ppo": "lstm", "a2c": "gru"} {
		t.Run(algo+"/"+core, func(t *testing.T) {
			w, err := build()
			if err != nil {
				t.Fatal(err)
			}
			cfg := Default(algo, w.Spec())
			cfg.Steps, cfg.Worlds, cfg.Horizon = 40_000, 8, min(cfg.Horizon, 32)
			cfg.PPO.Entropy, cfg.PPO.Minibatches = 0.01, 2
			cfg.Net = cfg.Net.WithCore(core, ShapeOf(w.Spec()))
			cfg.Net.CoreSize = 32
			tr := trainer(t, cfg, build)
			tr.Train()
			s, err := tr.Evaluate(EvalConfig{Episodes: 200, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			if s.Mean < 0.95 {
				t.Errorf("return %.3f", s.Mean)
			}
		})
	}
}
