package policy

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
)

// observations returns rows of plausible bytes and floats.
func observations(s Shape, rows int) (obs []byte, vec []float32) {
	obs, vec = make([]byte, rows*s.H*s.W*s.C), make([]float32, rows*s.Vec)
	for i := range obs {
		n := 256
		if s.Codes != nil {
			n = s.Codes[i%s.C]
		}
		obs[i] = byte(rng.Below(rng.At(1, uint64(i)), n))
	}
	for i := range vec {
		vec[i] = float32(rng.Float64(rng.At(2, uint64(i))))
	}
	return obs, vec
}

func mustNew(t testing.TB, s Shape, rows int) *Net {
	t.Helper()
	n, err := New(s, Default(s), []string{""}, rows, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var codes = []int{11, 6, 4}

// The encoder sizes itself to whatever the world shows.
func TestEveryShapeHasANet(t *testing.T) {
	shapes := []Shape{
		{H: 84, W: 84, C: 4, Actions: 6}, {H: 42, W: 42, C: 3, Vec: 2, Actions: 8}, {H: 36, W: 60, C: 1, Actions: 2},
		{H: 35, W: 80, C: 3, Actions: 3}, {H: 10, W: 10, C: 7, Codes: []int{2, 2, 2, 2, 2, 2, 2}, Actions: 6},
		{H: 1, W: 1, C: 1, Codes: []int{1}, Actions: 1}, {H: 64, W: 64, C: 1, Codes: []int{256}, Actions: 2},
	}
	for h := 1; h <= 25; h += 2 {
		shapes = append(shapes, Shape{H: h, W: h, C: 3, Codes: codes, Vec: 4, Actions: 7}, Shape{H: 1, W: h, C: 3, Actions: 2}, Shape{H: 26 - h, W: 7, C: 3, Codes: codes, Actions: 7})
	}
	for _, s := range shapes {
		t.Run(fmt.Sprintf("%dx%dx%d", s.H, s.W, s.C), func(t *testing.T) {
			if testing.Short() && s.H*s.W > 1000 {
				t.Skip("a large network takes long")
			}
			if err := Default(s).Validate(s); err != nil {
				t.Fatal(err)
			}
			n := mustNew(t, s, 3)
			obs, vec := observations(s, 3)
			logits, values := n.Act(obs, vec, nil, 3)
			if len(logits) != 3*s.Actions || len(values) != 3 {
				t.Fatalf("%d logits, %d values", len(logits), len(values))
			}
			b := &auxtasks.Batch{T: 1, B: 3, Obs: obs, Vec: vec}
			n.Forward(b, obs, "")
			for i := range n.Logits().Grad {
				n.Logits().Grad[i] = 1 + float32(i)
			}
			n.Backward()
			first := n.Blocks()[0].Params
			if v, err := first.Lookup("conv1.w"); err != nil || !slices.ContainsFunc(first.G[v.Off:v.Off+v.Len()], func(g float32) bool { return g != 0 }) {
				t.Errorf("no gradient reaches the first layer (%v)", err)
			}
		})
	}
}

func TestNamesOfTapsAndBlocks(t *testing.T) {
	s := Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}
	n, err := New(s, Default(s), []string{"", "novelty"}, 2, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, tap := range n.Taps() {
		got += fmt.Sprintf("%s %dx%dx%d, ", tap.Name, tap.H, tap.W, tap.C)
	}
	for _, b := range n.Blocks() {
		got += fmt.Sprintf("%s %d %v, ", b.Name, b.Params.Len(), b.Shared)
	}
	const want = "conv1 6x6x16, pool1 3x3x16, conv2 2x2x32, conv3 1x1x64, features 1x1x64, actor.hidden 1x1x64, logits 1x1x7, " +
		"critic.hidden 1x1x64, value 1x1x1, critic.novelty.hidden 1x1x64, value.novelty 1x1x1, " +
		"encoder 16112 true, actor 4615 false, critic 4225 false, critic.novelty 4225 false, "
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The residual network has the weights that implementations for 64x64x3 frames and 15 actions have: 626 256 (Cobbe et al. 2020).
func TestImpala(t *testing.T) {
	s := Shape{H: 64, W: 64, C: 3, Actions: 15}
	n, err := New(s, Config{Encoder: "impala", Features: 256}, []string{""}, 3, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, weights := "", 0
	for _, tap := range n.Taps() {
		got += fmt.Sprintf("%s %dx%dx%d, ", tap.Name, tap.H, tap.W, tap.C)
	}
	for _, p := range n.Params() {
		weights += p.Len()
	}
	want := ""
	for i, size := range []string{"32x32x16", "16x16x32", "8x8x32"} {
		before, name, last := []string{"64x64x16", "32x32x32", "16x16x32"}[i], fmt.Sprint("conv", i+1), fmt.Sprint("conv", i+1)
		if i == 2 {
			last = "conv3.b"
		}
		want += fmt.Sprintf("%s.in %s, pool%d %s, ", name, before, i+1, size)
		for _, tap := range []string{name + ".a.relu", name + ".a.1", name + ".a.2", name + ".a", name + ".b.relu", name + ".b.1", name + ".b.2", last} {
			want += tap + " " + size + ", "
		}
	}
	want += "conv3 8x8x32, features 1x1x256, logits 1x1x15, value 1x1x1, "
	if got != want {
		t.Errorf("taps:\ngot  %s\nwant %s", got, want)
	}
	if weights != 626256 {
		t.Errorf("%d weights, want 626256", weights)
	}

	obs, _ := observations(s, 3)
	n.Act(obs, nil, nil, 3)
	for i := range n.Logits().Grad {
		n.Logits().Grad[i] = 1 + float32(i)
	}
	n.Backward()
	p := n.Blocks()[0].Params
	for _, v := range p.Views {
		if !slices.ContainsFunc(p.G[v.Off:v.Off+v.Len()], func(g float32) bool { return g != 0 }) {
			t.Errorf("no gradient reaches %s", v.Name)
		}
	}
	if _, err := New(Shape{H: 1, W: 2, C: 1, Actions: 2}, Config{Encoder: "impala", Features: 3}, []string{""}, 1, 1, nil); err != nil {
		t.Errorf("observations of 1x2: %v", err)
	}
}

// Without shortcuts the same convolutions stand one behind the other, each with its ReLU.
func TestPlain(t *testing.T) {
	s := Shape{H: 64, W: 64, C: 3, Actions: 15}
	build := func(encoder string) *Net {
		n, err := New(s, Config{Encoder: encoder, Features: 256}, []string{""}, 2, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	plain, residual := build("plain"), build("impala")
	for i, v := range residual.Blocks()[0].Params.Views {
		if p := plain.Blocks()[0].Params.Views[i]; p.Name != v.Name || !slices.Equal(p.Shape, v.Shape) {
			t.Errorf("parameter %d is %s %v, of the residual network %s %v", i, p.Name, p.Shape, v.Name, v.Shape)
		}
	}
	want := ""
	for i, size := range []string{"32x32x16", "16x16x32", "8x8x32"} {
		name := fmt.Sprint("conv", i+1)
		want += fmt.Sprintf("%s.in %s, pool%d %s, ", name, []string{"64x64x16", "32x32x32", "16x16x32"}[i], i+1, size)
		for _, tap := range []string{".relu", ".a.1", ".a.2", ".b.1", ".b.2", ""} {
			want += name + tap + " " + size + ", "
		}
	}
	got := ""
	for _, tap := range plain.Taps() {
		got += fmt.Sprintf("%s %dx%dx%d, ", tap.Name, tap.H, tap.W, tap.C)
	}
	if want += "features 1x1x256, logits 1x1x15, value 1x1x1, "; got != want {
		t.Errorf("taps:\ngot  %s\nwant %s", got, want)
	}
	// Nothing goes around a convolution: without its weights, nothing is left.
	obs, _ := observations(s, 2)
	for _, n := range []*Net{plain, residual} {
		p := n.Blocks()[0].Params
		v, err := p.Lookup("conv2.b.1.w")
		if err != nil {
			t.Fatal(err)
		}
		clear(p.W[v.Off : v.Off+v.Len()])
		n.Act(obs, nil, nil, 2)
		passes := slices.ContainsFunc(n.tap("conv2").Act, func(x float32) bool { return x != 0 })
		if passes != (n == residual) {
			t.Errorf("%s: something passes a convolution of zeros: %t", n.Config().Encoder, passes)
		}
	}
}

// The deep encoders read symbols too, down to a single cell, and the gradient gets to every weight that a symbol can name.
func TestDeepEncodersOfSymbols(t *testing.T) {
	for _, encoder := range []string{"impala", "plain"} {
		for _, side := range []int{1, 2, 7, 15} {
			s := Shape{H: side, W: side, C: 3, Codes: codes, Vec: 4, Actions: 7}
			n, err := New(s, Config{Encoder: encoder, Features: 32}, []string{""}, 8, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			obs, vec := observations(s, 8)
			n.Act(obs, vec, nil, 8)
			for i := range n.Logits().Grad {
				n.Logits().Grad[i] = 1 + float32(i)
			}
			n.Backward()
			p := n.Blocks()[0].Params
			if len(p.Views) != 2*(15+1) {
				t.Errorf("%s of %dx%d: %d tensors", encoder, side, side, len(p.Views))
			}
			for _, v := range p.Views {
				if !slices.ContainsFunc(p.G[v.Off:v.Off+v.Len()], func(g float32) bool { return g != 0 }) {
					t.Errorf("%s of %dx%d: no gradient reaches %s", encoder, side, side, v.Name)
				}
			}
		}
	}
}

// Uniform first weights are the encoder's alone; without shortcuts they let the gradient vanish, orthogonal ones do not.
func TestFirstWeightsOfTheEncoder(t *testing.T) {
	s := Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}
	build := func(encoder, init string) *Net {
		n, err := New(s, Config{Encoder: encoder, Features: 64, Init: init}, []string{""}, 8, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	// first returns how long the gradient is in the first convolution, as a part of that in the last layer.
	first := func(n *Net) float64 {
		obs, vec := observations(s, 8)
		n.Act(obs, vec, nil, 8)
		for i := range n.Values()[0].Grad {
			n.Values()[0].Grad[i] = 1
		}
		n.Backward()
		layers := auxtasks.LayersOf(n.Blocks())
		return float64(layers[0].Norm(n.Blocks()) / layers[len(layers)-1].Norm(n.Blocks()))
	}
	for _, encoder := range []string{"small", "impala", "plain"} {
		usual, named, uniform := build(encoder, ""), build(encoder, "orthogonal"), build(encoder, "uniform")
		for i, b := range usual.Blocks() {
			if !slices.Equal(b.Params.W, named.Blocks()[i].Params.W) {
				t.Errorf("%s: %s is not orthogonal unless that is said", encoder, b.Name)
			}
			w := uniform.Blocks()[i].Params.W
			if same := slices.Equal(b.Params.W, w); same != (b.Name != "encoder") {
				t.Errorf("%s: uniform first weights of %s: the same are %t", encoder, b.Name, same)
			}
			if most := max(slices.Max(w), -slices.Min(w)); b.Name == "encoder" && !(most <= UniformBound && most > 0.99*UniformBound) {
				t.Errorf("%s: a weight of %v, the bound is %v", encoder, most, UniformBound)
			}
		}
		if encoder != "plain" {
			continue
		}
		if kept, gone := first(usual), first(uniform); !(kept > 0.1) || !(gone < 1e-3*kept) {
			t.Errorf("the first layer gets %v of the last one's gradient if weights are orthogonal, %v if they are uniform", kept, gone)
		}
	}
}

// Untrained, every action is about as likely, and values are small: what PPO needs to explore.
func TestFirstPolicyIsNearlyUniform(t *testing.T) {
	shapes := []Shape{{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}, {H: 84, W: 84, C: 4, Actions: 6}}
	if testing.Short() {
		shapes = shapes[:1]
	}
	for _, s := range shapes {
		n := mustNew(t, s, 8)
		obs, vec := observations(s, 8)
		logits, _ := n.Act(obs, vec, nil, 8)
		c := NewCategorical(s.Actions)
		for i := range 8 {
			c.Set(logits[i*s.Actions : (i+1)*s.Actions])
			if h := float64(c.Entropy()); h < 0.99*math.Log(float64(s.Actions)) {
				t.Errorf("entropy %v, uniform is %v", h, math.Log(float64(s.Actions)))
			}
		}
	}
}

// A further stream changes no weight of what was there.
func TestWeightsAreSeededByName(t *testing.T) {
	s := Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}
	one := mustNew(t, s, 1)
	two, err := New(s, Default(s), []string{"", "novelty"}, 1, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range one.Blocks() {
		if !slices.Equal(b.Params.W, two.Blocks()[i].Params.W) {
			t.Errorf("block %s differs", b.Name)
		}
	}
	if slices.Equal(two.Blocks()[2].Params.W, two.Blocks()[3].Params.W) {
		t.Error("two critics start with the same weights")
	}
}

func TestShareAndCopy(t *testing.T) {
	s := Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}
	n := mustNew(t, s, 4)
	share, copied := n.Share(2).(*Net), n.Copy(2).(*Net)
	obs, vec := observations(s, 2)
	act := func(n *Net) []float32 { l, _ := n.Act(obs, vec, nil, 2); return slices.Clone(l) }
	before := act(n)
	if !slices.Equal(act(share), before) || !slices.Equal(act(copied), before) {
		t.Fatal("share or copy computes something else")
	}
	for _, p := range n.Params() {
		for i := range p.W {
			p.W[i] *= 1.5
		}
	}
	after := act(n)
	if !slices.Equal(act(share), after) {
		t.Error("a share does not follow the weights")
	}
	if !slices.Equal(act(copied), before) {
		t.Error("a copy follows the weights")
	}
}

func TestNewRefuses(t *testing.T) {
	ok := Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}
	for name, c := range map[string]struct {
		shape   func(s *Shape)
		cfg     func(c *Config)
		streams []string
		want    string
	}{
		"size":     {shape: func(s *Shape) { s.H = 0 }, want: "every side"},
		"codes":    {shape: func(s *Shape) { s.Codes = []int{1} }, want: "3 channels but codes for 1"},
		"symbols":  {shape: func(s *Shape) { s.Codes = []int{1, 2, 300} }, want: "must be 1 to 256"},
		"vector":   {shape: func(s *Shape) { s.Vec = -1 }, want: "beside the image"},
		"actions":  {shape: func(s *Shape) { s.Actions = 0 }, want: "at least 1"},
		"init":     {cfg: func(c *Config) { c.Init = "zeros" }, want: `no init "zeros"; there are [orthogonal uniform]`},
		"encoder":  {cfg: func(c *Config) { c.Encoder = "big" }, want: `no encoder "big"`},
		"nature":   {cfg: func(c *Config) { c.Encoder = "nature" }, want: "use encoder small"},
		"unreal":   {shape: func(s *Shape) { s.Codes = nil }, cfg: func(c *Config) { c.Encoder = "unreal" }, want: "needs at least 20x20"},
		"tiny":     {shape: func(s *Shape) { s.Codes = nil }, cfg: func(c *Config) { c.Encoder = "nature" }, want: "needs at least 36x36"},
		"features": {cfg: func(c *Config) { c.Features = 0 }, want: "features is 0"},
		"hidden":   {cfg: func(c *Config) { c.Hidden = -1 }, want: "hidden is -1"},
		"streams":  {streams: []string{"novelty"}, want: "the world's own"},
	} {
		s, cfg, streams := ok, Default(ok), []string{""}
		if c.shape != nil {
			c.shape(&s)
		}
		if c.cfg != nil {
			c.cfg(&cfg)
		}
		if c.streams != nil {
			streams = c.streams
		}
		if _, err := New(s, cfg, streams, 1, 1, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ...%s...", name, err, c.want)
		}
	}
}

func TestCategorical(t *testing.T) {
	c := NewCategorical(3)
	c.Set([]float32{0, float32(math.Log(2)), float32(math.Log(1))})
	for i, want := range []float64{0.25, 0.5, 0.25} {
		if math.Abs(float64(c.P[i])-want) > 1e-6 {
			t.Errorf("p[%d] is %v, want %v", i, c.P[i], want)
		}
	}
	if h := float64(c.Entropy()); math.Abs(h-1.5*math.Ln2) > 1e-6 {
		t.Errorf("entropy %v, want %v", h, 1.5*math.Ln2)
	}
	if c.Mode() != 1 {
		t.Errorf("mode %d, want 1", c.Mode())
	}
	for u, want := range map[float64]int{0: 0, 0.24: 0, 0.26: 1, 0.74: 1, 0.76: 2, math.Nextafter(1, 0): 2} {
		if got := c.Sample(u); got != want {
			t.Errorf("sample at %v: %d, want %d", u, got, want)
		}
	}
	c.Set([]float32{-1000, 0, -1000})
	if h := c.Entropy(); h != 0 || c.Sample(0.999999) != 1 {
		t.Errorf("a certain policy: entropy %v, sample %d", h, c.Sample(0.999999))
	}
}

func BenchmarkAct(b *testing.B) {
	s := Shape{H: 7, W: 7, C: 3, Codes: codes, Vec: 4, Actions: 7}
	for _, rows := range []int{1, 16} {
		b.Run(fmt.Sprintf("net=small/rows=%d", rows), func(b *testing.B) {
			n := mustNew(b, s, rows)
			obs, vec := observations(s, rows)
			b.ReportAllocs()
			for b.Loop() {
				n.Act(obs, vec, nil, rows)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
