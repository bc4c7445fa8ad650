//go:build !noasm

package f32

import "unsafe"

// poolTask is a Pool, or a part of one, as the assembly reads it: internal/f32/gen knows the order of the fields. All windows are
// inside. Strides are in bytes: from a cell to the next and to the one below, from a window to the next and to the one below, from
// image to image.
type poolTask struct {
	y, x, dy, dx            unsafe.Pointer
	rows, oh, ow, kh, kw, c int
	cell, line, right, down int
	image                   int
}

// poolLimit is how many values a call of assembly may read.
const poolLimit = 1 << 17

func (p *Pool) task(y, x []float32, r int) (t poolTask, rows int) {
	rows = min(p.Rows-r, max(1, poolLimit/(p.OH*p.OW*p.K*p.K*p.C)))
	t = poolTask{
		y: unsafe.Pointer(&y[r*p.OH*p.OW*p.C]), x: unsafe.Pointer(&x[r*p.H*p.W*p.C]),
		rows: rows, oh: p.OH, ow: p.OW, kh: p.K, kw: p.K, c: p.C,
		cell: 4 * p.C, line: 4 * p.W * p.C, right: 4 * p.Stride * p.C, down: 4 * p.Stride * p.W * p.C, image: 4 * p.H * p.W * p.C,
	}
	return t, rows
}

func maxPool(y, x []float32, p *Pool) bool {
	switch {
	case active == plain:
		return false
	case p.Pad > 0:
		p.parts(nil, nil, y, x)
		return true
	}
	for r := 0; r < p.Rows; {
		t, rows := p.task(y, x, r)
		t.forward()
		r += rows
	}
	return true
}

func maxPoolBack(dx, dy, y, x []float32, p *Pool) bool {
	switch {
	case active == plain:
		return false
	case p.Pad > 0:
		p.parts(dx, dy, y, x)
		return true
	}
	for r := 0; r < p.Rows; {
		t, rows := p.task(y, x, r)
		t.dy, t.dx = unsafe.Pointer(&dy[r*p.OH*p.OW*p.C]), unsafe.Pointer(&dx[r*p.H*p.W*p.C])
		t.backward()
		r += rows
	}
	return true
}

func (t *poolTask) forward() {
	if active == avx512 {
		maxPool512((*byte)(unsafe.Pointer(t)))
	} else {
		maxPool256((*byte)(unsafe.Pointer(t)))
	}
}

func (t *poolTask) backward() {
	if active == avx512 {
		maxPoolBack512((*byte)(unsafe.Pointer(t)))
	} else {
		maxPoolBack256((*byte)(unsafe.Pointer(t)))
	}
}

// parts runs a Pool with padding line by line, back if dx is not nil: windows that reach outside have fewer cells, one at a time;
// the others of a line go together.
func (p *Pool) parts(dx, dy, y, x []float32) {
	t := poolTask{
		rows: 1, oh: 1, c: p.C, cell: 4 * p.C, line: 4 * p.W * p.C, right: 4 * p.Stride * p.C, down: 4 * p.Stride * p.W * p.C, image: 4 * p.H * p.W * p.C,
	}
	whole := (p.W+p.Pad-p.K)/p.Stride + 1 // windows from here on reach outside on the right
	at := 0
	for r := range p.Rows {
		for i := range p.OH {
			for j := 0; j < p.OW; j += t.ow {
				y0, y1, x0, x1 := p.window(i, j)
				t.kh, t.kw, t.ow = y1-y0, x1-x0, 1
				if t.kw == p.K {
					t.ow = min(whole, p.OW) - j
				}
				from := ((r*p.H+y0)*p.W + x0) * p.C
				t.y, t.x = unsafe.Pointer(&y[at]), unsafe.Pointer(&x[from])
				if dx == nil {
					t.forward()
				} else {
					t.dy, t.dx = unsafe.Pointer(&dy[at]), unsafe.Pointer(&dx[from])
					t.backward()
				}
				at += t.ow * p.C
			}
		}
	}
}
