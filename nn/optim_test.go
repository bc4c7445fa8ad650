package nn

import (
	"fmt"
	"math"
	"testing"
)

// slowRMSProp is RMSProp in float64, both forms.
func slowRMSProp(w, s, g []float64, lr, decay, eps float64, tensorFlow bool) {
	for i, d := range g {
		s[i] = decay*s[i] + (1-decay)*d*d
		if tensorFlow {
			w[i] -= lr * d / math.Sqrt(s[i]+eps)
		} else {
			w[i] -= lr * d / (math.Sqrt(s[i]) + eps)
		}
	}
}

// TensorFlow's form has the constant inside the root and a mean square that starts at 1. With A3C's constant of 0.1 and
// small gradients the two forms are far apart.
func TestRMSPropForms(t *testing.T) {
	const n, steps, lr = 6, 20, 0.01
	var moved [2]float64
	for i, tensorFlow := range []bool{true, false} {
		p := vector(n)
		opt := NewRMSProp(RMSPropConfig{Decay: 0.99, Eps: 0.1, TensorFlow: tensorFlow}, nil, p)
		w, s := make([]float64, n), make([]float64, n)
		if tensorFlow {
			plus(s, 1)
		}
		for step := range steps {
			g := randoms(n*steps, "gradients")[step*n : (step+1)*n]
			for j := range g {
				g[j] *= 0.01
			}
			copy(p.G, g)
			opt.Step(lr, 0, p)
			slowRMSProp(w, s, wide(g), float64(float32(lr)), float64(float32(0.99)), float64(float32(0.1)), tensorFlow)
			compare(t, "weights", p.W, w, 2e-5) // 1-0.99 in float32 is good to 2e-6
			compare(t, "mean squares", opt.Moments(p)[0].Data, s, 2e-5)
			if maxAbs(p.G) != 0 {
				t.Fatal("gradients are not cleared")
			}
		}
		moved[i] = math.Abs(float64(p.W[0]))
	}
	if moved[1] < 5*moved[0] {
		t.Errorf("PyTorch's form moved %v, TensorFlow's %v: too much alike", moved[1], moved[0])
	}
}

// Adam without its moving averages shows the gradient that a step counts: v = d², and m = d.
func bare(workers *Team, arenas ...*Params) *Adam {
	return NewAdam(AdamConfig{Eps: 1}, workers, arenas...)
}

func TestStepClipsTheNorm(t *testing.T) {
	rows := func() (a, b *Params) {
		a, b = vector(2), vector(1)
		copy(a.G, []float32{3, 0})
		copy(b.G, []float32{-4})
		return a, b
	}
	for _, test := range []struct{ clip, scale float32 }{{0, 1}, {5, 1}, {6, 1}, {1, 0.2}, {0.5, 0.1}} {
		a, b := rows()
		opt := bare(nil, a, b)
		if got := opt.Step(1, test.clip, a, b); got != 5 {
			t.Errorf("clip %v: norm %v, want 5", test.clip, got)
		}
		got := append(append([]float32(nil), opt.Moments(a)[0].Data...), opt.Moments(b)[0].Data...)
		want := []float64{3 * float64(test.scale), 0, -4 * float64(test.scale)}
		compare(t, "clipped", got, want, 4e-7) // 1e-6 in 5, as in PyTorch
	}
	a, b := rows()
	opt := bare(nil, a, b)
	if opt.Step(1, 1, a) != 3 || b.G[0] != -4 || b.W[0] != 0 {
		t.Error("an arena that was not named was changed")
	}
	if !panics(func() { opt.Step(1, 1, b, b) }) {
		t.Error("an arena may be named twice")
	}
	// Divergence must not hide: no limit makes NaN or Inf finite.
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		a, b := rows()
		b.G[0] = bad
		opt := bare(nil, a, b)
		if norm := opt.Step(1, 1, a, b); norm-norm == 0 {
			t.Errorf("gradient %v: norm %v", bad, norm)
		}
	}
}

