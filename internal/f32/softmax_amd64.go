//go:build !noasm

package f32

// softmaxLimit is how many lanes a call of assembly may compute.
const softmaxLimit = 1 << 15

func softmax(p, logp, x []float32, cols int) {
	if active == plain || cols > softmaxLimit {
		softmaxGeneric(p, logp, x, cols)
		return
	}
	step := softmaxLimit / ((cols + 15) &^ 15) * cols
	for lo := 0; lo < len(x); lo += step {
		rows := min(step, len(x)-lo) / cols
		if active == avx512 {
			softmax512(&p[lo], &logp[lo], &x[lo], rows, cols)
		} else {
			softmax256(&p[lo], &logp[lo], &x[lo], rows, cols)
		}
	}
}
