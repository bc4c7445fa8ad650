package f32

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestMaxPoolAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &Pool{Rows: rapid.IntRange(1, 3).Draw(t, "rows"), C: rapid.IntRange(1, 37).Draw(t, "c"), K: rapid.IntRange(1, 3).Draw(t, "k"), Stride: rapid.IntRange(1, 3).Draw(t, "stride")}
		p.H, p.W = p.K+rapid.IntRange(0, 5).Draw(t, "h"), p.K+rapid.IntRange(0, 5).Draw(t, "w")
		p.Pad = rapid.IntRange(0, p.K/2).Draw(t, "pad")
		p.OH, p.OW = (p.H+2*p.Pad-p.K)/p.Stride+1, (p.W+2*p.Pad-p.K)/p.Stride+1
		in, out := p.Rows*p.H*p.W*p.C, p.Rows*p.OH*p.OW*p.C
		x, y, dy, dx := floats(t, in, "x"), floats(t, out, "y"), floats(t, out, "dy"), floats(t, in, "dx")
		for i := range x { // ties
			if v := x[i]; v == v && !math.IsInf(float64(v), 0) {
				x[i] = float32(math.Round(2 * float64(v)))
			}
		}
		wantY, wantDX := make([]float32, out), append([]float32(nil), dx...)
		for o := range wantY {
			c, j, i, r := o%p.C, o/p.C%p.OW, o/p.C/p.OW%p.OH, o/p.C/p.OW/p.OH
			best := -1
			for a := range p.K {
				for b := range p.K {
					h, w := i*p.Stride-p.Pad+a, j*p.Stride-p.Pad+b
					if h < 0 || h >= p.H || w < 0 || w >= p.W {
						continue
					}
					at := ((r*p.H+h)*p.W+w)*p.C + c
					if best < 0 || x[at] > x[best] || x[at] != x[at] && x[best] == x[best] {
						best = at
					}
				}
			}
			wantY[o] = x[best]
			wantDX[best] += dy[o]
		}
		MaxPool(y, x, p)
		MaxPoolBack(dx, dy, y, x, p)
		same(t, "y", y, wantY)
		same(t, "dx", dx, wantDX)
		fences(t, x, y, dy, dx)
	})
}

// same fails the test unless all elements are equal, or both NaN.
func same(t *rapid.T, name string, got, want []float32) {
	t.Helper()
	for i, v := range want {
		if got[i] != v && (got[i] == got[i] || v == v) {
			t.Fatalf("%s: element %d: got %v, want %v", name, i, got[i], v)
		}
	}
}

func TestMaxPoolChecksShapes(t *testing.T) {
	ok := Pool{Rows: 1, H: 4, W: 4, C: 2, K: 2, Stride: 2, OH: 2, OW: 2}
	MaxPool(make([]float32, 8), make([]float32, 32), &ok)
	for name, spoil := range map[string]func(p *Pool){
		"windows": func(p *Pool) { p.OH = 3 }, "pad": func(p *Pool) { p.Pad = 2 }, "channels": func(p *Pool) { p.C = 3 }, "no rows": func(p *Pool) { p.Rows = 0 },
	} {
		p := ok
		spoil(&p)
		if !panics(func() { MaxPool(make([]float32, 8), make([]float32, 32), &p) }) {
			t.Errorf("%s: no panic", name)
		}
	}
}
