package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func at(p reg.Register) operand.Mem { return operand.Mem{Base: p} }

func genElementwise(c *build.Context) {
	both(c, "add", "func(dst, x *float32, n int)", "adds x to dst.", func(l *lanes) {
		dst, x, n := l.arg("dst"), l.arg("x"), l.arg("n")
		l.each(n, func() {
			v := l.load(at(dst))
			l.VADDPS(l.load(at(x)), v, v)
			l.store(v, at(dst))
		}, dst, x)
	})
	both(c, "scale", "func(x *float32, a float32, n int)", "multiplies x by a.", func(l *lanes) {
		x, n, a := l.arg("x"), l.arg("n"), l.spread("a")
		l.each(n, func() {
			v := l.load(at(x))
			l.VMULPS(a, v, v)
			l.store(v, at(x))
		}, x)
	})
	both(c, "addScaled", "func(dst, x *float32, a float32, n int)", "adds a * x to dst.", func(l *lanes) {
		dst, x, n, a := l.arg("dst"), l.arg("x"), l.arg("n"), l.spread("a")
		l.each(n, func() {
			v, w := l.load(at(x)), l.load(at(dst))
			l.VMULPS(a, v, v)
			l.VADDPS(v, w, w)
			l.store(w, at(dst))
		}, dst, x)
	})
	both(c, "relu", "func(x *float32, n int)", "replaces negative numbers by 0.", func(l *lanes) {
		x, n := l.arg("x"), l.arg("n")
		zero := l.vec()
		l.VXORPS(zero, zero, zero)
		l.each(n, func() {
			v := l.load(at(x))
			l.VMAXPS(v, zero, v)
			l.store(v, at(x))
		}, x)
	})
	both(c, "maskReLU", "func(dy, y *float32, n int)", "clears dy where y <= 0.", func(l *lanes) {
		dy, y, n := l.arg("dy"), l.arg("y"), l.arg("n")
		zero := l.vec()
		l.VXORPS(zero, zero, zero)
		l.each(n, func() {
			l.store(l.choose(notLessEqual, l.load(at(y)), zero, l.load(at(dy)), zero), at(dy))
		}, dy, y)
	})
	both(c, "tanh", "func(x *float32, n int)", "replaces x by its hyperbolic tangent.", func(l *lanes) {
		x, n := l.arg("x"), l.arg("n")
		l.each(n, func() { l.store(l.tanh(l.load(at(x))), at(x)) }, x)
	})
	both(c, "sigmoid", "func(x *float32, n int)", "replaces x by its logistic function.", func(l *lanes) {
		x, n := l.arg("x"), l.arg("n")
		l.each(n, func() {
			v := l.load(at(x))
			l.VMULPS(l.float(0.5), v, v)
			t, y := l.tanh(v), l.vec()
			l.VMOVUPS(l.float(0.5), y)
			l.VFMADD231PS(l.float(0.5), t, y)
			l.store(y, at(x))
		}, x)
	})
	both(c, "maskTanh", "func(dy, y *float32, n int)", "multiplies dy by 1 - y*y.", func(l *lanes) {
		dy, y, n := l.arg("dy"), l.arg("y"), l.arg("n")
		l.each(n, func() {
			v, slope := l.load(at(y)), l.vec()
			l.VMULPS(v, v, v)
			l.VMOVUPS(l.float(1), slope)
			l.VSUBPS(v, slope, slope)
			d := l.load(at(dy))
			l.VMULPS(slope, d, d)
			l.store(d, at(dy))
		}, dy, y)
	})
	both(c, "exp", "func(dst, x *float32, n int)", "sets dst to the exponential of x.", func(l *lanes) {
		dst, x, n := l.arg("dst"), l.arg("x"), l.arg("n")
		l.each(n, func() { l.store(l.exp(l.load(at(x))), at(dst)) }, dst, x)
	})
	both(c, "bytes", "func(dst *float32, src *byte, scale float32, n int)",
		"sets dst to src * scale. n is a multiple of sixteen and not 0.", genBytes)
	both(c, "differences", "func(sums *uint32, a, b *byte, n int)",
		"adds to each of n sums the differences of four bytes of a and b.", genDifferences)
	both(c, "dot", "func(x, y *float32, sums *float64, n int)",
		"adds x*y to sums, sixteen lanes. n is a multiple of sixteen and not 0.", genDot)
	both(c, "adam", "func(w, grad, m, v, c *float32, n int)", "takes a step with the constants c and clears grad.", genAdam)
	both(c, "rmsprop", "func(w, grad, s, c *float32, n int)", "takes a step with the constants c and clears grad.", genRMSProp)
}

