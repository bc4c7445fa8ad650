// Package f32blas is a float32 BLAS for gonum on the engine's kernels. One line makes every program that computes with
// gonum.org/v1/gonum/blas/blas32 multiply matrices several times as fast, without C:
//
//	blas32.Use(f32blas.Implementation{})
//
// Sgemm, Sgemv and Sger are the engine's, but for the dot products of Sgemv without a transposition; all else is gonum's own. They
// check arguments and panic as gonum does, and overwrite what is multiplied by a beta of 0, NaN included. In one thing they differ:
// gonum's Sgemm passes over zeros in A where B is not transposed, so that NaN and Inf in B disappear behind them; here 0 times NaN
// is NaN, always. As in gonum, an alpha of 0 reads neither A nor B.
//
// Large products use all processors that Go may use, and several goroutines may compute at a time. The order of every sum is
// fixed: results are the same bit for bit whatever the number of processors. They differ in rounding from gonum's and between sets
// of kernels (AVX-512, AVX2, plain Go).
package f32blas

import (
	"math"

	"github.com/auxrl/auxrl/internal/f32"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Implementation implements blas.Float32, and with it what gonum's own does for other types.
type Implementation struct{ gonum.Implementation }

var _ blas.Float32 = Implementation{}

// stream is how many multiplications of a matrix with a matrix take as long as one where every number is read once.
const stream = 4

var negInf = float32(math.Inf(-1))

// Sgemv computes
//
//	y = alpha A x + beta y   if tA is blas.NoTrans
//	y = alpha Aᵀ x + beta y  if tA is blas.Trans or blas.ConjTrans
//
// where A is [m, n].
func (i Implementation) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	// With alpha 0 and beta 1 gonum checks the arguments and does nothing else.
	i.Implementation.Sgemv(tA, m, n, 0, a, lda, x, incX, 1, y, incY)
	if m == 0 || n == 0 || alpha == 0 && beta == 1 {
		return
	}
	trans := tA != blas.NoTrans
	lenX, lenY := n, m
	if trans {
		lenX, lenY = m, n
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	out := y
	if incY != 1 {
		out = s.b.room(lenY)
		gather(out, y, incY)
	}
	scale(out[:lenY], beta)
	if alpha != 0 {
		in := s.a.room(lenX)
		gather(in, x, incX)
		if alpha != 1 {
			f32.Scale(in, alpha)
		}
		if trans {
			addColumns(out, in, a, m, n, lda)
		} else {
			addRows(out, in, a, m, n, lda)
		}
	}
	if incY != 1 {
		scatter(y, out, incY)
	}
}

// addColumns adds xᵀ A to y, so many columns at a time.
func addColumns(y, x, a []float32, m, n, lda int) {
	const cols = 512
	depth := m
	if m*n > 1<<16 {
		depth = 16 // memory is read best along its rows
	}
	share(parts(n, cols), crew(stream*m*n), func(piece int) {
		lo, hi := piece*cols, min((piece+1)*cols, n)
		for at := 0; at < m; at += depth {
			f32.Mul(&f32.Product{
				C: y[lo:hi], I: y[lo:hi], A: x[at:], ACol: 1, B: a[at*lda+lo:], BRow: lda,
				M: 1, N: hi - lo, K: min(depth, m-at), Segs: 1, Tiles: 1, Floor: negInf,
			})
		}
	})
}

// addRows adds A x to y, so many rows at a time. It takes gonum's dot products: the kernels need several columns.
func addRows(y, x, a []float32, m, n, lda int) {
	const rows = 64
	share(parts(m, rows), crew(stream*m*n), func(piece int) {
		lo, hi := piece*rows, min((piece+1)*rows, m)
		gonum.Implementation{}.Sgemv(blas.NoTrans, hi-lo, n, 1, a[lo*lda:], lda, x, 1, 1, y[lo:hi], 1)
	})
}

// Sger adds alpha x yᵀ to A, which is [m, n].
func (i Implementation) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	i.Implementation.Sger(m, n, 0, x, incX, y, incY, a, lda) // checks the arguments
	if m == 0 || n == 0 || alpha == 0 {
		return
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	in := s.a.room(m)
	gather(in, x, incX)
	f32.Scale(in, alpha)
	if incY != 1 {
		row := s.b.room(n)
		gather(row, y, incY)
		y = row
	}
	const rows = 8 // few, so that memory is read along its rows
	share(parts(m, rows), crew(stream*m*n), func(piece int) {
		lo, hi := piece*rows, min((piece+1)*rows, m)
		f32.Mul(&f32.Product{
			C: a[lo*lda:], CRow: lda, I: a[lo*lda:], IRow: lda, A: in[lo:], ARow: 1, ACol: 1, B: y, BRow: n,
			M: hi - lo, N: n, K: 1, Segs: 1, Tiles: 1, Floor: negInf,
		})
	})
}

// scale multiplies by beta; 0 clears, whatever was there.
func scale(x []float32, beta float32) {
	switch beta {
	case 0:
		clear(x)
	case 1:
	default:
		f32.Scale(x, beta)
	}
}

// gather copies a vector whose elements are inc apart; a negative inc counts from its end, as in BLAS.
func gather(dst, x []float32, inc int) {
	if inc == 1 {
		copy(dst, x)
		return
	}
	at := 0
	if inc < 0 {
		at = (1 - len(dst)) * inc
	}
	for i := range dst {
		dst[i] = x[at]
		at += inc
	}
}

// scatter is the way back.
func scatter(y, src []float32, inc int) {
	at := 0
	if inc < 0 {
		at = (1 - len(src)) * inc
	}
	for _, v := range src {
		y[at] = v
		at += inc
	}
}
