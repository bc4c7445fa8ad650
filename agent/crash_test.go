package agent

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
)

// fragile is a world that panics in the step of a number, once or, as it is made anew, again and again.
type fragile struct {
	env.Env
	steps, at byte
}

func (w *fragile) Step(act int, obs []byte, vec []float32) env.Step {
	if w.steps++; w.steps == w.at {
		obs[len(obs)+act]++ // as it happens
	}
	return w.Env.Step(act, obs, vec)
}

func (w *fragile) AppendState(b []byte) []byte {
	return w.Env.(env.Stateful).AppendState(append(b, w.steps))
}

func (w *fragile) RestoreState(b []byte) error {
	w.steps = b[0]
	return w.Env.(env.Stateful).RestoreState(b[1:])
}

// builder returns a constructor of worlds of which number n, counted from 0 in order, panics in step at; and more of them.
func builder(at byte, n ...int) func() (env.Env, error) {
	made := -1
	return func() (env.Env, error) {
		made++
		w, err := minigrid.New(gridID)
		f := &fragile{Env: w}
		for _, k := range n {
			if k == made {
				f.at = at
			}
		}
		return f, err
	}
}

// A world that panics loses its episode, and the run goes on: its rows have no weight, and what reproduces it is kept.
func TestCrash(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		if testing.Short() && !strings.HasSuffix(name, "everything") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			tr := trainer(t, cfg, builder(9, 3)) // one is made to look at it first: world 2
			r, err := Create(filepath.Join(t.TempDir(), "run"), gridID, tr)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			episodes := r.Episodes()
			r.Update()
			b := &r.roll.batch
			for i, w := range b.Weight {
				if want := float32(1); i%b.B == 2 && i/b.B < 9 {
					if started := i/b.B > 0 && b.Start[i]; !started {
						want = 0
					}
					if w != want && !earlier(b.Start, i, b.B) {
						t.Errorf("step %d of world 2 has weight %v", i/b.B, w)
					}
				} else if w != want {
					t.Errorf("step %d of world %d has weight %v", i/b.B, i%b.B, w)
				}
			}
			if b.Weight == nil || !b.Ended[8*b.B+2] || b.Terminated[8*b.B+2] || r.Err() != nil || r.Last().Dropped != 0 {
				t.Fatalf("no crash in the rollout, or more than that: %v, %+v", r.Err(), r.Last())
			}
			if n := r.Episodes() - episodes; n > 5*16 {
				t.Errorf("%d episodes", n)
			}
			crashes, files, err := r.Crashes()
			if err != nil || len(crashes) != 1 || len(files) != 1 || crashes[0].World != 2 || !strings.Contains(crashes[0].Cause, "index out of range") {
				t.Fatalf("%+v, %v, %v", crashes, files, err)
			}
			reproduce(t, files[0])
			r.Update()
			if b.Weight != nil || !r.Sound() {
				t.Error("the next rollout has weights, or is not sound")
			}
			if err := r.Save(); err != nil {
				t.Fatal(err)
			}
			again, err := restored(t, r, cfg)
			if err != nil {
				t.Fatal(err)
			}
			r.Update()
			again.Update()
			wantFiles(t, again, r.Trainer)
		})
	}
}

// restored returns a trainer that goes on from a run's last checkpoint beside it.
func restored(t *testing.T, r *Run, cfg Config) (*Trainer, error) {
	c, _, err := r.dir.Load()
	if err != nil {
		return nil, err
	}
	tr := trainer(t, cfg, builder(0))
	return tr, tr.restore(c)
}

// earlier reports whether an episode began between step 1 and row i of its world: then what came before the start is not dropped.
func earlier(start []bool, i, width int) bool {
	for row := i + width; row/width < 9; row += width {
		if start[row] {
			return true
		}
	}
	return false
}

// reproduce checks that what a file says of a world makes it panic, with the last action and not before.
func reproduce(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c env.Crash
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	w := must(builder(9, 0)()).(*fragile)
	if err := w.RestoreState(c.State); err != nil {
		t.Fatal(err)
	}
	obs, vec := w.Spec().Buffers()
	taken := 0
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the world does not panic again")
			}
		}()
		for _, act := range c.Actions {
			taken++
			w.Step(int(act), obs, vec)
		}
	}()
	if taken != len(c.Actions) || taken == 0 {
		t.Errorf("it panics in step %d of %d", taken, len(c.Actions))
	}
}

// Worlds that panic again and again end the run, which can be saved.
func TestCrashBudget(t *testing.T) {
	cfg := small(t, "ppo", grid)
	tr := trainer(t, cfg, builder(5, 1, 2, 3, 4))
	r, err := Create(filepath.Join(t.TempDir(), "run"), gridID, tr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Update()
	if err := r.Err(); !errors.Is(err, ErrWorlds) || !strings.Contains(err.Error(), "4 times") {
		t.Errorf("error is %v", err)
	}
	if _, files, err := r.Crashes(); err != nil || len(files) != MaxCrashes+1 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if err := r.Save(); err != nil {
		t.Error(err)
	}
}
