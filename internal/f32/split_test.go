package f32

import (
	"fmt"
	"math"
	"testing"
)

// Products large enough to be computed in pieces: many tiles, rows, columns or long sums.
func TestMulLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("large products")
	}
	for _, s := range []struct{ m, n, k, segs, tiles int }{
		{37, 517, 811, 1, 1}, {1, 5000, 1100, 1, 1}, {700, 7, 1000, 1, 1}, {61, 70, 40, 30, 2}, {5, 33, 385, 1, 70}, {1500, 300, 16, 1, 1}, {40, 70, 1023, 1, 1},
	} {
		for _, floor := range []float32{0, float32(math.Inf(-1))} {
			p := &Product{
				M: s.m, N: s.n, K: s.k, Segs: s.segs, Tiles: s.tiles, Floor: floor,
				CRow: s.n + 1, CTile: s.m*(s.n+1) + 3, IRow: s.n, ITile: 5,
				ARow: s.k*s.segs + 1, ACol: 1, ASeg: s.k, ATile: 11, BRow: s.n + 2, BSeg: s.k * (s.n + 2), BTile: 7,
			}
			p.A = fenced(seq((s.m-1)*p.ARow+(s.segs-1)*p.ASeg+(s.tiles-1)*p.ATile+s.k), 1)
			p.B = fenced(seq((s.k-1)*p.BRow+(s.segs-1)*p.BSeg+(s.tiles-1)*p.BTile+s.n), 2)
			p.I = fenced(seq((s.m-1)*p.IRow+(s.tiles-1)*p.ITile+s.n), 3)
			p.C = fenced(make([]float32, (s.m-1)*p.CRow+(s.tiles-1)*p.CTile+s.n), 0)
			want := *p
			want.C = append([]float32(nil), p.C...)
			mulGeneric(&want)
			Mul(p)
			depth := s.k * s.segs
			for i, v := range want.C {
				if !near(p.C[i], float64(v), 2*sumTolerance(depth, float64(depth)/3)) {
					t.Fatalf("%+v: element %d: got %v, want %v", s, i, p.C[i], v)
				}
			}
			fences(t, p.A, p.B, p.I, p.C)
		}
	}
}

// What a row of C is does not depend on which rows are computed with it, nor on the piece it falls into: bit for bit.
func TestMulRowsAreIndependent(t *testing.T) {
	for _, s := range []struct{ m, n, k int }{{1, 1, 5}, {33, 7, 64}, {29, 64, 68}, {17, 96, 3136}, {40, 517, 811}, {40, 517, 33}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			a, b, bias := seq(s.m*s.k), seq(s.k*s.n), seq(s.n)
			rows := func(lo, hi int) []float32 {
				c := make([]float32, (hi-lo)*s.n)
				Mul(&Product{C: c, A: a[lo*s.k:], B: b, I: bias, M: hi - lo, N: s.n, K: s.k, Segs: 1, Tiles: 1, CRow: s.n, ARow: s.k, ACol: 1, BRow: s.n})
				return c
			}
			all := rows(0, s.m)
			for _, size := range []int{1, 2, 3, 8, 15} {
				for lo := 0; lo < s.m; lo += size {
					hi := min(lo+size, s.m)
					for i, v := range rows(lo, hi) {
						if want := all[lo*s.n+i]; v != want {
							t.Fatalf("rows %d to %d, element %d: got %v, with all rows %v", lo, hi-1, i, v, want)
						}
					}
				}
			}
		})
	}
}

// Tiles that add to the same elements do so in turn.
func TestMulOverlappingTiles(t *testing.T) {
	for _, m := range []int{1, 2, 5, 20} {
		const n, k, tiles = 21, 6, 4
		p := &Product{M: m, N: n, K: k, Segs: 1, Tiles: tiles, CRow: n + 5*tiles, CTile: 5, IRow: n + 5*tiles, ITile: 5, ARow: k * tiles, ACol: 1, ATile: k, BRow: n, Floor: float32(math.Inf(-1))}
		p.A, p.B = seq(m*k*tiles), seq(n*k)
		p.C = seq(m * p.CRow)
		p.I = p.C
		want := *p
		want.C = append([]float32(nil), p.C...)
		want.I = want.C
		mulGeneric(&want)
		Mul(p)
		for i, v := range want.C {
			if !near(p.C[i], float64(v), sumTolerance(k*tiles, 2*k*tiles)) {
				t.Fatalf("%d rows: element %d: got %v, want %v", m, i, p.C[i], v)
			}
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	p := &Product{C: seq(64), A: seq(64), B: seq(64), I: seq(8), M: 8, N: 8, K: 8, Segs: 1, Tiles: 1, CRow: 8, ARow: 8, ACol: 1, BRow: 8}
	l := &Lookup{X: []byte{0, 1}, Places: []Place{{0, 2}, {2, 2}}, Rows: 1, Tiles: 1, M: 1, N: 4, Segs: 1, K: 2, Group: 1}
	q := &Pool{Rows: 1, H: 2, W: 2, C: 3, K: 2, Stride: 2, OH: 1, OW: 1}
	x, y, z := seq(64), seq(64), seq(64)
	if n := testing.AllocsPerRun(10, func() {
		Mul(p)
		Embed(y[:4], x[:16], z[:4], 0, l)
		EmbedBack(x[:16], z[:4], y[:4], l)
		MaxPool(y[:3], x[:12], q)
		MaxPoolBack(z[:12], y[:3], y[:3], x[:12], q)
		Transpose(x, y, 8, 8, 8, 8)
		Adam(x, y, z, z, 1, 1e-3, 1, 0.9, 0.99, 1e-5)
		RMSProp(x, y, z, 1, 1e-3, 0.9, 1e-5, true)
		Tanh(x)
		Sigmoid(x)
		Exp(y, x)
		Dot(y, y)
		Softmax(z, y, x, 8)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
