package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of f32.task, in bytes.
const (
	taskC = 8 * iota // pointers
	taskA
	taskB
	taskI
	taskM // counts
	taskN
	taskK
	taskSegs
	taskTiles
	taskCRow // strides, in bytes
	taskCTile
	taskARow
	taskACol
	taskANext // from the end of a segment to the next
	taskATile
	taskBRow
	taskBNext
	taskBTile
	taskIRow
	taskITile
	taskBFar
	taskFloor
)

// Registers of the products. A body addresses up to 14 rows as p and q = p + 7 rows, plus multiples of a stride.
var (
	task = reg.RDI
	p, q = reg.RAX, reg.RBX
	r1   = reg.RCX // stride of rows
	r3   = reg.RDX // three and five times that
	r5   = reg.RSI
	aCol = reg.R8
	b    = reg.R9
	bRow = reg.R10
	kLen = reg.R11
	segs = reg.R12
	far  = reg.R13 // from a row of B to the one that will be needed after the rest of the sum
	aRow = reg.R14 // where the block's rows of A and C begin
	cRow = reg.R15
)

func field(off int) operand.Mem { return operand.Mem{Base: task, Disp: off} }

// mulGen generates one routine for products: a loop over tiles, over panels of columns two vectors wide, over blocks of rows,
// with a body for every height of a block.
type mulGen struct {
	*build.Context
	name   string
	lanes  int // floats of a vector
	rows   int // height of the largest block
	tail   int // the same in a panel that is not full, where masks take registers
	vec    func(i int) reg.Register
	scalar reg.Register // the element of A that is at work; the floor at the end
	wide   [2]reg.Register

	tileC, tileA, tileB, tileI, panelB, panelI, tiles, cols, left operand.Mem
}

// registers says what a set of instructions has for a block.
type registers struct {
	lanes, rows, tail int
	vecs              []reg.Register
}

var (
	avx2 = registers{8, 6, 4, []reg.Register{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}}
	avx512 = registers{16, 14, 14, []reg.Register{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}}
)

// set makes m generate with these registers: after the sums of the largest block come two for B and one for A.
func (r *registers) set(m *mulGen) {
	m.lanes, m.rows, m.tail = r.lanes, r.rows, r.tail
	m.vec = func(i int) reg.Register { return r.vecs[i] }
	sums := 2 * r.rows
	m.wide, m.scalar = [2]reg.Register{r.vecs[sums], r.vecs[sums+1]}, r.vecs[sums+2]
}

func genMul(c *build.Context) {
	masks := c.StaticGlobal("lanes")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 48 {
		v := operand.U32(0)
		if i < 16 {
			v = 0xffffffff
		}
		c.AppendDatum(v)
	}

	wide, narrow := mulGen{Context: c, name: "mul512"}, mulGen{Context: c, name: "mul256"}
	avx512.set(&wide)
	avx2.set(&narrow)
	wide.routine(masks)
	narrow.routine(masks)
}

// narrow is the generator that AVX2 has, in the place of m: for panels as wide as one vector of m. A block one vector wide would
// broadcast as often as it multiplies.
func (m *mulGen) narrow() *mulGen {
	n := *m
	avx2.set(&n)
	return &n
}