// spread loads a float argument into all lanes.
func (l *lanes) spread(name string) reg.VecVirtual {
	x, v := l.XMM(), l.vec()
	l.Load(l.Param(name), x)
	l.VBROADCASTSS(x, v)
	return v
}

// exp is 2^n e^r with n whole and |r| <= ln(2)/2; the polynomial is that of Cephes' expf.
func (l *lanes) exp(x reg.VecVirtual) reg.VecVirtual {
	low, high := l.vec(), l.vec()
	l.VMOVUPS(l.float(89), high) // e^89 overflows, e^-104 rounds to 0
	l.VMINPS(x, high, x)         // of two operands one of which is NaN, the first written is taken
	l.VMOVUPS(l.float(-104), low)
	l.VMAXPS(x, low, x)
	n := l.vec()
	l.VMULPS(l.float(1.44269504088896341), x, n)
	if l.wide {
		l.VRNDSCALEPS(operand.Imm(8), n, n)
	} else {
		l.VROUNDPS(operand.Imm(8), n, n)
	}
	l.VFNMADD231PS(l.float(0.693359375), n, x)
	l.VFNMADD231PS(l.float(-2.12194440e-4), n, x)
	p, square := l.vec(), l.vec()
	l.VMOVUPS(l.float(1.9875691500e-4), p)
	for _, c := range []float64{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		l.VFMADD213PS(l.float(c), x, p)
	}
	l.VMULPS(x, x, square)
	l.VFMADD213PS(x, square, p)
	l.VADDPS(l.float(1), p, p)
	if l.wide {
		l.VSCALEFPS(n, p, p)
		return p
	}
	half := l.vec() // two steps, for 2^n need not be a float where 2^n p is
	l.VCVTPS2DQ(n, n)
	l.VPSRAD(operand.Imm(1), n, half)
	l.VPSUBD(half, n, n)
	for _, e := range []reg.VecVirtual{half, n} {
		l.VPADDD(l.bits(127), e, e)
		l.VPSLLD(operand.Imm(23), e, e)
		l.VMULPS(e, p, p)
	}
	return p
}

// tanh is x + x^3 P(x^2) for small x (Cephes' tanhf), 1 - 2/(e^2|x| + 1) with the sign of x elsewhere.
func (l *lanes) tanh(x reg.VecVirtual) reg.VecVirtual {
	size, sign, square, small := l.vec(), l.vec(), l.vec(), l.vec()
	l.VANDPS(l.bits(0x7fffffff), x, size)
	l.VANDPS(l.bits(0x80000000), x, sign)
	l.VMULPS(x, x, square)
	l.VMOVUPS(l.float(-5.70498872745e-3), small)
	for _, c := range []float64{2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1} {
		l.VFMADD213PS(l.float(c), square, small)
	}
	l.VMULPS(square, small, small)
	l.VFMADD213PS(x, x, small)

	twice, big, two := l.vec(), l.vec(), l.vec()
	l.VADDPS(size, size, twice)
	e := l.exp(twice)
	l.VADDPS(l.float(1), e, e)
	l.VMOVUPS(l.float(2), two)
	l.VDIVPS(e, two, two)
	l.VMOVUPS(l.float(1), big)
	l.VSUBPS(two, big, big)
	l.VORPS(sign, big, big)
	return l.choose(lessThan, size, l.float(0.625), small, big)
}

func genBytes(l *lanes) {
	dst, src, n, scale := l.arg("dst"), l.arg("src"), l.arg("n"), l.spread("scale")
	l.Label("sixteen")
	for i := 0; i < 16; i += l.count() {
		v := l.vec()
		l.VPMOVZXBD(at(src).Offset(i), v)
		l.VCVTDQ2PS(v, v)
		l.VMULPS(scale, v, v)
		l.VMOVUPS(v, at(dst).Offset(4*i))
	}
	l.ADDQ(operand.Imm(16), src)
	l.ADDQ(operand.Imm(64), dst)
	l.SUBQ(operand.Imm(16), n)
	l.JNZ(operand.LabelRef("sixteen"))
}

