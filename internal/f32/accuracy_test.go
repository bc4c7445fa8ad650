package f32

import (
	"math"
	"testing"
)

// Exp and Tanh over all magnitudes: relative errors are at most 1.5e-7, about one unit in the last place, absolute ones half the
// smallest number. Special values are exact.
func TestAccuracy(t *testing.T) {
	const step = 1 << 12 // of 2^32 floats, every so many
	var x []float32
	for bits := uint64(0); bits < 1<<32; bits += step {
		x = append(x, math.Float32frombits(uint32(bits+bits>>20&(step-1))))
	}
	for i := range 20000 { // where the results are neither 0 nor 1
		x = append(x, float32(i-10000)*1.05e-2, float32(i-10000)*3e-4)
	}
	for name, f := range map[string]struct {
		fast func(dst, x []float32)
		slow func(float64) float64
	}{
		"Exp":  {Exp, math.Exp},
		"Tanh": {func(dst, x []float32) { copy(dst, x); Tanh(dst) }, math.Tanh},
	} {
		y := make([]float32, len(x))
		f.fast(y, x)
		worst, where := 0.0, float32(0)
		for i, v := range x {
			want := f.slow(float64(v))
			if want32 := float32(want); math.IsInf(float64(want32), 0) || want != want || want == 0 {
				if !near(y[i], float64(want32), 0) {
					t.Errorf("%s(%v): got %v, want %v", name, v, y[i], want32)
				}
				continue
			}
			if e := max(0, math.Abs(float64(y[i])-want)-0x1p-150) / math.Abs(want); e > worst || e != e {
				worst, where = e, v
			}
		}
		t.Logf("%s %s: relative error %.3g at %v", setNames[active], name, worst, where)
		if !(worst <= 1.5e-7) {
			t.Errorf("%s: relative error %v at %v", name, worst, where)
		}
	}
}
