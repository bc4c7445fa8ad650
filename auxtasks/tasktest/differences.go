package tasktest

import (
	"math"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
)

// checkDifferences compares gradients with what the loss does when parameters of the heads and activations of the taps are moved.
//
// Each tensor is moved along the signs of a random half of its gradient: the loss must then change by the sum of those sizes. Rows of
// a tap to which the task sends nothing are targets, or not looked at, and stay. All sequences end by termination, so that targets do
// not depend on the heads.
func checkDifferences(t reporter, r *rig) {
	t.Helper()
	r.load("closed", true)
	defer r.load("first", false)
	report := r.loss(1)
	if report.Rows == 0 {
		t.Errorf("Rows is 0 where all episodes end by termination")
		return
	}
	for _, h := range r.heads {
		if h.Frozen {
			continue
		}
		for _, v := range h.Params.Views {
			r.difference(t, "head "+h.Name+", "+v.Name, h.Params.W[v.Off:v.Off+v.Len()], h.Params.G[v.Off:v.Off+v.Len()], 0, report)
		}
	}
	for i, view := range r.in.Taps {
		for _, tap := range view {
			if tap.Grad != nil {
				r.difference(t, "tap "+tap.Name+" of view "+string(rune('0'+i)), tap.Act[:r.floats(tap)], tap.Grad[:r.floats(tap)], tap.Len(), report)
			}
		}
	}
}

const (
	farthest  = 1e-2 // that a number is moved, and a tenth of the usual size
	wanted    = 1e-3 // by what part of itself the loss should change
	tolerance = 0.02 // of a difference, relative
	rounding  = 5e-7 // of the loss, relative
)

// difference moves x along the signs of g. If row is not 0, rows of that length without gradient stay.
func (r *rig) difference(t reporter, name string, x, g []float32, row int, report auxtasks.Report) {
	t.Helper()
	sign, slope := directions(g, row, rng.Key(5, name))
	if sign == nil {
		return // nothing can move
	}
	size := math.Max(math.Abs(float64(report.Loss)), 1e-3)
	step := farthest
	if usual := rms(x); usual > 0 {
		step = math.Min(step, usual/10)
	}
	if slope > 0 {
		step = math.Min(step, wanted*size/slope)
	}
	saved, grads := append([]float32(nil), x...), append([]float32(nil), g...)
	var got, allowed float64
	for range 3 { // a smaller step meets fewer corners of ReLUs
		up, down := r.moved(x, saved, sign, float32(step)), r.moved(x, saved, sign, float32(-step))
		copy(x, saved)
		got = (float64(up) - float64(down)) / (2 * step)
		allowed = tolerance*slope + rounding*size/step
		if math.Abs(got-slope) <= allowed {
			copy(g, grads)
			return
		}
		step /= 4
	}
	copy(g, grads)
	t.Errorf("%s: the loss changes by %.5g per step, the gradient says %.5g (allowed ±%.2g)", name, got, slope, allowed)
}

// directions returns along which sign each number moves, 0 where it stays, and the slope of the loss that the gradient says.
func directions(g []float32, row int, key uint64) (sign []float32, slope float64) {
	sign = make([]float32, len(g))
	moves := false
	for i, v := range g {
		if row > 0 && silent(g[i/row*row:i/row*row+row]) {
			continue
		}
		bits := rng.At(key, uint64(i))
		if bits&1 == 0 && len(g) > 1 {
			continue
		}
		moves = true
		sign[i] = 1
		if v < 0 || v == 0 && bits&2 == 0 {
			sign[i] = -1
		}
		slope += math.Abs(float64(v))
	}
	if !moves {
		return nil, 0
	}
	return sign, slope
}

func rms(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(x)))
}

func silent(g []float32) bool {
	for _, v := range g {
		if v != 0 {
			return false
		}
	}
	return true
}

// moved returns the loss with x moved.
func (r *rig) moved(x, from, sign []float32, step float32) float32 {
	for i := range x {
		x[i] = from[i] + step*sign[i]
	}
	r.restore(r.begin)
	return r.task.Loss(r.in, 0).Loss
}
