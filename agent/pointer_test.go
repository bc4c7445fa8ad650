package agent

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// smooth are tasks whose loss has no targets that depend on the observation in question.
var smooth = []string{"entropy", "value-replay"}

// The saliency of a task's loss is how much the loss moves where an intensity does.
func TestPointer(t *testing.T) {
	board := func() (env.Env, error) { return pictured{}, nil }
	for _, core := range []string{"", "gru"} {
		cfg := small(t, "ppo", board)
		if core != "" {
			w, _ := board()
			cfg.Net = cfg.Net.WithCore(core, ShapeOf(w.Spec()))
		}
		add(t, &cfg, append([]string{"pixel-control", "reward-prediction", "deep-supervision", "inverse-dynamics", "rotation"}, smooth...)...)
		tr := trainer(t, cfg, board)
		a, w := tr.Actor(), pictured{}
		for _, b := range a.Net().Blocks() {
			if b.Name == "actor" { // first policies are so even that their entropy hardly moves
				for i := range b.Params.W {
					b.Params.W[i] *= 20
				}
			}
		}
		for i := range tr.extras.tasks {
			task := &tr.extras.tasks[i]
			if !Pointable(task.Task) {
				if task.Name != "rotation" {
					t.Errorf("%s cannot be pointed", task.Name)
				}
				continue
			}
			p := newPointer(tr.extras, w, a, task.Task, 0.9)
			spec := w.Spec()
			obs, vec := spec.Buffers()
			got := make([]float32, spec.H*spec.W)
			a.Begin()
			p.Begin()
			for k := range 30 {
				for i := range obs {
					obs[i] = 100 + byte(rng.At(uint64(k), uint64(i))%50)
				}
				act := a.Act(obs, vec)
				p.See(obs, vec)
				if ok := p.Salient(got); ok != (k > 0) && task.Name != "entropy" {
					t.Fatalf("core %q, %s, step %d: there is a saliency: %v", core, task.Name, k, ok)
				}
				a.Reward(float64(k%3 + 1))
				p.Took(act, env.Step{Reward: float64(k%3 + 1)})
			}
			sum := float32(0)
			for _, v := range got {
				sum += v
			}
			if !(sum >= 1) {
				t.Errorf("core %q, %s: saliency %v", core, task.Name, got)
			}
			for _, name := range smooth {
				if name == task.Name {
					pointsRight(t, p, got)
				}
			}
			for _, h := range task.Task.Heads() {
				for _, g := range h.Params.G {
					if g != 0 {
						t.Fatalf("%s: a head has a gradient", task.Name)
					}
				}
			}
		}
	}
}

// pointsRight compares a saliency with differences of the loss.
func pointsRight(t *testing.T, p *Pointer, got []float32) {
	t.Helper()
	b := &p.rows.batch
	c := p.net.Shape().C
	row := b.Obs[(b.T-1)*len(b.Obs)/(b.T+1):][:len(got)*c]
	loss := func() float64 {
		again := make([]float32, len(got))
		p.Salient(again)
		p.net.Forward(p.in.Batch, p.in.Batch.Obs, "")
		for i, tap := range p.taps {
			p.in.Taps[0][i].Act = tap.Act[:len(p.in.Taps[0][i].Act)]
		}
		return float64(p.task.Loss(&p.in, 0).Loss)
	}
	const step = 3
	var dot, aa, bb float64
	want := make([]float64, len(got))
	for i := range row {
		row[i] += step
		up := loss()
		row[i] -= 2 * step
		down := loss()
		row[i] += step
		want[i/c] += math.Abs(up - down)
	}
	for i, w := range want {
		dot, aa, bb = dot+float64(got[i])*w, aa+float64(got[i])*float64(got[i]), bb+w*w
	}
	if cosine := dot / math.Sqrt(aa*bb); !(cosine > 0.95) {
		t.Errorf("core %q, %T: got %v, slopes say %v: cosine %v", p.net.Config().Core, p.task, got, want, cosine)
	}
}

// pictured is a world of intensities.
type pictured struct{}

func (pictured) Spec() env.Spec {
	return env.Spec{ID: "Pictured-v0", H: 8, W: 8, C: 3, Frames: 1, Actions: []string{"a", "b", "c"}, StepLimit: 20}
}
func (pictured) Seed(uint64) {}
func (pictured) Reset(obs []byte, _ []float32) {
	for i := range obs {
		obs[i] = byte(i)
	}
}
func (w pictured) Step(act int, obs []byte, vec []float32) env.Step {
	w.Reset(obs, vec)
	return env.Step{Reward: float64(act)}
}
