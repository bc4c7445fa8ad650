package f32

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTranspose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(0, 37).Draw(t, "rows"), rapid.IntRange(0, 37).Draw(t, "cols")
		srcRow, dstRow := cols+rapid.IntRange(0, 3).Draw(t, "src pad"), rows+rapid.IntRange(0, 3).Draw(t, "dst pad")
		src := floats(t, max(0, (rows-1)*srcRow+cols), "src")
		dst := floats(t, max(0, (cols-1)*dstRow+rows), "dst")
		want := append([]float32(nil), dst...)
		add := rapid.Bool().Draw(t, "add")
		for i := range rows {
			for j := range cols {
				if !add {
					want[j*dstRow+i] = 0
				}
				want[j*dstRow+i] += src[i*srcRow+j]
			}
		}
		if add {
			AddTransposed(dst, src, rows, cols, dstRow, srcRow)
		} else {
			Transpose(dst, src, rows, cols, dstRow, srcRow)
		}
		for i := range want {
			if dst[i] != want[i] && (dst[i] == dst[i] || want[i] == want[i]) {
				t.Fatalf("element %d: got %v, want %v", i, dst[i], want[i])
			}
		}
		fences(t, src, dst)
	})
	if !panics(func() { Transpose(make([]float32, 5), make([]float32, 6), 2, 3, 2, 3) }) {
		t.Error("a short dst was accepted")
	}
	if !panics(func() { Transpose(make([]float32, 6), make([]float32, 5), 2, 3, 2, 3) }) {
		t.Error("a short src was accepted")
	}
}
