package agent_test

import (
	"context"
	"errors"
	"testing"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
)

// endless is a world that pays and never ends.
type endless struct{ steps *int }

func (endless) Spec() env.Spec {
	return env.Spec{ID: "endless", H: 1, W: 1, C: 1, Frames: 1, Codes: []int{1}, Actions: []string{"wait", "sleep"}}
}
func (endless) Seed(uint64)                   {}
func (endless) Reset(obs []byte, _ []float32) { obs[0] = 0 }
func (w endless) Step(_ int, obs []byte, _ []float32) env.Step {
	obs[0] = 0
	*w.steps++
	return env.Step{Reward: 1}
}

// Evaluation comes to an end in worlds that do not, and with the context.
func TestEvaluateLimit(t *testing.T) {
	steps := 0
	build := func() (env.Env, error) { return endless{&steps}, nil }
	trainer, err := agent.NewTrainer(agent.Default("a2c", endless{}.Spec()), build)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for _, tc := range []struct{ episodes, limit, want int }{{3, 20, 20}, {1, 0, agent.EndlessLimit}} {
		s, err := trainer.Evaluate(agent.EvalConfig{Episodes: tc.episodes, Limit: tc.limit})
		if err != nil || s.Len != float64(tc.want) || s.Mean != float64(tc.want) || s.Episodes != tc.episodes {
			t.Errorf("limit %d: %+v, %v, want length and return %d", tc.limit, s, err, tc.want)
		}
	}
	if _, err := trainer.Evaluate(agent.EvalConfig{Episodes: 1, Limit: -1}); err == nil {
		t.Error("a negative limit is accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	steps = 0
	if _, err := agent.EvaluateContext(ctx, trainer.Net(), build, agent.EvalConfig{Episodes: 1}); !errors.Is(err, context.Canceled) || steps > 0 {
		t.Errorf("the context has ended: error %v after %d steps", err, steps)
	}
}

// The limit is below that of the world, which is not raised.
func TestEvaluateLimitOfWorld(t *testing.T) {
	build := func() (env.Env, error) { return catalog.New("Probe/Corridor-v0") }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := agent.NewTrainer(agent.Default("a2c", w.Spec()), build)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for limit, most := range map[int]float64{0: 32, 5: 5, 1000: 32} {
		s, err := trainer.Evaluate(agent.EvalConfig{Episodes: 20, Limit: limit})
		if err != nil || s.Len > most || limit == 5 && s.Len != 5 {
			t.Errorf("limit %d: mean length %v, %v, want at most %v", limit, s.Len, err, most)
		}
	}
}
