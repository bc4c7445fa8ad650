//go:build !noasm

package f32

import "unsafe"

// poolTask is a Pool without padding as the assembly reads it: internal/f32/gen knows the order of the fields. Strides are in
// bytes: from a cell to the next and to the one below, from a window to the next and to the one below, from image to image.
type poolTask struct {
	y, x, dy, dx            unsafe.Pointer
	rows, oh, ow, k, c      int
	cell, line, right, down int
	image                   int
}

// poolLimit is how many values a call of assembly may read.
const poolLimit = 1 << 17

func (p *Pool) task(y, x []float32, r int) (t poolTask, rows int) {
	rows = min(p.Rows-r, max(1, poolLimit/(p.OH*p.OW*p.K*p.K*p.C)))
	t = poolTask{
		y: unsafe.Pointer(&y[r*p.OH*p.OW*p.C]), x: unsafe.Pointer(&x[r*p.H*p.W*p.C]),
		rows: rows, oh: p.OH, ow: p.OW, k: p.K, c: p.C,
		cell: 4 * p.C, line: 4 * p.W * p.C, right: 4 * p.Stride * p.C, down: 4 * p.Stride * p.W * p.C, image: 4 * p.H * p.W * p.C,
	}
	return t, rows
}

func maxPool(y, x []float32, p *Pool) bool {
	for r := 0; active != plain && r < p.Rows; {
		t, rows := p.task(y, x, r)
		if active == avx512 {
			maxPool512((*byte)(unsafe.Pointer(&t)))
		} else {
			maxPool256((*byte)(unsafe.Pointer(&t)))
		}
		r += rows
	}
	return active != plain
}

func maxPoolBack(dx, dy, y, x []float32, p *Pool) bool {
	for r := 0; active != plain && r < p.Rows; {
		t, rows := p.task(y, x, r)
		t.dy, t.dx = unsafe.Pointer(&dy[r*p.OH*p.OW*p.C]), unsafe.Pointer(&dx[r*p.H*p.W*p.C])
		if active == avx512 {
			maxPoolBack512((*byte)(unsafe.Pointer(&t)))
		} else {
			maxPoolBack256((*byte)(unsafe.Pointer(&t)))
		}
		r += rows
	}
	return active != plain
}
