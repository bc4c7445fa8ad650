package maze

import (
	"fmt"
	"math/bits"
)

// Milestones: bits 0 to 2 say that a quarter, a half, three quarters of the first way are done; the bits from wayMarks on, that 1,
// 2, 4, 8... things have been gained that pay.
const (
	wayMarks  = 3
	gainMarks = 8
)

// milestones says what the bits stand for. Where the first gain ends the episode there is no second.
func (r *rules) milestones() []string {
	names := []string{"a quarter of the way", "half the way", "three quarters of the way", "gain 1"}
	for k := 1; k < gainMarks && r.success == 0; k++ {
		names = append(names, fmt.Sprintf("gain %d", 1<<k))
	}
	return names
}

// Milestones returns what was reached in this episode; the Spec has the names.
func (w *World) Milestones() uint64 { return w.marks }

// markWay notes how much of the first way is left. Later ways do not count.
func (w *World) markWay() {
	if w.gains > 0 {
		return
	}
	left := w.distance()
	for k := range wayMarks {
		if float64(4*left) <= float64(float64(wayMarks-k)*w.outset) {
			w.marks |= 1 << k
		}
	}
}

// markGain notes another gain; the first one ends the first way.
func (w *World) markGain() {
	w.gains++
	w.marks |= 1<<wayMarks - 1
	if k := bits.TrailingZeros(uint(w.gains)); w.gains == 1<<k && k < gainMarks {
		w.marks |= 1 << (wayMarks + k)
	}
}
