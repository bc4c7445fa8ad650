package nn

import (
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// Losses are means over rows, weighted: row i counts weight[i], nil means 1 each. They add scale times the gradient of the
// mean to a gradient and return the mean and the sum of weights; where that is 0 they do nothing and the mean is 0, which
// says nothing about the prediction.

// MSE adds the gradient of mean ½ (x - target)². x, target and dx are [rows, n]; a row's n terms are summed.
func MSE(dx, x, target, weight []float32, rows int, scale float32) (mean, total float32) {
	return Huber(dx, x, target, weight, rows, float32(math.Inf(1)), scale)
}

// Huber is MSE with the slope clipped to ±delta, and the loss straight from there on (Huber 1964):
//
//	½ e² where |e| <= delta, delta (|e| - ½ delta) elsewhere
func Huber(dx, x, target, weight []float32, rows int, delta, scale float32) (mean, total float32) {
	if rows <= 0 || len(x)%rows != 0 || len(target) != len(x) || len(dx) != len(x) {
		panic("nn: loss: lengths differ")
	}
	total = sumWeights(weight, rows)
	if total == 0 {
		return 0, 0
	}
	n := len(x) / rows
	sum := 0.0
	for i := range rows {
		w := weightOf(weight, i)
		if w == 0 {
			continue
		}
		part := 0.0
		for j := i * n; j < (i+1)*n; j++ {
			e := x[j] - target[j]
			slope := min(max(e, -delta), delta)
			part += float64(slope) * (float64(e) - 0.5*float64(slope))
			dx[j] += scale * w / total * slope
		}
		sum += float64(w) * part
	}
	return float32(sum / float64(total)), total
}

// CrossEntropy adds the gradient of the mean of -log softmax(logits)[label]. logits and dlogits are [rows, classes], label is
// [rows]; scratch is [classes]. A label of a row that counts must be below classes.
func CrossEntropy(dlogits, logits []float32, label []int32, weight, scratch []float32, classes int, scale float32) (mean, total float32) {
	rows := len(label)
	if len(logits) != rows*classes || len(dlogits) != len(logits) || len(scratch) < classes {
		panic("nn: loss: lengths differ")
	}
	total = sumWeights(weight, rows)
	if total == 0 {
		return 0, 0
	}
	sum := 0.0
	logp := scratch[:classes]
	for i, y := range label {
		w := weightOf(weight, i)
		if w == 0 {
			continue
		}
		row := logits[i*classes : (i+1)*classes]
		f32.Softmax(logp, logp, row, classes)
		sum -= float64(w) * float64(logp[y])
		f32.Exp(logp, logp)
		d := dlogits[i*classes : (i+1)*classes]
		for j, p := range logp {
			d[j] += scale * w / total * p
		}
		d[y] -= scale * w / total
	}
	return float32(sum / float64(total)), total
}

func weightOf(weight []float32, i int) float32 {
	if weight == nil {
		return 1
	}
	return weight[i]
}

func sumWeights(weight []float32, rows int) float32 {
	if weight == nil {
		return float32(rows)
	}
	if len(weight) != rows {
		panic("nn: loss: one weight per row")
	}
	sum := 0.0
	for _, w := range weight {
		sum += float64(w)
	}
	return float32(sum)
}
