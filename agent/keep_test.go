package agent

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/internal/run"
)

func TestKeepSteps(t *testing.T) {
	nan := math.NaN()
	scores := map[int64]float64{0: nan, 90: 1, 110: 3, 190: 3, 230: 2, 410: nan}
	for _, tc := range []struct {
		keep Keep
		want []int64
	}{
		{Keep{Last: 1}, nil},
		{Keep{Best: true}, []int64{190}},
		{Keep{Every: 100}, []int64{0, 110, 230, 410}},
		{Keep{Every: 1000, Best: true}, []int64{0, 190}},
	} {
		if got := tc.keep.steps(scores); !slices.Equal(got, tc.want) {
			t.Errorf("%+v keeps %v, want %v", tc.keep, got, tc.want)
		}
	}
	if got := (Keep{Best: true}).steps(map[int64]float64{5: nan, 6: nan}); got != nil {
		t.Errorf("without scores it keeps %v", got)
	}
}

// ckptSteps returns the steps of a run's checkpoints.
func ckptSteps(t *testing.T, r *Run) []int64 {
	t.Helper()
	steps, err := r.dir.Steps()
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// The last checkpoints stay, the best and the milestones, also when the run is resumed in between, and what was kept changes nothing
// of what is saved.
func TestKeep(t *testing.T) {
	cfg := small(t, "a2c", grid)
	cfg.Steps = 8 * 80
	cfg.Keep = Keep{Last: 2, Best: true, Every: 3 * 80}
	r := create(t, cfg)
	fake := map[int]float64{1: 0.5, 2: 0.9, 3: 0.9, 4: 0.1, 5: 0.2, 6: 0.2, 7: 0.2, 8: 0.3}
	want := map[int][]int64{
		2: {80, 160}, 3: {80, 160, 240}, 4: {80, 240, 320}, 5: {80, 240, 320, 400},
		6: {80, 240, 400, 480}, 7: {80, 240, 480, 560}, 8: {80, 240, 480, 560, 640},
	}
	for n := 1; n <= 8; n++ {
		before := r.Step()
		r.Update()
		if got := r.Milestone(before); got != (n%3 == 0) {
			t.Errorf("update %d: milestone is %v", n, got)
		}
		r.recent = r.recent[:0]
		for range recentLen {
			r.recent = append(r.recent, env.Episode{Return: fake[n], Len: 1})
		}
		r.episodes = recentLen
		if err := r.Save(); err != nil {
			t.Fatal(err)
		}
		if got := ckptSteps(t, r); n > 1 && !slices.Equal(got, want[n]) {
			t.Errorf("after update %d there are %v, want %v", n, got, want[n])
		}
		if n != 4 && n != 6 {
			continue
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if r, err = Resume(r.Path(), func(id string) (env.Env, error) { return minigrid.New(id) }, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// A checkpoint that is damaged is neither the best nor a milestone.
func TestKeepPassesOverDamage(t *testing.T) {
	cfg := small(t, "a2c", grid)
	cfg.Keep = Keep{Last: 3, Every: 1000}
	r := create(t, cfg)
	for range 2 {
		r.Update()
		if err := r.Save(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Path(), "ckpt", "step-000000000080", stateName), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	again, err := Resume(r.Path(), func(id string) (env.Env, error) { return minigrid.New(id) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, there := again.scores[80]; there || len(again.scores) != 1 {
		t.Errorf("scores are %v", again.scores)
	}
}

func TestKeepValidate(t *testing.T) {
	for _, k := range []Keep{{Last: 0}, {Last: -1}, {Last: 1001}, {Last: 1, Every: -1}} {
		cfg := small(t, "a2c", grid)
		cfg.Keep = k
		if _, err := NewTrainer(cfg, grid); err == nil || !strings.Contains(err.Error(), "keep.") {
			t.Errorf("%+v: %v", k, err)
		}
	}
}

// Settings that were changed behind the run's back are named when it is resumed, also those that no file of a checkpoint shows; kernels
// that are others are told. A budget and what to keep may change.
func TestResumeNamesWhatChanged(t *testing.T) {
	cfg := small(t, "a2c", grid)
	r := create(t, cfg)
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	resume := func(build func(string) (env.Env, error), change func(*Config)) error {
		again, err := Resume(r.Path(), build, change)
		if err == nil {
			if again.Foreign() != "" {
				t.Errorf("foreign kernels: %q", again.Foreign())
			}
			err = again.Close()
		}
		return err
	}
	build := func(id string) (env.Env, error) { return minigrid.New(id) }
	for name, change := range map[string]func(*Config){
		"seed": func(c *Config) { c.Seed++ }, "lr": func(c *Config) { c.LR *= 2 }, "gamma": func(c *Config) { c.Gamma = 0.5 },
		"entropy": func(c *Config) { c.A2C.Entropy++ }, "wrap": func(c *Config) { c.Wrap.RewardScale = 2 },
	} {
		if err := resume(build, change); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if err := resume(build, func(c *Config) { c.Steps++; c.Keep.Every = 9 }); err != nil {
		t.Error(err)
	}
	again, err := Resume(r.Path(), build, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	c, _, err := again.dir.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range c.Files {
		if f.Name == stateName {
			c.Files[i].Data = []byte(strings.Replace(string(f.Data), kernels(), "abacus", 1))
		}
	}
	if err := again.restore(c); err != nil || again.Foreign() != "abacus" {
		t.Errorf("foreign kernels: %q, %v", again.Foreign(), err)
	}
}

// A checkpoint that is older than the note of what it was made with is trusted.
func TestOlderCheckpoint(t *testing.T) {
	if foreign, err := (made{}).check(made{Kernels: "a", Settings: "b"}, 1); foreign != "" || err != nil {
		t.Errorf("%q, %v", foreign, err)
	}
}

// A run whose settings do not say what to keep, because they are older, keeps what is usual.
func TestOlderSettings(t *testing.T) {
	dir, err := run.Create(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(dir.WriteConfig(Settings{Agent: small(t, "a2c", grid)}), dir.Close()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir.Path(), "config.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(data), ",\n    \"keep\": {")
	if !ok {
		t.Fatalf("%s", data)
	}
	if err := os.WriteFile(name, []byte(before+"}}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if s, err := ReadSettings(dir.Path()); err != nil || s.Agent.Keep != DefaultKeep() {
		t.Errorf("%+v, %v", s.Agent.Keep, err)
	}
}
