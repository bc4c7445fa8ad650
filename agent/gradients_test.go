package agent

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/nn"
)

// recorder is an optimiser that notes the gradients it is given.
type recorder struct {
	nn.Optimizer
	norms map[string]float64 // squared, of each layer of the first arena
}

func (r *recorder) Step(lr, clip float32, arenas ...*nn.Params) float32 {
	r.norms = map[string]float64{}
	for _, v := range arenas[0].Views {
		layer := v.Name[:strings.LastIndexByte(v.Name, '.')]
		for _, g := range arenas[0].G[v.Off : v.Off+v.Len()] {
			r.norms[layer] += float64(g) * float64(g)
		}
	}
	return r.Optimizer.Step(lr, clip, arenas...)
}

// Every so many updates, the norms are those of the gradient that the last step of the optimiser gets.
func TestGradients(t *testing.T) {
	for _, algo := range Algos() {
		cfg := small(t, algo, grid)
		cfg.Mixer.Every = 2
		tr := trainer(t, cfg, grid)
		r := &recorder{Optimizer: tr.learner.Optimizer}
		tr.learner.Optimizer = r
		if norms, fresh := tr.Gradients(); norms != nil || fresh {
			t.Errorf("%s: %v before anything was measured", algo, norms)
		}
		var before []LayerNorm
		for i := range 4 {
			tr.Update()
			norms, fresh := tr.Gradients()
			if fresh != (i%2 == 0) {
				t.Fatalf("%s: update %d: measured %t", algo, i, fresh)
			}
			if !fresh {
				if !reflect.DeepEqual(norms, before) {
					t.Errorf("%s: update %d: %v, they were %v", algo, i, norms, before)
				}
				continue
			}
			before = slices.Clone(norms)
			if len(norms) != 4 || len(r.norms) != 4 {
				t.Fatalf("%s: layers %v, want %v", algo, norms, r.norms)
			}
			for _, n := range norms {
				if want := math.Sqrt(r.norms[n.Layer]); !(want > 0) || math.Abs(float64(n.Norm)-want) > 1e-6*want {
					t.Errorf("%s: update %d: %s has %v, want %v", algo, i, n.Layer, n.Norm, want)
				}
			}
		}
	}
}

// What tasks that ride on the objective's pass send back is not the main loss's gradient.
func TestGradientsWithoutRiders(t *testing.T) {
	cfg := small(t, "a2c", grid) // one step of the optimiser, with the first weights
	with := cfg
	add(t, &with, "deep-supervision")
	first := func(cfg Config) (norms []LayerNorm, total float32) {
		tr := trainer(t, cfg, grid)
		u := tr.Update()
		norms, _ = tr.Gradients()
		return norms, u.Norm
	}
	alone, norm := first(cfg)
	got, total := first(with)
	if !reflect.DeepEqual(got, alone) {
		t.Errorf("with deep supervision %v, without %v", got, alone)
	}
	if total == norm {
		t.Error("deep supervision sends nothing back")
	}
}

// The share of a task that rides on the objective's pass is that of its gradient beside the objective's alone, whatever clipping left of both.
func TestShareOfRider(t *testing.T) {
	cfg := small(t, "a2c", grid) // one step of the optimiser, with the first weights
	add(t, &cfg, "deep-supervision")
	cfg.Mixer.Every = 1
	var whole float64 // length of the task's gradient
	for _, limit := range []float32{0, 1e-3} {
		cfg.ClipNorm = limit
		tr := trainer(t, cfg, grid)
		u := tr.Update()
		r := tr.Tasks()[0]
		norm := float64(r.Norm) / float64(nn.ClipScale(limit, float64(u.Norm)))
		if limit == 0 {
			whole = norm
		}
		main := 0.0
		norms, _ := tr.Gradients()
		for _, n := range norms {
			main += float64(n.Norm) * float64(n.Norm)
		}
		main = math.Sqrt(main)
		if want := norm / (norm + main); math.Abs(float64(r.Share)-want) > 1e-5*want || math.Abs(norm-whole) > 1e-5*whole || u.Norm <= 1e-3 {
			t.Errorf("clipped at %v, of %v: share %v, want %v; length %v, want %v", limit, u.Norm, r.Share, want, norm, whole)
		}
	}
}

// Measuring changes no weight, and allocates nothing.
func TestMeasuringGradientsChangesNothing(t *testing.T) {
	cfgs := map[string]Config{}
	for _, algo := range Algos() {
		cfgs[algo] = small(t, algo, grid)
		heads := small(t, algo, grid)
		add(t, &heads, "deep-supervision")
		cfgs[algo+", heads"] = heads
	}
	for name, cfg := range cfgs {
		var want []float32
		for _, every := range []int{0, 1, 3} {
			cfg.Mixer.Every = every
			tr := trainer(t, cfg, grid)
			tr.Train()
			if norms, _ := tr.Gradients(); (norms == nil) != (every == 0) {
				t.Errorf("%s: every %d: norms %v", name, every, norms)
			}
			var got []float32
			for _, p := range tr.Net().Params() {
				got = append(got, p.W...)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: measured every %d updates, other weights", name, every)
			}
			if every == 1 {
				if n := testing.AllocsPerRun(5, func() { tr.Update() }); n != 0 {
					t.Errorf("%s: a measuring update allocates %v times", name, n)
				}
			}
		}
	}
}

// A gradient that is not finite leaves the last norms as they were, and a checkpoint of other layers is refused.
func TestGradientsKept(t *testing.T) {
	tr := trainer(t, small(t, "ppo", grid), grid)
	tr.Update()
	g := &tr.learner.grads
	kept := g.keep()
	p := tr.Net().Blocks()[0].Params
	p.G[len(p.G)-1], g.fresh = float32(math.NaN()), false
	if g.measure(tr.Net()); g.fresh || !slices.Equal(g.keep(), kept) {
		t.Errorf("got %v, want %v", g.norms, kept)
	}
	other := trainer(t, small(t, "ppo", grid), grid)
	if err := other.learner.grads.restore(kept); err != nil || !slices.Equal(other.learner.grads.keep(), kept) {
		t.Errorf("got %v, want %v (%v)", other.learner.grads.keep(), kept, err)
	}
	cfg := small(t, "ppo", grid)
	add(t, &cfg, "deep-supervision")
	cfg.Mixer.Every = 1
	spoil := trainer(t, cfg, grid)
	spoil.learner.Objective = &spoiled{Objective: spoil.learner.Objective, to: math.MaxInt, spoil: func(_ *Stats, logits *nn.Tap) { logits.Grad[0] = nan }}
	before := weights(t, spoil)
	if u := spoil.Update(); u.Dropped != cfg.PPO.Epochs*cfg.PPO.Minibatches || !bytes.Equal(weights(t, spoil), before) || spoil.learner.grads.seen {
		t.Errorf("gradients that are not finite: %d steps dropped, norms %v", u.Dropped, spoil.learner.grads.norms)
	}
	for _, bad := range [][]float32{kept[1:], {1, 2, -1, 3}} {
		if err := other.learner.grads.restore(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if err := other.learner.grads.restore(nil); err != nil || other.learner.grads.keep() != nil {
		t.Errorf("an older checkpoint: %v, %v", other.learner.grads.keep(), err)
	}
}