func genDifferences(l *lanes) {
	sums, a, b, n := l.arg("sums"), l.arg("a"), l.arg("b"), l.arg("n")
	l.each(n, func() {
		x, y, d, sum := l.load(at(a)), l.load(at(b)), l.vec(), l.load(at(sums))
		l.VPSUBUSB(y, x, d) // of the two differences one is 0
		l.VPSUBUSB(x, y, y)
		l.VPADDB(y, d, d)
		l.VPMADDUBSW(l.bits(0x01010101), d, d)
		l.VPMADDWD(l.bits(0x00010001), d, d)
		l.VPADDD(d, sum, sum)
		l.store(sum, at(sums))
	}, sums, a, b)
}

func genDot(l *lanes) {
	x, y, sums, n := l.arg("x"), l.arg("y"), l.arg("sums"), l.arg("n")
	doubles := l.count() / 2
	acc := make([]reg.VecVirtual, 16/doubles)
	for i := range acc {
		acc[i] = l.vec()
		l.VMOVUPD(at(sums).Offset(8*doubles*i), acc[i])
	}
	l.Label("sixteen")
	for i := range acc {
		v, w := l.vec(), l.vec()
		l.VCVTPS2PD(at(x).Offset(4*doubles*i), v)
		l.VCVTPS2PD(at(y).Offset(4*doubles*i), w)
		l.VFMADD231PD(v, w, acc[i])
	}
	l.ADDQ(operand.Imm(64), x)
	l.ADDQ(operand.Imm(64), y)
	l.SUBQ(operand.Imm(16), n)
	l.JNZ(operand.LabelRef("sixteen"))
	for i := range acc {
		l.VMOVUPD(acc[i], at(sums).Offset(8*doubles*i))
	}
}

// constants loads n floats into all lanes of a vector each.
func (l *lanes) constants(n int) []reg.VecVirtual {
	from, v := l.arg("c"), make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = l.vec()
		l.VBROADCASTSS(at(from).Offset(4*i), v[i])
	}
	return v
}

// genAdam and genRMSProp multiply and add in the order of the plain version, without fusing: the bits are the same.
func genAdam(l *lanes) {
	w, g, m, v, n := l.arg("w"), l.arg("grad"), l.arg("m"), l.arg("v"), l.arg("n")
	c := l.constants(8)
	step, inv, beta1, rest1, beta2, rest2, eps, scale := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
	zero := l.vec()
	l.VXORPS(zero, zero, zero)
	l.each(n, func() {
		d, mean, square, t := l.load(at(g)), l.load(at(m)), l.load(at(v)), l.vec()
		l.store(zero, at(g))
		l.VMULPS(scale, d, d)
		l.VMULPS(beta1, mean, mean)
		l.VMULPS(rest1, d, t)
		l.VADDPS(t, mean, mean)
		l.store(mean, at(m))
		l.VMULPS(beta2, square, square)
		l.VMULPS(rest2, d, t)
		l.VMULPS(d, t, t)
		l.VADDPS(t, square, square)
		l.store(square, at(v))
		l.VSQRTPS(square, square)
		l.VMULPS(inv, square, square)
		l.VADDPS(eps, square, square)
		l.VMULPS(step, mean, mean)
		l.VDIVPS(square, mean, mean)
		x := l.load(at(w))
		l.VSUBPS(mean, x, x)
		l.store(x, at(w))
	}, w, g, m, v)
}

func genRMSProp(l *lanes) {
	w, g, s, n := l.arg("w"), l.arg("grad"), l.arg("s"), l.arg("n")
	c := l.constants(6)
	lr, decay, rest, inside, outside, scale := c[0], c[1], c[2], c[3], c[4], c[5]
	zero := l.vec()
	l.VXORPS(zero, zero, zero)
	l.each(n, func() {
		d, square, t := l.load(at(g)), l.load(at(s)), l.vec()
		l.store(zero, at(g))
		l.VMULPS(scale, d, d)
		l.VMULPS(decay, square, square)
		l.VMULPS(rest, d, t)
		l.VMULPS(d, t, t)
		l.VADDPS(t, square, square)
		l.store(square, at(s))
		l.VADDPS(inside, square, square)
		l.VSQRTPS(square, square)
		l.VADDPS(outside, square, square)
		l.VMULPS(lr, d, d)
		l.VDIVPS(square, d, d)
		x := l.load(at(w))
		l.VSUBPS(d, x, x)
		l.store(x, at(w))
	}, w, g, s)
}
