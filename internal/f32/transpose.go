package f32

// Transpose sets dst[j,i] = src[i,j]. src is [rows, cols] with rows srcRow floats apart, dst is [cols, rows] with rows dstRow
// apart. It panics where a matrix reaches past its slice.
func Transpose(dst, src []float32, rows, cols, dstRow, srcRow int) {
	if fits(dst, src, rows, cols, dstRow, srcRow) {
		transpose(dst, src, rows, cols, dstRow, srcRow)
	}
}

// AddTransposed is Transpose, but adds to dst.
func AddTransposed(dst, src []float32, rows, cols, dstRow, srcRow int) {
	if fits(dst, src, rows, cols, dstRow, srcRow) {
		addTransposed(dst, src, rows, cols, dstRow, srcRow)
	}
}

// fits reports whether there is anything to transpose.
func fits(dst, src []float32, rows, cols, dstRow, srcRow int) bool {
	if rows <= 0 || cols <= 0 {
		return false
	}
	if dstRow < rows || srcRow < cols || (cols-1)*dstRow+rows > len(dst) || (rows-1)*srcRow+cols > len(src) {
		panic("f32: Transpose: a matrix reaches past its slice")
	}
	return true
}

func transposeGeneric(dst, src []float32, rows, cols, dstRow, srcRow int) {
	for i := range rows {
		for j, v := range src[i*srcRow : i*srcRow+cols] {
			dst[j*dstRow+i] = v
		}
	}
}

func addTransposedGeneric(dst, src []float32, rows, cols, dstRow, srcRow int) {
	for i := range rows {
		for j, v := range src[i*srcRow : i*srcRow+cols] {
			dst[j*dstRow+i] += v
		}
	}
}
