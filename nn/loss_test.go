package nn

import (
	"fmt"
	"math"
	"testing"
)

// slowLoss is a loss in float64, of one row of x.
type slowLoss func(x []float64, row int) float64

// Losses are weighted means of the slow version, their gradients its central differences times scale, added.
func TestLosses(t *testing.T) {
	const rows, n, start, scale = 5, 3, 0.5, 0.7
	x, target := randoms(rows*n, "x"), randoms(rows*n, "target")
	label := []int32{2, 0, 1, 1, 2}
	huber := func(delta float64) slowLoss {
		return func(x []float64, row int) (sum float64) {
			for j, v := range x {
				e := math.Abs(v - float64(target[row*n+j]))
				if e > delta {
					sum += delta * (e - 0.5*delta)
				} else {
					sum += 0.5 * e * e
				}
			}
			return sum
		}
	}
	for _, test := range []struct {
		name string
		call func(dx, weight []float32) (mean, total float32)
		slow slowLoss
	}{
		{"mse", func(dx, weight []float32) (mean, total float32) { return MSE(dx, x, target, weight, rows, scale) }, huber(math.Inf(1))},
		{"huber", func(dx, weight []float32) (mean, total float32) {
			return Huber(dx, x, target, weight, rows, 0.8, scale)
		}, huber(float64(float32(0.8)))},
		{"cross entropy", func(dx, weight []float32) (mean, total float32) {
			return CrossEntropy(dx, x, label, weight, poison(make([]float32, n)), n, scale)
		}, func(x []float64, row int) float64 {
			sum := 0.0
			for _, v := range x {
				sum += math.Exp(v)
			}
			return math.Log(sum) - x[label[row]]
		}},
	} {
		for _, weight := range [][]float32{nil, {1, 1, 1, 1, 1}, {0.5, 2, 0, 1, 0.25}, {0, 0, 0, 3, 0}} {
			t.Run(fmt.Sprint(test.name, "/weight=", weight), func(t *testing.T) {
				in, sum := wide(x), 0.0
				for i := range rows {
					sum += float64(weightOf(weight, i))
				}
				objective := func() (mean float64) {
					for i := range rows {
						mean += float64(weightOf(weight, i)) / sum * test.slow(in[i*n:(i+1)*n], i)
					}
					return mean
				}
				dx := make([]float32, rows*n)
				for i := range dx {
					dx[i] = start
				}
				mean, total := test.call(dx, weight)
				compare(t, "mean", []float32{mean}, []float64{objective()}, 1e-6)
				compare(t, "sum of weights", []float32{total}, []float64{sum}, 0)
				want := slopes(objective, in)
				for i := range want {
					want[i] *= scale
				}
				compare(t, "gradient", dx, plus(want, start), 1e-6)
			})
		}
		t.Run(test.name+"/weight=0", func(t *testing.T) {
			dx := make([]float32, rows*n)
			if mean, total := test.call(dx, make([]float32, rows)); mean != 0 || total != 0 || maxAbs(dx) != 0 {
				t.Errorf("got mean %v, total %v, gradient %v; want zeros", mean, total, dx)
			}
		})
	}
}

// Rows of weight 0 count for nothing, NaN or not; a NaN in a row that counts is the loss.
func TestLossesAndNaN(t *testing.T) {
	x, zero := []float32{1, 2, 0, 0}, make([]float32, 4)
	poison(x[2:])
	for name, call := range map[string]func(dx, weight []float32) (mean, total float32){
		"mse":   func(dx, weight []float32) (mean, total float32) { return MSE(dx, x, zero, weight, 2, 1) },
		"huber": func(dx, weight []float32) (mean, total float32) { return Huber(dx, x, zero, weight, 2, 1, 1) },
		"cross entropy": func(dx, weight []float32) (mean, total float32) {
			label := []int32{1, -1}
			if weight == nil || weight[1] != 0 {
				label[1] = 0
			}
			return CrossEntropy(dx, x, label, weight, make([]float32, 2), 2, 1)
		},
	} {
		dx := make([]float32, 4)
		mean, _ := call(dx, []float32{1, 0})
		if !(mean > 0) || dx[0] == 0 || maxAbs(dx[2:]) != 0 {
			t.Errorf("%s: NaN in a row of weight 0: mean %v, gradient %v", name, mean, dx)
		}
		if mean, _ = call(dx, nil); mean == mean || dx[2] == dx[2] {
			t.Errorf("%s: NaN in a row that counts: mean %v, gradient %v", name, mean, dx)
		}
		if mean, _ = call(dx, poison(make([]float32, 2))); mean == mean {
			t.Errorf("%s: NaN among the weights: mean %v", name, mean)
		}
	}
}

func TestLossesCheckLengths(t *testing.T) {
	two, three, four := make([]float32, 2), make([]float32, 3), make([]float32, 4)
	for name, call := range map[string]func(){
		"target":                func() { MSE(four, four, three, nil, 2, 1) },
		"gradient":              func() { MSE(three, four, four, nil, 2, 1) },
		"rows":                  func() { MSE(three, three, three, nil, 2, 1) },
		"no rows":               func() { MSE(nil, nil, nil, nil, 0, 1) },
		"weights":               func() { Huber(four, four, four, three, 2, 1, 1) },
		"logits":                func() { CrossEntropy(four, three, []int32{0, 0}, nil, two, 2, 1) },
		"gradient of logits":    func() { CrossEntropy(three, four, []int32{0, 0}, nil, two, 2, 1) },
		"scratch":               func() { CrossEntropy(four, four, []int32{0, 0}, nil, two[:1], 2, 1) },
		"weights of labels":     func() { CrossEntropy(four, four, []int32{0, 0}, three, two, 2, 1) },
		"label behind the last": func() { CrossEntropy(four, four, []int32{0, 2}, nil, two, 2, 1) },
		"negative label":        func() { CrossEntropy(four, four, []int32{0, -1}, nil, two, 2, 1) },
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
}

func TestLossesAllocateNothing(t *testing.T) {
	x, dx, scratch, label := randoms(12, "x"), make([]float32, 12), make([]float32, 4), []int32{0, 1, 2}
	if got := testing.AllocsPerRun(10, func() {
		MSE(dx, x, x, nil, 3, 1)
		Huber(dx, x, x, nil, 3, 1, 1)
		CrossEntropy(dx, x, label, nil, scratch, 4, 1)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
