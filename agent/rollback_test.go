package agent

import (
	"bytes"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/replay"
)

const gridID = "MiniGrid-Empty-Random-5x5-v0"

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// spoiled is an objective whose calls are counted down, and spoiled when the count is in the range.
type spoiled struct {
	Objective
	call, from, to int
	spoil          func(s *Stats, logits *nn.Tap)
}

func (s *spoiled) Loss(b *replay.Batch, logits *nn.Tap, values []*nn.Tap) Stats {
	stats := s.Objective.Loss(b, logits, values)
	if s.call >= s.from && s.call < s.to {
		s.spoil(&stats, logits)
	}
	s.call++
	return stats
}

// weights returns all that an optimiser step moves.
func weights(t *testing.T, tr *Trainer) []byte {
	t.Helper()
	files, err := tr.files("id")
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, f := range files {
		switch f.Name {
		case "model.safetensors", optimizerName:
			all = append(all, f.Data...)
		case auxName: // slow copies and means move with the tasks alone
			all = append(all, f.Data...)
		}
	}
	return all
}

// A step whose loss or gradient is not finite changes no weight, no moment, no head, and the run goes on.
func TestDroppedStep(t *testing.T) {
	faults := map[string]func(s *Stats, logits *nn.Tap){
		"policy loss":   func(s *Stats, _ *nn.Tap) { s.Policy = nan },
		"value loss":    func(s *Stats, _ *nn.Tap) { s.Value = inf },
		"gradient":      func(_ *Stats, logits *nn.Tap) { logits.Grad[0] = nan },
		"-Inf gradient": func(_ *Stats, logits *nn.Tap) { logits.Grad[1] = -inf },
	}
	for name, cfg := range variants(t, grid) {
		if testing.Short() && !strings.HasSuffix(name, "everything") {
			continue
		}
		for fault, spoil := range faults {
			t.Run(name+"/"+fault, func(t *testing.T) {
				cfg := cfg
				cfg.Mixer.Every = 0 // measuring calls Loss once more
				tr := trainer(t, cfg, grid)
				steps := tr.learner.Objective.Plan().Epochs * tr.learner.Objective.Plan().Minibatches
				tr.learner.Objective = &spoiled{Objective: tr.learner.Objective, from: steps, to: 2 * steps, spoil: spoil}
				if u := tr.Update(); u.Dropped != 0 || !tr.Sound() {
					t.Fatalf("a sound update: %d dropped", u.Dropped)
				}
				before := weights(t, tr)
				if u := tr.Update(); u.Dropped != steps || tr.Dropped() != 1 || tr.Sound() || tr.Err() != nil {
					t.Errorf("%d steps dropped, want %d; %d updates, error %v", u.Dropped, steps, tr.Dropped(), tr.Err())
				}
				if !bytes.Equal(weights(t, tr), before) {
					t.Error("a dropped update moved something")
				}
				if u := tr.Update(); u.Dropped != 0 || !tr.Sound() {
					t.Errorf("the update after: %d dropped", u.Dropped)
				}
				if bytes.Equal(weights(t, tr), before) {
					t.Error("the update after moved nothing")
				}
			})
		}
	}
}

// broken is a task like entropy's whose loss or gradient is not finite in some of its calls.
type broken struct {
	auxtasks.Task
	call, from, to int
	spoil          func(r *auxtasks.Report, in *auxtasks.Input)
}

func (b *broken) Loss(in *auxtasks.Input, weight float32) auxtasks.Report {
	r := b.Task.Loss(in, weight)
	if b.call >= b.from && b.call < b.to {
		b.spoil(&r, in)
	}
	b.call++
	return r
}

// What a task spoils is thrown away with the main step, under every rule of balance.
func TestDroppedTask(t *testing.T) {
	for _, balance := range auxtasks.Balances() {
		for fault, spoil := range map[string]func(r *auxtasks.Report, in *auxtasks.Input){
			"loss":     func(r *auxtasks.Report, _ *auxtasks.Input) { r.Loss = nan },
			"gradient": func(_ *auxtasks.Report, in *auxtasks.Input) { in.Taps[0][0].Grad[0] = inf },
		} {
			t.Run(balance+"/"+fault, func(t *testing.T) {
				cfg := small(t, "a2c", grid)
				cfg.Mixer.Balance, cfg.Mixer.Every, cfg.ReplayLen = balance, 0, 50
				e, err := NewExtra("reward-prediction")
				if err != nil {
					t.Fatal(err)
				}
				cfg.Add(e)
				tr := trainer(t, cfg, grid)
				b := &broken{Task: tr.extras.tasks[0].Task, spoil: spoil, from: 1, to: 2}
				if tr.extras.mixer, err = auxtasks.NewMixer(tr.Net(), []auxtasks.Named{{Name: e.ID(), Task: b, Weight: auxtasks.Constant(1)}}, cfg.Mixer, tr.extras.dims); err != nil {
					t.Fatal(err)
				}
				tr.learner.Mixer = tr.extras.mixer
				tr.Update()
				if b.call != 1 {
					t.Fatalf("the task was called %d times", b.call)
				}
				before := weights(t, tr)
				if u := tr.Update(); u.Dropped != 1 || tr.Sound() {
					t.Errorf("%d steps dropped", u.Dropped)
				}
				after := weights(t, tr)
				if balance == auxtasks.Fixed && !bytes.Equal(after, before) {
					t.Error("a dropped update moved something")
				}
				gates := balance == auxtasks.HardGate || balance == auxtasks.SoftGate
				if u := tr.Update(); u.Dropped != 0 && (!gates || fault == "loss") { // whose slow means are spoiled for good
					t.Errorf("the update after: %d dropped", u.Dropped)
				}
			})
		}
	}
}

