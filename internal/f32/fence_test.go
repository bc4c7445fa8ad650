package f32

import (
	"math"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// guard surrounds every buffer of these tests: a kernel that writes outside its slice is caught.
const (
	guard = float32(-12345.5)
	posts = 4
)

// fenced copies x into memory with guards on both sides, off floats further than the allocation's start. The slice returned
// has capacity beyond its length, as a piece of an arena has.
func fenced(x []float32, off int) []float32 {
	all := make([]float32, posts+off+len(x)+posts)
	for i := range all {
		all[i] = guard
	}
	copy(all[posts+off:], x)
	return all[posts+off : posts+off+len(x)]
}

// fences fails the test if the guards around a slice made by fenced have been written.
func fences(t interface {
	Helper()
	Fatalf(string, ...any)
}, slices ...[]float32) {
	t.Helper()
	for i, x := range slices {
		before := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(x)), -4*posts)), posts)
		for _, v := range append(before[:posts:posts], x[len(x):cap(x)]...) {
			if v != guard {
				t.Fatalf("slice %d: a guard around it was overwritten by %v", i, v)
			}
		}
	}
}

// floats draws n fenced floats in [-1, 1], at a random distance from alignment; sometimes one is NaN, infinite or zero.
func floats(t *rapid.T, n int, name string) []float32 {
	x := make([]float32, n)
	seed := rapid.Uint64().Draw(t, name)
	for i := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		x[i] = float32(int64(seed)>>40) / (1 << 23)
	}
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0}
	if i := rapid.IntRange(0, 31).Draw(t, name+" oddity"); i < len(odd) && n > 0 {
		x[seed>>33%uint64(n)] = odd[i]
	}
	return fenced(x, rapid.IntRange(0, 7).Draw(t, name+" offset"))
}

// near reports whether got is want to within tolerance, or the same infinity, or also NaN.
func near(got float32, want, tolerance float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) {
		return math.IsNaN(want) && got != got || float64(got) == want
	}
	return math.Abs(float64(got)-want) <= tolerance
}

// sumTolerance bounds the error of a float32 sum of products in any order (Higham 2002, eq. 3.5): depth+2 roundings of terms
// that add up to size without their signs.
func sumTolerance(depth int, size float64) float64 { return float64(depth+2) * 0x1p-24 * size }

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestFenceSeesAWrite(t *testing.T) {
	for name, write := range map[string]func(all []float32){
		"none": func([]float32) {}, "inside": func(all []float32) { all[posts+1] = 0 },
		"before": func(all []float32) { all[posts] = 0 }, "behind": func(all []float32) { all[posts+4] = 0 },
	} {
		x := fenced(make([]float32, 3), 1)
		write(unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(&x[0]), -4*(posts+1))), 2*posts+4))
		r := &recorder{}
		fences(r, x)
		if want := name == "before" || name == "behind"; r.failed != want {
			t.Errorf("%s: failed is %v, want %v", name, r.failed, want)
		}
	}
}

type recorder struct{ failed bool }

func (r *recorder) Helper()               {}
func (r *recorder) Fatalf(string, ...any) { r.failed = true }
