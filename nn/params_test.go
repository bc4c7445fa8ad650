package nn

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The shorter side of every first matrix is orthonormal, times gain: W Wᵀ or Wᵀ W is gain² I. Biases are zero.
func TestOrthogonal(t *testing.T) {
	for _, test := range []struct {
		shape []int
		gain  float32
	}{
		{[]int{7, 3}, 1}, {[]int{3, 7}, 2}, {[]int{5, 5}, 0.01}, {[]int{1, 6}, 1}, {[]int{6, 1}, 1}, {[]int{1, 1}, 3},
		{[]int{3, 3, 4, 8}, math.Sqrt2}, {[]int{2, 2, 2, 16}, 1}, {[]int{130, 70}, 1}, {[]int{70, 200}, 1},
	} {
		p := &Params{}
		p.declare("first", 0, 3)
		p.declare("w", test.gain, test.shape...)
		p.declare("b", 0, test.shape[len(test.shape)-1])
		p.Init(11)
		v, err := p.Lookup("w")
		if err != nil {
			t.Fatal(err)
		}
		cols := v.Shape[len(v.Shape)-1]
		w := mat.NewDense(v.Len()/cols, cols, wide(p.W[v.Off:v.Off+v.Len()]))
		var gram mat.Dense
		if r, c := w.Dims(); r >= c {
			gram.Mul(w.T(), w)
		} else {
			gram.Mul(w, w.T())
		}
		n, _ := gram.Dims()
		unit := float64(test.gain) * float64(test.gain)
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = unit
				}
				if got := gram.At(i, j); math.Abs(got-want) > 2e-7*unit {
					t.Fatalf("%v: WᵀW[%d,%d]: got %v, want %v", test.shape, i, j, got, want)
				}
			}
		}
		if maxAbs(p.W[:v.Off]) != 0 || maxAbs(p.W[v.Off+v.Len():]) != 0 {
			t.Errorf("%v: biases are not zero", test.shape)
		}
	}
}

// The distribution is uniform: without the signs of R's diagonal, Householder's Q prefers one sign of the first element.
func TestOrthogonalSigns(t *testing.T) {
	const seeds = 400
	positive := 0
	for seed := range uint64(seeds) {
		p := &Params{}
		p.declare("w", 1, 4, 2)
		p.Init(seed)
		if p.W[0] > 0 {
			positive++
		}
	}
	if d := positive - seeds/2; d < -60 || d > 60 { // six standard deviations
		t.Errorf("first element positive in %d of %d", positive, seeds)
	}
}

// Seeds and names alone decide the numbers: adding a layer changes no other's.
func TestInitStreams(t *testing.T) {
	build := func(seed uint64, names ...string) map[string][]float32 {
		p := &Params{}
		for _, name := range names {
			(&Dense{In: 4, Out: 4, Gain: 1}).declare(p, name)
		}
		p.Init(seed)
		m := map[string][]float32{}
		for _, v := range p.Views {
			m[v.Name] = p.W[v.Off : v.Off+v.Len()]
		}
		return m
	}
	two, three := build(1, "a", "b"), build(1, "new", "b", "a")
	same(t, "a", three["a.w"], two["a.w"])
	same(t, "b", three["b.w"], two["b.w"])
	for name, x := range map[string][]float32{"another name": two["b.w"], "another seed": build(2, "a")["a.w"]} {
		equal := 0
		for i, v := range x {
			if v == two["a.w"][i] {
				equal++
			}
		}
		if equal > 0 {
			t.Errorf("%s: %d of %d weights are equal", name, equal, len(x))
		}
	}
}

