package auxtasks

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// toy is an encoder such as an outsider may have: two shared layers in one block, and a head.
type toy struct {
	graph  *nn.Graph
	blocks []Block
}

func newToy(rows int) *toy {
	e := &toy{graph: nn.NewGraph(rows, nil)}
	e.build()
	for _, b := range e.blocks {
		b.Params.Init(1)
	}
	return e
}

func (e *toy) build() {
	body, head := &nn.Params{}, &nn.Params{}
	a := e.graph.Add("conv1", &nn.CodeConv{H: 2, W: 2, Codes: []int{3}, KH: 1, KW: 1, Out: 4, Act: nn.Tanh, Gain: 1}, body, nn.Input)
	b := e.graph.Add("features", &nn.Dense{In: 16, Side: 1, Out: 5, Act: nn.Tanh, Gain: 1}, body, a)
	e.graph.Add("value", &nn.Dense{In: 5, Out: 1, Gain: 1}, head, b)
	e.blocks = []Block{{Name: "body", Params: body, Shared: true}, {Name: "head", Params: head}}
}

func (e *toy) Blocks() []Block { return e.blocks }
func (e *toy) Taps() []*Tap    { return e.graph.Taps() }
func (e *toy) Rows() int       { return e.graph.Rows() }
func (e *toy) Backward()       { e.graph.Backward() }

func (e *toy) Forward(b *Batch, obs []byte, upto string) {
	rows := b.Rows()
	e.graph.Forward(obs[:4*rows], b.Vec[:rows], rows, upto)
}

func (e *toy) Share(rows int) Encoder {
	return &toy{graph: e.graph.Share(rows, nil), blocks: e.blocks}
}

func (e *toy) Copy(rows int) Encoder {
	c := &toy{graph: nn.NewGraph(rows, nil)}
	c.build()
	for i, b := range c.blocks {
		b.Params.Alloc()
		copy(b.Params.W, e.blocks[i].Params.W)
	}
	return c
}

const toySeqs = 3

func toyDims(e Encoder) Dims {
	d := Dims{H: 2, W: 2, C: 1, Codes: []int{3}, Vec: 1, Actions: 2, Rows: e.Rows(), Worlds: toySeqs, Seed: 7}
	for _, t := range e.Taps() {
		d.Taps = append(d.Taps, *t)
	}
	return d
}

// past is a Sampling that draws rows at random; it counts what was asked.
type past struct {
	draws  []Draw
	random []uint64
	empty  bool
}

func (p *past) Sample(b *Batch, d Draw, random uint64) bool {
	p.draws, p.random = append(p.draws, d), append(p.random, random)
	if p.empty {
		return false
	}
	rows, n := (d.Len+1)*d.Seqs, d.Len*d.Seqs
	if b.Obs == nil {
		*b = Batch{T: d.Len, B: d.Seqs, Obs: make([]byte, 4*rows), Vec: make([]float32, rows), Next: make([]int32, n), Action: make([]int32, n)}
	}
	for i := range b.Obs {
		b.Obs[i] = byte(rng.Below(rng.At(random, uint64(i)), 3))
	}
	for i := range b.Next {
		b.Next[i] = int32(i + d.Seqs)
	}
	return true
}

// pull wants the features of every row, through a head of its own, to be target: ½ (head(features) - target)².
type pull struct {
	needs  Needs
	target float32
	head   *nn.Graph
	params *nn.Params
	aims   []float32
	calls  int
	broken bool // leaves no gradient at the tap
	rows   int  // of the last call
}

func newPull(source Source, target float32, taps ...string) *pull {
	p := &pull{needs: Needs{Source: source, Taps: taps, Draw: Draw{Len: 2}}, target: target, params: &nn.Params{}, head: nn.NewHead(5, 64, nil)}
	p.head.Add("y", &nn.Dense{In: 5, Out: 1, Gain: 1}, p.params, nn.Input)
	p.params.Init(3)
	p.aims = make([]float32, 64)
	for i := range p.aims {
		p.aims[i] = target
	}
	return p
}

