package f32blas

import (
	"github.com/auxrl/auxrl/internal/f32"
	"gonum.org/v1/gonum/blas"
)

const (
	// A piece of C is at most so large, and is computed so much of the sums at a time: what it packs of A and B stays in a core's
	// cache.
	pieceRows, pieceCols, depth = 252, 512, 192
	// The kernels compute blocks of so many rows and columns of C; panels of B are packed so many columns wide.
	block, panel = 14, 32
	// packFrom is the number of rows of C from which packing B pays: each element is read once for every 14 rows.
	packFrom = 48
	// pad keeps rows of packed A from lying a power of two apart, where they would share cache lines.
	pad = 16
)

// Sgemm computes
//
//	C = alpha op(A) op(B) + beta C
//
// where op(A) is [m, k], op(B) is [k, n], and op transposes where tA and tB say so.
func (i Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	// With alpha 0 and beta 1 gonum checks the arguments and does nothing else.
	i.Implementation.Sgemm(tA, tB, m, n, k, 0, a, lda, b, ldb, 1, c, ldc)
	if m == 0 || n == 0 || (alpha == 0 || k == 0) && beta == 1 {
		return
	}
	if alpha == 0 {
		k = 0
	}
	g := gemm{a: a, b: b, c: c, m: m, n: n, k: k, lda: lda, ldb: ldb, ldc: ldc, alpha: alpha, beta: beta,
		aTrans: tA != blas.NoTrans, bTrans: tB != blas.NoTrans}
	g.packA = alpha != 1 || lda%256 == 0 && m > 1 && n > 4*panel
	g.packB = g.bTrans || m >= packFrom
	workers := crew(m * n * k)
	g.cut(workers)
	across := parts(n, g.cols)
	share(parts(m, g.rows)*across, workers, func(piece int) {
		g.piece(piece/across*g.rows, piece%across*g.cols)
	})
}

// gemm is a call of Sgemm.
type gemm struct {
	a, b, c        []float32
	m, n, k        int
	lda, ldb, ldc  int
	alpha, beta    float32
	aTrans, bTrans bool
	packA, packB   bool
	rows, cols     int // of a piece
}

// cut chooses the size of pieces: as large as they may be, but several for each worker. No result depends on it.
func (g *gemm) cut(workers int) {
	g.rows, g.cols = even(g.m, pieceRows), even(g.n, pieceCols)
	for workers > 1 && parts(g.m, g.rows)*parts(g.n, g.cols) < 3*workers {
		switch {
		case g.cols > 2*panel:
			g.cols = (g.cols/2 + panel - 1) / panel * panel
		case g.rows > 2*block:
			g.rows = (g.rows/2 + block - 1) / block * block
		default:
			return
		}
	}
}

// even returns the length of the parts that n is cut into, as few and as even as they can be, none longer than limit.
func even(n, limit int) int { return parts(n, parts(n, limit)) }

// parts returns how many parts of a length n has.
func parts(n, length int) int { return (n + length - 1) / length }

// piece computes the piece of C whose first element is [top, left].
func (g gemm) piece(top, left int) {
	rows, cols := min(g.rows, g.m-top), min(g.cols, g.n-left)
	c := g.c[top*g.ldc+left:]
	for r := range rows {
		scale(c[r*g.ldc:r*g.ldc+cols], g.beta)
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	for at := 0; at < g.k; at += depth {
		p := f32.Product{
			C: c, I: c, CRow: g.ldc, IRow: g.ldc, M: rows, N: cols, K: min(depth, g.k-at), Segs: 1, Tiles: 1, Floor: negInf,
		}
		g.left(&p, s, top, at)
		if g.packB {
			g.panels(p, s, at, left)
			continue
		}
		p.B, p.BRow = g.b[at*g.ldb+left:], g.ldb
		f32.Mul(&p)
	}
}

// left sets the product's left side: A where it stands, or a copy of what is needed of it, times alpha.
func (g *gemm) left(p *f32.Product, s *scratch, top, at int) {
	p.A, p.ARow, p.ACol = g.a[top*g.lda+at:], g.lda, 1
	lines, length := p.M, p.K
	if g.aTrans {
		p.A, p.ARow, p.ACol = g.a[at*g.lda+top:], 1, g.lda
		lines, length = p.K, p.M
	}
	if !g.packA {
		return
	}
	stride := length + pad
	copies := s.a.room(lines * stride)
	for i := range lines {
		line := copies[i*stride : i*stride+length]
		copy(line, p.A[i*g.lda:])
		if g.alpha != 1 {
			f32.Scale(line, g.alpha)
		}
	}
	p.A, p.ARow = copies, stride
	if g.aTrans {
		p.ARow, p.ACol = 1, stride
	}
}

// panels computes a product whose right side it packs: panels of 32 columns, which are the tiles, and what is left of them.
func (g *gemm) panels(p f32.Product, s *scratch, at, left int) {
	packed := s.b.room(p.K * p.N)
	for lo := 0; lo < p.N; lo += panel {
		wide := min(panel, p.N-lo)
		dst := packed[lo*p.K : lo*p.K+wide*p.K]
		if g.bTrans {
			f32.Transpose(dst, g.b[(left+lo)*g.ldb+at:], wide, p.K, wide, g.ldb)
			continue
		}
		for i := range p.K {
			copy(dst[i*wide:(i+1)*wide], g.b[(at+i)*g.ldb+left+lo:])
		}
	}
	whole, rest := p.N/panel, p.N%panel
	if whole > 0 {
		q := p
		q.N, q.Tiles, q.CTile, q.ITile = panel, whole, panel, panel
		q.B, q.BRow, q.BTile = packed, panel, panel*p.K
		f32.Mul(&q)
	}
	if rest > 0 {
		p.N, p.B, p.BRow = rest, packed[whole*panel*p.K:], rest
		p.C = p.C[whole*panel:]
		p.I = p.C
		f32.Mul(&p)
	}
}
