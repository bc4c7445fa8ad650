package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// genTranspose generates the transposition of blocks of eight by eight, and one that adds.
func genTranspose(c *build.Context) {
	const size = " rows x cols floats, both multiples of eight and not 0. Rows are dstRow and srcRow bytes apart."
	transpose(c, "transpose256", "transposes"+size, false)
	transpose(c, "addTransposed256", "adds the transpose of"+size, true)
}

func transpose(c *build.Context, name, doc string, add bool) {
	begin(c, name, "func(dst, src *float32, rows, cols, dstRow, srcRow int)", doc)
	load := func(name string) reg.Register { return c.Load(c.Param(name), c.GP64()) }
	dst, src := load("dst"), load("src")
	rows, cols := load("rows"), load("cols")
	dstRow, srcRow := load("dstRow"), load("srcRow")
	at := func(base, stride, three reg.Register, i int) operand.Mem {
		switch i {
		case 0:
			return operand.Mem{Base: base}
		case 3:
			return operand.Mem{Base: base, Index: three, Scale: 1}
		}
		return operand.Mem{Base: base, Index: stride, Scale: uint8(i)}
	}
	store := func(v reg.VecVirtual, to operand.Mem) {
		if add {
			c.VADDPS(to, v, v)
		}
		c.VMOVUPS(v, to)
	}
	from, to, left := c.GP64(), c.GP64(), c.GP64()
	half, dst3, src3 := c.GP64(), c.GP64(), c.GP64()
	c.LEAQ(operand.Mem{Base: dstRow, Index: dstRow, Scale: 2}, dst3)
	c.LEAQ(operand.Mem{Base: srcRow, Index: srcRow, Scale: 2}, src3)

	c.Label("rows")
	c.MOVQ(src, from)
	c.MOVQ(dst, to)
	c.MOVQ(cols, left)
	c.Label("cols")
	var r, t, u [8]reg.VecVirtual
	c.LEAQ(operand.Mem{Base: from, Index: srcRow, Scale: 4}, half)
	for i := range r {
		r[i], t[i], u[i] = c.YMM(), c.YMM(), c.YMM()
		base := from
		if i >= 4 {
			base = half
		}
		c.VMOVUPS(at(base, srcRow, src3, i%4), r[i])
	}
	for i := 0; i < 8; i += 2 {
		c.VUNPCKLPS(r[i+1], r[i], t[i])
		c.VUNPCKHPS(r[i+1], r[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 {
		c.VSHUFPS(operand.Imm(0x44), t[i+2], t[i], u[i])
		c.VSHUFPS(operand.Imm(0xee), t[i+2], t[i], u[i+1])
		c.VSHUFPS(operand.Imm(0x44), t[i+3], t[i+1], u[i+2])
		c.VSHUFPS(operand.Imm(0xee), t[i+3], t[i+1], u[i+3])
	}
	c.LEAQ(operand.Mem{Base: to, Index: dstRow, Scale: 4}, half)
	for i := range 4 {
		c.VPERM2F128(operand.Imm(0x20), u[i+4], u[i], t[i])
		store(t[i], at(to, dstRow, dst3, i))
	}
	for i := range 4 {
		c.VPERM2F128(operand.Imm(0x31), u[i+4], u[i], t[i+4])
		store(t[i+4], at(half, dstRow, dst3, i))
	}
	c.ADDQ(operand.Imm(32), from)
	c.LEAQ(operand.Mem{Base: to, Index: dstRow, Scale: 8}, to)
	c.SUBQ(operand.Imm(8), left)
	c.JG(operand.LabelRef("cols"))
	c.ADDQ(operand.Imm(32), dst)
	c.LEAQ(operand.Mem{Base: src, Index: srcRow, Scale: 8}, src)
	c.SUBQ(operand.Imm(8), rows)
	c.JG(operand.LabelRef("rows"))
	c.VZEROUPPER()
	c.RET()
}
