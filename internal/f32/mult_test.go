package f32

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestMulTAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim, pad := rapid.IntRange(1, 35), rapid.IntRange(0, 3)
		m, n, k := dim.Draw(t, "m"), dim.Draw(t, "n"), dim.Draw(t, "k")
		cRow, aRow, bRow := n+pad.Draw(t, "cpad"), k+pad.Draw(t, "apad"), k+pad.Draw(t, "bpad")
		c, a, b := floats(t, (m-1)*cRow+n, "c"), floats(t, (m-1)*aRow+k, "a"), floats(t, (n-1)*bRow+k, "b")
		want, size := make([]float64, len(c)), make([]float64, len(c))
		for i, v := range c {
			want[i] = float64(v)
		}
		for i := range m {
			for j := range n {
				for l := range k {
					term := float64(a[i*aRow+l]) * float64(b[j*bRow+l])
					want[i*cRow+j] += term
					size[i*cRow+j] += max(term, -term)
				}
				size[i*cRow+j] += max(want[i*cRow+j], -want[i*cRow+j])
			}
		}
		MulT(c, a, b, m, n, k, cRow, aRow, bRow)
		for i := range want {
			if !near(c[i], want[i], sumTolerance(k, size[i])) {
				t.Fatalf("m=%d n=%d k=%d: element %d: got %v, want %v", m, n, k, i, c[i], want[i])
			}
		}
		fences(t, a, b, c)
	})
}

func TestMulTChecksLengths(t *testing.T) {
	for name, call := range map[string]func(){
		"C":               func() { MulT(make([]float32, 3), make([]float32, 4), make([]float32, 4), 2, 2, 2, 2, 2, 2) },
		"A":               func() { MulT(make([]float32, 4), make([]float32, 3), make([]float32, 4), 2, 2, 2, 2, 2, 2) },
		"B":               func() { MulT(make([]float32, 4), make([]float32, 4), make([]float32, 3), 2, 2, 2, 2, 2, 2) },
		"negative stride": func() { MulT(make([]float32, 4), make([]float32, 4), make([]float32, 4), 2, 2, 2, 2, 2, -2) },
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
	MulT(nil, nil, nil, 0, 2, 2, 2, 2, 2)
	MulT(nil, nil, nil, 2, 0, 2, 2, 2, 2)
	MulT(nil, nil, nil, 2, 2, 0, 2, 2, 2)
}

func BenchmarkMulT(b *testing.B) {
	for _, s := range []struct{ m, n, k int }{{2, 16, 32}, {32, 64, 64}, {256, 512, 64}} {
		b.Run(fmt.Sprintf("m=%d/n=%d/k=%d", s.m, s.n, s.k), func(b *testing.B) {
			b.ReportAllocs()
			c, x, y := make([]float32, s.m*s.n), seq(s.m*s.k), seq(s.n*s.k)
			for b.Loop() {
				MulT(c, x, y, s.m, s.n, s.k, s.n, s.k, s.k)
			}
			b.ReportMetric(2*float64(s.m*s.n*s.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
		})
	}
}
