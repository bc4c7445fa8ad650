package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/internal/run"
)

// unrealOf returns settings of UNREAL with replay that goes round in a few updates.
func unrealOf(t testing.TB) Config {
	t.Helper()
	cfg := variants(t, grid)["a2c/gru/everything"]
	cfg.Steps = cfg.Worlds * cfg.Horizon * 9
	return cfg
}

func create(t *testing.T, cfg Config) *Run {
	t.Helper()
	r, err := Create(filepath.Join(t.TempDir(), "run"), gridID, trainer(t, cfg, grid))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lastFiles returns the names and contents of a run's last checkpoint.
func lastFiles(t *testing.T, dir string) (string, map[string]string) {
	t.Helper()
	d, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, skipped, err := d.Load()
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v, %v", err, skipped)
	}
	files := map[string]string{}
	for _, f := range c.Files {
		files[f.Name] = string(f.Data)
	}
	return c.Digest, files
}

// The last checkpoint is the same however often the run was saved, in the background or not, and resumed.
func TestCheckpointsDoNotDependOnTheirInterval(t *testing.T) {
	cfg := unrealOf(t)
	build := func(id string) (env.Env, error) { return minigrid.New(id) }
	var want string
	for _, every := range []int{9, 1, 4} {
		for _, resumed := range []bool{false, true} {
			if resumed && every != 1 || testing.Short() && every == 4 {
				continue
			}
			r := create(t, cfg)
			shared := 0
			for n := 1; !r.Finished(); n++ {
				r.Update()
				if n%every != 0 {
					continue
				}
				if err := r.SaveLater(); err != nil {
					t.Fatal(err)
				}
				if !resumed || r.Finished() {
					continue
				}
				r.Update() // which is lost
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				var err error
				if r, err = Resume(r.Path(), build, nil); err != nil {
					t.Fatal(err)
				}
				shared += len(r.have.Names)
			}
			if err := r.Save(); err != nil {
				t.Fatal(err)
			}
			if r.Saved() != cfg.Steps {
				t.Errorf("saved step %d, want %d", r.Saved(), cfg.Steps)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			got, files := lastFiles(t, r.Path())
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("saved after every %d updates, resumed %v: another checkpoint", every, resumed)
			}
			if len(files) < 10 || resumed && every == 1 && shared == 0 {
				t.Errorf("%d files, %d segments of replay found again", len(files), shared)
			}
		}
	}
}

