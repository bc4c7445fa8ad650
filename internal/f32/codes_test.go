package f32

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// lookups draws a Lookup of symbols with 1 to 5 values, laid out as a convolution or with strides of its own, and what it
// reads: w and the gradient begin as random numbers.
func lookups(t *rapid.T) (l *Lookup, w, bias []float32) {
	small := rapid.IntRange(1, 3)
	l = &Lookup{
		Rows: small.Draw(t, "rows"), Tiles: small.Draw(t, "tiles"), M: rapid.IntRange(1, 16).Draw(t, "m"), N: rapid.IntRange(1, 67).Draw(t, "n"),
		Segs: small.Draw(t, "segs"), K: rapid.IntRange(1, 7).Draw(t, "k"),
		XBatch: rapid.IntRange(0, 9).Draw(t, "xbatch"), XTile: rapid.IntRange(0, 9).Draw(t, "xtile"),
		XRow: rapid.IntRange(0, 9).Draw(t, "xrow"), XSeg: rapid.IntRange(0, 9).Draw(t, "xseg"),
	}
	l.Group = 1
	if rapid.Bool().Draw(t, "grouped") {
		l.Group = rapid.IntRange(2, 4).Draw(t, "group")
		l.K *= l.Group
	}
	symbols, least := 0, 5
	for range l.Segs * l.K {
		n := rapid.IntRange(1, 5).Draw(t, "symbols")
		l.Places = append(l.Places, Place{int32(symbols), int32(n)})
		symbols += n
		least = min(least, n)
	}
	l.X = make([]byte, (l.Rows-1)*l.XBatch+(l.Tiles-1)*l.XTile+(l.M-1)*l.XRow+(l.Segs-1)*l.XSeg+l.K)
	for i := range l.X { // a byte may be seen from several places: it must be a symbol of all
		l.X[i] = byte(rapid.IntRange(0, least-1).Draw(t, "code"))
	}
	return l, floats(t, symbols*l.N, "w"), floats(t, l.N, "bias")
}

// row returns the row of W that place (s, k) of output (r, t, m) names.
func (l *Lookup) row(r, t, m, s, k int) int {
	return int(l.Places[s*l.K+k].Base) + int(l.X[r*l.XBatch+t*l.XTile+m*l.XRow+s*l.XSeg+k])
}

func TestEmbedAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, w, bias := lookups(t)
		floor := rapid.SampledFrom([]float32{0, float32(math.Inf(-1))}).Draw(t, "floor")
		outputs := l.Rows * l.Tiles * l.M
		y, dy := floats(t, outputs*l.N, "y"), floats(t, outputs*l.N, "dy")
		gw, gBias := floats(t, len(w), "gw"), floats(t, l.N, "gbias")
		wantY, wantW, wantBias := make([]float64, len(y)), make([]float64, len(gw)), make([]float64, l.N)
		for i, v := range gw {
			wantW[i] = float64(v)
		}
		for n := range l.N {
			wantBias[n] = float64(gBias[n])
			for o := range outputs {
				r, i, m, sum := o/(l.Tiles*l.M), o/l.M%l.Tiles, o%l.M, float64(bias[n])
				wantBias[n] += float64(dy[o*l.N+n])
				for s := range l.Segs {
					for k := range l.K {
						at := l.row(r, i, m, s, k)*l.N + n
						sum += float64(w[at])
						wantW[at] += float64(dy[o*l.N+n])
					}
				}
				wantY[o*l.N+n] = math.Max(float64(floor), sum)
			}
		}
		Embed(y, w, bias, floor, l)
		EmbedBack(gw, gBias, dy, l)
		for name, c := range map[string]struct {
			got  []float32
			want []float64
		}{"y": {y, wantY}, "gw": {gw, wantW}, "gbias": {gBias, wantBias}} {
			for i, want := range c.want {
				if !near(c.got[i], want, sumTolerance(200, 200)) {
					t.Fatalf("%s: element %d: got %v, want %v", name, i, c.got[i], want)
				}
			}
		}
		fences(t, w, bias, y, dy, gw, gBias)

		// The sums run in the same order in every set.
		defer func(s set) { active = s }(active)
		active = plain
		again := make([]float32, len(y))
		Embed(again, w, bias, floor, l)
		for i, v := range again {
			if v != y[i] && (v == v || y[i] == y[i]) {
				t.Fatalf("element %d: got %v, the plain version %v", i, y[i], v)
			}
		}
	})
}

// The weights stand in an arena: a code too large must not reach what comes behind them, though the memory is there.
func TestEmbedPanicsOnCodesTooLarge(t *testing.T) {
	for _, n := range []int{5, 8, 16, 19} {
		arena := make([]float32, 20*n)
		make1 := func() *Lookup {
			return &Lookup{X: []byte{3, 1, 2}, Places: []Place{{0, 4}, {4, 2}, {6, 3}}, Rows: 1, Tiles: 1, M: 1, N: n, Segs: 1, K: 3, Group: 3}
		}
		y, bias := make([]float32, n), make([]float32, n)
		for name, spoil := range map[string]func(l *Lookup, w *[]float32){
			"first code":   func(l *Lookup, _ *[]float32) { l.X[0] = 4 },
			"last code":    func(l *Lookup, _ *[]float32) { l.X[2] = 3 },
			"code 255":     func(l *Lookup, _ *[]float32) { l.X[1] = 255 },
			"few places":   func(l *Lookup, _ *[]float32) { l.Places = l.Places[:2] },
			"few codes":    func(l *Lookup, _ *[]float32) { l.X = l.X[:2] },
			"few weights":  func(_ *Lookup, w *[]float32) { *w = (*w)[:9*n-1] },
			"base below 0": func(l *Lookup, _ *[]float32) { l.Places[0].Base = -1 },
			"no segments":  func(l *Lookup, _ *[]float32) { l.Segs = 0 },
			"no group":     func(l *Lookup, _ *[]float32) { l.Group = 0 },
			"odd group":    func(l *Lookup, _ *[]float32) { l.Group = 2 },
		} {
			l, w := make1(), arena[:9*n]
			spoil(l, &w)
			if !panics(func() { Embed(y, w, bias, 0, l) }) || !panics(func() { EmbedBack(w, bias, y, l) }) {
				t.Errorf("%d columns: %s: no panic", n, name)
			}
		}
		l := make1()
		Embed(y, arena[:9*n], bias, 0, l)
		EmbedBack(arena[:9*n], bias, y, l)
	}
}
