//go:build !noasm

package f32

import (
	"math"
	"unsafe"
)

// task is a Product as the assembly reads it: internal/f32/gen knows the order of the fields. Strides are in bytes; aNext and
// bNext lead from the end of a segment to the next, bFar from a row of B to one to fetch into the second-level cache.
type task struct {
	c, a, b, i               unsafe.Pointer
	m, n, k, segs, tiles     int
	cRow, cTile              int
	aRow, aCol, aNext, aTile int
	bRow, bNext, bTile       int
	iRow, iTile, bFar        int
	floor                    float32
}

const (
	// mulLimit is how many multiplications a call of assembly may do, for it cannot be preempted: about 80 microseconds.
	mulLimit = 4 << 20
	// mulDepth is how much of a long sum is done at a time, so that the rows of B that it takes stay in the cache while all
	// blocks of A and C pass by. The order of the sum does not change.
	mulDepth = 256
)

// mul computes a Product whose lengths have been checked.
func mul(p *Product) {
	if active == plain {
		mulGeneric(p)
		return
	}
	t := task{
		c: unsafe.Pointer(unsafe.SliceData(p.C)), a: unsafe.Pointer(unsafe.SliceData(p.A)),
		b: unsafe.Pointer(unsafe.SliceData(p.B)), i: unsafe.Pointer(unsafe.SliceData(p.I)),
		m: p.M, n: p.N, k: p.K, segs: p.Segs, tiles: p.Tiles,
		cRow: 4 * p.CRow, cTile: 4 * p.CTile,
		aRow: 4 * p.ARow, aCol: 4 * p.ACol, aNext: 4 * (p.ASeg - p.K*p.ACol), aTile: 4 * p.ATile,
		bRow: 4 * p.BRow, bNext: 4 * (p.BSeg - p.K*p.BRow), bTile: 4 * p.BTile,
		iRow: 4 * p.IRow, iTile: 4 * p.ITile, floor: p.Floor,
	}
	if t.k <= 0 {
		t.segs = 0
	}
	t.merge()
	switch {
	case t.flat():
		t.lines(14)
	case t.segs*t.k <= mulLimit/(t.m*t.n*t.tiles):
		t.run()
	default:
		t.split()
	}
}

// flatDepth is the length of sums up to which C is most of what a product reads.
const flatDepth = 64

// flat reports whether a product is better computed one block of rows at a time, for all columns, than panel by panel: then the
// lines of C pass by in the order in which they stand in memory. It is so for blocks of 14 rows.
func (t *task) flat() bool {
	return active == avx512 && t.tiles == 1 && t.segs*t.k <= flatDepth && t.n >= 128 && t.m >= 28 && t.m*t.n >= 1<<14
}

// lines runs a task one block of rows at a time.
func (t *task) lines(block int) {
	for top := 0; top < t.m; top += block {
		part := *t
		part.m = min(block, t.m-top)
		part.c, part.i = unsafe.Add(t.c, top*t.cRow), unsafe.Add(t.i, top*t.iRow)
		if t.segs > 0 {
			part.a = unsafe.Add(t.a, top*t.aRow)
		}
		part.call()
	}
}

func (t *task) run() {
	if t.crowded() {
		t.lines(7)
	} else {
		t.call()
	}
}

// crowded reports whether rows of A stand multiples of a page apart, so that one set of the first-level cache, eight lines, has to
// hold a line of each: blocks of 14 rows would read everything from the second level.
func (t *task) crowded() bool {
	return active == avx512 && t.aCol == 4 && t.aRow&4095 == 0 && t.m > 8 && t.tiles == 1 && t.segs > 0
}

func (t *task) call() {
	if active == avx512 {
		mul512((*byte)(unsafe.Pointer(t)))
	} else {
		mul256((*byte)(unsafe.Pointer(t)))
	}
}

// merge makes rows of tiles where that is what they are, so that blocks of rows are as high as they can be.
func (t *task) merge() {
	if t.tiles == 1 || t.bTile != 0 {
		return
	}
	if t.m == 1 && t.cTile >= 4*t.n { // tiles that overlap add to one another and must stay in turn
		t.cRow, t.aRow, t.iRow = t.cTile, t.aTile, t.iTile
	} else if t.cTile != t.m*t.cRow || t.aTile != t.m*t.aRow || t.iTile != t.m*t.iRow {
		return
	}
	t.m, t.tiles = t.m*t.tiles, 1
}

// split runs a task in pieces of at most about mulLimit multiplications.
func (t *task) split() {
	for tile := range t.tiles {
		part := *t
		part.tiles = 1
		part.c, part.i = unsafe.Add(t.c, tile*t.cTile), unsafe.Add(t.i, tile*t.iTile)
		if t.segs > 0 {
			part.a, part.b = unsafe.Add(t.a, tile*t.aTile), unsafe.Add(t.b, tile*t.bTile)
		}
		if t.segs == 1 && t.k > mulDepth+mulDepth/2 {
			part.deep()
		} else {
			part.chunks()
		}
	}
}

// deep runs one tile, part of the sums at a time: the first part alone starts from I, the last alone meets the floor.
func (t *task) deep() {
	part := *t
	part.floor = float32(math.Inf(-1))
	for at := 0; at < t.k; at += mulDepth {
		part.k = min(mulDepth, t.k-at)
		part.a, part.b = unsafe.Add(t.a, at*t.aCol), unsafe.Add(t.b, at*t.bRow)
		part.bFar = mulDepth * t.bRow
		if at+part.k == t.k {
			part.floor, part.bFar = t.floor, 0
		}
		part.chunks()
		part.i, part.iRow = t.c, t.cRow
	}
}

// chunks runs one tile, so many columns and rows at a time.
func (t *task) chunks() {
	const panel, block = 32, 14
	depth := max(1, t.k*t.segs)
	cols := min(t.n, max(1, mulLimit/(block*depth*panel))*panel)
	rows := max(1, mulLimit/(cols*depth*block)) * block
	for left := 0; left < t.n; left += cols {
		part := *t
		part.n = min(cols, t.n-left)
		if t.segs > 0 {
			part.b = unsafe.Add(t.b, 4*left)
		}
		for top := 0; top < t.m; top += rows {
			part.m = min(rows, t.m-top)
			part.c, part.i = unsafe.Add(t.c, top*t.cRow+4*left), unsafe.Add(t.i, top*t.iRow+4*left)
			if t.segs > 0 {
				part.a = unsafe.Add(t.a, top*t.aRow)
			}
			part.run()
		}
	}
}