func (m *mulGen) routine(masks operand.Mem) {
	begin(m.Context, m.name, "func(t *byte)", "computes a task.")
	for _, local := range []*operand.Mem{&m.tileC, &m.tileA, &m.tileB, &m.tileI, &m.panelB, &m.panelI, &m.tiles, &m.cols, &m.left} {
		*local = m.AllocLocal(8)
	}
	m.Load(m.Param("t"), task)
	m.copy(field(taskC), m.tileC)
	m.copy(field(taskA), m.tileA)
	m.copy(field(taskB), m.tileB)
	m.copy(field(taskI), m.tileI)
	m.copy(field(taskTiles), m.tiles)
	m.MOVQ(field(taskACol), aCol)
	m.MOVQ(field(taskBRow), bRow)
	m.MOVQ(field(taskBFar), far)

	m.Label("tile")
	m.copy(field(taskN), m.cols)
	m.MOVQ(m.tileC, cRow)
	m.copy(m.tileB, m.panelB)
	m.copy(m.tileI, m.panelI)
	m.Label("panel")
	m.CMPQ(m.cols, operand.Imm(singleWide))
	m.JL(operand.LabelRef("narrow"))
	m.CMPQ(field(taskM), operand.Imm(1))
	m.JNE(operand.LabelRef("narrow"))
	m.single()
	m.JG(operand.LabelRef("panel"))
	m.JMP(operand.LabelRef("tile_done"))
	m.Label("narrow")
	m.MOVQ(m.tileA, aRow)
	m.copy(field(taskM), m.left)
	m.MOVQ(m.cols, p)
	if m.lanes == 16 {
		// Loads with a mask take the units that multiply: panels that are full do without.
		m.CMPQ(p, operand.Imm(32))
		m.JLT(operand.LabelRef("blocks_16"))
		m.blocks(2, m.rows, false)
		m.Label("blocks_16")
		m.CMPQ(p, operand.Imm(16))
		m.JNE(operand.LabelRef("blocks_tail"))
		m.narrow().blocks(2, avx2.rows, false)
		m.Label("blocks_tail")
		m.masks512()
		m.CMPQ(p, operand.Imm(16))
		m.JLT(operand.LabelRef("blocks_small_tail"))
		m.blocks(2, m.tail, true)
		m.Label("blocks_small_tail")
		m.blocks(1, m.tail, true)
	} else {
		m.CMPQ(p, operand.Imm(16))
		m.JLT(operand.LabelRef("blocks_tail"))
		m.blocks(2, m.rows, false)
		m.Label("blocks_tail")
		m.masks256(masks)
		m.blocks(2, m.tail, true)
	}
	m.Label("panel_done")
	// The blocks have moved cRow down by all rows.
	width := 2 * 4 * m.lanes
	m.MOVQ(field(taskM), p)
	m.IMULQ(field(taskCRow), p)
	m.SUBQ(p, cRow)
	m.ADDQ(operand.I32(width), cRow)
	m.ADDQ(operand.I32(width), m.panelB)
	m.MOVQ(field(taskM), p)
	m.IMULQ(field(taskIRow), p)
	m.SUBQ(p, m.panelI)
	m.ADDQ(operand.I32(width), m.panelI)
	m.SUBQ(operand.Imm(uint64(2*m.lanes)), m.cols)
	m.JG(operand.LabelRef("panel"))
	m.Label("tile_done")
	m.add(field(taskCTile), m.tileC)
	m.add(field(taskATile), m.tileA)
	m.add(field(taskBTile), m.tileB)
	m.add(field(taskITile), m.tileI)
	m.DECQ(m.tiles)
	m.JNZ(operand.LabelRef("tile"))
	m.VZEROUPPER()
	m.RET()
}

// singleWide is the width of a panel of one row: enough sums beside one another to hide the latency of one.
const singleWide = 64

// single computes a panel of one row and leaves the flags of the number of columns left.
func (m *mulGen) single() {
	vecs := singleWide / m.lanes
	bytes := 4 * m.lanes
	acc := m.vec
	m.MOVQ(m.panelI, p)
	for v := range vecs {
		m.VMOVUPS(operand.Mem{Base: p, Disp: v * bytes}, acc(v))
	}
	m.MOVQ(field(taskSegs), segs)
	m.TESTQ(segs, segs)
	m.JZ(operand.LabelRef("store_single"))
	m.MOVQ(m.tileA, p)
	m.MOVQ(m.panelB, b)
	m.Label("seg_single")
	m.MOVQ(field(taskK), kLen)
	m.Label("k_single")
	m.VBROADCASTSS(operand.Mem{Base: p}, m.scalar)
	for v := range vecs {
		m.VFMADD231PS(operand.Mem{Base: b, Disp: v * bytes}, m.scalar, acc(v))
	}
	m.ADDQ(aCol, p)
	m.ADDQ(bRow, b)
	m.DECQ(kLen)
	m.JNZ(operand.LabelRef("k_single"))
	m.ADDQ(field(taskANext), p)
	m.ADDQ(field(taskBNext), b)
	m.DECQ(segs)
	m.JNZ(operand.LabelRef("seg_single"))
	m.Label("store_single")
	m.VBROADCASTSS(field(taskFloor), m.scalar)
	for v := range vecs {
		m.VMAXPS(acc(v), m.scalar, acc(v))
		m.VMOVUPS(acc(v), operand.Mem{Base: cRow, Disp: v * bytes})
	}
	m.ADDQ(operand.I32(4*singleWide), cRow)
	m.ADDQ(operand.I32(4*singleWide), m.panelB)
	m.ADDQ(operand.I32(4*singleWide), m.panelI)
	m.SUBQ(operand.Imm(singleWide), m.cols)
}

