//go:build !noasm

package f32

func transpose(dst, src []float32, rows, cols, dstRow, srcRow int) {
	r, c := rows&^7, cols&^7
	if active == plain || r == 0 || c == 0 {
		transposeGeneric(dst, src, rows, cols, dstRow, srcRow)
		return
	}
	transpose256(&dst[0], &src[0], r, c, 4*dstRow, 4*srcRow)
	if c < cols {
		transposeGeneric(dst[c*dstRow:], src[c:], r, cols-c, dstRow, srcRow)
	}
	if r < rows {
		transposeGeneric(dst[r:], src[r*srcRow:], rows-r, cols, dstRow, srcRow)
	}
}

func addTransposed(dst, src []float32, rows, cols, dstRow, srcRow int) {
	r, c := rows&^7, cols&^7
	if active == plain || r == 0 || c == 0 {
		addTransposedGeneric(dst, src, rows, cols, dstRow, srcRow)
		return
	}
	addTransposed256(&dst[0], &src[0], r, c, 4*dstRow, 4*srcRow)
	if c < cols {
		addTransposedGeneric(dst[c*dstRow:], src[c:], r, cols-c, dstRow, srcRow)
	}
	if r < rows {
		addTransposedGeneric(dst[r:], src[r*srcRow:], rows-r, cols, dstRow, srcRow)
	}
}
