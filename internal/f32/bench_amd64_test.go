//go:build !noasm

package f32

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// quickest calls f in batches of some microseconds for as long as the benchmark runs and returns the seconds per call of the
// quickest batch: what the machine can do when nobody else is on it.
func quickest(b *testing.B, f func()) float64 {
	batch := 1
	for {
		start := time.Now()
		for range batch {
			f()
		}
		if time.Since(start) > 20*time.Microsecond {
			break
		}
		batch *= 2
	}
	best := math.Inf(1)
	for b.Loop() {
		start := time.Now()
		for range batch {
			f()
		}
		best = min(best, time.Since(start).Seconds()/float64(batch))
	}
	return best
}

// fastest returns the floating-point operations per second of Peak, with the set in use.
func fastest() float64 {
	best := 0.0
	for range 200 {
		start := time.Now()
		flops := float64(Peak())
		best = max(best, flops/time.Since(start).Seconds())
	}
	return best
}

// BenchmarkProduct measures the products of the two networks, as nn issues them, against the peak of a core.
func BenchmarkProduct(b *testing.B) {
	dense := func(m, n, k int) *Product {
		return &Product{C: seq(m * n), A: seq(m * k), B: seq(k * n), I: seq(n), M: m, N: n, K: k, Segs: 1, Tiles: 1, CRow: n, ARow: k, ACol: 1, BRow: n}
	}
	weights := func(m, n, k int) *Product {
		p := dense(m, n, k)
		p.I, p.IRow, p.ARow, p.ACol = p.C, n, 1, m
		return p
	}
	conv := func(h, c, k, stride, out int) *Product {
		o := (h-k)/stride + 1
		return &Product{C: seq(o * o * out), A: seq(h * h * c), B: seq(k * k * c * out), I: seq(out), M: o, N: out, K: k * c, Segs: k, Tiles: o,
			CRow: out, CTile: o * out, ARow: stride * c, ACol: 1, ASeg: h * c, ATile: stride * h * c, BRow: out, BSeg: k * c * out}
	}
	kernels := func(h, c, k, stride, out int) *Product {
		o := (h-k)/stride + 1
		p := &Product{C: seq(k * k * c * out), A: seq(h * h * c), B: seq(o * o * out), M: k * c, N: out, K: o, Segs: o, Tiles: k,
			CRow: out, CTile: k * c * out, IRow: out, ITile: k * c * out, ARow: 1, ACol: stride * c, ASeg: stride * h * c, ATile: h * c, BRow: out, BSeg: o * out}
		p.I = p.C
		return p
	}
	for _, s := range []struct {
		name string
		p    *Product
	}{
		{"small/conv2/rows=1", conv(3, 16, 2, 1, 32)},
		{"small/conv2/rows=32", &Product{C: seq(32 * 128), A: seq(32 * 144), B: seq(64 * 32), I: seq(32), M: 32, N: 32, K: 32, Segs: 2, Tiles: 2,
			CRow: 128, CTile: 32, ARow: 144, ACol: 1, ASeg: 48, ATile: 16, BRow: 32, BSeg: 32 * 32}},
		{"small/conv3/rows=1", dense(1, 64, 128)},
		{"small/conv3/rows=2", dense(2, 64, 128)},
		{"small/conv3/rows=32", dense(32, 64, 128)},
		{"small/dense64/rows=2", dense(2, 64, 64)},
		{"small/dense64/rows=32", dense(32, 64, 64)},
		{"small/dense64/rows=32/weights", weights(64, 64, 32)},
		{"small/dense7/rows=2", dense(2, 7, 64)},
		{"small/dense7/rows=32", dense(32, 7, 64)},
		{"small/dense1/rows=2", dense(2, 1, 64)},
		{"small/dense1/rows=32", dense(32, 1, 64)},
		{"nature/conv1", conv(84, 4, 8, 4, 32)},
		{"nature/conv2", conv(20, 32, 4, 2, 64)},
		{"nature/conv3", conv(9, 64, 3, 1, 64)},
		{"nature/conv1/weights", kernels(84, 4, 8, 4, 32)},
		{"nature/conv2/weights", kernels(20, 32, 4, 2, 64)},
		{"nature/conv3/weights", kernels(9, 64, 3, 1, 64)},
		{"nature/fc/rows=1", dense(1, 512, 3136)},
		{"nature/fc/rows=4", dense(4, 512, 3136)},
		{"nature/fc/rows=32", dense(32, 512, 3136)},
		{"nature/fc/rows=256/weights", weights(392, 512, 256)},
	} {
		b.Run(fmt.Sprintf("set=%s/%s", setNames[active], s.name), func(b *testing.B) {
			before := fastest()
			speed := 2 * float64(s.p.M*s.p.N*s.p.K*s.p.Segs*s.p.Tiles) / quickest(b, func() { Mul(s.p) })
			b.ReportMetric(speed/1e9, "GF/s")
			b.ReportMetric(speed/max(before, fastest()), "of-peak")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkLookup measures the symbol convolution of the small network, forward and back, in time per symbol read, where most
// symbols are alike, as in MiniGrid, and where they are not.
func BenchmarkLookup(b *testing.B) {
	const rows = 32
	for _, alike := range []bool{true, false} {
		l := &Lookup{Rows: rows, Tiles: 6, M: 6, N: 16, Segs: 2, K: 6, Group: 3, XBatch: 147, XTile: 21, XRow: 3, XSeg: 21, X: make([]byte, rows*147)}
		symbols := []int{11, 6, 4}
		for i := range l.X {
			if x := i * 7919 % 1009; !alike || x%4 == 0 {
				l.X[i] = byte(x % symbols[i%3])
			}
		}
		at := 0
		for range 4 {
			for _, n := range symbols {
				l.Places = append(l.Places, Place{int32(at), int32(n)})
				at += n
			}
		}
		w, bias, y := seq(at*l.N), seq(l.N), seq(rows*36*l.N)
		gw, gBias := make([]float32, len(w)), make([]float32, l.N)
		for _, back := range []bool{false, true} {
			b.Run(fmt.Sprintf("set=%s/alike=%v/back=%v", setNames[active], alike, back), func(b *testing.B) {
				seconds := quickest(b, func() {
					if back {
						EmbedBack(gw, gBias, y, l)
					} else {
						Embed(y, w, bias, 0, l)
					}
				})
				b.ReportMetric(seconds*1e9/(rows*36*12), "ns/symbol")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
