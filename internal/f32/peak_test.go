package f32

import "testing"

func TestPeak(t *testing.T) {
	want := map[set]int{plain: 2 * 16 * 16 * 64, avx2: 1000 * 12 * 8 * 2, avx512: 1000 * 12 * 16 * 2}[active]
	if got := Peak(); got != want {
		t.Errorf("%s: %d operations, want %d", Kernels(), got, want)
	}
	if n := testing.AllocsPerRun(3, func() { Peak() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestKernels(t *testing.T) {
	want := map[set]string{plain: "plain Go", avx2: "avx2", avx512: "avx512"}[active]
	if got := Kernels(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
