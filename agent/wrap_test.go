package agent

import (
	"bytes"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
)

// wrappedConfig returns small settings with every wrapper that symbols allow.
func wrappedConfig(t *testing.T) Config {
	t.Helper()
	wrap := env.Wrap{Sticky: 0.25, Repeat: 2, TimeLimit: 30, OneHot: true, FrameStack: 2, RewardScale: 3, RewardClip: 0.5}
	cfg := small(t, "ppo", wrap.Build(grid))
	cfg.Wrap, cfg.RewardNorm = wrap, true
	return cfg
}

// A wrapped run, its normaliser included, resumes exactly, and the number of processors reaches no number of it.
func TestWrappedRun(t *testing.T) {
	cfg := wrappedConfig(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	whole := trainer(t, cfg, grid)
	whole.Train()
	runtime.GOMAXPROCS(3)
	dir := filepath.Join(t.TempDir(), "run")
	r, err := Create(dir, "MiniGrid-Empty-Random-5x5-v0", trainer(t, cfg, grid))
	if err != nil {
		t.Fatal(err)
	}
	r.Update()
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Resume(dir, func(id string) (env.Env, error) { return minigrid.New(id) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if s := again.Spec(); !reflect.DeepEqual(again.Config(), cfg) || s.StepLimit != 30 || s.Frames != 2 || s.C != 2*21 {
		t.Errorf("resumed with %+v in worlds %+v", again.Config().Wrap, s)
	}
	again.Train()
	if !bytes.Equal(checkpoint(t, again.Trainer), checkpoint(t, whole)) {
		t.Error("the resumed run ended with another checkpoint")
	}
	plain := cfg
	plain.RewardNorm = false
	other := trainer(t, plain, grid)
	other.Train()
	if bytes.Equal(checkpoint(t, other), checkpoint(t, whole)) {
		t.Error("normalising rewards changed nothing")
	}
}

// Rewards that are scaled, clipped and normalised change nothing of what an evaluation or the record of training says.
func TestEvaluationIsOfTheWorldsOwnReward(t *testing.T) {
	cfg := small(t, "ppo", grid)
	cfg.Horizon = 128 // some episodes end in it
	tr := trainer(t, cfg, grid)
	tr.Update()
	want, err := tr.Evaluate(EvalConfig{Episodes: 20, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if !(want.Mean > 0) {
		t.Fatalf("the return is %v: nothing can be told", want.Mean)
	}
	wrap := env.Wrap{RewardScale: -100, RewardClip: 0.01}
	got, err := Evaluate(tr.Net(), wrap.Build(grid), EvalConfig{Episodes: 20, Seed: 3})
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	cfg.Wrap, cfg.RewardNorm = wrap, true
	wrapped := trainer(t, cfg, grid)
	wrapped.Update()
	if got, want := wrapped.Recent(), tr.Recent(); got != want || got.Episodes == 0 {
		t.Errorf("the first rollout's episodes are %+v, want %+v", got, want)
	}
}
