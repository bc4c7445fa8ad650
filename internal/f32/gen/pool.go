package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of f32.poolTask.
const (
	poolY = 8 * iota // pointers
	poolX
	poolDY
	poolDX
	poolRows // counts
	poolOH
	poolOW
	poolKH
	poolKW
	poolC
	poolCell // strides of x, in bytes
	poolLine
	poolRight
	poolDown
	poolImage
)

func genPool(c *build.Context) {
	both(c, "maxPool", "func(t *byte)", "computes a task.", func(l *lanes) { l.maxPool(false) })
	both(c, "maxPoolBack", "func(t *byte)", "adds a task's gradients.", func(l *lanes) { l.maxPool(true) })
}

func (l *lanes) maxPool(back bool) {
	t := l.arg("t")
	at := func(off int) operand.Mem { return operand.Mem{Base: t, Disp: off} }
	var local [6]operand.Mem
	for i := range local {
		local[i] = l.AllocLocal(8)
	}
	yAt, xAt, image, line, rows, down := local[0], local[1], local[2], local[3], local[4], local[5]
	tmp := l.GP64()
	move := func(from, to operand.Mem) {
		l.MOVQ(from, tmp)
		l.MOVQ(tmp, to)
	}
	add := func(off int, to operand.Mem) {
		l.MOVQ(at(off), tmp)
		l.ADDQ(tmp, to)
	}
	move(at(poolY), yAt)
	move(at(poolX), xAt)
	// dy stands as far from y as dx from x.
	dy, dx, pitch := l.GP64(), l.GP64(), l.GP64()
	l.MOVQ(at(poolDY), dy)
	l.SUBQ(at(poolY), dy)
	l.MOVQ(at(poolDX), dx)
	l.SUBQ(at(poolX), dx)
	l.MOVQ(at(poolC), pitch)
	l.SHLQ(operand.Imm(2), pitch)
	n := l.GP64()
	l.MOVQ(at(poolC), n)
	panel := func() {
		y, x, places := l.GP64(), l.GP64(), l.GP64()
		l.MOVQ(yAt, y)
		move(xAt, image)
		move(at(poolRows), rows)
		l.Label(l.label("image"))
		move(image, line)
		move(at(poolOH), down)
		l.Label(l.label("line"))
		l.MOVQ(line, x)
		l.MOVQ(at(poolOW), places)
		l.Label(l.label("place"))
		cells, cell, a, b := l.GP64(), l.GP64(), l.GP64(), l.GP64()
		var top, grad, acc reg.VecVirtual
		if back {
			top = l.load(operand.Mem{Base: y})
			grad = l.load(operand.Mem{Base: y, Index: dy, Scale: 1})
			acc = l.vec() // lanes whose gradient has no place yet
			if l.wide {
				l.KXNORW(reg.K4, reg.K4, reg.K4)
			} else {
				l.VMOVUPS(l.bits(0xffffffff), acc)
			}
		} else {
			acc = l.load(operand.Mem{Base: x})
		}
		l.MOVQ(x, cells)
		l.MOVQ(at(poolKH), a)
		l.Label(l.label("down"))
		l.MOVQ(cells, cell)
		l.MOVQ(at(poolKW), b)
		l.Label(l.label("right"))
		v := l.load(operand.Mem{Base: cell})
		if back {
			l.poolCell(v, top, grad, acc, operand.Mem{Base: cell, Index: dx, Scale: 1})
		} else {
			acc = l.poolMax(v, acc)
		}
		l.ADDQ(at(poolCell), cell)
		l.DECQ(b)
		l.JNZ(l.ref("right"))
		l.ADDQ(at(poolLine), cells)
		l.DECQ(a)
		l.JNZ(l.ref("down"))
		if !back {
			l.store(acc, operand.Mem{Base: y})
		}
		l.ADDQ(pitch, y)
		l.ADDQ(at(poolRight), x)
		l.DECQ(places)
		l.JNZ(l.ref("place"))
		add(poolDown, line)
		l.DECQ(down)
		l.JNZ(l.ref("line"))
		add(poolImage, image)
		l.DECQ(rows)
		l.JNZ(l.ref("image"))
		width := operand.Imm(uint64(4 * l.count()))
		l.ADDQ(width, yAt)
		l.ADDQ(width, xAt)
	}
	l.each(n, panel)
}

// poolMax sets acc to the larger of v and acc, NaN where one of them is.
func (l *lanes) poolMax(v, acc reg.VecVirtual) reg.VecVirtual {
	const unordered = 3
	if l.wide {
		l.VCMPPS(operand.Imm(unordered), v, v, reg.K2)
		l.VMAXPS(acc, v, acc) // keeps a NaN in acc
		l.VMOVAPS(v, reg.K2, acc)
	} else {
		nan := l.vec()
		l.VCMPPS(operand.Imm(unordered), v, v, nan)
		l.VMAXPS(acc, v, acc)
		l.VBLENDVPS(nan, v, acc, acc)
	}
	return acc
}

// poolCell adds grad to to in the lanes that are free and where v is top or NaN, and takes those from free.
func (l *lanes) poolCell(v, top, grad, free reg.VecVirtual, to operand.Mem) {
	const equal, unordered = 0, 3
	d := l.load(to)
	if l.wide {
		l.VCMPPS(operand.Imm(equal), top, v, reg.K2)
		l.VCMPPS(operand.Imm(unordered), v, v, reg.K3)
		l.KORW(reg.K2, reg.K3, reg.K2)
		l.KANDW(reg.K2, reg.K4, reg.K3)
		l.KANDNW(reg.K4, reg.K2, reg.K4)
		l.VADDPS(grad, d, reg.K3, d)
	} else {
		is, nan := l.vec(), l.vec()
		l.VCMPPS(operand.Imm(equal), top, v, is)
		l.VCMPPS(operand.Imm(unordered), v, v, nan)
		l.VORPS(nan, is, is)
		l.VANDPS(free, is, nan)
		l.VANDNPS(free, is, free)
		l.VANDPS(grad, nan, nan)
		l.VADDPS(nan, d, d)
	}
	l.store(d, to)
}
