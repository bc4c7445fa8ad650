//go:build !amd64 || noasm

package f32

func available() []set { return []set{plain} }

func mul(p *Product) { mulGeneric(p) }

func transpose(dst, src []float32, rows, cols, dstRow, srcRow int) {
	transposeGeneric(dst, src, rows, cols, dstRow, srcRow)
}