// A segment of replay is written once. Checkpoints that have it stand alone all the same.
func TestSegmentsAreWrittenOnce(t *testing.T) {
	cfg := unrealOf(t)
	r := create(t, cfg)
	defer r.Close()
	for range 4 {
		r.Update()
		if err := r.Save(); err != nil {
			t.Fatal(err)
		}
	}
	steps, err := filepath.Glob(filepath.Join(r.Path(), "ckpt", "step-*"))
	if err != nil || len(steps) != run.DefaultKeep {
		t.Fatal(steps, err)
	}
	linked := 0
	for i, dir := range steps[1:] {
		names, err := filepath.Glob(filepath.Join(dir, "replay-*.s2"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			here, errA := os.Stat(name)
			before, errB := os.Stat(filepath.Join(steps[i], filepath.Base(name)))
			switch {
			case errors.Is(errB, os.ErrNotExist):
			case errA != nil || errB != nil || !os.SameFile(here, before):
				t.Errorf("%s was written again (%v, %v)", name, errA, errB)
			default:
				linked++
			}
		}
	}
	if linked == 0 {
		t.Error("no segment is in two checkpoints")
	}
	for _, dir := range steps[:2] {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	lastFiles(t, r.Path())
}

// A save that fails in the background is told of by the next, and nothing is left out of that.
func TestSaveLaterFails(t *testing.T) {
	r := create(t, unrealOf(t))
	defer r.Close()
	for range 3 {
		r.Update()
	}
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	r.Update()
	ckpt, aside := filepath.Join(r.Path(), "ckpt"), filepath.Join(r.Path(), "aside")
	if err := os.Rename(ckpt, aside); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ckpt, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := r.SaveLater(); err != nil {
		t.Fatalf("a save that has only begun fails: %v", err)
	}
	if err := r.SaveLater(); err == nil {
		t.Error("the failure was not told")
	}
	if r.Saved() == r.Step() {
		t.Error("what failed counts as saved")
	}
	if err := errors.Join(os.Remove(ckpt), os.Rename(aside, ckpt)); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	_, files := lastFiles(t, r.Path())
	want, err := r.files(r.env)
	if err != nil || len(want) != len(files) {
		t.Fatalf("%d files, want %d (%v)", len(files), len(want), err)
	}
	for _, f := range want {
		if files[f.Name] != string(f.Data) {
			t.Errorf("%s is another", f.Name)
		}
	}
}

// screen is a world of 84x84 pixels in which something moves.
type screen struct{ at int }

func (*screen) Spec() env.Spec {
	return env.Spec{ID: "screen", H: 84, W: 84, C: 3, Frames: 1, Actions: []string{"a", "b", "c"}}
}
func (s *screen) Seed(seed uint64)              { s.at = int(seed % 1000) }
func (s *screen) Reset(obs []byte, _ []float32) { s.show(obs) }
func (s *screen) Step(act int, obs []byte, _ []float32) env.Step {
	s.at += act + 1
	s.show(obs)
	return env.Step{Reward: float64(s.at % 2)}
}

func (s *screen) show(obs []byte) {
	for i := range obs {
		obs[i] = byte((i/252 + s.at) / 8 * 40)
	}
	for i := range 300 { // something that is not regular
		obs[(s.at*131+i*i*7)%len(obs)] = byte(i * s.at)
	}
}

func (s *screen) AppendState(b []byte) []byte { return fmt.Appendf(b, "%d", s.at) }
func (s *screen) RestoreState(b []byte) error {
	_, err := fmt.Sscan(string(b), &s.at)
	return err
}

// BenchmarkSave measures what saving costs a run: how long training stands still, and how long writing goes on beside it. stall-ms is the
// median and stall-max-ms the most; at-60s-% and at-300s-% are what stall, writing and preparing take of such an interval if nothing else
// can be done beside them.
func BenchmarkSave(b *testing.B) {
	b.Run("state=16MiB", func(b *testing.B) {
		spec := (*screen)(nil).Spec()
		cfg := Default("ppo", spec)
		cfg.Worlds, cfg.Horizon = 2, 8
		cfg.Net = cfg.Net.WithEncoder("nature", ShapeOf(spec))
		r := benchmarkRun(b, cfg)
		measureSaves(b, r, 0)
	})
	b.Run("unreal/84x84", func(b *testing.B) {
		cfg, err := Preset("unreal", "a2c", (*screen)(nil).Spec())
		if err != nil {
			b.Fatal(err)
		}
		r := benchmarkRun(b, cfg)
		for range cfg.ReplayLen/cfg.Horizon + 1 {
			r.roll.next()
			r.roll.collectAnything(r.Trainer)
			r.extras.ring.Add(&r.roll.batch)
		}
		start := time.Now()
		r.Prepare()
		measureSaves(b, r, time.Since(start))
		b.ReportMetric(float64(r.ReplayBytes())/(1<<20), "replay-MiB")
	})
}

func benchmarkRun(b *testing.B, cfg Config) *Run {
	b.Helper()
	cfg.Steps, cfg.Keep = maxSteps, Keep{Last: 1}
	t, err := NewTrainer(cfg, func() (env.Env, error) { return new(screen), nil })
	if err != nil {
		b.Fatal(err)
	}
	r, err := Create(filepath.Join(b.TempDir(), "run"), "screen", t)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

// measureSaves saves a run as a whole again and again, with replay prepared, which took so long.
func measureSaves(b *testing.B, r *Run, prepared time.Duration) {
	var stalls, writes []time.Duration
	held := slices.Clone(r.held)
	for b.Loop() {
		r.step++ // another checkpoint
		r.have, r.held = run.Same{}, append(r.held[:0], held...)
		start := time.Now()
		if err := r.SaveLater(); err != nil {
			b.Fatal(err)
		}
		stalls = append(stalls, time.Since(start))
		if err := r.Wait(); err != nil {
			b.Fatal(err)
		}
		writes = append(writes, time.Since(start))
	}
	slices.Sort(stalls)
	slices.Sort(writes)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
	stall, write := stalls[len(stalls)/2], writes[len(writes)/2]
	b.ReportMetric(ms(stall), "stall-ms")
	b.ReportMetric(ms(stalls[len(stalls)-1]), "stall-max-ms")
	b.ReportMetric(ms(write), "write-ms")
	b.ReportMetric(ms(prepared), "prepare-ms")
	for _, s := range []time.Duration{time.Minute, 5 * time.Minute} {
		b.ReportMetric(100*float64(write+prepared)/float64(s), fmt.Sprintf("at-%.0fs-%%", s.Seconds()))
	}
	if size, err := r.dir.Size(int64(r.step)); err == nil {
		b.ReportMetric(float64(size)/(1<<20), "checkpoint-MiB")
	}
}

// collectAnything fills a rollout without a network.
func (r *rollout) collectAnything(t *Trainer) {
	b := &r.batch
	for at := range b.T {
		lo := at * b.B
		obs, vec := r.rows(lo+b.B, lo+2*b.B)
		for i := range r.act {
			r.act[i] = int32((at + i) % 3)
			b.Action[lo+i] = r.act[i]
		}
		t.worlds.Step(r.act, obs, vec)
		r.ends(t.worlds, lo)
	}
	b.Paid = t.extras.paid
}
