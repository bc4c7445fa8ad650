//go:build !noasm

package f32

import "unsafe"

// lookupTask is a Lookup as the assembly reads it: internal/f32/gen knows the order of the fields.
type lookupTask struct {
	y, w, bias, x, places      unsafe.Pointer
	rows, tiles, m, n, segs, k int
	xBatch, xTile, xRow, xSeg  int
	group, groups              int
	floor                      float32
}

// lookupLimit is how many codes a call of assembly may read.
const lookupLimit = 1 << 15

// task returns a Lookup's task for the rows from r on, and how many rows that is.
func (l *Lookup) task(y, w, bias []float32, floor float32, r int) (t lookupTask, rows int) {
	codes := l.Tiles * l.M * len(l.Places) * ((l.N + 7) / 8)
	rows = min(l.Rows-r, max(1, lookupLimit/codes))
	t = lookupTask{
		y: unsafe.Pointer(&y[r*l.Tiles*l.M*l.N]), w: unsafe.Pointer(&w[0]), bias: unsafe.Pointer(&bias[0]),
		x: unsafe.Pointer(&l.X[r*l.XBatch]), places: unsafe.Pointer(&l.Places[0]),
		rows: rows, tiles: l.Tiles, m: l.M, n: l.N, segs: l.Segs, k: l.K,
		xBatch: l.XBatch, xTile: l.XTile, xRow: l.XRow, xSeg: l.XSeg,
		group: l.Group, groups: l.K / l.Group, floor: floor,
	}
	return t, rows
}

func embed(y, w, bias []float32, floor float32, l *Lookup) bool {
	if active == plain {
		return embedGeneric(y, w, bias, floor, l)
	}
	for r := 0; r < l.Rows; {
		t, rows := l.task(y, w, bias, floor, r)
		var ok bool
		if active == avx512 {
			ok = embed512((*byte)(unsafe.Pointer(&t)))
		} else {
			ok = embed256((*byte)(unsafe.Pointer(&t)))
		}
		if !ok {
			return false
		}
		r += rows
	}
	return true
}

func embedBack(gw, gBias, dy []float32, l *Lookup) bool {
	if active == plain {
		return embedBackGeneric(gw, gBias, dy, l)
	}
	for r := 0; r < l.Rows; {
		t, rows := l.task(dy, gw, gBias, 0, r)
		var ok bool
		if active == avx512 {
			ok = embedBack512((*byte)(unsafe.Pointer(&t)))
		} else {
			ok = embedBack256((*byte)(unsafe.Pointer(&t)))
		}
		if !ok {
			return false
		}
		r += rows
	}
	return true
}
