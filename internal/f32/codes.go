package f32

// addRow adds x to dst.
func addRow(dst, x []float32) {
	x = x[:len(dst)]
	i := 0
	for ; i+4 <= len(dst); i += 4 {
		d, s := dst[i:i+4:i+4], x[i:i+4:i+4]
		d[0] += s[0]
		d[1] += s[1]
		d[2] += s[2]
		d[3] += s[3]
	}
	for ; i < len(dst); i++ {
		dst[i] += x[i]
	}
}

// Embed adds to dst the rows of w that codes name: code i names row base[i]+codes[i]. Rows are as long as dst. It is the
// product of one-hot vectors with w without the zeros. It panics where a code reaches past w.
func Embed(dst []float32, codes []byte, base []int32, w []float32) {
	if len(base) != len(codes) {
		panic("f32: Embed: lengths differ")
	}
	n := len(dst)
	w = w[:len(w):len(w)] // a code must not reach what stands behind w in memory
	j := 0
	for ; j+8 <= n; j += 8 {
		d := dst[j : j+8 : j+8]
		s0, s1, s2, s3, s4, s5, s6, s7 := d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]
		for i, c := range codes {
			at := (int(base[i])+int(c))*n + j
			x := w[at : at+8 : at+8]
			s0 += x[0]
			s1 += x[1]
			s2 += x[2]
			s3 += x[3]
			s4 += x[4]
			s5 += x[5]
			s6 += x[6]
			s7 += x[7]
		}
		d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7] = s0, s1, s2, s3, s4, s5, s6, s7
	}
	for ; j < n; j++ {
		for i, c := range codes {
			dst[j] += w[(int(base[i])+int(c))*n+j]
		}
	}
}

// EmbedBack adds dy to the rows of g that codes name: the gradient of Embed with respect to w.
func EmbedBack(g []float32, codes []byte, base []int32, dy []float32) {
	if len(base) != len(codes) {
		panic("f32: EmbedBack: lengths differ")
	}
	n := len(dy)
	g = g[:len(g):len(g)]
	for i, c := range codes {
		at := (int(base[i]) + int(c)) * n
		addRow(g[at:at+n], dy)
	}
}
