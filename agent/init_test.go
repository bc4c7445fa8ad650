package agent

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// teacher trains a run with other seeds than the tests' and returns its directory, with a checkpoint of two updates and one of three.
func teacher(t *testing.T, cfg Config) string {
	t.Helper()
	cfg.Seed, cfg.Aux = 99, nil
	r := create(t, cfg)
	for n := range 3 {
		r.Update()
		if n == 0 {
			continue
		}
		if err := r.Save(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return r.Path()
}

// blocksOf returns copies of a network's weights by block.
func blocksOf(n *policy.Net) map[string][]float32 {
	blocks := map[string][]float32{}
	for _, b := range n.Blocks() {
		blocks[b.Name] = slices.Clone(b.Params.W)
	}
	return blocks
}

// A run begins with the weights of another, bit for bit; what is frozen keeps them, whatever tasks send there, and the rest learns.
func TestInitAndFreeze(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		t.Run(name, func(t *testing.T) {
			dir := teacher(t, cfg)
			cfg.Init.Run = dir
			cfg.Freeze = "encoder"
			if cfg.Net.Core != "" && strings.HasPrefix(name, "ppo") {
				cfg.Freeze = "encoder,core"
			}
			fresh := cfg
			fresh.Init, fresh.Freeze = Init{}, ""
			drawn := blocksOf(trainer(t, fresh, grid).Net())
			tr := trainer(t, cfg, grid)
			if want := 3 * cfg.Worlds * cfg.Horizon; tr.Config().Init.Step != want {
				t.Errorf("begun at step %d, want %d", tr.Config().Init.Step, want)
			}
			actor, err := policy.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			taught := blocksOf(actor.Net())
			for block, w := range blocksOf(tr.Net()) {
				if other, ok := taught[block]; ok && (!slices.Equal(w, other) || slices.Equal(w, drawn[block])) {
					t.Errorf("%s does not begin as it was there", block)
				}
			}
			begin := blocksOf(tr.Net())
			for _, m := range tr.moments() {
				if slices.ContainsFunc(m.Data, func(v float32) bool { return v != 0 && v != 1 }) {
					t.Errorf("the optimiser's %s is not fresh", m.Name)
				}
			}
			for range 3 {
				tr.Update()
			}
			for block, w := range blocksOf(tr.Net()) {
				if frozen := slices.Contains(cfg.frozen(), block); slices.Equal(w, begin[block]) != frozen {
					t.Errorf("%s: frozen is %v, but unchanged is %v", block, frozen, !frozen)
				}
			}
			for _, p := range tr.learner.frozen {
				if slices.ContainsFunc(p.G, func(g float32) bool { return g != 0 }) {
					t.Error("gradients pile up in what is frozen")
				}
			}
		})
	}
}

// Updates that measure send gradients through what is frozen too, others spare it: that changes no weight.
func TestSparingChangesNothing(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		cfg.Freeze = "encoder"
		if cfg.Net.Core != "" && strings.HasPrefix(name, "ppo") {
			cfg.Freeze = "encoder,core"
		}
		var all [][]byte
		for _, every := range []int{0, 1} {
			cfg.Mixer.Every = every
			tr := trainer(t, cfg, grid)
			for range 3 {
				tr.Update()
			}
			all = append(all, weights(t, tr))
		}
		if !bytes.Equal(all[0], all[1]) {
			t.Errorf("%s: other weights", name)
		}
	}
}

// A run that was stopped goes on with what was frozen, even if the run that it began with is gone.
func TestInitResumes(t *testing.T) {
	cfg := small(t, "a2c", grid)
	cfg.Init.Run, cfg.Freeze = teacher(t, cfg), "encoder"
	cfg.Init.Step = 2 * cfg.Worlds * cfg.Horizon // not the newest
	whole := trainer(t, cfg, grid)
	begin := blocksOf(whole.Net())
	named := cfg
	named.Init = Init{Run: filepath.Join(cfg.Init.Run, fmt.Sprintf("ckpt/step-%012d", cfg.Init.Step))}
	if n := trainer(t, named, grid); n.Config().Init.Step != cfg.Init.Step || !slices.Equal(blocksOf(n.Net())["encoder"], begin["encoder"]) {
		t.Error("a checkpoint that is named by its directory is another")
	}
	whole.Train()

	r := create(t, cfg)
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(cfg.Init.Run); err != nil {
		t.Fatal(err)
	}
	r, err := Resume(r.Path(), func(string) (env.Env, error) { return grid() }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Config().Init != cfg.Init || r.Config().Freeze != "encoder" {
		t.Errorf("resumed with %+v, %q", r.Config().Init, r.Config().Freeze)
	}
	r.Train()
	wantFiles(t, r.Trainer, whole)
	if !slices.Equal(blocksOf(r.Net())["encoder"], begin["encoder"]) {
		t.Error("the encoder was not frozen")
	}
}

// A run that was killed before its first checkpoint begins with the same weights again, or not at all.
func TestInitBeforeTheFirstCheckpoint(t *testing.T) {
	cfg := small(t, "a2c", grid)
	cfg.Init.Run = teacher(t, cfg)
	r := create(t, cfg)
	begin := blocksOf(r.Net())
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	resume := func() (*Run, error) { return Resume(r.Path(), func(string) (env.Env, error) { return grid() }, nil) }
	again, err := resume()
	if err != nil {
		t.Fatal(err)
	}
	for block, w := range blocksOf(again.Net()) {
		if !slices.Equal(w, begin[block]) {
			t.Errorf("%s begins otherwise", block)
		}
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(cfg.Init.Run); err != nil {
		t.Fatal(err)
	}
	if again, err := resume(); err == nil {
		t.Error("without the weights that it began with, it begins")
		_ = again.Close()
	}
}

func TestInitRefuses(t *testing.T) {
	cfg := small(t, "a2c", grid)
	dir := teacher(t, cfg)
	for name, tc := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no run":       {func(c *Config) { c.Init.Run = filepath.Join(dir, "nosuch") }, run.ErrNoRun.Error()},
		"no step":      {func(c *Config) { c.Init.Step = 7 }, "checkpoint of step 7"},
		"another step": {func(c *Config) { c.Init = Init{filepath.Join(dir, "ckpt/step-000000000160"), 240} }, "init.step is 240, but " + dir},
		"step alone":   {func(c *Config) { c.Init = Init{Step: 7} }, "init.step is 7, must be that of a checkpoint of init.run"},
		"other net":    {func(c *Config) { c.Net.Features++ }, dir + ": policy: the weights do not fit: encoder/features.w is "},
		"freeze actor": {func(c *Config) { c.Freeze = "actor" }, `freeze is "actor"; what can be frozen is encoder, core or encoder,core`},
		"freeze core":  {func(c *Config) { c.Freeze = "core" }, `freeze is "core", but the network has no core`},
	} {
		t.Run(name, func(t *testing.T) {
			c := cfg
			c.Init.Run = dir
			tc.change(&c)
			if _, err := NewTrainer(c, grid); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
