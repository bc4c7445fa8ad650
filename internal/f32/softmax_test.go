package f32

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestSoftmaxAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(0, 5).Draw(t, "rows"), rapid.IntRange(1, 37).Draw(t, "cols")
		scale := rapid.SampledFrom([]float32{1, 30}).Draw(t, "scale")
		x, p, logp := floats(t, rows*cols, "x"), floats(t, rows*cols, "p"), floats(t, rows*cols, "logp")
		for i := range x {
			x[i] *= scale
		}
		Softmax(p, logp, x, cols)
		for r := range rows {
			sum := 0.0
			for _, v := range x[r*cols : (r+1)*cols] {
				sum += math.Exp(float64(v))
			}
			for i := r * cols; i < (r+1)*cols; i++ {
				want := float64(x[i]) - math.Log(sum)
				if math.IsInf(sum, 0) {
					want = math.NaN() // a logit +Inf: the whole row must show it
				}
				// The largest logit is taken off first; sum and logarithm, at most 3.7, are good to a few units in the last place.
				if !near(logp[i], want, 2*ulp(want)+7e-7) {
					t.Fatalf("row %d of %d columns, element %d: got log %v, want %v", r, cols, i, logp[i], want)
				}
				if e := math.Exp(want); !near(p[i], e, e*(1e-6+0x1p-24*math.Abs(max(want, -200)))+0x1p-149) {
					t.Fatalf("row %d of %d columns, element %d: got %v, want %v", r, cols, i, p[i], e)
				}
			}
		}
		fences(t, x, p, logp)
		both := fenced(p, 1)
		Softmax(both, both, x, cols)
		Softmax(p, x, x, cols)
		for i, v := range logp {
			if bits := math.Float32bits(v); math.Float32bits(both[i]) != bits && v == v || math.Float32bits(x[i]) != bits && v == v {
				t.Fatalf("element %d: got %v and %v in place, want %v", i, both[i], x[i], v)
			}
		}
	})
}

// What a row gives does not depend on the rows beside it, nor on the piece it falls into.
func TestSoftmaxRowsAreIndependent(t *testing.T) {
	const cols, rows = 7, 2500
	x, p, logp := seq(rows*cols), make([]float32, rows*cols), make([]float32, rows*cols)
	Softmax(p, logp, x, cols)
	var one, log [cols]float32
	for r := range rows {
		Softmax(one[:], log[:], x[r*cols:(r+1)*cols], cols)
		for i := range cols {
			if one[i] != p[r*cols+i] || log[i] != logp[r*cols+i] {
				t.Fatalf("row %d: got %v and %v with others, %v and %v alone", r, p[r*cols+i], logp[r*cols+i], one[i], log[i])
			}
		}
	}
}

// A number added to all logits changes nothing, however large, and large differences do not overflow; what is impossible stays so.
func TestSoftmaxIsShiftInvariant(t *testing.T) {
	for _, shift := range []float32{0, 1 << 12, -1 << 12, 1 << 20} {
		p, logp := make([]float32, 4), make([]float32, 4)
		Softmax(p, logp, []float32{shift, shift + 1, shift - 200, float32(math.Inf(-1))}, 4)
		for i, want := range []float64{-math.Log1p(math.E), 1 - math.Log1p(math.E), -200 - math.Log1p(math.E), math.Inf(-1)} {
			if !near(logp[i], want, 2*ulp(want)) || !near(p[i], math.Exp(want), 4*ulp(math.Exp(want))+0x1p-149) {
				t.Errorf("shift %v, element %d: got %v and %v, want the logarithm %v", shift, i, p[i], logp[i], want)
			}
		}
	}
}

func TestSoftmaxChecksLengths(t *testing.T) {
	two, three := make([]float32, 2, 8), make([]float32, 3)
	for name, call := range map[string]func(){
		"p":            func() { Softmax(two, three, three, 1) },
		"logp":         func() { Softmax(three, two, three, 1) },
		"no columns":   func() { Softmax(two, two, two, 0) },
		"part of rows": func() { Softmax(three, three, three, 2) },
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
}
