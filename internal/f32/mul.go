// Package f32 holds the float32 kernels of the engine. Kernels run on the caller's goroutine and allocate nothing.
//
// Every kernel is written in plain Go, which is its specification, and most in assembly for AVX2 with FMA and for AVX-512,
// chosen once at the start by what the machine has; -tags noasm and other architectures leave plain Go alone. The environment
// variable AUXRL_F32 (generic, avx2, avx512) forces a set in tests. The assembly is written by the program in gen; exported
// functions check all lengths before it runs, and split work so that no call takes more than about 100 microseconds.
//
// Sets differ in rounding, by the fused multiplication and addition of products and by the polynomials of Exp and Tanh. Within a
// set results are reproducible bit for bit: each element of a product is a sum in order of k that begins with its first value,
// whichever rows and columns are computed beside it.
package f32

// Product describes Tiles products of small matrices, each a sum over Segs segments:
//
//	C[t,m,n] = max(Floor, I[t,m,n] + Σ_s Σ_k A[t,s,m,k] B[t,s,k,n])
//
// Columns of C, I and B are contiguous, all else is strides, in elements:
//
//	A[t,s,m,k] = A[t*ATile + s*ASeg + m*ARow + k*ACol]
//	B[t,s,k,n] = B[t*BTile + s*BSeg + k*BRow + n]
//	I[t,m,n]   = I[t*ITile + m*IRow + n]
//	C[t,m,n]   = C[t*CTile + m*CRow + n]
//
// With ACol = 1 rows of A are read along k (forward passes); with ARow = 1 columns are (weight gradients). IRow = 0 makes I
// a bias; I = C adds to what is there. Floor = 0 is ReLU, -Inf is none. Convolutions are products whose segments are kernel
// rows and whose tiles are output rows, read in place.
type Product struct {
	C, A, B, I              []float32
	M, N, K, Segs, Tiles    int
	CRow, CTile             int
	ARow, ACol, ASeg, ATile int
	BRow, BSeg, BTile       int
	IRow, ITile             int
	Floor                   float32
}

// Mul computes a Product. It panics where a matrix reaches past its slice. C may be I, element for element; it must not
// overlap A or B.
func Mul(p *Product) {
	if p.M <= 0 || p.N <= 0 || p.Tiles <= 0 {
		return
	}
	check(p.C, p.M, p.CRow, 1, 0, p.Tiles, p.CTile, p.N)
	check(p.I, p.M, p.IRow, 1, 0, p.Tiles, p.ITile, p.N)
	if p.K > 0 && p.Segs > 0 {
		if p.ACol < 0 {
			panic("f32: Mul: a matrix reaches past its slice")
		}
		check(p.A, p.M, p.ARow, p.Segs, p.ASeg, p.Tiles, p.ATile, (p.K-1)*p.ACol+1)
		check(p.B, p.K, p.BRow, p.Segs, p.BSeg, p.Tiles, p.BTile, p.N)
	}
	mul(p)
}

func check(x []float32, rows, row, segs, seg, tiles, tile, last int) {
	if row < 0 || seg < 0 || tile < 0 || (rows-1)*row+(segs-1)*seg+(tiles-1)*tile+last > len(x) {
		panic("f32: Mul: a matrix reaches past its slice")
	}
}
