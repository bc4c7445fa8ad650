package f32blas

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/blas/testblas"
	"pgregory.net/rapid"
)

var (
	ours   Implementation
	gonums gonum.Implementation
)

// double lends our float32 routines to gonum's tests, which are for float64: it leaves the float64 result where ours is that to
// the precision of float32, and ours where it is not.
type double struct{}

func (double) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	got := single(c)
	ours.Sgemm(tA, tB, m, n, k, float32(alpha), single(a), lda, single(b), ldb, float32(beta), got, ldc)
	gonums.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	merge(c, got)
}

func (double) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	got := single(y)
	ours.Sgemv(tA, m, n, float32(alpha), single(a), lda, single(x), incX, float32(beta), got, incY)
	gonums.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
	merge(y, got)
}

func (double) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	got := single(a)
	ours.Sger(m, n, float32(alpha), single(x), incX, single(y), incY, got, lda)
	gonums.Dger(m, n, alpha, x, incX, y, incY, a, lda)
	merge(a, got)
}

func single(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func merge(want []float64, got []float32) {
	for i, v := range want {
		if math.Abs(float64(got[i])-v) > 1e-6*max(1, math.Abs(v)) || (got[i] != got[i]) != (v != v) {
			want[i] = float64(got[i])
		}
	}
}

func TestGonumsTests(t *testing.T) {
	t.Run("gemm", func(t *testing.T) { testblas.TestDgemm(t, double{}) })
	t.Run("gemv", func(t *testing.T) { testblas.DgemvTest(t, double{}) })
	t.Run("ger", func(t *testing.T) { testblas.DgerTest(t, double{}) })
}

// random returns n numbers in [-1, 1).
func random(n int, seed uint64) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		x[i] = float32(int64(seed)>>40) / (1 << 23)
	}
	return x
}

var transposes = []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}

// shape of a stored matrix whose transposed or plain form is [rows, cols].
func shape(t blas.Transpose, rows, cols int) (int, int) {
	if t == blas.NoTrans {
		return rows, cols
	}
	return cols, rows
}

// same fails unless got is want to within the rounding of sums of so many terms below 4, what lies between rows included.
func same(t rapid.TB, got []float32, want []float64, terms int) {
	t.Helper()
	for i, w := range want {
		v := float64(got[i])
		if near := math.Abs(v-w) <= float64((terms+4)*(terms+4))*0x1p-22; !near && !(math.IsNaN(v) && math.IsNaN(w)) {
			t.Fatalf("element %d: got %v, want %v", i, v, w)
		}
	}
}

// wide is single's inverse: gonum is the oracle in float64.
func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func TestSgemmAgainstGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tA, tB := rapid.SampledFrom(transposes).Draw(t, "tA"), rapid.SampledFrom(transposes).Draw(t, "tB")
		m, n, k := rapid.IntRange(0, 80).Draw(t, "m"), rapid.IntRange(0, 80).Draw(t, "n"), rapid.IntRange(0, 30).Draw(t, "k")
		alpha, beta := scalar(t, "alpha"), scalar(t, "beta")
		ra, ca := shape(tA, m, k)
		rb, cb := shape(tB, k, n)
		lda, ldb, ldc := stride(t, ca, "lda"), stride(t, cb, "ldb"), stride(t, n, "ldc")
		a, b, c := random(ra*lda, 1), random(rb*ldb, 2), random(m*ldc, 3)
		if beta == 0 && len(c) > 0 {
			c[0] = float32(math.NaN())
		}
		want := wide(c)
		gonums.Dgemm(tA, tB, m, n, k, float64(alpha), wide(a), lda, wide(b), ldb, float64(beta), want, ldc)
		ours.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		same(t, c, want, k)
	})
}

func scalar(t *rapid.T, name string) float32 {
	return rapid.SampledFrom([]float32{0, 1, -1, 0.75}).Draw(t, name)
}

// stride returns a distance between rows of cols.
func stride(t *rapid.T, cols int, name string) int {
	return max(1, cols+rapid.IntRange(0, 3).Draw(t, name))
}