// start makes a run with one checkpoint that is worth going back to.
func start(t *testing.T, cfg Config) *Run {
	t.Helper()
	r, err := Create(filepath.Join(t.TempDir(), "run"), gridID, trainer(t, cfg, grid))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	return r
}

// A weight that is not a number spoils every update: nothing is saved of it, and the run goes back.
func TestRollback(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		if testing.Short() && !strings.HasSuffix(name, "everything") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cfg.Steps = 1 << 30
			r := start(t, cfg)
			saved := r.Step()
			for retry := 1; retry <= MaxRetries; retry++ {
				if err := r.Log([]string{"loss"}, []float64{1}); err != nil {
					t.Fatal(err)
				}
				p := r.Net().Params()[0]
				p.W[len(p.W)/2] = nan
				if err := r.Save(); !errors.Is(err, ErrDiverged) {
					t.Fatalf("a weight that is not a number was saved: %v", err)
				}
				for n := range patience {
					if err := r.Err(); err != nil {
						t.Fatalf("after %d updates: %v", n, err)
					}
					r.Update()
				}
				if err := r.Err(); !errors.Is(err, ErrDiverged) {
					t.Fatalf("after %d bad updates: %v", patience, err)
				}
				if err := r.Rollback(); err != nil {
					t.Fatal(err)
				}
				if r.Step() != saved || r.Retries() != retry || r.Err() != nil || !r.Sound() {
					t.Fatalf("rolled back to step %d, want %d; %d retries, want %d; %v", r.Step(), saved, r.Retries(), retry, r.Err())
				}
			}
			// What goes on is what a fresh trainer makes of that checkpoint.
			c, _, err := r.dir.Load()
			if err != nil {
				t.Fatal(err)
			}
			fresh := trainer(t, cfg, grid)
			if err := fresh.restore(c); err != nil {
				t.Fatal(err)
			}
			unlike := trainer(t, cfg, grid)
			if err := unlike.restore(c); err != nil {
				t.Fatal(err)
			}
			fresh.retry(MaxRetries)
			for range 2 {
				r.Update()
				fresh.Update()
				unlike.Update()
			}
			wantFiles(t, r.Trainer, fresh)
			if bytes.Equal(weights(t, r.Trainer), weights(t, unlike)) {
				t.Error("a retry is the same run again")
			}
		})
	}
}

// wantFiles checks that two trainers would save the same.
func wantFiles(t *testing.T, got, want *Trainer) {
	t.Helper()
	a, errA := got.files("id")
	b, errB := want.files("id")
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	for i, f := range b {
		if a[i].Name != f.Name || !bytes.Equal(a[i].Data, f.Data) {
			t.Errorf("%s: not what a trainer that was restored saves", f.Name)
		}
	}
}

// blinding is a world that shows what is not a number from a step on, up to another.
type blinding struct {
	env.Env
	steps, from, to int
}

func (w *blinding) Spec() env.Spec {
	s := w.Env.Spec()
	s.Vector = append([]env.Field(nil), s.Vector...)
	s.Vector = append(s.Vector, env.Field{Name: "light", Len: 1})
	return s
}

func (w *blinding) Reset(obs []byte, vec []float32) {
	w.Env.Reset(obs, vec[:len(vec)-1])
	vec[len(vec)-1] = 1
}

func (w *blinding) Step(act int, obs []byte, vec []float32) env.Step {
	s := w.Env.Step(act, obs, vec[:len(vec)-1])
	vec[len(vec)-1] = 1
	if w.steps++; w.steps >= w.from && w.steps < w.to {
		vec[len(vec)-1] = nan
	}
	return s
}

func (w *blinding) AppendState(b []byte) []byte {
	return w.Env.(env.Stateful).AppendState(append(b, byte(w.steps), byte(w.steps>>8)))
}

func (w *blinding) RestoreState(b []byte) error {
	w.steps = int(b[0]) | int(b[1])<<8
	return w.Env.(env.Stateful).RestoreState(b[2:])
}

// A run that diverges whatever its actions gives up after its retries, with a run directory that diverges alike.
func TestDivergedRunCanBeReproduced(t *testing.T) {
	build := func() (env.Env, error) {
		w, err := minigrid.New(gridID)
		return &blinding{Env: w, from: 30, to: endless}, err
	}
	cfg := small(t, "ppo", build)
	cfg.Net = cfg.Net.WithCore("lstm", ShapeOf(must(build()).Spec()))
	cfg.Steps = 1 << 30
	r, err := Create(filepath.Join(t.TempDir(), "run"), gridID, trainer(t, cfg, build))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	diverge := func(r *Run) error {
		for r.Err() == nil {
			r.Update()
		}
		return r.Rollback()
	}
	for range MaxRetries {
		if err := diverge(r); err != nil {
			t.Fatal(err)
		}
	}
	for r.Err() == nil {
		r.Update()
	}
	step, said := r.Step(), r.Err()
	err = r.Rollback()
	dump := filepath.Join(r.Path(), dumpName)
	if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), dump) {
		t.Fatalf("error is %v", err)
	}
	again, err := Resume(dump, func(string) (env.Env, error) { return build() }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for again.Err() == nil {
		again.Update()
	}
	if again.Step() != step || again.Err().Error() != said.Error() || again.Retries() != MaxRetries {
		t.Errorf("the dump diverges at step %d: %v, want step %d: %v", again.Step(), again.Err(), step, said)
	}
	if c, _, err := r.dir.Load(); err != nil || c.Step != int64(cfg.Worlds*cfg.Horizon) {
		t.Errorf("the run's own checkpoint: %v", err)
	}
}

func must(w env.Env, err error) env.Env {
	if err != nil {
		panic(err)
	}
	return w
}
