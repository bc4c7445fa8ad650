package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes writes code once for both instruction sets: with wide, vectors of sixteen and masks in K registers, else vectors of
// eight and masks in vectors.
type lanes struct {
	*build.Context
	wide   bool
	masked bool // loads and stores touch the lanes of mask alone
	mask   reg.Register
	pool   *pool
}

// pool holds constants in memory, repeated to a full vector, and the masks that begin with so many ones.
type pool struct {
	name   string
	values []uint32
	used   map[uint32]int
}

// both generates one routine for each instruction set: name512 and name256.
func both(c *build.Context, name, signature, doc string, gen func(l *lanes)) {
	for _, wide := range []bool{false, true} {
		suffix := map[bool]string{false: "256", true: "512"}[wide]
		l := &lanes{Context: c, wide: wide, pool: &pool{name: name + suffix + "const", used: map[uint32]int{}}}
		begin(c, name+suffix, signature, doc)
		gen(l)
		c.VZEROUPPER()
		c.RET()
		l.emitPool()
	}
}

func (l *lanes) count() int {
	if l.wide {
		return 16
	}
	return 8
}

func (l *lanes) vec() reg.VecVirtual {
	if l.wide {
		return l.ZMM()
	}
	return l.YMM()
}

func (l *lanes) arg(name string) reg.Register { return l.Load(l.Param(name), l.GP64()) }

// table is where the masks of the narrow set stand: eight ones and eight zeros.
const table = 64

func (l *lanes) base() operand.Mem {
	return operand.Mem{Symbol: operand.Symbol{Name: l.pool.name, Static: true}, Base: reg.StaticBase}
}

// bits returns a constant in memory.
func (l *lanes) bits(v uint32) operand.Mem {
	i, ok := l.pool.used[v]
	if !ok {
		i = len(l.pool.values)
		l.pool.used[v] = i
		l.pool.values = append(l.pool.values, v)
	}
	return l.base().Offset(table + 64*i)
}

func (l *lanes) float(v float64) operand.Mem { return l.bits(math.Float32bits(float32(v))) }

func (l *lanes) emitPool() {
	l.StaticGlobal(l.pool.name)
	l.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		v := operand.U32(0)
		if i < 8 {
			v = 0xffffffff
		}
		l.AppendDatum(v)
	}
	for _, v := range l.pool.values {
		for range 16 {
			l.AppendDatum(operand.U32(v))
		}
	}
}

// tail prepares the mask of the first n lanes, 0 < n < count. It changes n.
func (l *lanes) tail(n reg.Register) {
	if l.wide {
		ones := l.GP32()
		l.MOVL(operand.U32(0xffff), ones)
		l.BZHIL(n.(reg.GPVirtual).As32(), ones, ones)
		l.KMOVW(ones, reg.K1)
		l.mask = reg.K1
	} else {
		at := l.GP64()
		mask := l.YMM()
		l.LEAQ(l.base().Offset(32), at)
		l.SHLQ(operand.Imm(2), n)
		l.SUBQ(n, at)
		l.VMOVUPS(operand.Mem{Base: at}, mask)
		l.mask = mask
	}
}

func (l *lanes) load(from operand.Mem) reg.VecVirtual {
	v := l.vec()
	switch {
	case !l.masked:
		l.VMOVUPS(from, v)
	case l.wide:
		l.VMOVUPS_Z(from, l.mask, v)
	default:
		l.VMASKMOVPS(from, l.mask, v)
	}
	return v
}

func (l *lanes) store(v reg.VecVirtual, to operand.Mem) {
	switch {
	case !l.masked:
		l.VMOVUPS(v, to)
	case l.wide:
		l.VMOVUPS(v, l.mask, to)
	default:
		l.VMASKMOVPS(v, l.mask, to)
	}
}

// each runs body over n floats, a vector at a time; pointers move on by themselves.
func (l *lanes) each(n reg.Register, body func(), pointers ...reg.Register) {
	l.Label("vector")
	l.CMPQ(n, operand.Imm(uint64(l.count())))
	l.JL(operand.LabelRef("tail"))
	body()
	for _, p := range pointers {
		l.ADDQ(operand.Imm(uint64(4*l.count())), p)
	}
	l.SUBQ(operand.Imm(uint64(l.count())), n)
	l.JMP(operand.LabelRef("vector"))
	l.Label("tail")
	l.TESTQ(n, n)
	l.JZ(operand.LabelRef("end"))
	l.tail(n)
	l.masked = true
	body()
	l.masked = false
	l.Label("end")
}

// select_ returns yes where pred(x, y) holds, else no. Predicates are those of VCMPPS.
func (l *lanes) choose(pred uint64, x reg.VecVirtual, y operand.Op, yes, no reg.VecVirtual) reg.VecVirtual {
	v := l.vec()
	if l.wide {
		l.VCMPPS(operand.Imm(pred), y, x, reg.K2)
		l.VBLENDMPS(yes, no, reg.K2, v)
	} else {
		m := l.vec()
		l.VCMPPS(operand.Imm(pred), y, x, m)
		l.VBLENDVPS(m, yes, no, v)
	}
	return v
}

const (
	lessThan     = 0x11 // ordered
	notLessEqual = 0x16 // or unordered
)