// Large products, computed in pieces and packed in every way.
func TestSgemmLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("large products")
	}
	for _, s := range []struct{ m, n, k, extra int }{{300, 600, 400, 0}, {260, 256, 512, 0}, {7, 1100, 300, 3}, {1024, 33, 65, 1}, {900, 70, 150, 0}} {
		for _, tA := range transposes[:2] {
			for _, tB := range transposes[:2] {
				_, ca := shape(tA, s.m, s.k)
				_, cb := shape(tB, s.k, s.n)
				lda, ldb, ldc := ca+s.extra, cb+s.extra, s.n+s.extra
				a, b, c := random(max(s.m, s.k)*lda, 1), random(max(s.k, s.n)*ldb, 2), random(s.m*ldc, 3)
				for _, alpha := range []float32{1, 0.5} {
					want, got := wide(c), slices.Clone(c)
					gonums.Dgemm(tA, tB, s.m, s.n, s.k, float64(alpha), wide(a), lda, wide(b), ldb, 1, want, ldc)
					ours.Sgemm(tA, tB, s.m, s.n, s.k, alpha, a, lda, b, ldb, 1, got, ldc)
					for i, w := range want {
						if math.Abs(float64(got[i])-w) > 1e-4 {
							t.Fatalf("%+v %c%c alpha %v: element %d: got %v, want %v", s, tA, tB, alpha, i, got[i], w)
						}
					}
				}
			}
		}
	}
}

func TestGather(t *testing.T) {
	for inc, want := range map[int][]float32{1: {1, 2, 3}, 2: {1, 3, 5}, -1: {3, 2, 1}, -2: {5, 3, 1}} {
		got, back := make([]float32, 3), make([]float32, 5)
		gather(got, []float32{1, 2, 3, 4, 5}, inc)
		scatter(back, got, inc)
		if again := make([]float32, 3); !slices.Equal(got, want) {
			t.Errorf("increment %d: got %v, want %v", inc, got, want)
		} else if gather(again, back, inc); !slices.Equal(again, want) {
			t.Errorf("increment %d: %v scattered is %v", inc, want, back)
		}
	}
}

func TestSgemvAgainstGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tA := rapid.SampledFrom(transposes).Draw(t, "tA")
		m, n := rapid.IntRange(0, 70).Draw(t, "m"), rapid.IntRange(0, 70).Draw(t, "n")
		lda, incX, incY := stride(t, n, "lda"), increment(t, "incX"), increment(t, "incY")
		lenY, lenX := shape(tA, m, n)
		a, x, y := random(m*lda, 1), vector(lenX, incX, 2), vector(lenY, incY, 3)
		alpha, beta := scalar(t, "alpha"), scalar(t, "beta")
		if beta == 0 && lenY > 0 {
			y[0] = float32(math.NaN())
		}
		want := wide(y)
		gonums.Dgemv(tA, m, n, float64(alpha), wide(a), lda, wide(x), incX, float64(beta), want, incY)
		ours.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		same(t, y, want, lenX)
	})
}

// gonum's own Sger and Dger read before their vectors where increments are negative (v0.17.0, amd64); the definition does not.
func TestSgerAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(0, 150).Draw(t, "m"), rapid.IntRange(0, 70).Draw(t, "n")
		lda, incX, incY := stride(t, n, "lda"), increment(t, "incX"), increment(t, "incY")
		x, y, a := vector(m, incX, 1), vector(n, incY, 2), random(m*lda, 3)
		alpha := scalar(t, "alpha")
		want := wide(a)
		left, right := make([]float32, m), make([]float32, n)
		gather(left, x, incX)
		gather(right, y, incY)
		for i, l := range left {
			for j, r := range right {
				want[i*lda+j] += float64(alpha) * float64(l) * float64(r)
			}
		}
		ours.Sger(m, n, alpha, x, incX, y, incY, a, lda)
		same(t, a, want, 1)
	})
}

func increment(t *rapid.T, name string) int {
	return rapid.SampledFrom([]int{1, 2, 3, -1, -2}).Draw(t, name)
}

// vector returns room for n elements inc apart.
func vector(n, inc int, seed uint64) []float32 {
	return random(max(0, (n-1)*max(inc, -inc)+1), seed)
}

