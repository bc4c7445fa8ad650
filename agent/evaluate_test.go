package agent

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/probe"
)

func TestSummarize(t *testing.T) {
	s := Summarize([]env.Episode{{Return: 1, Len: 10, Success: true}, {Return: 0, Len: 20}, {Return: 1, Len: 30, Success: true}, {Return: 0, Len: 40}})
	if s.Episodes != 4 || s.Mean != 0.5 || s.Success != 0.5 || s.Len != 25 {
		t.Errorf("got %+v", s)
	}
	// The mean of four fair coins has the quantiles of Binomial(4, 1/2)/4: 0 and 1 at 2.5 %.
	if s.Lo != 0 || s.Hi != 1 {
		t.Errorf("interval [%v, %v], want [0, 1]", s.Lo, s.Hi)
	}
	if empty := Summarize(nil); empty.Episodes != 0 || !math.IsNaN(empty.Mean) {
		t.Errorf("no episodes: %+v", empty)
	}
	same := Summarize([]env.Episode{{Return: 3}, {Return: 3}})
	if same.Lo != 3 || same.Hi != 3 {
		t.Errorf("equal returns: [%v, %v]", same.Lo, same.Hi)
	}
	if inf := Summarize([]env.Episode{{Return: 3}, {Return: math.Inf(1)}}); !math.IsInf(inf.Mean, 1) || !math.IsNaN(inf.Lo) || !math.IsNaN(inf.Hi) {
		t.Errorf("a return without bound: %+v", inf)
	}
}

// The interval of a large sample is that of the normal distribution.
func TestSummarizeInterval(t *testing.T) {
	var episodes []env.Episode
	for i := range 1000 {
		episodes = append(episodes, env.Episode{Return: float64(i % 2)})
	}
	s := Summarize(episodes)
	half := 1.96 * math.Sqrt(0.25/1000)
	if math.Abs(s.Lo-(0.5-half)) > 0.004 || math.Abs(s.Hi-(0.5+half)) > 0.004 {
		t.Errorf("[%v, %v], want [%v, %v]", s.Lo, s.Hi, 0.5-half, 0.5+half)
	}
}

// An episode's result does not depend on how many are played beside it.
func TestEvaluateIsIndependentOfLanes(t *testing.T) {
	cfg := small(t, "ppo", grid)
	tr := trainer(t, cfg, grid)
	tr.Update()
	few := evaluateAll(t, tr, EvalConfig{Episodes: 3, Seed: 9})
	many := evaluateAll(t, tr, EvalConfig{Episodes: 50, Seed: 9})
	for i := range few {
		few[i].World, many[i].World = 0, 0
		if few[i] != many[i] {
			t.Errorf("episode %d: %+v alone, %+v among many", i, few[i], many[i])
		}
	}
	if other := evaluateAll(t, tr, EvalConfig{Episodes: 3, Seed: 10}); other[0] == few[0] && other[1] == few[1] && other[2] == few[2] {
		t.Error("another seed played the same episodes")
	}
}

func evaluateAll(t *testing.T, tr *Trainer, cfg EvalConfig) []env.Episode {
	t.Helper()
	e, err := newEvaluation(tr.Net(), tr.Build(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for e.running() {
		e.step()
	}
	return e.episodes
}

func TestEvaluateGreedy(t *testing.T) {
	build := func() (env.Env, error) { return probe.New("Probe/Context-v0") }
	tr := trainer(t, small(t, "ppo", build), build)
	greedy, err := tr.Evaluate(EvalConfig{Episodes: 200, Greedy: true, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	sampled, err := tr.Evaluate(EvalConfig{Episodes: 200, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(sampled.Mean-probe.ContextBlind) > 0.1 {
		t.Errorf("an untrained agent that samples gets %v, want about %v", sampled.Mean, probe.ContextBlind)
	}
	if greedy == sampled {
		t.Error("greedy and sampled evaluation are the same")
	}
	if _, err := tr.Evaluate(EvalConfig{}); err == nil {
		t.Error("no episodes were accepted")
	}
}

func TestSuccessWhereThereIsNone(t *testing.T) {
	build := func() (env.Env, error) { return probe.New("Probe/Truncation-v0") }
	tr := trainer(t, small(t, "a2c", build), build)
	tr.Update()
	s, err := tr.Evaluate(EvalConfig{Episodes: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(s.Success) || !math.IsNaN(tr.Recent().Success) {
		t.Errorf("success is %v and %v in a world without that notion", s.Success, tr.Recent().Success)
	}
}
