package f32

import "math"

// Pool describes max pooling over Rows images of [H, W, C]: windows of K x K cells, Stride apart, whose outputs are [OH, OW, C].
// Pad cells on each side count as -Inf. A NaN is larger than everything.
type Pool struct {
	Rows, H, W, C  int
	K, Stride, Pad int
	OH, OW         int
}

func (p *Pool) check(y, x []float32) {
	if min(p.Rows, p.H, p.W, p.C, p.K, p.Stride, p.OH, p.OW) <= 0 || p.Pad < 0 || 2*p.Pad > p.K ||
		(p.OH-1)*p.Stride+p.K > p.H+2*p.Pad || (p.OW-1)*p.Stride+p.K > p.W+2*p.Pad {
		panic("f32: MaxPool: the windows do not fit")
	}
	if len(x) != p.Rows*p.H*p.W*p.C || len(y) != p.Rows*p.OH*p.OW*p.C {
		panic("f32: MaxPool: lengths differ")
	}
}

// MaxPool sets y to the largest value of each window of x.
func MaxPool(y, x []float32, p *Pool) {
	p.check(y, x)
	if maxPool(y, x, p) {
		return
	}
	at := 0
	for r := range p.Rows {
		src := x[r*p.H*p.W*p.C:]
		for i := range p.OH {
			for j := range p.OW {
				o := y[at : at+p.C]
				at += p.C
				for c := range o {
					o[c] = float32(math.Inf(-1))
				}
				y0, y1, x0, x1 := p.window(i, j)
				for a := y0; a < y1; a++ {
					for b := x0; b < x1; b++ {
						for c, v := range src[(a*p.W+b)*p.C:][:p.C] {
							o[c] = max(o[c], v)
						}
					}
				}
			}
		}
	}
}

// MaxPoolBack adds dy to dx where the value that gave y stands first in its window, or the first NaN. y must be what MaxPool
// made of x.
func MaxPoolBack(dx, dy, y, x []float32, p *Pool) {
	p.check(y, x)
	p.check(dy, dx)
	if maxPoolBack(dx, dy, y, x, p) {
		return
	}
	at := 0
	for r := range p.Rows {
		image := r * p.H * p.W * p.C
		src, dst := x[image:], dx[image:]
		for i := range p.OH {
			for j := range p.OW {
				for c := range p.C {
					if to := p.first(src, y[at], i, j, c); to >= 0 {
						dst[to] += dy[at]
					}
					at++
				}
			}
		}
	}
}

// window returns the part of the window of output (i, j) that lies inside.
func (p *Pool) window(i, j int) (y0, y1, x0, x1 int) {
	y, x := i*p.Stride-p.Pad, j*p.Stride-p.Pad
	return max(y, 0), min(y+p.K, p.H), max(x, 0), min(x+p.K, p.W)
}

// first returns where in the window of output (i, j) the value, or a NaN, stands first; -1 if nowhere.
func (p *Pool) first(src []float32, value float32, i, j, c int) int {
	y0, y1, x0, x1 := p.window(i, j)
	for a := y0; a < y1; a++ {
		for b := x0; b < x1; b++ {
			if at := (a*p.W+b)*p.C + c; src[at] == value || src[at] != src[at] {
				return at
			}
		}
	}
	return -1
}