func (m *mulGen) copy(from, to operand.Mem) {
	m.MOVQ(from, p)
	m.MOVQ(p, to)
}

func (m *mulGen) add(from, to operand.Mem) {
	m.MOVQ(from, p)
	m.ADDQ(p, to)
}

// masks512 sets K1 and K2 to the lanes of the panel's two vectors that exist. p is the number of columns left.
func (m *mulGen) masks512() {
	m.MOVL(operand.U32(32), q.As32())
	m.CMPQ(p, q)
	m.CMOVQLT(p, q)
	m.MOVL(operand.U32(0xffffffff), r1.As32())
	m.BZHIL(q.As32(), r1.As32(), r1.As32())
	m.KMOVW(r1.As32(), reg.K1)
	m.SHRL(operand.Imm(16), r1.As32())
	m.KMOVW(r1.As32(), reg.K2)
}

// masks256 sets Y8 and Y9 likewise.
func (m *mulGen) masks256(masks operand.Mem) {
	m.LEAQ(masks.Offset(64), q)
	m.SHLQ(operand.Imm(2), p)
	m.SUBQ(p, q)
	m.VMOVUPS(operand.Mem{Base: q}, reg.Y8)
	m.VMOVUPS(operand.Mem{Base: q, Disp: 32}, reg.Y9)
}

// blocks generates the loop over blocks of rows: as high as possible, the last two of equal height.
func (m *mulGen) blocks(vecs, rows int, masked bool) {
	name := fmt.Sprintf("%dx%d", rows, vecs*m.lanes)
	if masked {
		name += "_tail"
	}
	body := func(height int) string { return fmt.Sprintf("body_%s_%d", name, height) }
	m.Label("choose_" + name)
	m.MOVQ(m.left, p)
	m.CMPQ(p, operand.Imm(uint64(2*rows)))
	m.JGE(operand.LabelRef(body(rows)))
	m.CMPQ(p, operand.Imm(uint64(rows)))
	m.JLE(operand.LabelRef("split_" + name))
	m.INCQ(p)
	m.SHRQ(operand.Imm(1), p)
	m.Label("split_" + name)
	m.tree(body, 1, rows)
	for height := rows; height >= 1; height-- {
		m.Label(body(height))
		m.body(height, vecs, masked, fmt.Sprintf("%s_%d", name, height))
		m.SUBQ(operand.Imm(uint64(height)), m.left)
		m.JG(operand.LabelRef("choose_" + name))
		m.JMP(operand.LabelRef("panel_done"))
	}
}

// tree jumps to the body of height p, lo <= p <= hi.
func (m *mulGen) tree(body func(int) string, lo, hi int) {
	if lo == hi {
		m.JMP(operand.LabelRef(body(lo)))
		return
	}
	mid := (lo + hi + 1) / 2
	high := fmt.Sprintf("%s_to_%d_%d", body(mid), lo, hi)
	m.CMPQ(p, operand.Imm(uint64(mid)))
	m.JGE(operand.LabelRef(high))
	m.tree(body, lo, mid-1)
	m.Label(high)
	m.tree(body, mid, hi)
}

// stride prepares to address rows that are r1 apart, from p on.
func (m *mulGen) stride(rows int) {
	if rows > 3 {
		m.LEAQ(operand.Mem{Base: r1, Index: r1, Scale: 2}, r3)
	}
	if rows > 5 {
		m.LEAQ(operand.Mem{Base: r1, Index: r1, Scale: 4}, r5)
	}
	if rows > 7 {
		m.LEAQ(operand.Mem{Base: r5, Index: r1, Scale: 2}, q)
		m.ADDQ(p, q)
	}
}

// row addresses a row.
func row(i int) operand.Mem {
	base := p
	if i >= 7 {
		base, i = q, i-7
	}
	switch i {
	case 0:
		return operand.Mem{Base: base}
	case 1, 2, 4:
		return operand.Mem{Base: base, Index: r1, Scale: uint8(i)}
	case 5:
		return operand.Mem{Base: base, Index: r5, Scale: 1}
	}
	return operand.Mem{Base: base, Index: r3, Scale: uint8(i / 3)}
}

