package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// injection is a number that is not finite, put somewhere at some time for some time.
type injection struct {
	what  string // "loss", "gradient", "weight" or "observation"
	value float32
	from  int // update, or step of a world for observations
	to    int // the first that is spared
}

// endless is an injection that never ends.
const endless = 1 << 30

// drive trains a run as the command does: it saves now and then, goes back when it diverged, and gives up when it must.
func drive(r *Run, in injection) error {
	saved := r.Save()
	for saved == nil && !r.Finished() {
		if in.what == "weight" && r.updates >= in.from && r.updates < in.to && (r.retries == 0 || in.to == endless) {
			p := r.Net().Params()[r.updates%2]
			p.W[len(p.W)/3] = in.value
		}
		r.Update()
		if err := r.Err(); errors.Is(err, ErrDiverged) {
			if err := r.Rollback(); err != nil {
				return err
			}
			continue
		} else if err != nil {
			return err
		}
		if r.updates%3 == 0 && r.Sound() {
			saved = r.Save()
		}
	}
	return saved
}

// A number that is not finite, in a loss, a gradient, a weight or an observation, once or for ever, in a run with or without a memory:
// each run of 100 finishes with finite weights, or stops with an ErrDiverged and a directory in which it diverges again. It finishes where
// the fault does not last; one of a world comes again with every retry, and counts as lasting if three updates see it or an agent has
// it in its memory.
func TestInjectedFaults(t *testing.T) {
	runs, finished, stopped := 48, 0, 0
	switch {
	case os.Getenv("AUXRL_SYSTEM") == "1":
		runs = 100
	case testing.Short():
		runs = 8
	}
	random := rng.New(rng.Key(1, "faults"))
	for n := range runs {
		in := injection{what: []string{"loss", "gradient", "weight", "observation"}[n%4], value: []float32{nan, inf, -inf}[n/4%3]}
		in.from = 1 + random.Below(3)
		in.to = []int{in.from + 1, in.from + 2, in.from + 4, endless}[n/12%4]
		world := injection{}
		if in.what == "observation" {
			in.from, in.value = in.from*16, nan // of a vector beside the image: bytes are finite
			in.to = []int{in.from + 1, in.from + 20, in.from + 40, endless}[n/12%4]
			world = in
		}
		build := func() (env.Env, error) {
			w, err := minigrid.New(gridID)
			return &blinding{Env: w, from: max(world.from, 0), to: world.to}, err
		}
		cfg := small(t, []string{"a2c", "ppo"}[random.Below(2)], build)
		cfg.PPO.Epochs, cfg.PPO.Minibatches, cfg.Net.Features, cfg.Net.Hidden = 1, 2, 8, 8
		cfg.Steps = 5 * 16 * 8
		if random.Below(2) == 1 {
			cfg.Net = cfg.Net.WithCore("gru", ShapeOf(must(build()).Spec()))
			cfg.Net.CoreSize = 8
		}
		lasts := in.to == endless || in.what == "observation" && (cfg.Net.Core != "" || in.to > in.from+1)
		name := fmt.Sprintf("%d: %s %v in %d..%d, %s %s", n, in.what, in.value, in.from, in.to, cfg.Algo, cfg.Net.Core)
		tr := trainer(t, cfg, build)
		calls := tr.learner.Objective.Plan().Epochs * tr.learner.Objective.Plan().Minibatches
		switch in.what {
		case "loss":
			tr.learner.Objective = &spoiled{Objective: tr.learner.Objective, from: calls * in.from, to: min(calls*in.to, endless),
				spoil: func(s *Stats, _ *nn.Tap) { s.Value = in.value }}
		case "gradient":
			tr.learner.Objective = &spoiled{Objective: tr.learner.Objective, from: calls * in.from, to: min(calls*in.to, endless),
				spoil: func(_ *Stats, logits *nn.Tap) { logits.Grad[1] = in.value }}
		}
		r, err := Create(filepath.Join(t.TempDir(), "run"), gridID, tr)
		if err != nil {
			t.Fatal(err)
		}
		err = drive(r, in)
		switch {
		case err == nil:
			finished++
			if !r.Finished() || !r.Sound() || in.to == endless {
				t.Errorf("%s: it finished: %v, sound: %v", name, r.Finished(), r.Sound())
			}
			if r.Dropped() == 0 && r.Retries() == 0 && in.what != "observation" {
				t.Errorf("%s: nothing was dropped", name)
			}
		case errors.Is(err, ErrDiverged):
			stopped++
			_, failed := os.Stat(filepath.Join(r.Path(), dumpName, "config.json"))
			if !lasts || r.Retries() != MaxRetries || failed != nil || !strings.Contains(err.Error(), dumpName) {
				t.Errorf("%s: it stopped after %d retries: %v, %v", name, r.Retries(), err, failed)
			}
		default:
			t.Errorf("%s: %v", name, err)
		}
		if _, skipped, err := r.dir.Load(); err != nil || len(skipped) > 0 {
			t.Errorf("%s: its last checkpoint: %v, %v", name, skipped, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Logf("%d runs: %d finished, %d stopped as diverged", runs, finished, stopped)
	if finished == 0 || stopped == 0 || finished+stopped != runs {
		t.Errorf("%d runs: %d finished, %d stopped", runs, finished, stopped)
	}
}
