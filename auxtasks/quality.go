package auxtasks

import "math"

// What cannot be said of some rows, because their targets are all alike, is NaN and not 0: rewards are seldom, and a mean over draws most
// of which have none would say that nothing was learned.
var unknown = float32(math.NaN())

// moments are sums over targets and errors, from which the explained part of the targets' variance follows.
type moments struct {
	n, target, square, miss float64 // Σ w, Σ w y, Σ w y², Σ w (x-y)²
}

func (m *moments) add(o moments) {
	m.n += o.n
	m.target += o.target
	m.square += o.square
	m.miss += o.miss
}

// explained returns the part of the targets' variance that the predictions explain, at most 1; 0 is what their mean would do. NaN where
// the targets are all alike.
func (m *moments) explained() float32 {
	variance := m.square - m.target*m.target/m.n
	if !(variance > 1e-9*m.square) {
		return unknown
	}
	return float32(max(1-m.miss/variance, -1))
}

// ExplainedVariance returns 1 - Σ w (x-y)² / Σ w (y-mean y)², the part of the variance of targets y that predictions x explain:
// at most 1, 0 for a predictor that knows the mean alone, cut off at -1. weight is one per prediction, nil means 1 each. It is NaN
// where all targets are alike, 0 where nothing counts.
func ExplainedVariance(x, y, weight []float32) float32 {
	if len(x) != len(y) || weight != nil && len(weight) != len(y) {
		panic("auxtasks: ExplainedVariance: lengths differ")
	}
	var m moments
	for i, v := range y {
		w := 1.0
		if weight != nil {
			w = float64(weight[i])
		}
		if w == 0 {
			continue
		}
		miss := float64(x[i]) - float64(v)
		m.add(moments{w, w * float64(v), w * float64(v) * float64(v), w * miss * miss})
	}
	if m.n == 0 {
		return 0
	}
	return m.explained()
}

// Lift returns by how much the predicted classes are right more often than whoever always says the commonest class of these rows:
// accuracy less that of the trivial predictor, in [-1, 1]. A row's prediction is the first of its largest logits. logits are
// [rows, classes]; label and weight are [rows], nil means 1 each; count, [classes], is overwritten. It is NaN where only one of the classes counts, since
// nobody is better than who always says that one, and 0 where nothing counts.
func Lift(logits []float32, label []int32, weight, count []float32, classes int) float32 {
	if len(logits) != len(label)*classes || weight != nil && len(weight) != len(label) || len(count) < classes {
		panic("auxtasks: Lift: lengths differ")
	}
	count = count[:classes]
	clear(count)
	right, total := float32(0), float32(0)
	for i, y := range label {
		w := float32(1)
		if weight != nil {
			w = weight[i]
		}
		if w == 0 {
			continue
		}
		if Largest(logits[i*classes:(i+1)*classes]) == int(y) {
			right += w
		}
		count[y] += w
		total += w
	}
	if total == 0 {
		return 0
	}
	most := count[Largest(count)]
	if most == total {
		return unknown
	}
	return (right - most) / total
}

// Youden returns Youden's index of two classes: the part of the rows of label 1 whose second logit is the larger, less the part of the
// other rows where it is (Youden 1950): in [-1, 1], 0 for whoever always says the same. logits are [rows, 2]; label and weight are
// [rows], nil means 1 each. It is NaN where only one of the classes counts.
func Youden(logits []float32, label []int32, weight []float32) float32 {
	if len(logits) != len(label)*2 || weight != nil && len(weight) != len(label) {
		panic("auxtasks: Youden: lengths differ")
	}
	var said, total [2]float64 // that it is 1, of rows of either label
	for i, y := range label {
		w := 1.0
		if weight != nil {
			w = float64(weight[i])
		}
		total[y] += w
		if logits[2*i+1] > logits[2*i] {
			said[y] += w
		}
	}
	if total[0] == 0 || total[1] == 0 {
		return unknown
	}
	return float32(said[1]/total[1] - said[0]/total[0])
}

// Largest returns where the largest of x stands, the first of several.
func Largest(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
