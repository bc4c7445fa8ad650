package f32

import "math"

// Adam takes one step and clears g (Kingma & Ba 2015, alg. 1, with the corrections folded in as PyTorch does):
//
//	d = scale g;  m = β1 m + (1-β1) d;  v = β2 v + (1-β2) d²;  w -= step m / (sqrt(v)/root + eps)
//
// where step = lr/(1-β1^t) and root = sqrt(1-β2^t).
func Adam(w, g, m, v []float32, scale, step, root, beta1, beta2, eps float32) {
	if len(g) != len(w) || len(m) != len(w) || len(v) != len(w) {
		panic("f32: Adam: lengths differ")
	}
	inv := 1 / root
	if adam(w, g, m, v, scale, step, inv, beta1, beta2, eps) {
		return
	}
	for i, d := range g {
		d *= scale
		g[i] = 0
		m[i] = beta1*m[i] + (1-beta1)*d
		v[i] = beta2*v[i] + (1-beta2)*d*d
		w[i] -= step * m[i] / (float32(math.Sqrt(float64(v[i])))*inv + eps)
	}
}

// RMSProp takes one step and clears g:
//
//	d = scale g;  s = decay s + (1-decay) d²;  w -= lr d / sqrt(s + eps)   if inside (TensorFlow)
//	                                           w -= lr d / (sqrt(s) + eps) otherwise (PyTorch)
func RMSProp(w, g, s []float32, scale, lr, decay, eps float32, inside bool) {
	if len(g) != len(w) || len(s) != len(w) {
		panic("f32: RMSProp: lengths differ")
	}
	in, out := eps, float32(0)
	if !inside {
		in, out = 0, eps
	}
	if rmsprop(w, g, s, scale, lr, decay, in, out) {
		return
	}
	for i, d := range g {
		d *= scale
		g[i] = 0
		s[i] = decay*s[i] + (1-decay)*d*d
		w[i] -= lr * d / (float32(math.Sqrt(float64(s[i]+in))) + out)
	}
}
