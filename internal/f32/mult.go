package f32

// MulT adds A times B transposed:
//
//	C[m,n] += Σ_k A[m,k] B[n,k]
//
// A is [M, K], B is [N, K], C is [M, N]; rows are ARow, BRow and CRow apart. Input gradients have this form.
func MulT(c, a, b []float32, m, n, k, cRow, aRow, bRow int) {
	if m <= 0 || n <= 0 || k <= 0 {
		return
	}
	if (m-1)*cRow+n > len(c) || (m-1)*aRow+k > len(a) || (n-1)*bRow+k > len(b) || cRow < 0 || aRow < 0 || bRow < 0 {
		panic("f32: MulT: a matrix reaches past its slice")
	}
	i := 0
	for ; i+2 <= m; i += 2 {
		a0, a1 := a[i*aRow:i*aRow+k], a[(i+1)*aRow:(i+1)*aRow+k]
		c0, c1 := c[i*cRow:i*cRow+n], c[(i+1)*cRow:(i+1)*cRow+n]
		j := 0
		for ; j+4 <= n; j += 4 {
			mulT2x4(c0[j:j+4], c1[j:j+4], a0, a1, b[j*bRow:], k, bRow)
		}
		for ; j < n; j++ {
			c0[j] += dot(a0, b[j*bRow:j*bRow+k])
			c1[j] += dot(a1, b[j*bRow:j*bRow+k])
		}
	}
	if i < m {
		a0, c0 := a[i*aRow:i*aRow+k], c[i*cRow:i*cRow+n]
		for j := range c0 {
			c0[j] += dot(a0, b[j*bRow:j*bRow+k])
		}
	}
}

func mulT2x4(c0, c1, a0, a1, b []float32, k, bRow int) {
	a1 = a1[:len(a0)]
	b0, b1 := b[:len(a0)], b[bRow:][:len(a0)]
	b2, b3 := b[2*bRow:][:len(a0)], b[3*bRow:][:len(a0)]
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	for i, x0 := range a0 {
		x1 := a1[i]
		y0, y1, y2, y3 := b0[i], b1[i], b2[i], b3[i]
		s00 += x0 * y0
		s01 += x0 * y1
		s02 += x0 * y2
		s03 += x0 * y3
		s10 += x1 * y0
		s11 += x1 * y1
		s12 += x1 * y2
		s13 += x1 * y3
	}
	c0[0] += s00
	c0[1] += s01
	c0[2] += s02
	c0[3] += s03
	c1[0] += s10
	c1[1] += s11
	c1[2] += s12
	c1[3] += s13
}

// dot returns the sum of products, four partial sums wide.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}