// The mean square of CodeConv's first weights is Gain² over the rows of its matrix, and its first outputs have the variance
// that its comment gives.
func TestCodeConvFirstWeights(t *testing.T) {
	c := &CodeConv{H: 7, W: 7, Codes: []int{11, 6, 4}, KH: 2, KW: 2, Out: 16, Gain: math.Sqrt2}
	s := newSubject(c, 256)
	s.params.W = nil
	s.params.Init(1)
	w := s.params.W[:2*2*21*16]
	if got, want := meanSquare(w), 2.0/(2*2*21); math.Abs(got-want) > 1e-6*want {
		t.Errorf("weights: mean square %v, want %v", got, want)
	}
	if got, want := meanSquare(s.forward()), 2.0*3/21; math.Abs(got-want) > 0.2*want { // of one draw of the weights
		t.Errorf("outputs: variance %v, want about %v", got, want)
	}
}

func meanSquare(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum / float64(len(x))
}

func TestNormal(t *testing.T) {
	const n = 200_000
	var sum [5]float64
	for i := range uint64(n) {
		x := normal(9, i)
		for k, p := 1, x; k < len(sum); k, p = k+1, p*x {
			sum[k] += p / n
		}
	}
	for k, want := range []float64{0, 0, 1, 0, 3} {
		if e := math.Abs(sum[k] - want); e > 0.1 {
			t.Errorf("moment %d: got %v, want %v", k, sum[k], want)
		}
	}
}

func TestParams(t *testing.T) {
	p := &Params{}
	if got := p.declare("a", 0, 2, 3); got != 0 {
		t.Errorf("a: offset %d, want 0", got)
	}
	if got := p.declare("b", 1, 4); got != 6 {
		t.Errorf("b: offset %d, want 6", got)
	}
	if got := p.Len(); got != 10 {
		t.Errorf("length: got %d, want 10", got)
	}
	if v, err := p.Lookup("b"); err != nil || v.Off != 6 || v.Len() != 4 {
		t.Errorf("b: got %+v, %v", v, err)
	}
	if _, err := p.Lookup("c"); err == nil || err.Error() != `nn: no parameter "c"` {
		t.Errorf("c: got error %v", err)
	}
	if !panics(func() { p.declare("a", 0, 1) }) {
		t.Error("two parameters of one name were accepted")
	}
	p.Init(1)
	if len(p.W) != 10 || len(p.G) != 10 || maxAbs(p.G) != 0 {
		t.Errorf("arena: %d weights, %d gradients %v", len(p.W), len(p.G), p.G)
	}
	if !panics(func() { p.declare("d", 0, 1) }) {
		t.Error("a parameter after Init was accepted")
	}
}

// Uniform weights fill [-bound, bound) evenly, in streams of their own; what begins at a value of its own does so here too.
func TestInitUniform(t *testing.T) {
	const bound, n = 0.05, 20_000
	build := func(seed uint64, names ...string) *Params {
		p := &Params{}
		for _, name := range names {
			(&Dense{In: 200, Out: n / 200, Gain: 1}).declare(p, name)
		}
		p.begin(len(names)*(n+n/200)-1, 1, 7) // the last bias
		p.InitUniform(seed, bound)
		return p
	}
	p := build(1, "a")
	w := p.W[:n]
	var count [10]int
	for _, v := range w {
		if !(v >= -bound && v < bound) {
			t.Fatalf("a weight of %v", v)
		}
		count[int((v+bound)/(2*bound)*10)]++
	}
	for i, c := range count { // binomial, of deviation 42
		if c < n/10-250 || c > n/10+250 {
			t.Errorf("%d of %d weights in tenth %d", c, n, i)
		}
	}
	if got, want := meanSquare(w), bound*bound/3.0; math.Abs(got-want) > 0.03*want {
		t.Errorf("mean square %v, want %v", got, want)
	}
	if bias := p.W[n:]; maxAbs(bias[:len(bias)-1]) != 0 || bias[len(bias)-1] != 7 {
		t.Errorf("biases are %v", bias)
	}
	two := build(1, "new", "a")
	same(t, "a", two.W[n+n/200:2*n+n/200], w)
	if other := build(2, "a").W; other[0] == w[0] || other[n-1] == w[n-1] || two.W[0] == w[0] {
		t.Error("another seed or name begins alike")
	}
}