// body computes a block: sums start as I, run over segments and k, and end in C.
func (m *mulGen) body(rows, vecs int, masked bool, label string) {
	acc := func(i, v int) reg.Register { return m.vec(i*vecs + v) }
	bytes := 4 * m.lanes
	ahead := 2*rows > m.rows // high blocks have the time to fetch what comes next into the cache: rows of I, rows of B
	load := func(from operand.Mem, v int, to reg.Register) {
		switch {
		case masked && m.lanes == 16:
			m.VMOVUPS_Z(from.Offset(v*bytes), []reg.Register{reg.K1, reg.K2}[v], to)
		case masked:
			m.VMASKMOVPS(from.Offset(v*bytes), []reg.Register{reg.Y8, reg.Y9}[v], to)
		default:
			m.VMOVUPS(from.Offset(v*bytes), to)
		}
	}
	store := func(from reg.Register, v int, to operand.Mem) {
		switch {
		case masked && m.lanes == 16:
			m.VMOVUPS(from, []reg.Register{reg.K1, reg.K2}[v], to.Offset(v*bytes))
		case masked:
			m.VMASKMOVPS(from, []reg.Register{reg.Y8, reg.Y9}[v], to.Offset(v*bytes))
		default:
			m.VMOVUPS(from, to.Offset(v*bytes))
		}
	}

	m.MOVQ(m.panelI, p)
	m.MOVQ(field(taskIRow), r1)
	m.stride(rows)
	for i := range rows {
		for v := range vecs {
			load(row(i), v, acc(i, v))
		}
	}
	m.advance(rows)
	m.ADDQ(r1, m.panelI)
	if ahead {
		m.TESTQ(r1, r1)
		m.JZ(operand.LabelRef("fetched_" + label))
		m.MOVQ(m.panelI, p)
		m.MOVQ(field(taskIRow), r1)
		m.stride(rows)
		for i := range rows {
			m.PREFETCHT0(row(i))
			m.PREFETCHT0(row(i).Offset(64))
		}
		m.Label("fetched_" + label)
	}

	m.MOVQ(field(taskSegs), segs)
	m.TESTQ(segs, segs)
	m.JZ(operand.LabelRef("store_" + label))
	m.MOVQ(aRow, p)
	m.MOVQ(field(taskARow), r1)
	m.stride(rows)
	m.MOVQ(m.panelB, b)
	m.Label("seg_" + label)
	m.MOVQ(field(taskK), kLen)
	m.Label("k_" + label)
	for v := range vecs {
		load(operand.Mem{Base: b}, v, m.wide[v])
	}
	if ahead {
		m.PREFETCHT0(operand.Mem{Base: b, Index: bRow, Scale: 8})
		m.PREFETCHT0(operand.Mem{Base: b, Index: bRow, Scale: 8, Disp: 64})
		if m.name == "mul512" { // the loads of smaller vectors leave no room for more
			m.PREFETCHT1(operand.Mem{Base: b, Index: far, Scale: 1})
			m.PREFETCHT1(operand.Mem{Base: b, Index: far, Scale: 1, Disp: 64})
		}
	}
	for i := range rows {
		m.VBROADCASTSS(row(i), m.scalar)
		for v := range vecs {
			m.VFMADD231PS(m.wide[v], m.scalar, acc(i, v))
		}
	}
	m.ADDQ(aCol, p)
	if rows > 7 {
		m.ADDQ(aCol, q)
	}
	m.ADDQ(bRow, b)
	m.DECQ(kLen)
	m.JNZ(operand.LabelRef("k_" + label))
	m.ADDQ(field(taskANext), p)
	if rows > 7 {
		m.ADDQ(field(taskANext), q)
	}
	m.ADDQ(field(taskBNext), b)
	m.DECQ(segs)
	m.JNZ(operand.LabelRef("seg_" + label))
	m.advance(rows)
	m.ADDQ(r1, aRow)

	m.Label("store_" + label)
	m.VBROADCASTSS(field(taskFloor), m.scalar)
	m.MOVQ(cRow, p)
	m.MOVQ(field(taskCRow), r1)
	m.stride(rows)
	for i := range rows {
		for v := range vecs {
			// Of two operands one of which is NaN, VMAXPS takes the one that Go's assembler writes first.
			m.VMAXPS(acc(i, v), m.scalar, acc(i, v))
			store(acc(i, v), v, row(i))
		}
	}
	m.advance(rows)
	m.ADDQ(r1, cRow)
}

// advance multiplies the stride in r1 by the height of the block.
func (m *mulGen) advance(rows int) {
	if rows > 1 {
		m.IMUL3Q(operand.Imm(uint64(rows)), r1, r1)
	}
}
