package f32

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Three codes of 4, 2 and 3 symbols: rows 0-3, 4-5 and 6-8 of w.
var (
	symbols = []int{4, 2, 3}
	bases   = []int32{0, 4, 6}
)

func TestEmbedAgainstOneHot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 37).Draw(t, "n")
		codes := make([]byte, len(symbols))
		hot := make([]float64, 9)
		for i, k := range symbols {
			codes[i] = byte(rapid.IntRange(0, k-1).Draw(t, "code"))
			hot[int(bases[i])+int(codes[i])] = 1
		}
		w, y, g := floats(t, 9*n, "w"), floats(t, n, "y"), floats(t, 9*n, "g")
		wantY, wantG := make([]float64, n), make([]float64, 9*n)
		for j := range n {
			wantY[j] = float64(y[j])
			for s, h := range hot {
				wantG[s*n+j] = float64(g[s*n+j])
				if h != 0 { // what is not named is not touched, NaN or not
					wantY[j] += float64(w[s*n+j])
					wantG[s*n+j] += float64(y[j])
				}
			}
		}
		EmbedBack(g, codes, bases, y)
		Embed(y, codes, bases, w)
		for i, want := range wantY {
			if !near(y[i], want, sumTolerance(3, 4)) {
				t.Fatalf("Embed: element %d: got %v, want %v", i, y[i], want)
			}
		}
		for i, want := range wantG {
			if !near(g[i], want, sumTolerance(1, 2)) {
				t.Fatalf("EmbedBack: element %d: got %v, want %v", i, g[i], want)
			}
		}
		fences(t, w, y, g)
	})
}

// The weights stand in an arena: a code too large must not reach what comes behind them, though the memory is there.
func TestEmbedPanicsOnCodesTooLarge(t *testing.T) {
	for _, n := range []int{5, 8, 19} { // columns one by one, eight at a time, both
		arena := make([]float32, 20*n)
		w := arena[:9*n]
		y := make([]float32, n)
		for name, call := range map[string]func(){
			"Embed":                   func() { Embed(y, []byte{0, 0, 3}, bases, w) },
			"EmbedBack":               func() { EmbedBack(w, []byte{0, 0, 3}, bases, y) },
			"Embed, no bases":         func() { Embed(y, []byte{0, 0, 0}, bases[:2], w) },
			"EmbedBack, no bases":     func() { EmbedBack(w, []byte{0, 0, 0}, bases[:2], y) },
			"Embed, more bases":       func() { Embed(y, []byte{0, 0}, bases, w) },
			"Embed, short a cell":     func() { Embed(y, []byte{0, 0, 2}, bases, w[:9*n-1]) },
			"EmbedBack, short a cell": func() { EmbedBack(w[:9*n-1], []byte{0, 0, 2}, bases, y) },
		} {
			if !panics(call) {
				t.Errorf("%d columns: %s: no panic", n, name)
			}
		}
		for i, v := range arena {
			if v != 0 {
				t.Errorf("%d columns: element %d was written: %v", n, i, v)
			}
		}
	}
}

func TestEmbedKeepsNaN(t *testing.T) {
	w := make([]float32, 9)
	w[6] = float32(math.NaN())
	y := make([]float32, 1)
	if Embed(y, []byte{0, 0, 1}, bases, w); y[0] != 0 {
		t.Errorf("a symbol not named: got %v, want 0", y[0])
	}
	if Embed(y, []byte{0, 0, 0}, bases, w); y[0] == y[0] {
		t.Errorf("the symbol named: got %v, want NaN", y[0])
	}
}
