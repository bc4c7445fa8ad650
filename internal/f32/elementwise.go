package f32

import "math"

// Add adds x to dst.
func Add(dst, x []float32) {
	if len(dst) != len(x) {
		panic("f32: Add: lengths differ")
	}
	if add(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] += v
	}
}

// Scale multiplies x by a.
func Scale(x []float32, a float32) {
	if scale(x, a) {
		return
	}
	for i := range x {
		x[i] *= a
	}
}

// AddScaled adds a times x to dst. Products are rounded before they are added: it is the same, bit for bit, on every machine.
func AddScaled(dst, x []float32, a float32) {
	if len(dst) != len(x) {
		panic("f32: AddScaled: lengths differ")
	}
	if addScaled(dst, x, a) {
		return
	}
	for i, v := range x {
		dst[i] += float32(a * v)
	}
}

// Dot returns the scalar product, accumulated in float64: sixteen sums of every sixteenth product, then halves of them
// added until one is left. It is the same, bit for bit, on every machine.
func Dot(x, y []float32) float64 {
	if len(x) != len(y) {
		panic("f32: Dot: lengths differ")
	}
	var sums [16]float64
	for i := dot(x, y, &sums); i < len(x); i++ {
		sums[i%16] += float64(x[i]) * float64(y[i])
	}
	for n := 8; n > 0; n /= 2 {
		for i := range n {
			sums[i] += sums[i+n]
		}
	}
	return sums[0]
}

// Differences adds to each sum the differences |a - b| of four bytes.
func Differences(sums []uint32, a, b []byte) {
	if len(a) != 4*len(sums) || len(b) != len(a) {
		panic("f32: Differences: lengths differ")
	}
	if differences(sums, a, b) {
		return
	}
	for i := range a {
		d := int(a[i]) - int(b[i])
		sums[i/4] += uint32(max(d, -d))
	}
}

// Bytes converts intensities: dst[i] = src[i] * scale.
func Bytes(dst []float32, src []byte, scale float32) {
	if len(dst) != len(src) {
		panic("f32: Bytes: lengths differ")
	}
	for i := bytes(dst, src, scale); i < len(src); i++ {
		dst[i] = float32(src[i]) * scale
	}
}

// MaskReLU clears dy where the ReLU that gave y was shut. A NaN in y leaves dy as it is: divergence must not hide.
func MaskReLU(dy, y []float32) {
	if len(dy) != len(y) {
		panic("f32: MaskReLU: lengths differ")
	}
	if maskReLU(dy, y) {
		return
	}
	for i, v := range y {
		bits := math.Float32bits(dy[i]) // integers move under a condition without a jump, which nobody could predict
		if v <= 0 {
			bits = 0
		}
		dy[i] = math.Float32frombits(bits)
	}
}

// Tanh replaces x by its hyperbolic tangent.
func Tanh(x []float32) {
	if tanh(x) {
		return
	}
	for i, v := range x {
		x[i] = float32(math.Tanh(float64(v)))
	}
}

// Sigmoid replaces x by its logistic function, 1/(1+exp(-x)), as (1+tanh(x/2))/2: good to about 1e-7, not of the result but of 1.
func Sigmoid(x []float32) {
	if sigmoid(x) {
		return
	}
	for i, v := range x {
		x[i] = 0.5 + 0.5*float32(math.Tanh(0.5*float64(v)))
	}
}

// MaskTanh multiplies dy by the slope of the hyperbolic tangent that gave y.
func MaskTanh(dy, y []float32) {
	if len(dy) != len(y) {
		panic("f32: MaskTanh: lengths differ")
	}
	if maskTanh(dy, y) {
		return
	}
	for i, v := range y {
		dy[i] *= 1 - v*v
	}
}

// Exp sets dst to the exponential of x.
func Exp(dst, x []float32) {
	if len(dst) != len(x) {
		panic("f32: Exp: lengths differ")
	}
	if exp(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Exp(float64(v)))
	}
}

// ReLU replaces negative numbers by 0 and keeps NaN.
func ReLU(x []float32) {
	if relu(x) {
		return
	}
	for i, v := range x {
		x[i] = max(v, 0)
	}
}