// Arenas of several pieces are stepped as one, whoever takes the pieces, and the norm is that of all.
func TestStepDoesNotDependOnWorkers(t *testing.T) {
	sizes := []int{2*sweepLen + 3, 5, sweepLen, 1}
	var first []float32
	for _, workers := range []int{1, 2, 3} {
		crew := NewTeam(workers)
		defer crew.Close()
		var arenas []*Params
		for _, n := range sizes {
			arenas = append(arenas, vector(n))
		}
		for _, opt := range []Optimizer{NewAdam(DefaultAdam(), crew, arenas...), NewRMSProp(DefaultRMSProp(), crew, arenas...)} {
			var all []float32
			sum := 0.0
			for i, p := range arenas {
				copy(p.G, randoms(len(p.G), "gradients"+string(rune('a'+i))))
				for _, d := range p.G {
					sum += float64(d) * float64(d)
				}
			}
			norm := opt.Step(0.01, 0.5, arenas...)
			if want := math.Sqrt(sum); math.Abs(float64(norm)-want) > 1e-6*want {
				t.Errorf("workers=%d: norm %v, want %v", workers, norm, want)
			}
			for _, p := range arenas {
				all = append(all, p.W...)
				if maxAbs(p.G) != 0 {
					t.Errorf("workers=%d: a gradient of %d weights is not cleared", workers, len(p.G))
				}
			}
			if _, ok := opt.(*RMSProp); !ok {
				continue
			}
			if first == nil {
				first = all
			}
			same(t, "weights", all, first)
		}
	}
}

// An optimiser restored from its moments and state goes on bit for bit.
func TestOptimizersContinue(t *testing.T) {
	for name, build := range map[string]func(p ...*Params) Optimizer{
		"adam":    func(p ...*Params) Optimizer { return NewAdam(DefaultAdam(), nil, p...) },
		"rmsprop": func(p ...*Params) Optimizer { return NewRMSProp(DefaultRMSProp(), nil, p...) },
	} {
		t.Run(name, func(t *testing.T) {
			const n = 5
			a, b := vector(n), vector(n)
			opt := build(a, b)
			steps := func(opt Optimizer, p *Params, from, to int) {
				for i := from; i < to; i++ {
					copy(p.G, randoms(n*to, "gradients")[i*n:])
					opt.Step(0.01, 0, p)
				}
			}
			steps(opt, a, 0, 7)
			steps(opt, b, 0, 3) // arenas count their steps apart
			state := opt.AppendState([]byte("before"))[len("before"):]

			a2, b2 := vector(n), vector(n)
			again := build(a2, b2)
			for from, to := range map[*Params]*Params{a: a2, b: b2} {
				copy(to.W, from.W)
				for i, m := range opt.Moments(from) {
					other := again.Moments(to)[i]
					if other.Name != m.Name || len(other.Data) != len(to.W) {
						t.Fatalf("moment %d: %s and %s", i, m.Name, other.Name)
					}
					copy(other.Data, m.Data)
				}
			}
			if err := again.RestoreState(state); err != nil {
				t.Fatal(err)
			}
			for _, p := range []*Params{a, b} {
				steps(opt, p, 7, 12)
			}
			for _, p := range []*Params{a2, b2} {
				steps(again, p, 7, 12)
			}
			same(t, "first arena", a2.W, a.W)
			same(t, "second arena", b2.W, b.W)
			if string(again.AppendState(nil)) != string(opt.AppendState(nil)) {
				t.Error("states differ")
			}
			if err := again.RestoreState(state[1:]); err == nil {
				t.Error("a short state was accepted")
			}
			if !panics(func() { opt.Step(1, 0, a2) }) {
				t.Error("a strange arena was accepted")
			}
			arenas := []*Params{a, b}
			if got := testing.AllocsPerRun(5, func() { opt.Step(0.01, 1, arenas...) }); got != 0 {
				t.Errorf("%v allocations", got)
			}
		})
	}
}

// A gradient that is not finite is told of and thrown away: what comes after is what would have come without it.
func TestOptimizersDropWhatIsNotFinite(t *testing.T) {
	for name, build := range map[string]func(p ...*Params) Optimizer{
		"adam":    func(p ...*Params) Optimizer { return NewAdam(DefaultAdam(), nil, p...) },
		"rmsprop": func(p ...*Params) Optimizer { return NewRMSProp(DefaultRMSProp(), nil, p...) },
	} {
		for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
			t.Run(fmt.Sprint(name, bad), func(t *testing.T) {
				a, b, plain := vector(2), vector(2), vector(2)
				opt, other := build(a, b), build(plain)
				for i := range 6 {
					copy(a.G, []float32{1, float32(i)})
					copy(plain.G, a.G)
					opt.Step(0.1, 1, a)
					other.Step(0.1, 1, plain)
					a.G[0], b.G[1] = 3, bad
					if norm := opt.Step(0.1, 1, a, b); norm-norm == 0 || maxAbs(a.G) != 0 || maxAbs(b.G) != 0 {
						t.Fatalf("norm %v, gradients %v and %v", norm, a.G, b.G)
					}
				}
				same(t, "weights", a.W, plain.W)
				same(t, "the arena that was never stepped", b.W, vector(2).W)
				if state := opt.AppendState(nil); string(state[:8]) != string(other.AppendState(nil)) || state[8] != 0 {
					t.Errorf("steps are %v", state)
				}
			})
		}
	}
}