func (p *pull) Needs() Needs  { return p.needs }
func (p *pull) Heads() []Head { return []Head{{Name: "y", Params: p.params}} }

func (p *pull) Loss(in *Input, w float32) Report {
	tap, rows := in.Taps[0][0], in.Batch.Rows()
	p.rows = rows
	p.calls++
	p.head.ForwardFloats(tap.Act[:5*rows], nil, rows, "")
	y := p.head.Tap(0)
	loss, _ := nn.MSE(y.Grad[:rows], y.Act[:rows], p.aims[:rows], nil, rows, w)
	if w == 0 {
		clear(y.Grad[:rows])
		return Report{Loss: loss, Quality: -loss, Rows: rows}
	}
	if p.broken {
		p.head.Backward()
	} else {
		p.head.BackwardFloats(tap.Grad[:5*rows])
	}
	return Report{Loss: loss, Quality: -loss, Rows: rows}
}

func mustMix(t testing.TB, e Encoder, cfg MixerConfig, tasks ...Named) *Mixer {
	t.Helper()
	m, err := NewMixer(e, tasks, cfg, toyDims(e))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// leaveMain puts a main gradient into the blocks and returns it.
func leaveMain(e *toy, scale float32) (main [][]float32) {
	for i, b := range e.blocks {
		for j := range b.Params.G {
			b.Params.G[j] = scale * float32(math.Sin(float64(i+3*j)))
		}
		main = append(main, slices.Clone(b.Params.G))
	}
	return main
}

// alone returns the gradient of a task of weight 1 on the sequences of the given draw, by itself.
func alone(e *toy, p *pull, random uint64) (blocks [][]float32, head []float32) {
	c := e.Copy(64).(*toy)
	twin := newPull(Replay, p.target, "features")
	copy(twin.params.W, p.params.W)
	var b Batch
	(&past{}).Sample(&b, Draw{Len: 2, Seqs: toySeqs}, random)
	c.Forward(&b, b.Obs, "features")
	twin.Loss(&Input{Batch: &b, Taps: [][]*Tap{{c.Taps()[1]}}}, 1)
	c.Backward()
	for _, b := range c.blocks {
		blocks = append(blocks, b.Params.G)
	}
	return blocks, twin.params.G
}

func adam(e *toy, m *Mixer) nn.Optimizer {
	var arenas []*Params
	for _, b := range e.blocks {
		arenas = append(arenas, b.Params)
	}
	for _, h := range m.Heads() {
		arenas = append(arenas, h.Params)
	}
	return nn.NewAdam(nn.DefaultAdam(), nil, arenas...)
}

func within(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tolerance*(1+math.Abs(float64(want[i])))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// The tasks' gradients, weighed, are added to the main one, each on sequences of its own; heads get theirs; conflict is what the
// gradients say.
func TestMixerAddsAndMeasures(t *testing.T) {
	e := newToy(64)
	a, b := newPull(Replay, 1, "features"), newPull(Replay, -2, "features")
	cfg := MixerConfig{Balance: Fixed, Every: 1}
	m := mustMix(t, e, cfg, Named{"a", a, Constant(0.5)}, Named{"b", b, Constant(2)})
	src := &past{}
	main := leaveMain(e, 0.3)
	reports := m.Step(src, 1)
	if len(src.draws) != 4 || !src.draws[0].Newest || src.draws[1].Newest || src.draws[1].Seqs != toySeqs || src.random[1] == src.random[3] {
		t.Fatalf("draws %+v with %v", src.draws, src.random)
	}
	ga, ha := alone(e, a, src.random[1])
	gb, hb := alone(e, b, src.random[3])
	for i, block := range e.blocks {
		want := slices.Clone(main[i])
		for j := range want {
			want[j] += 0.5*ga[i][j] + 2*gb[i][j]
		}
		within(t, block.Name, block.Params.G, want, 1e-6)
	}
	nn.MSE(make([]float32, 1), []float32{1}, []float32{1}, nil, 1, 1)
	for j := range ha {
		ha[j] *= 0.5
		hb[j] *= 2
	}
	within(t, "head of a", a.params.G, ha, 1e-6)
	within(t, "head of b", b.params.G, hb, 1e-6)

	norm := func(g []float32) float64 { return math.Sqrt(f32.Dot(g, g)) }
	na, nb, nm := 0.5*norm(ga[0]), 2*norm(gb[0]), norm(main[0])
	for i, r := range reports {
		g, n := ga[0], na
		if i == 1 {
			g, n = gb[0], nb
		}
		within(t, r.Name+": norm, share, cosine", []float32{r.Norm, r.Share, r.Total},
			[]float32{float32(n), float32(n / (na + nb + nm)), float32(f32.Dot(g, main[0]) / (norm(g) * nm))}, 1e-5)
		least := float32(math.Inf(1))
		for k, l := range m.layers {
			x, y := g[l.lo:l.hi], main[0][l.lo:l.hi]
			want := float32(f32.Dot(x, y) / (norm(x) * norm(y)))
			within(t, r.Name+": cosine in "+l.Name, r.Cosine[k:k+1], []float32{want}, 1e-5)
			least = min(least, want)
		}
		within(t, r.Name+": least cosine", []float32{r.Least}, []float32{least}, 1e-5)
		if !r.Measured || r.Rows != 9 || r.HeldRows != 9 || r.Held == r.Quality {
			t.Errorf("%+v", r)
		}
	}
	if got := m.Layers(); !slices.Equal(got, []string{"conv1", "features"}) {
		t.Errorf("layers %q", got)
	}
}

// Whatever is measured, no bit of the run changes.
func TestMeasuringChangesNothing(t *testing.T) {
	for _, rule := range Balances() {
		var want []float32
		for _, every := range []int{0, 1, 3} {
			e := newToy(64)
			m := mustMix(t, e, MixerConfig{Balance: rule, Every: every, Clip: 0.5},
				Named{"a", newPull(Replay, 1, "features"), Constant(0.5)}, Named{"b", newPull(Replay, -2, "features"), Schedule{2, 0.5, 8}},
				Named{"ride", newPull(Minibatch, 0.3, "features"), Constant(1)})
			opt := adam(e, m)
			for range 12 {
				step(e, m, opt, &past{})
			}
			var got []float32
			for _, b := range e.blocks {
				got = append(got, b.Params.W...)
			}
			for _, h := range m.Heads() {
				got = append(got, h.Params.W...)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: measuring every %d updates gave other weights", rule, every)
			}
			if math.IsNaN(f32.Dot(got, got)) {
				t.Errorf("%s: NaN", rule)
			}
		}
	}
}

// step is one update of the owner of the encoder; the main loss pulls the value to 1.
func step(e *toy, m *Mixer, opt nn.Optimizer, src Sampling) {
	var b Batch
	(&past{}).Sample(&b, Draw{Len: 2, Seqs: toySeqs}, m.update)
	b.Next = nil
	rows := b.Rows()
	e.Forward(&b, b.Obs, "")
	m.Ride(&b, true)
	v := e.Taps()[2]
	for i := range rows {
		v.Grad[i] += (v.Act[i] - 1) / float32(rows)
	}
	e.Backward()
	m.Step(src, 1)
	opt.Step(0.01, 0, e.blocks[0].Params, e.blocks[1].Params)
	m.StepHeads(opt, 0.01, true)
}

// Of tasks that share a pass, one is measured by what the others leave of their sum: that is what it sends by itself.
func TestPartOfASum(t *testing.T) {
	var m *Mixer
	measured := func(known bool) ([]TaskReport, []float32) {
		e := newToy(64)
		m = mustMix(t, e, MixerConfig{Every: 1, Share: true, Balance: Fixed}, Named{"a", newPull(Replay, 1, "features"), Constant(1)},
			Named{"b", newPull(Replay, 3, "features"), Constant(0.5)}, Named{"c", newPull(Replay, 2, "conv1"), Constant(0.1)})
		if len(m.groups) != 1 {
			t.Fatalf("%d groups", len(m.groups))
		}
		for _, k := range m.members {
			k.proven = known
		}
		leaveMain(e, 0.1)
		return m.Step(&past{}, 1), e.blocks[0].Params.G
	}
	got, left := measured(true)
	want, sum := measured(false)
	if !slices.Equal(left, sum) {
		t.Error("how it is measured changes what is left")
	}
	for i, r := range got {
		within(t, r.Name+": norm, share, cosine", []float32{r.Norm, r.Share, r.Total}, []float32{want[i].Norm, want[i].Share, want[i].Total}, 1e-5)
		for k, c := range r.Cosine {
			if w := want[i].Cosine[k]; w == w || c == c { // NaN where nothing is sent
				within(t, r.Name+": cosine in "+m.Layers()[k], []float32{c}, []float32{w}, 1e-4)
			}
		}
		if !(r.Norm > 0) {
			t.Errorf("%s: norm %v", r.Name, r.Norm)
		}
	}
}

// A gate keeps a task that pulls the other way out of the shared layers, and lets its head learn; a soft one takes as much of an
// agreeing task as it agrees.
func TestGates(t *testing.T) {
	for _, c := range []struct {
		rule string
		sign float32 // of the main gradient along the task's
		want func(cosine float32) float32
	}{
		{HardGate, -1, func(float32) float32 { return 0 }},
		{SoftGate, -1, func(float32) float32 { return 0 }},
		{HardGate, 1, func(float32) float32 { return 1 }},
		{SoftGate, 1, func(c float32) float32 { return c }},
	} {
		e := newToy(64)
		p := newPull(Replay, 1, "features")
		m := mustMix(t, e, MixerConfig{Balance: c.rule, Every: 1}, Named{"p", p, Constant(1)})
		probe := &past{}
		mustMix(t, newToy(64), MixerConfig{Balance: Fixed}, Named{"p", newPull(Replay, 1, "features"), Constant(1)}).Step(probe, 1)
		g, head := alone(e, p, probe.random[0])
		main := leaveMain(e, 0.01)
		for j := range main[0] {
			main[0][j] += c.sign * g[0][j]
			e.blocks[0].Params.G[j] = main[0][j]
		}
		r := m.Step(&past{}, 1)[0]
		factor := c.want(r.Total)
		if math.Abs(float64(r.Factor-factor)) > 1e-6 || r.Total*c.sign < 0.5 {
			t.Errorf("%s: factor %v, want %v; cosine %v", c.rule, r.Factor, factor, r.Total)
		}
		want := slices.Clone(main[0])
		for j := range want {
			want[j] += factor * g[0][j]
		}
		within(t, c.rule+": shared", e.blocks[0].Params.G, want, 1e-6)
		within(t, c.rule+": head", p.params.G, head, 1e-6)
	}
}

// unsure is a task whose rows say nothing about how well it does.
type unsure struct{ *pull }

func (u unsure) Loss(in *Input, w float32) Report {
	r := u.pull.Loss(in, w)
	r.Quality = unknown
	return r
}

// Where the newest sequences cannot tell, nothing is said of them: not that the task is done badly.
func TestHeldOutThatCannotTell(t *testing.T) {
	for _, sure := range []bool{true, false} {
		var task Task = newPull(Replay, 1, "features")
		if !sure {
			task = unsure{newPull(Replay, 1, "features")}
		}
		r := mustMix(t, newToy(64), MixerConfig{Every: 1, Balance: Fixed}, Named{"p", task, Constant(1)}).Step(&past{}, 1)[0]
		if r.HeldRows > 0 != sure || r.Held != r.Held || r.Rows == 0 || !r.Measured {
			t.Errorf("sure %t: %+v", sure, r)
		}
	}
}

// A gate is open where the objective, or the task, sends nothing: there is no angle between the two.
func TestGateWithoutGradient(t *testing.T) {
	for _, rule := range []string{HardGate, SoftGate} {
		for name, weight := range map[string]float32{"no main gradient": 1, "no gradient at all": 0} { // order: each by itself
			e := newToy(64)
			m := mustMix(t, e, MixerConfig{Balance: rule, Every: 1}, Named{"p", newPull(Replay, 1, "features"), Constant(weight)})
			r := m.Step(&past{}, 1)[0]
			if r.Factor != 1 || !m.Sound() || weight != 0 && !(r.Norm > 0) {
				t.Errorf("%s, %s: factor %v, norm %v, sound %t", rule, name, r.Factor, r.Norm, m.Sound())
			}
		}
	}
}

// Matched to the main gradient, a task's gradient has the length its weight says, whatever the scale of its loss.
func TestNormMatching(t *testing.T) {
	e := newToy(64)
	m := mustMix(t, e, MixerConfig{Balance: NormMatched, Every: 1}, Named{"p", newPull(Replay, 50, "features"), Constant(0.25)})
	main := leaveMain(e, 0.3)
	r := m.Step(&past{}, 1)[0]
	g := e.blocks[0].Params.G
	for j := range g {
		g[j] -= main[0][j]
	}
	got, want := math.Sqrt(f32.Dot(g, g)), 0.25*math.Sqrt(f32.Dot(main[0], main[0]))
	if math.Abs(got-want) > 1e-5*want || math.Abs(float64(r.Norm)-want) > 1e-5*want {
		t.Errorf("norm %v, reported %v, want %v", got, r.Norm, want)
	}
}

// The tasks' gradient is clipped by itself: what it is worth beside the main one does not grow with its loss.
func TestTasksAreClippedApart(t *testing.T) {
	e := newToy(64)
	p := newPull(Replay, 1e4, "features")
	m := mustMix(t, e, MixerConfig{Balance: Fixed, Clip: 0.5}, Named{"p", p, Constant(1)})
	main := leaveMain(e, 0.3)
	m.Step(&past{}, 1)
	sum := f32.Dot(p.params.G, p.params.G)
	for i, b := range e.blocks {
		for j := range b.Params.G {
			d := float64(b.Params.G[j] - main[i][j])
			sum += d * d
		}
	}
	if math.Abs(math.Sqrt(sum)-0.5) > 1e-4 {
		t.Errorf("the tasks' gradients together have norm %v, want 0.5", math.Sqrt(sum))
	}
}

// Tasks that draw alike share a draw and a pass when they are told to.
func TestSharing(t *testing.T) {
	for _, share := range []bool{false, true} {
		e := newToy(64)
		other := newPull(Replay, 1, "features")
		other.needs.Draw.Len = 3
		m := mustMix(t, e, MixerConfig{Balance: Fixed, Share: share}, Named{"a", newPull(Replay, 1, "features"), Constant(1)},
			Named{"b", newPull(Replay, 2, "features"), Constant(1)}, Named{"c", other, Constant(1)})
		src := &past{}
		m.Step(src, 1)
		if want := map[bool]int{false: 3, true: 2}[share]; len(src.draws) != want {
			t.Errorf("share=%v: %d draws, want %d", share, len(src.draws), want)
		}
	}
}

// A task that reaches nothing shared stops the run with its name, after its probation and not before; one that never has rows, or
// says that it means it, does not.
func TestTaskWithoutEffectStopsTheRun(t *testing.T) {
	for _, every := range []int{0, 1, 10} {
		for _, c := range []struct {
			name   string
			change func(p *pull, src *past)
			stops  bool
		}{
			{"sound", func(*pull, *past) {}, false},
			{"broken", func(p *pull, _ *past) { p.broken = true }, true},
			{"detached", func(p *pull, _ *past) { p.broken, p.needs.Detach = true, true }, false},
			{"starved", func(p *pull, src *past) { p.broken, src.empty = true, true }, false},
		} {
			t.Run(fmt.Sprintf("%s/every=%d", c.name, every), func(t *testing.T) {
				e, src := newToy(64), &past{}
				p := newPull(Replay, 1, "features")
				c.change(p, src)
				m := mustMix(t, e, MixerConfig{Balance: Fixed, Every: every}, Named{"it", p, Constant(1e-3)})
				opt := adam(e, m)
				for i := range probation + 5 {
					if err := m.Err(); err != nil && i < probation {
						t.Fatalf("stopped after %d updates: %v", i, err)
					}
					step(e, m, opt, src)
				}
				if err := m.Err(); (err != nil) != c.stops || err != nil && !strings.Contains(err.Error(), "it sends no gradient") {
					t.Errorf("error %v, want one: %v", err, c.stops)
				}
				if c.name == "starved" && m.Reports()[0].Rows != 0 {
					t.Errorf("rows of nothing: %+v", m.Reports()[0])
				}
			})
		}
	}
}

// mirror turns rows round and labels them.
type mirror struct{}

func (mirror) Apply(dst, src []byte, h, w, c int, random uint64) int32 {
	for i := range src {
		dst[i] = src[len(src)-1-i]
	}
	return int32(random & 1)
}

// watcher has a mirrored online view and a slow plain one.
type watcher struct {
	*pull
	slow, fast []float32
	labels     []int32
	grads      []bool
	obs        [2]byte
}

func (w *watcher) Loss(in *Input, weight float32) Report {
	if weight != 0 {
		w.fast = append(w.fast[:0], in.Taps[0][0].Act...)
		w.slow = append(w.slow[:0], in.Taps[2][0].Act...)
		w.labels = append(w.labels[:0], in.Labels[1]...)
		w.grads = []bool{in.Taps[0][0].Grad != nil, in.Taps[1][0].Grad != nil, in.Taps[2][0].Grad != nil}
		w.obs = [2]byte{in.Obs[0][0], in.Obs[1][3]}
		for i := range in.Taps[1][0].Grad {
			in.Taps[1][0].Grad[i] += weight
		}
	}
	return w.pull.Loss(in, weight)
}

func TestViews(t *testing.T) {
	e := newToy(64)
	w := &watcher{pull: newPull(Replay, 1, "features")}
	w.needs.Views = []View{{Transform: mirror{}}, {Target: 0.25, Taps: []string{"conv1"}}}
	m := mustMix(t, e, MixerConfig{Balance: Fixed, Every: 1}, Named{"w", w, Constant(1)})
	start := slices.Clone(e.blocks[0].Params.W)
	opt := adam(e, m)
	step(e, m, opt, &past{})
	if !slices.Equal(w.grads, []bool{true, true, false}) || w.obs[0] != w.obs[1] || len(w.labels) != 9 || !slices.Contains(w.labels, 1) {
		t.Errorf("gradients %v, observations %v, labels %v", w.grads, w.obs, w.labels)
	}
	if len(w.fast) != 9*5 || len(w.slow) != 9*16 {
		t.Errorf("taps of %d and %d", len(w.fast), len(w.slow))
	}
	now := e.blocks[0].Params.W
	slow := m.follows[0].blocks[0].Params.W
	for i := range slow {
		if want := start[i] + 0.25*(now[i]-start[i]); slow[i] != want {
			t.Fatalf("weight %d of the slow copy is %v, want %v", i, slow[i], want)
		}
	}
}

// picky brings its own rows.
type picky struct {
	*pull
	filled uint64
}

func (p *picky) Rows() int { return 4 }
func (p *picky) Fill(b *Batch, random uint64) {
	p.filled = random
	for i := range b.Obs {
		b.Obs[i] = byte(i % 3)
	}
}

func TestOwnRows(t *testing.T) {
	e := newToy(4)
	p := &picky{pull: newPull(Own, 1, "features")}
	m := mustMix(t, e, MixerConfig{Balance: Fixed}, Named{"p", p, Constant(1)})
	if r := m.Step(nil, 1)[0]; r.Rows != 4 || p.filled == 0 {
		t.Errorf("report %+v, filled with %v", r, p.filled)
	}
	first := p.filled
	if m.Step(nil, 1); p.filled == first {
		t.Error("two updates with the same random number")
	}
}

func TestMixerState(t *testing.T) {
	for _, rule := range Balances() {
		build := func() (*toy, *Mixer) {
			e := newToy(64)
			w := &watcher{pull: newPull(Replay, 1, "features")}
			w.needs.Views = []View{{}, {Target: 0.25}}
			return e, mustMix(t, e, MixerConfig{Balance: rule, Every: 2}, Named{"w", w, Constant(1)}, Named{"b", newPull(Replay, -1, "features"), Constant(1)})
		}
		e, m := build()
		opt := adam(e, m)
		for range 3 {
			step(e, m, opt, &past{})
		}
		e2, m2 := build()
		for i, s := range m.Tensors() {
			if s.Name != m2.Tensors()[i].Name {
				t.Fatalf("tensor %q, then %q", s.Name, m2.Tensors()[i].Name)
			}
			copy(m2.Tensors()[i].Data, s.Data)
		}
		for i, b := range e.blocks {
			copy(e2.blocks[i].Params.W, b.Params.W)
		}
		state := m.AppendState(nil)
		if err := m2.RestoreState(state); err != nil {
			t.Fatal(err)
		}
		// Fresh moments for both.
		opt, opt2 := adam(e, m), adam(e2, m2)
		for range 3 {
			step(e, m, opt, &past{})
			step(e2, m2, opt2, &past{})
		}
		if !slices.Equal(e.blocks[0].Params.W, e2.blocks[0].Params.W) || !slices.Equal(m.AppendState(nil), m2.AppendState(nil)) {
			t.Errorf("%s: restored, it goes on differently", rule)
		}
		for n := range state {
			if err := m2.RestoreState(state[:n]); err == nil {
				t.Fatalf("%s: a state of %d bytes of %d was taken", rule, n, len(state))
			}
		}
		if m2.RestoreState(append(state, 0)) == nil {
			t.Error("a state that is too long was taken")
		}
	}
}

func TestMixerAllocatesNothing(t *testing.T) {
	for _, rule := range Balances() {
		e := newToy(64)
		m := mustMix(t, e, MixerConfig{Balance: rule, Every: 2, Clip: 0.5}, Named{"a", newPull(Replay, 1, "features"), Constant(1)},
			Named{"r", newPull(Minibatch, 1, "features"), Constant(1)})
		opt := adam(e, m)
		src := &past{}
		src.draws, src.random = make([]Draw, 0, 100), make([]uint64, 0, 100)
		var b Batch
		src.Sample(&b, Draw{Len: 2, Seqs: toySeqs}, 0)
		b.Next = nil
		one := func() {
			src.draws, src.random = src.draws[:0], src.random[:0]
			e.Forward(&b, b.Obs, "")
			m.Ride(&b, true)
			e.Backward()
			m.Step(src, 1)
			m.StepHeads(opt, 0.01, true)
		}
		one()
		one()
		if n := testing.AllocsPerRun(20, one); n != 0 {
			t.Errorf("%s: %v allocations", rule, n)
		}
	}
}

func TestMixerRefuses(t *testing.T) {
	plain := func() *pull { return newPull(Replay, 1, "features") }
	for want, tasks := range map[string][]Named{
		"two tasks are called":  {{"a", plain(), Constant(1)}, {"a", plain(), Constant(1)}},
		"does not have":         {{"a", newPull(Replay, 1, "core"), Constant(1)}},
		"has no Fill":           {{"a", newPull(Own, 1, "features"), Constant(1)}},
		"rows at a time":        {{"a", &picky{pull: newPull(Own, 1, "features")}, Constant(1)}, {"b", plain(), Constant(1)}},
		"sequences of length 0": {{"a", func() *pull { p := plain(); p.needs.Draw.Len = 0; return p }(), Constant(1)}},
		"further views":         {{"a", func() *pull { p := newPull(Minibatch, 1, "features"); p.needs.Views = []View{{}}; return p }(), Constant(1)}},
	} {
		e := newToy(8)
		if _, err := NewMixer(e, tasks, DefaultMixer(), toyDims(e)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	e := newToy(8)
	for _, cfg := range []MixerConfig{{Balance: "best"}, {Balance: Fixed, Every: -1}, {Balance: Fixed, Clip: -1}, {Balance: Fixed, Clip: float32(math.NaN())}} {
		if _, err := NewMixer(e, nil, cfg, toyDims(e)); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

func TestSchedule(t *testing.T) {
	s := Schedule{Start: 1, End: 0, Over: 4}
	for update, want := range []float32{1, 0.75, 0.5, 0.25, 0, 0} {
		if got := s.At(uint64(update)); got != want {
			t.Errorf("update %d: %v, want %v", update, got, want)
		}
	}
	if Constant(3).At(1e9) != 3 {
		t.Error("a constant moved")
	}
}

// Tasks that ride on the objective's pass are compared with the gradient of the objective alone, and so are the others; clipping shortens
// riders with it.
func TestRidersAreSetApart(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		e := newToy(64)
		e.blocks[0].Frozen = frozen
		a, b, c := newPull(Minibatch, 1, "features"), newPull(Minibatch, -2, "features"), newPull(Replay, 3, "features")
		m := mustMix(t, e, MixerConfig{Balance: Fixed, Every: 1}, Named{"a", a, Constant(0.5)}, Named{"b", b, Constant(0.25)}, Named{"c", c, Constant(1)})
		var rows Batch
		(&past{}).Sample(&rows, Draw{Len: 2, Seqs: toySeqs}, 1)
		rows.Next = nil
		objective := func(e *toy) {
			v := e.Taps()[2]
			for i := range rows.Rows() {
				v.Grad[i] += (v.Act[i] - 1) / float32(rows.Rows())
			}
		}
		// lone returns the gradient of the shared block that one loss makes on these rows.
		lone := func(scale float32, loss func(*toy)) []float32 {
			c := e.Copy(64).(*toy)
			c.Forward(&rows, rows.Obs, "")
			loss(c)
			c.Backward()
			g := c.blocks[0].Params.G
			for j := range g {
				g[j] *= scale
			}
			return g
		}
		rider := func(p *pull, w float32) func(*toy) {
			twin := newPull(Minibatch, p.target, "features")
			copy(twin.params.W, p.params.W)
			return func(c *toy) { twin.Loss(&Input{Batch: &rows, Taps: [][]*Tap{{c.Taps()[1]}}}, w) }
		}
		const scale = 0.125
		shortened := float32(scale)
		if frozen {
			shortened = 1 // who steps the network does not clip it either
		}
		main := lone(shortened, objective)
		grads := [][]float32{lone(shortened, rider(a, 0.5)), lone(shortened, rider(b, 0.25)), nil}

		e.Forward(&rows, rows.Obs, "")
		m.Ride(&rows, true)
		objective(e)
		e.Backward()
		for i, block := range e.blocks {
			for j := range block.Params.G {
				if i > 0 || !frozen {
					block.Params.G[j] *= scale
				}
			}
		}
		src := &past{}
		reports := m.Step(src, scale)
		g, _ := alone(e, c, src.random[1])
		grads[2] = g[0]

		norm := func(g []float32) float64 { return math.Sqrt(f32.Dot(g, g)) }
		total := norm(main) + norm(grads[0]) + norm(grads[1]) + norm(grads[2])
		for i, r := range reports {
			g := grads[i]
			within(t, r.Name+": norm, share, cosine", []float32{r.Norm, r.Share, r.Total},
				[]float32{float32(norm(g)), float32(norm(g) / total), float32(f32.Dot(g, main) / (norm(g) * norm(main)))}, 1e-4)
			for k, l := range m.layers {
				x, y := g[l.lo:l.hi], main[l.lo:l.hi]
				within(t, r.Name+": cosine in "+l.Name, r.Cosine[k:k+1], []float32{float32(f32.Dot(x, y) / (norm(x) * norm(y)))}, 1e-4)
			}
		}
	}
}
