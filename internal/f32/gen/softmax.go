package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func genSoftmax(c *build.Context) {
	both(c, "softmax", "func(p, logp, x *float32, rows, cols int)",
		"sets rows of p and logp to the softmax of rows of x and its logarithm. Neither rows nor cols is 0.", func(l *lanes) { l.softmax() })
}

// softmax goes over a row three times: for the largest, for the sum of exponentials, which it keeps in p, and for the results.
// The last vector of a row, of one lane or more, is masked.
func (l *lanes) softmax() {
	p, logp, x, rows := l.arg("p"), l.arg("logp"), l.arg("x"), l.arg("rows")
	cols := l.arg("cols")
	rest, row := l.GP64(), l.GP64() // bytes of a row: in full vectors, altogether
	l.LEAQ(operand.Mem{Base: cols, Index: cols, Scale: 1}, row)
	l.ADDQ(row, row)
	l.LEAQ(operand.Mem{Base: cols, Disp: -1}, rest)
	l.ANDQ(operand.I32(-l.count()), rest)
	l.SUBQ(rest, cols)
	l.SHLQ(operand.Imm(2), rest)
	l.tail(cols)
	at := l.GP64()
	each := func(name string, body func(reg.Register)) {
		l.XORQ(at, at)
		l.Label(name)
		l.CMPQ(at, rest)
		l.JGE(operand.LabelRef(name + "_last"))
		body(at)
		l.ADDQ(operand.Imm(uint64(4*l.count())), at)
		l.JMP(operand.LabelRef(name))
		l.Label(name + "_last")
		l.masked = true
		body(at)
		l.masked = false
	}
	of := func(base, at reg.Register) operand.Mem { return operand.Mem{Base: base, Index: at, Scale: 1} }

	l.Label("row")
	top, sum := l.vec(), l.vec()
	l.VMOVUPS(l.float(math.Inf(-1)), top)
	each("top", func(at reg.Register) { l.VMAXPS(top, l.outside(l.load(of(x, at)), math.Inf(-1)), top) })
	l.across(top, func(a, b reg.VecVirtual) { l.VMAXPS(a, b, b) })
	l.VXORPS(sum, sum, sum)
	each("sum", func(at reg.Register) {
		v := l.load(of(x, at))
		l.VSUBPS(top, v, v)
		e := l.exp(v)
		l.store(e, of(p, at))
		l.VADDPS(l.outside(e, 0), sum, sum)
	})
	l.across(sum, func(a, b reg.VecVirtual) { l.VADDPS(a, b, b) })
	inv, log := l.vec(), l.log(sum)
	l.VMOVUPS(l.float(1), inv)
	l.VDIVPS(sum, inv, inv)
	each("result", func(at reg.Register) {
		v, e := l.load(of(x, at)), l.load(of(p, at))
		l.VSUBPS(top, v, v)
		l.VSUBPS(log, v, v)
		l.VMULPS(inv, e, e)
		l.store(e, of(p, at))
		l.store(v, of(logp, at))
	})
	l.ADDQ(row, p)
	l.ADDQ(row, logp)
	l.ADDQ(row, x)
	l.DECQ(rows)
	l.JNZ(operand.LabelRef("row"))
}

// outside returns v with the lanes that are masked out set to a constant.
func (l *lanes) outside(v reg.VecVirtual, to float64) reg.VecVirtual {
	if !l.masked {
		return v
	}
	w := l.vec()
	l.VMOVUPS(l.float(to), w)
	if l.wide {
		l.VMOVAPS(v, l.mask, w)
	} else {
		l.VBLENDVPS(l.mask, v, w, w)
	}
	return w
}

// across combines the lanes of v, halves with halves, so that all hold the result.
func (l *lanes) across(v reg.VecVirtual, combine func(a, b reg.VecVirtual)) {
	w := l.vec()
	if l.wide {
		for _, order := range []uint64{0x4e, 0xb1} {
			l.VSHUFF32X4(operand.Imm(order), v, v, w)
			combine(w, v)
		}
	} else {
		l.VPERM2F128(operand.Imm(1), v, v, w)
		combine(w, v)
	}
	for _, order := range []uint64{0x4e, 0xb1} {
		l.VPERMILPS(operand.Imm(order), v, w)
		combine(w, v)
	}
}

// log returns the logarithm of positive numbers that are not denormal, and NaN of NaN: the polynomial of Cephes' logf.
func (l *lanes) log(x reg.VecVirtual) reg.VecVirtual {
	e, r, square, y := l.vec(), l.vec(), l.vec(), l.vec()
	l.VMOVUPS(l.bits(0x3f3504f3), r) // sqrt(1/2): x = 2^e (1+r), which lies between that and its double
	l.VPSUBD(r, x, e)
	l.VPSRAD(operand.Imm(23), e, e)
	l.VPSLLD(operand.Imm(23), e, r)
	l.VPSUBD(r, x, r)
	l.VCVTDQ2PS(e, e)
	l.VSUBPS(l.float(1), r, r)
	l.VMULPS(r, r, square)
	l.VMOVUPS(l.float(7.0376836292e-2), y)
	for _, c := range []float64{-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1} {
		l.VFMADD213PS(l.float(c), r, y)
	}
	l.VMULPS(square, y, y)
	l.VMULPS(r, y, y)
	l.VFMADD231PS(l.float(-2.12194440e-4), e, y)
	l.VFMADD231PS(l.float(-0.5), square, y)
	l.VADDPS(r, y, y)
	l.VFMADD231PS(l.float(0.693359375), e, y)
	zero := l.vec() // times x is NaN where x is
	l.VXORPS(zero, zero, zero)
	l.VFMADD231PS(zero, x, y)
	return y
}
