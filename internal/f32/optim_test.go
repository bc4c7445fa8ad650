package f32

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAdamAgainstDefinition(t *testing.T) {
	const scale, step, root, beta1, beta2, eps = float32(0.75), float32(0.01), float32(0.3), float32(0.9), float32(0.99), float32(1e-5)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 37).Draw(t, "n")
		w, g, m, v := floats(t, n, "w"), floats(t, n, "g"), floats(t, n, "m"), floats(t, n, "v")
		for i := range v {
			v[i] = max(v[i], -v[i])
		}
		w0, g0, m0, v0 := append([]float32(nil), w...), append([]float32(nil), g...), append([]float32(nil), m...), append([]float32(nil), v...)
		Adam(w, g, m, v, scale, step, root, beta1, beta2, eps)
		for i := range w {
			if g[i] != 0 {
				t.Fatalf("element %d: the gradient is %v, want 0", i, g[i])
			}
			d := float64(scale * g0[i])
			wantM := float64(beta1)*float64(m0[i]) + float64(1-beta1)*d
			wantV := float64(beta2)*float64(v0[i]) + float64(1-beta2)*d*d
			wantW := float64(w0[i]) - float64(step)*wantM/(math.Sqrt(wantV)/float64(root)+float64(eps))
			if !near(m[i], wantM, 0x1p-22) || !near(v[i], wantV, 2*ulp(wantV)) || !near(w[i], wantW, 0x1p-22*(1+math.Abs(float64(w0[i])-wantW))) {
				t.Fatalf("element %d: got m %v, v %v, w %v; want %v, %v, %v", i, m[i], v[i], w[i], wantM, wantV, wantW)
			}
		}
		fences(t, w, g, m, v)
	})
}

func TestRMSPropAgainstDefinition(t *testing.T) {
	const scale, lr, decay, eps = float32(0.75), float32(0.01), float32(0.9), float32(0.1)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 37).Draw(t, "n")
		inside := rapid.Bool().Draw(t, "inside")
		w, g, s := floats(t, n, "w"), floats(t, n, "g"), floats(t, n, "s")
		for i := range s {
			s[i] = max(s[i], -s[i])
		}
		w0, g0, s0 := append([]float32(nil), w...), append([]float32(nil), g...), append([]float32(nil), s...)
		RMSProp(w, g, s, scale, lr, decay, eps, inside)
		for i := range w {
			if g[i] != 0 {
				t.Fatalf("element %d: the gradient is %v, want 0", i, g[i])
			}
			d := float64(scale * g0[i])
			wantS := float64(decay)*float64(s0[i]) + float64(1-decay)*d*d
			wantW := float64(w0[i]) - float64(lr)*d/(math.Sqrt(wantS)+float64(eps))
			if inside {
				wantW = float64(w0[i]) - float64(lr)*d/math.Sqrt(wantS+float64(eps))
			}
			if !near(s[i], wantS, 2*ulp(wantS)) || !near(w[i], wantW, 0x1p-22*(1+math.Abs(float64(w0[i])-wantW))) {
				t.Fatalf("inside %v, element %d: got s %v, w %v; want %v, %v", inside, i, s[i], w[i], wantS, wantW)
			}
		}
		fences(t, w, g, s)
	})
}
