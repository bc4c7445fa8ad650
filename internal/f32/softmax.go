package f32

import "math"

// Softmax sets each row of p to the softmax of that row of x, and of logp to its logarithm. All are [rows, cols]. logp may be x, or
// may be p, which then gets the logarithm; p must not overlap x.
func Softmax(p, logp, x []float32, cols int) {
	if cols <= 0 || len(p) != len(x) || len(logp) != len(x) || len(x)%cols != 0 {
		panic("f32: Softmax: lengths differ")
	}
	softmax(p, logp, x, cols)
}

func softmaxGeneric(p, logp, x []float32, cols int) {
	for at := 0; at < len(x); at += cols {
		row := x[at : at+cols]
		top := row[0]
		for _, v := range row[1:] {
			top = max(top, v)
		}
		sum := 0.0
		for _, v := range row {
			sum += math.Exp(float64(v) - float64(top))
		}
		logSum := math.Log(sum)
		for i, v := range row {
			l := float64(v) - float64(top) - logSum
			p[at+i] = float32(math.Exp(l))
			logp[at+i] = float32(l)
		}
	}
}
