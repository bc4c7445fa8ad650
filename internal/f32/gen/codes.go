package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of f32.lookupTask.
const (
	lookupY = 8 * iota // pointers
	lookupW
	lookupB
	lookupX
	lookupBase
	lookupCount
	lookupRows // counts
	lookupTiles
	lookupM
	lookupN
	lookupSegs
	lookupK
	lookupXBatch // strides
	lookupXTile
	lookupXRow
	lookupXSeg
	lookupFloor
)

func genCodes(c *build.Context) {
	both(c, "embed", "func(t *byte) (ok bool)", "computes a task, or stops at a code that is too large.", func(l *lanes) { l.codes(false) })
	both(c, "embedBack", "func(t *byte) (ok bool)", "adds a task's gradients, or stops at a code that is too large.", func(l *lanes) { l.codes(true) })
}

// label makes a name for the full or the masked version of a loop.
func (l *lanes) label(name string) string {
	if l.masked {
		return name + "_tail"
	}
	return name
}

func (l *lanes) ref(name string) operand.LabelRef { return operand.LabelRef(l.label(name)) }

func (l *lanes) codes(back bool) {
	t := l.arg("t")
	at := func(off int) operand.Mem { return operand.Mem{Base: t, Disp: off} }
	get := func(off int) reg.GPVirtual {
		r := l.GP64()
		l.MOVQ(at(off), r)
		return r
	}
	var local [7]operand.Mem
	for i := range local {
		local[i] = l.AllocLocal(8)
	}
	yAt, wAt, bAt, left, batch, tile, rest := local[0], local[1], local[2], local[3], local[4], local[5], local[6]
	tmp := l.GP64()
	move := func(from, to operand.Mem) {
		l.MOVQ(from, tmp)
		l.MOVQ(tmp, to)
	}
	move(at(lookupY), yAt)
	move(at(lookupW), wAt)
	move(at(lookupB), bAt)
	row := get(lookupN)
	l.SHLQ(operand.Imm(2), row)
	n := get(lookupN)
	panel := func() {
		y, w, code := l.GP64(), l.GP64(), l.GP64()
		x, m := l.GP64(), l.GP64()
		b := l.GP64()
		l.MOVQ(bAt, b)
		bias := l.load(operand.Mem{Base: b})
		l.MOVQ(yAt, y)
		l.MOVQ(wAt, w)
		move(at(lookupRows), left)
		move(at(lookupX), batch)
		l.Label(l.label("batch"))
		move(at(lookupTiles), rest)
		move(batch, tile)
		l.Label(l.label("tile"))
		l.MOVQ(tile, x)
		l.MOVQ(at(lookupM), m)
		l.Label(l.label("place"))
		var acc reg.VecVirtual
		if back {
			acc = l.load(operand.Mem{Base: y})
			l.VADDPS(acc, bias, bias)
		} else {
			acc = l.vec()
			l.VMOVAPS(bias, acc)
		}
		codes, base, count, segs, k := l.GP64(), l.GP64(), l.GP64(), l.GP64(), l.GP64()
		l.MOVQ(x, codes)
		l.ADDQ(at(lookupK), codes)
		// The index of a code in its segment counts up to 0, from behind the segment.
		l.MOVQ(at(lookupK), k)
		l.MOVQ(at(lookupBase), base)
		l.LEAQ(operand.Mem{Base: base, Index: k, Scale: 4}, base)
		l.MOVQ(at(lookupCount), count)
		l.LEAQ(operand.Mem{Base: count, Index: k, Scale: 4}, count)
		l.MOVQ(at(lookupSegs), segs)
		l.Label(l.label("seg"))
		l.MOVQ(at(lookupK), k)
		l.NEGQ(k)
		l.Label(l.label("code"))
		l.MOVBLZX(operand.Mem{Base: codes, Index: k, Scale: 1}, code.As32())
		l.CMPL(code.As32(), operand.Mem{Base: count, Index: k, Scale: 4})
		l.JCC(operand.LabelRef("bad")) // unsigned, not below
		l.ADDL(operand.Mem{Base: base, Index: k, Scale: 4}, code.As32())
		l.IMULQ(row, code)
		named := operand.Mem{Base: w, Index: code, Scale: 1}
		v := l.load(named)
		if back {
			l.VADDPS(acc, v, v)
			l.store(v, named)
		} else {
			l.VADDPS(v, acc, acc)
		}
		l.INCQ(k)
		l.JNZ(l.ref("code"))
		l.ADDQ(at(lookupXSeg), codes)
		l.MOVQ(at(lookupK), k)
		l.LEAQ(operand.Mem{Base: base, Index: k, Scale: 4}, base)
		l.LEAQ(operand.Mem{Base: count, Index: k, Scale: 4}, count)
		l.DECQ(segs)
		l.JNZ(l.ref("seg"))
		if !back {
			floor := l.vec()
			l.VBROADCASTSS(at(lookupFloor), floor)
			l.VMAXPS(acc, floor, acc)
			l.store(acc, operand.Mem{Base: y})
		}
		l.ADDQ(row, y)
		l.ADDQ(at(lookupXRow), x)
		l.DECQ(m)
		l.JNZ(l.ref("place"))
		l.MOVQ(at(lookupXTile), tmp)
		l.ADDQ(tmp, tile)
		l.DECQ(rest)
		l.JNZ(l.ref("tile"))
		l.MOVQ(at(lookupXBatch), tmp)
		l.ADDQ(tmp, batch)
		l.DECQ(left)
		l.JNZ(l.ref("batch"))
		if back {
			l.MOVQ(bAt, b)
			l.store(bias, operand.Mem{Base: b})
		}
		width := operand.Imm(uint64(4 * l.count()))
		l.ADDQ(width, yAt)
		l.ADDQ(width, wAt)
		l.ADDQ(width, bAt)
	}
	l.each(n, panel)
	ok, err := l.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	l.MOVB(operand.Imm(1), ok.Addr)
	l.VZEROUPPER()
	l.RET()
	l.Label("bad")
	l.MOVB(operand.Imm(0), ok.Addr)
}