// What is wrong with arguments is said as gonum says it.
func TestPanics(t *testing.T) {
	x := make([]float32, 12) // enough for [3, 4]
	for _, tc := range []struct {
		name string
		call func(b blas.Float32)
	}{
		{"gemm tA", func(b blas.Float32) { b.Sgemm('x', blas.NoTrans, 1, 1, 1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemm tB", func(b blas.Float32) { b.Sgemm(blas.NoTrans, 'x', 1, 1, 1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemm m", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, -1, 1, 1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemm n", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 1, -1, 1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemm k", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 1, 1, -1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemm lda", func(b blas.Float32) { b.Sgemm(blas.Trans, blas.NoTrans, 3, 3, 4, 1, x, 2, x, 3, 1, x, 3) }},
		{"gemm ldb", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.Trans, 3, 3, 4, 1, x, 4, x, 3, 1, x, 3) }},
		{"gemm ldc", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 3, 3, 4, 1, x, 4, x, 3, 1, x, 2) }},
		{"gemm a", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 3, 3, 4, 0, x[:11], 4, x, 3, 1, x, 3) }},
		{"gemm b", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 3, 3, 4, 1, x, 4, x[:11], 3, 1, x, 3) }},
		{"gemm c", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 3, 3, 4, 1, x, 4, x, 3, 0, x[:8], 3) }},
		{"gemv tA", func(b blas.Float32) { b.Sgemv('x', 1, 1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemv m", func(b blas.Float32) { b.Sgemv(blas.NoTrans, -1, 1, 1, x, 1, x, 1, 1, x, 1) }},
		{"gemv lda", func(b blas.Float32) { b.Sgemv(blas.NoTrans, 3, 4, 1, x, 3, x, 1, 1, x, 1) }},
		{"gemv incX", func(b blas.Float32) { b.Sgemv(blas.NoTrans, 3, 4, 1, x, 4, x, 0, 1, x, 1) }},
		{"gemv incY", func(b blas.Float32) { b.Sgemv(blas.NoTrans, 3, 4, 1, x, 4, x, 1, 1, x, 0) }},
		{"gemv a", func(b blas.Float32) { b.Sgemv(blas.NoTrans, 3, 4, 1, x[:11], 4, x, 1, 1, x, 1) }},
		{"gemv x", func(b blas.Float32) { b.Sgemv(blas.NoTrans, 3, 4, 1, x, 4, x[:6], -2, 1, x, 1) }},
		{"gemv y", func(b blas.Float32) { b.Sgemv(blas.Trans, 3, 4, 1, x, 4, x, 1, 1, x[:3], 1) }},
		{"ger n", func(b blas.Float32) { b.Sger(1, -1, 1, x, 1, x, 1, x, 1) }},
		{"ger lda", func(b blas.Float32) { b.Sger(3, 4, 1, x, 1, x, 1, x, 3) }},
		{"ger incX", func(b blas.Float32) { b.Sger(3, 4, 1, x, 0, x, 1, x, 4) }},
		{"ger x", func(b blas.Float32) { b.Sger(3, 4, 0, x[:2], 1, x, 1, x, 4) }},
		{"ger a", func(b blas.Float32) { b.Sger(3, 4, 1, x, 1, x, 1, x[:11], 4) }},
		{"nothing at all", func(b blas.Float32) { b.Sgemm(blas.NoTrans, blas.NoTrans, 0, 3, 4, 1, nil, 4, nil, 3, 1, nil, 3) }},
	} {
		said := func(b blas.Float32) (what any) {
			defer func() { what = recover() }()
			tc.call(b)
			return nil
		}
		if got, want := said(ours), said(gonums); got != want || (want == nil) != (tc.name == "nothing at all") {
			t.Errorf("%s: panicked with %v, want %v", tc.name, got, want)
		}
	}
}

// 0 times NaN is NaN; an alpha of 0 reads nothing.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, alpha := range []float32{0, 1, 2} {
		c, y, a := []float32{1}, []float32{1}, []float32{1}
		ours.Sgemm(blas.NoTrans, blas.NoTrans, 1, 1, 1, alpha, []float32{0}, 1, []float32{nan}, 1, 1, c, 1)
		ours.Sgemv(blas.NoTrans, 1, 1, alpha, []float32{nan}, 1, []float32{0}, 1, 1, y, 1)
		ours.Sger(1, 1, alpha, []float32{0}, 1, []float32{nan}, 1, a, 1)
		for i, v := range []float32{c[0], y[0], a[0]} {
			if isNaN := v != v; isNaN != (alpha != 0) {
				t.Errorf("routine %d, alpha %v: got %v", i, alpha, v)
			}
		}
	}
}

