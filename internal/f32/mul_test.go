package f32

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"pgregory.net/rapid"
)

// slowMul is the definition in the comment of Product, in float64, and what its terms add up to without their signs.
func slowMul(p *Product) (c, size []float64) {
	c, size = make([]float64, len(p.C)), make([]float64, len(p.C))
	for i, v := range p.C {
		c[i] = float64(v)
	}
	for t := range p.Tiles {
		for m := range p.M {
			for n := range p.N {
				sum := float64(p.I[t*p.ITile+m*p.IRow+n])
				abs := math.Abs(sum)
				for s := range p.Segs {
					for k := range p.K {
						term := float64(p.A[t*p.ATile+s*p.ASeg+m*p.ARow+k*p.ACol]) * float64(p.B[t*p.BTile+s*p.BSeg+k*p.BRow+n])
						sum += term
						abs += math.Abs(term)
					}
				}
				c[t*p.CTile+m*p.CRow+n], size[t*p.CTile+m*p.CRow+n] = math.Max(float64(p.Floor), sum), abs
			}
		}
	}
	return c, size
}

func TestMulAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.IntRange(1, 9)
		p := &Product{
			M: small.Draw(t, "m"), N: rapid.IntRange(1, 70).Draw(t, "n"), K: rapid.IntRange(0, 19).Draw(t, "k"),
			Segs: rapid.IntRange(0, 3).Draw(t, "segs"), Tiles: rapid.IntRange(1, 3).Draw(t, "tiles"),
			ACol: small.Draw(t, "acol"), ARow: small.Draw(t, "arow"), ASeg: small.Draw(t, "aseg"), ATile: rapid.IntRange(0, 9).Draw(t, "atile"),
			BSeg: small.Draw(t, "bseg"), BTile: rapid.IntRange(0, 9).Draw(t, "btile"),
			ITile: small.Draw(t, "itile"), IRow: rapid.IntRange(0, 9).Draw(t, "irow"),
			Floor: rapid.SampledFrom([]float32{0, float32(math.Inf(-1))}).Draw(t, "floor"),
		}
		p.BRow = p.N + rapid.IntRange(0, 3).Draw(t, "bpad")
		p.CRow = p.N + rapid.IntRange(0, 3).Draw(t, "cpad")
		p.CTile = p.M*p.CRow + rapid.IntRange(0, 3).Draw(t, "ctile")
		p.A = floats(t, (p.M-1)*p.ARow+max(p.Segs-1, 0)*p.ASeg+(p.Tiles-1)*p.ATile+max(p.K-1, 0)*p.ACol+1, "a")
		p.B = floats(t, max(p.K-1, 0)*p.BRow+max(p.Segs-1, 0)*p.BSeg+(p.Tiles-1)*p.BTile+p.N, "b")
		p.I = floats(t, (p.M-1)*p.IRow+(p.Tiles-1)*p.ITile+p.N, "i")
		p.C = floats(t, (p.M-1)*p.CRow+(p.Tiles-1)*p.CTile+p.N, "c") // what lies between rows must stay
		if rapid.Bool().Draw(t, "add") {
			p.I, p.IRow, p.ITile = p.C, p.CRow, p.CTile
		}
		want, size := slowMul(p)
		Mul(p)
		for i := range want {
			if !near(p.C[i], want[i], sumTolerance(p.K*p.Segs, size[i])) {
				t.Fatalf("%+v\nelement %d: got %v, want %v", *p, i, p.C[i], want[i])
			}
		}
		fences(t, p.A, p.B, p.C, p.I)
	})
}

func TestMulAgainstGonum(t *testing.T) {
	const m, n, k = 37, 29, 41
	a, b, c, want := seq(m*k), seq(k*n), seq(m*n), seq(m*n)
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, blas32.General{Rows: m, Cols: k, Stride: k, Data: a},
		blas32.General{Rows: k, Cols: n, Stride: n, Data: b}, 1, blas32.General{Rows: m, Cols: n, Stride: n, Data: want})
	Mul(&Product{C: c, A: a, B: b, I: c, M: m, N: n, K: k, Segs: 1, Tiles: 1, CRow: n, ARow: k, ACol: 1, BRow: n, IRow: n, Floor: float32(math.Inf(-1))})
	compare(t, c, want, k)
}

func seq(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32((i*7919)%201-100) / 100
	}
	return x
}

func compare(t *testing.T, got, want []float32, depth int) {
	t.Helper()
	for i := range want {
		if !near(got[i], float64(want[i]), 2*sumTolerance(depth, float64(depth+1))) {
			t.Fatalf("element %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// A zero times NaN is NaN, ReLU or not: divergence must not hide. (gonum's own product skips zeros.)
func TestMulKeepsNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, floor := range []float32{0, float32(math.Inf(-1))} {
		c := make([]float32, 5)
		Mul(&Product{C: c, A: []float32{0}, B: []float32{nan, 1, nan, 1, nan}, I: make([]float32, 5), M: 1, N: 5, K: 1, Segs: 1, Tiles: 1, ACol: 1, Floor: floor})
		for i, v := range c {
			if isNaN := v != v; isNaN != (i%2 == 0) {
				t.Errorf("floor %v: column %d is %v", floor, i, v)
			}
		}
	}
}

func TestMulChecksLengths(t *testing.T) {
	ok := Product{C: make([]float32, 6), A: make([]float32, 6), B: make([]float32, 6), I: make([]float32, 3), M: 2, N: 3, K: 2, Segs: 1, Tiles: 1, CRow: 3, ARow: 3, ACol: 1, BRow: 3}
	Mul(&ok)
	Mul(&Product{M: 0, N: 3, Tiles: 1})
	for name, spoil := range map[string]func(p *Product){
		"C":                          func(p *Product) { p.C = p.C[:5] },
		"A":                          func(p *Product) { p.A = p.A[:4] },
		"B":                          func(p *Product) { p.B = p.B[:5] },
		"I":                          func(p *Product) { p.I = p.I[:2] },
		"C as ReLU of nothing":       func(p *Product) { p.C, p.K = p.C[:5], 0 },
		"C of the second tile":       func(p *Product) { p.Tiles, p.CTile = 2, 1 },
		"A of the second segment":    func(p *Product) { p.Segs, p.ASeg = 2, 3 },
		"B of the second segment":    func(p *Product) { p.Segs, p.BSeg = 2, 1 },
		"A behind a negative stride": func(p *Product) { p.ACol = -1 },
		"B behind a negative stride": func(p *Product) { p.BRow = -1 },
	} {
		p := ok
		spoil(&p)
		if !panics(func() { Mul(&p) }) {
			t.Errorf("a short %s was accepted", name)
		}
	}
}

func BenchmarkMul(b *testing.B) {
	for _, s := range []struct{ m, n, k int }{{2, 32, 32}, {9, 32, 64}, {32, 64, 68}, {1, 64, 64}, {256, 64, 512}} {
		b.Run(fmt.Sprintf("m=%d/n=%d/k=%d", s.m, s.n, s.k), func(b *testing.B) {
			b.ReportAllocs()
			p := &Product{C: seq(s.m * s.n), A: seq(s.m * s.k), B: seq(s.k * s.n), I: seq(s.n), M: s.m, N: s.n, K: s.k, Segs: 1, Tiles: 1, CRow: s.n, ARow: s.k, ACol: 1, BRow: s.n}
			for b.Loop() {
				Mul(p)
			}
			b.ReportMetric(2*float64(s.m*s.n*s.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
		})
	}
}
