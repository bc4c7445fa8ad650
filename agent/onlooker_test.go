package agent

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/policy"
)

func emptyRoom() (env.Env, error) { return minigrid.New("MiniGrid-Empty-5x5-v0") }

// saved returns a run of a few updates that was saved.
func saved(t *testing.T, core string, kinds ...string) *Run {
	t.Helper()
	cfg := small(t, "ppo", emptyRoom)
	if core != "" {
		w, err := emptyRoom()
		if err != nil {
			t.Fatal(err)
		}
		cfg.Net = cfg.Net.WithCore(core, ShapeOf(w.Spec()))
	}
	add(t, &cfg, kinds...)
	r, err := Create(filepath.Join(t.TempDir(), "run"), "MiniGrid-Empty-5x5-v0", trainer(t, cfg, emptyRoom))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	for range 4 {
		r.Update()
	}
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	return r
}

// The tasks of a checkpoint say what those of the run say that saved it, and are shown the last observations of the episode.
func TestOnlooker(t *testing.T) {
	for _, core := range []string{"", "gru"} {
		r := saved(t, core, "pixel-control", "entropy", "reward-prediction", "episodic-counts")
		a, err := policy.Open(r.Path())
		if err != nil {
			t.Fatal(err)
		}
		w, err := r.Build()()
		if err != nil {
			t.Fatal(err)
		}
		got, err := OpenOnlooker(r.Path(), w, a)
		if err != nil {
			t.Fatal(err)
		}
		want, err := newOnlooker(a.Net(), r.extras, w, r.updates)
		if err != nil {
			t.Fatal(err)
		}
		if names := []string{"pixel-control", "entropy", "reward-prediction"}; !slices.Equal(got.Names(), names) {
			t.Fatalf("tasks %q, want %q", got.Names(), names)
		}
		obs, vec := w.Spec().Buffers()
		var a1, a2 []Glance
		said := 0
		for episode := range 3 {
			w.Seed(uint64(episode))
			w.Reset(obs, vec)
			a.Begin()
			got.Begin()
			want.Begin()
			var history [][]byte
			for k := range 40 {
				act := a.Act(obs, vec)
				history = append(history, slices.Clone(obs))
				a1, a2 = got.See(a1[:0], obs, vec), want.See(a2[:0], obs, vec)
				if len(a1) != 2 || a1[0].Task != 0 || a1[1].Task != 2 {
					t.Fatalf("glances %+v", a1)
				}
				for i := range a1 {
					if !alikeLooks(a1[i].Look, a2[i].Look) {
						t.Fatalf("core %q, step %d: the checkpoint says %+v, the run %+v", core, k, a1[i], a2[i])
					}
				}
				if a1[1].Prob != nil {
					said++
				}
				b := &got.looks[1].batch
				for row := range 3 {
					from := history[max(k-2+row, 0)]
					if !slices.Equal(b.Obs[row*len(from):(row+1)*len(from)], from) {
						t.Fatalf("step %d: row %d of the window is another observation", k, row)
					}
				}
				if (b.Weight[1] != 0) != (k > 0) || (b.Weight[0] != 0) != (k > 1) {
					t.Fatalf("step %d: weights %v", k, b.Weight)
				}
				step := w.Step(act, obs, vec)
				a.Reward(step.Reward)
				got.Took(act, step)
				want.Took(act, step)
				if step.End != env.Running {
					break
				}
			}
		}
		if said == 0 {
			t.Error("reward prediction never said anything")
		}
	}
}

func alikeLooks(a, b auxtasks.Look) bool {
	return slices.EqualFunc(a.Maps, b.Maps, func(a, b auxtasks.CellMap) bool { return slices.Equal(a.Cell, b.Cell) }) &&
		slices.Equal(a.Best.Cell, b.Best.Cell) && slices.Equal(a.Prob, b.Prob) && a.Came == b.Came
}

// What bonuses pay a viewer is what they pay for a rollout of the same episodes, fading apart.
func TestOnlookerPays(t *testing.T) {
	cfg := small(t, "a2c", corridor)
	add(t, &cfg, "potential-shaping", "episodic-counts", "critic-offset")
	cfg.Aux[1].Settings = []byte(`{"Stream": "novelty", "Fade": 1000, "Rest": 0.5}`)
	cfg.Aux[1].Weight, cfg.Aux[1].Final, cfg.Aux[1].Over = 2, 1, 1
	r, err := Create(filepath.Join(t.TempDir(), "run"), "Probe/Corridor-v0", trainer(t, cfg, corridor))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	r.Update()
	r.Update()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	a, err := policy.Open(r.Path())
	if err != nil {
		t.Fatal(err)
	}
	w, err := corridor()
	if err != nil {
		t.Fatal(err)
	}
	o, err := OpenOnlooker(r.Path(), w, a)
	if err != nil {
		t.Fatal(err)
	}
	if names := o.Bonuses(); !slices.Equal(names, []string{"potential-shaping", "episodic-counts"}) {
		t.Fatalf("bonuses %q", names)
	}
	potential, _ := env.As[env.Potential](w)
	obs, vec := w.Spec().Buffers()
	fade := 1 - 0.5*2.0/1000
	weight := 2 - 2.0/float64((cfg.Steps+cfg.Worlds*cfg.Horizon-1)/(cfg.Worlds*cfg.Horizon))
	var paid []float32
	for episode := range 3 {
		w.Seed(uint64(episode))
		w.Reset(obs, vec)
		a.Begin()
		o.Begin()
		a.Act(obs, vec)
		o.See(nil, obs, vec)
		if paid = o.Paid(paid[:0]); paid[0] != 0 || paid[1] != 0 {
			t.Errorf("an episode begins with %v", paid)
		}
		phi, seen := float32(potential.Potential()), map[string]int{fmt.Sprint(string(obs), vec): 1}
		for range 200 {
			act := a.Act(obs, vec)
			step := w.Step(act, obs, vec)
			o.Took(act, step)
			o.See(nil, obs, vec)
			paid = o.Paid(paid[:0])
			next := float32(potential.Potential())
			shaping := auxtasks.Shaping(phi, next, cfg.Gamma, step.End == env.Terminated)
			seen[fmt.Sprint(string(obs), vec)]++
			count := 0.0
			if seen[fmt.Sprint(string(obs), vec)] == 1 {
				count = weight * fade
			}
			if math.Abs(float64(paid[0]-shaping)) > 1e-6 || math.Abs(float64(paid[1])-count) > 1e-5*count {
				t.Fatalf("paid %v, want %v and %v", paid, shaping, count)
			}
			if phi = next; step.End != env.Running {
				break
			}
		}
	}
}

func TestOnlookerWithoutTasks(t *testing.T) {
	r := saved(t, "")
	w, err := emptyRoom()
	if err != nil {
		t.Fatal(err)
	}
	a, err := policy.Open(r.Path())
	if err != nil {
		t.Fatal(err)
	}
	if o, err := OpenOnlooker(r.Path(), w, a); o != nil || err != nil {
		t.Errorf("got %v, %v", o, err)
	}
	if _, err := OpenOnlooker(t.TempDir(), w, a); err == nil {
		t.Error("no error of a directory without a run")
	}
}
