package f32

// mulGeneric computes blocks of two rows by four columns, so that eight sums stay in registers.
func mulGeneric(p *Product) {
	for t := range p.Tiles {
		a, b := p.A, p.B
		if p.K > 0 && p.Segs > 0 {
			a, b = p.A[t*p.ATile:], p.B[t*p.BTile:]
		}
		init, c := p.I[t*p.ITile:], p.C[t*p.CTile:]
		m := 0
		for ; m+2 <= p.M; m += 2 {
			n := 0
			for ; n+4 <= p.N; n += 4 {
				mul2x4(p, c[m*p.CRow+n:], init[m*p.IRow+n:], a, b, m, n)
			}
			for ; n < p.N; n++ {
				mul1x1(p, c, init, a, b, m, n)
				mul1x1(p, c, init, a, b, m+1, n)
			}
		}
		if m < p.M {
			n := 0
			for ; n+4 <= p.N; n += 4 {
				mul1x4(p, c[m*p.CRow+n:], init[m*p.IRow+n:], a, b, m, n)
			}
			for ; n < p.N; n++ {
				mul1x1(p, c, init, a, b, m, n)
			}
		}
	}
}

func mul2x4(p *Product, c, init, a, b []float32, m, n int) {
	i0, i1 := init[:4], init[p.IRow:p.IRow+4]
	var sum [8]float32
	sum[0], sum[1], sum[2], sum[3] = i0[0], i0[1], i0[2], i0[3]
	sum[4], sum[5], sum[6], sum[7] = i1[0], i1[1], i1[2], i1[3]
	for s := range p.Segs {
		add2x4(&sum, a[s*p.ASeg+m*p.ARow:], b[s*p.BSeg+n:], p.K, p.ARow, p.ACol, p.BRow)
	}
	o0, o1, f := c[:4], c[p.CRow:p.CRow+4], p.Floor
	o0[0], o0[1], o0[2], o0[3] = max(f, sum[0]), max(f, sum[1]), max(f, sum[2]), max(f, sum[3])
	o1[0], o1[1], o1[2], o1[3] = max(f, sum[4]), max(f, sum[5]), max(f, sum[6]), max(f, sum[7])
}

// add2x4 adds one segment. It is a function of its own so that nothing but the sums competes for registers.
func add2x4(sum *[8]float32, a, b []float32, k, aRow, aCol, bRow int) {
	c00, c01, c02, c03 := sum[0], sum[1], sum[2], sum[3]
	c10, c11, c12, c13 := sum[4], sum[5], sum[6], sum[7]
	pa, pb := 0, 0
	for range k {
		x0, x1 := a[pa], a[pa+aRow]
		y := b[pb : pb+4 : pb+4]
		y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
		c00 += x0 * y0
		c01 += x0 * y1
		c02 += x0 * y2
		c03 += x0 * y3
		c10 += x1 * y0
		c11 += x1 * y1
		c12 += x1 * y2
		c13 += x1 * y3
		pa += aCol
		pb += bRow
	}
	sum[0], sum[1], sum[2], sum[3] = c00, c01, c02, c03
	sum[4], sum[5], sum[6], sum[7] = c10, c11, c12, c13
}

func mul1x4(p *Product, c, init, a, b []float32, m, n int) {
	c0, c1, c2, c3 := init[0], init[1], init[2], init[3]
	aCol, bRow := p.ACol, p.BRow
	for s := range p.Segs {
		pa, pb := s*p.ASeg+m*p.ARow, s*p.BSeg+n
		for range p.K {
			x := a[pa]
			y := b[pb : pb+4 : pb+4]
			c0 += x * y[0]
			c1 += x * y[1]
			c2 += x * y[2]
			c3 += x * y[3]
			pa += aCol
			pb += bRow
		}
	}
	c[0], c[1], c[2], c[3] = max(p.Floor, c0), max(p.Floor, c1), max(p.Floor, c2), max(p.Floor, c3)
}

func mul1x1(p *Product, c, init, a, b []float32, m, n int) {
	sum := init[m*p.IRow+n]
	for s := range p.Segs {
		pa, pb := s*p.ASeg+m*p.ARow, s*p.BSeg+n
		for range p.K {
			sum += a[pa] * b[pb]
			pa += p.ACol
			pb += p.BRow
		}
	}
	c[m*p.CRow+n] = max(p.Floor, sum)
}