// Results do not depend on the number of processors, and several goroutines may compute at a time.
func TestManyAtATime(t *testing.T) {
	const m, n, k = 300, 600, 200
	a, b, x := random(m*k, 1), random(k*n, 2), random(2000*2000, 3)
	compute := func() []float32 {
		c := make([]float32, m*n+2000+2000)
		ours.Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, 0.5, a, k, b, n, 0, c[:m*n], n)
		ours.Sgemv(blas.Trans, 2000, 2000, 1, x, 2000, x, 1, 0, c[m*n:], 1)
		ours.Sgemv(blas.NoTrans, 2000, 2000, 1, x, 2000, x, 1, 0, c[m*n+2000:], 1)
		return c
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := compute()
	runtime.GOMAXPROCS(4)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if got := compute(); !slices.Equal(got, want) {
				t.Error("the number of processors changed a result")
			}
		})
	}
	all.Wait()
}

func BenchmarkSgemm(b *testing.B) {
	for _, s := range []struct{ m, n, k int }{{8, 64, 64}, {64, 64, 64}, {32, 512, 3136}, {256, 512, 3136}, {512, 512, 512}, {1024, 1024, 1024}} {
		for _, trans := range []string{"NN", "NT", "TN", "TT"} {
			tA, tB := blas.Transpose(trans[0]), blas.Transpose(trans[1])
			_, lda := shape(tA, s.m, s.k)
			_, ldb := shape(tB, s.k, s.n)
			x, y, z := random(s.m*s.k, 1), random(s.k*s.n, 2), make([]float32, s.m*s.n)
			for _, by := range []struct {
				name string
				blas.Float32
			}{{"gonum", gonums}, {"f32blas", ours}} {
				b.Run(fmt.Sprintf("size=%dx%dx%d/op=%s/by=%s", s.m, s.n, s.k, trans, by.name), func(b *testing.B) {
					for b.Loop() {
						by.Sgemm(tA, tB, s.m, s.n, s.k, 1, x, lda, y, ldb, 0, z, s.n)
					}
					rate(b, 2*s.m*s.n*s.k)
				})
			}
		}
	}
}

// rate reports what a call of so many operations amounts to.
func rate(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
}

func BenchmarkSgemv(b *testing.B) {
	for _, s := range []struct{ m, n int }{{64, 64}, {512, 512}, {3136, 512}, {2048, 2048}} {
		a, x, y := random(s.m*s.n, 1), random(max(s.m, s.n), 2), random(max(s.m, s.n), 3)
		for _, op := range transposes[:2] {
			for _, by := range []struct {
				name string
				blas.Float32
			}{{"gonum", gonums}, {"f32blas", ours}} {
				b.Run(fmt.Sprintf("size=%dx%d/op=%c/by=%s", s.m, s.n, op, by.name), func(b *testing.B) {
					for b.Loop() {
						by.Sgemv(op, s.m, s.n, 1, a, s.n, x, 1, 0, y, 1)
					}
					rate(b, 2*s.m*s.n)
				})
			}
		}
	}
}

func BenchmarkSger(b *testing.B) {
	for _, s := range []struct{ m, n int }{{64, 64}, {512, 512}, {2048, 2048}} {
		a, x, y := random(s.m*s.n, 1), random(s.m, 2), random(s.n, 3)
		for _, by := range []struct {
			name string
			blas.Float32
		}{{"gonum", gonums}, {"f32blas", ours}} {
			b.Run(fmt.Sprintf("size=%dx%d/by=%s", s.m, s.n, by.name), func(b *testing.B) {
				for b.Loop() {
					by.Sger(s.m, s.n, 1e-3, x, 1, y, 1, a, s.n)
				}
				rate(b, 2*s.m*s.n)
			})
		}
	}
}
