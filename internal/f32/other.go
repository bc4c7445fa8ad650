//go:build !amd64 || noasm

package f32

func available() []set { return []set{plain} }

func peak(int) (flops float64) { return 0 }

func mul(p *Product) { mulGeneric(p) }

func transpose(dst, src []float32, rows, cols, dstRow, srcRow int) {
	transposeGeneric(dst, src, rows, cols, dstRow, srcRow)
}

func addTransposed(dst, src []float32, rows, cols, dstRow, srcRow int) {
	addTransposedGeneric(dst, src, rows, cols, dstRow, srcRow)
}

func softmax(p, logp, x []float32, cols int) { softmaxGeneric(p, logp, x, cols) }

func add(_, _ []float32) bool                                  { return false }
func scale([]float32, float32) bool                            { return false }
func addScaled(_, _ []float32, _ float32) bool                 { return false }
func relu([]float32) bool                                      { return false }
func maskReLU(_, _ []float32) bool                             { return false }
func tanh([]float32) bool                                      { return false }
func sigmoid([]float32) bool                                   { return false }
func maskTanh(_, _ []float32) bool                             { return false }
func exp(_, _ []float32) bool                                  { return false }
func bytes([]float32, []byte, float32) int                     { return 0 }
func dot(_, _ []float32, _ *[16]float64) int                   { return 0 }
func differences(_ []uint32, _, _ []byte) bool                 { return false }
func adam(_, _, _, _ []float32, _, _, _, _, _, _ float32) bool { return false }
func rmsprop(_, _, _ []float32, _, _, _, _, _ float32) bool    { return false }

func embed(y, w, bias []float32, floor float32, l *Lookup) bool {
	return embedGeneric(y, w, bias, floor, l)
}
func embedBack(gw, gBias, dy []float32, l *Lookup) bool { return embedBackGeneric(gw, gBias, dy, l) }

func maxPool(_, _ []float32, _ *Pool) bool           { return false }
func maxPoolBack(_, _, _, _ []float32, _ *Pool) bool { return false }
