package f32

// Transpose sets dst[j,i] = src[i,j]. src is [rows, cols] with rows srcRow floats apart, dst is [cols, rows] with rows dstRow
// apart. It panics where a matrix reaches past its slice.
func Transpose(dst, src []float32, rows, cols, dstRow, srcRow int) {
	if rows <= 0 || cols <= 0 {
		return
	}
	if dstRow < rows || srcRow < cols || (cols-1)*dstRow+rows > len(dst) || (rows-1)*srcRow+cols > len(src) {
		panic("f32: Transpose: a matrix reaches past its slice")
	}
	transpose(dst, src, rows, cols, dstRow, srcRow)
}

func transposeGeneric(dst, src []float32, rows, cols, dstRow, srcRow int) {
	for i := range rows {
		for j, v := range src[i*srcRow : i*srcRow+cols] {
			dst[j*dstRow+i] = v
		}
	}
}
