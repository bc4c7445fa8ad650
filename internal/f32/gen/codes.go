package main

import (
	"fmt"

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
	lookupPlaces
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
	lookupGroup // neighbours that are added up first
	lookupGroups
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
	var local [9]operand.Mem
	for i := range local {
		local[i] = l.AllocLocal(8)
	}
	yAt, wAt, bAt, left, batch := local[0], local[1], local[2], local[3], local[4]
	tile, rest, x, m := local[5], local[6], local[7], local[8]
	tmp := l.GP64()
	move := func(from, to operand.Mem) {
		l.MOVQ(from, tmp)
		l.MOVQ(tmp, to)
	}
	add := func(off int, to operand.Mem) {
		l.MOVQ(at(off), tmp)
		l.ADDQ(tmp, to)
	}
	move(at(lookupY), yAt)
	move(at(lookupW), wAt)
	move(at(lookupB), bAt)
	p := &places{lanes: l, back: back, t: t, y: l.GP64(), w: l.GP64(), row: l.GP64(), code: tmp, x: x, segs: l.AllocLocal(8), groups: l.AllocLocal(8)}
	highest := p.highest()
	l.MOVQ(at(lookupN), p.row)
	l.SHLQ(operand.Imm(2), p.row)
	n := l.GP64()
	l.MOVQ(at(lookupN), n)
	width := operand.Imm(uint64(4 * l.count()))
	l.each(n, func() {
		l.MOVQ(bAt, tmp)
		p.bias = l.load(operand.Mem{Base: tmp})
		l.MOVQ(yAt, p.y)
		l.MOVQ(wAt, p.w)
		move(at(lookupRows), left)
		move(at(lookupX), batch)
		l.Label(l.label("batch"))
		move(at(lookupTiles), rest)
		move(batch, tile)
		l.Label(l.label("tile"))
		move(tile, x)
		move(at(lookupM), m)
		l.Label(l.label("choose"))
		// As high as possible, the last two of equal height.
		l.MOVQ(m, tmp)
		l.CMPQ(tmp, operand.Imm(uint64(2*highest)))
		l.JGE(l.ref(height(highest)))
		l.CMPQ(tmp, operand.Imm(uint64(highest)))
		l.JLE(l.ref("split"))
		l.INCQ(tmp)
		l.SHRQ(operand.Imm(1), tmp)
		l.Label(l.label("split"))
		for h := 1; h < highest; h++ {
			l.CMPQ(tmp, operand.Imm(uint64(h)))
			l.JEQ(l.ref(height(h)))
		}
		for h := highest; h >= 1; h-- {
			l.Label(l.label(height(h)))
			p.outputs(h)
			l.SUBQ(operand.Imm(uint64(h)), m)
			l.JG(l.ref("choose"))
			l.JMP(l.ref("tile_done"))
		}
		l.Label(l.label("tile_done"))
		add(lookupXTile, tile)
		l.DECQ(rest)
		l.JNZ(l.ref("tile"))
		add(lookupXBatch, batch)
		l.DECQ(left)
		l.JNZ(l.ref("batch"))
		if back {
			l.MOVQ(bAt, tmp)
			l.store(p.bias, operand.Mem{Base: tmp})
		}
		l.ADDQ(width, yAt)
		l.ADDQ(width, wAt)
		l.ADDQ(width, bAt)
	})
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

// highest returns how many neighbouring outputs are computed at a time: what one pointer and three strides address, or as many as
// have two sums each in sixteen vectors.
func (p *places) highest() int {
	if p.wide {
		return 7
	}
	return 6
}

func height(h int) string { return fmt.Sprintf("outputs_%d", h) }

// places computes outputs, a few at a time: for each place, the symbols that stand there and the rows of W that they name.
type places struct {
	*lanes
	back         bool
	t, y, w, row reg.Register
	code         reg.GPVirtual
	bias         reg.VecVirtual
	x            operand.Mem
	segs, groups operand.Mem
}

// outputs computes so many outputs from y and x on and moves both behind them.
func (p *places) outputs(count int) {
	l := p.lanes
	at := func(off int) operand.Mem { return operand.Mem{Base: p.t, Disp: off} }
	label := func(name string) string { return l.label(fmt.Sprintf("%s_%d", name, count)) }
	codes, r1, r3, r5 := l.GP64(), l.GP64(), l.GP64(), l.GP64()
	place, k, named, limit := l.GP64(), l.GP64(), l.GP64(), l.GP64()
	l.MOVQ(p.x, codes)
	l.MOVQ(at(lookupXRow), r1)
	if count > 3 {
		l.LEAQ(operand.Mem{Base: r1, Index: r1, Scale: 2}, r3)
	}
	if count > 5 {
		l.LEAQ(operand.Mem{Base: r1, Index: r1, Scale: 4}, r5)
	}
	acc := make([]reg.VecVirtual, count)
	for i := range acc {
		if p.back {
			acc[i] = l.load(operand.Mem{Base: p.y})
			l.VADDPS(acc[i], p.bias, p.bias)
			l.ADDQ(p.row, p.y)
		} else {
			acc[i] = l.vec()
			l.VMOVAPS(p.bias, acc[i])
		}
	}
	l.MOVQ(at(lookupPlaces), place)
	l.MOVQ(at(lookupSegs), k)
	l.MOVQ(k, p.segs)
	sum := make([]reg.VecVirtual, count) // of a group
	for i := range sum {
		sum[i] = l.vec()
	}
	l.Label(label("seg"))
	if p.back {
		l.MOVQ(at(lookupK), k)
	} else {
		l.MOVQ(at(lookupGroups), k)
		l.MOVQ(k, p.groups)
		l.Label(label("group"))
		l.MOVQ(at(lookupGroup), k)
		for i := range sum {
			l.VXORPS(sum[i], sum[i], sum[i])
		}
	}
	l.Label(label("code"))
	l.MOVL(operand.Mem{Base: place}, named.As32())
	l.MOVL(operand.Mem{Base: place, Disp: 4}, limit.As32())
	l.IMULQ(p.row, named)
	l.ADDQ(p.w, named)
	for i := range acc {
		symbol := operand.Mem{Base: codes}
		switch i {
		case 0:
		case 3, 6:
			symbol.Index, symbol.Scale = r3, uint8(i/3)
		case 5:
			symbol.Index, symbol.Scale = r5, 1
		default:
			symbol.Index, symbol.Scale = r1, uint8(i)
		}
		l.MOVBLZX(symbol, p.code.As32())
		l.CMPL(p.code.As32(), limit.As32())
		l.JCC(operand.LabelRef("bad")) // unsigned, not below
		l.IMULQ(p.row, p.code)
		to := operand.Mem{Base: named, Index: p.code, Scale: 1}
		v := l.load(to)
		if p.back {
			l.VADDPS(acc[i], v, v)
			l.store(v, to)
		} else {
			l.VADDPS(v, sum[i], sum[i])
		}
	}
	l.INCQ(codes)
	l.ADDQ(operand.Imm(8), place)
	l.DECQ(k)
	l.JNZ(operand.LabelRef(label("code")))
	if !p.back {
		for i := range acc {
			l.VADDPS(sum[i], acc[i], acc[i])
		}
		l.DECQ(p.groups)
		l.JNZ(operand.LabelRef(label("group")))
	}
	l.ADDQ(at(lookupXSeg), codes)
	l.SUBQ(at(lookupK), codes)
	l.DECQ(p.segs)
	l.JNZ(operand.LabelRef(label("seg")))
	if !p.back {
		floor := l.vec()
		l.VBROADCASTSS(at(lookupFloor), floor)
		for i := range acc {
			l.VMAXPS(acc[i], floor, acc[i])
			l.store(acc[i], operand.Mem{Base: p.y})
			l.ADDQ(p.row, p.y)
		}
	}
	if count > 1 {
		l.IMUL3Q(operand.Imm(uint64(count)), r1, r1)
	}
	l.ADDQ(r1, p.x)
}
