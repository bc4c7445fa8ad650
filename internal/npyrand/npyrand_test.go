package npyrand

import (
	"slices"
	"testing"
)

// The vectors come from NumPy 1.24.2.

func TestExpand(t *testing.T) {
	tests := []struct {
		seed uint64
		want []uint32
	}{
		{0, []uint32{2968811710, 3677149159, 745650761, 2884920346, 2642120001, 549907821, 574372308, 742431198}},
		{12345, []uint32{2688385916, 3048105090, 4196366895, 3152189807}},
	}
	for _, tt := range tests {
		var q [4]uint64
		expand(&q, tt.seed)
		var got []uint32
		for _, x := range q {
			got = append(got, uint32(x), uint32(x>>32))
		}
		if got := got[:len(tt.want)]; !slices.Equal(got, tt.want) {
			t.Errorf("seed %d: got words %d, want %d", tt.seed, got, tt.want)
		}
	}
}

func TestUint64(t *testing.T) {
	tests := []struct {
		seed uint64
		want []uint64
	}{
		{0, []uint64{0xa30febcfd9c2825f, 0x4510bdf882d9d721, 0x0a7d3da94ecde8b8}},
		{12345, []uint64{0x3a32b18db2ffc19d, 0x51171315c9e4c4de, 0xcc2024823444efd9}},
	}
	for _, tt := range tests {
		var g Generator
		g.Seed(tt.seed)
		for i, want := range tt.want {
			if got := g.Uint64(); got != want {
				t.Errorf("seed %d, draw %d: got %016x, want %016x", tt.seed, i, got, want)
			}
		}
	}
}

func TestUint32(t *testing.T) {
	var g Generator
	g.Seed(0)
	// A 64-bit draw between the halves neither uses nor clears the buffered half.
	got := []uint64{uint64(g.Uint32()), g.Uint64(), uint64(g.Uint32()), uint64(g.Uint32())}
	want := []uint64{0xd9c2825f, 0x4510bdf882d9d721, 0xa30febcf, 0x4ecde8b8}
	if !slices.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestDraws(t *testing.T) {
	var g Generator
	g.Seed(42)
	ns := []int{2, 3, 4, 5, 6, 7, 8, 9, 17, 19, 100, 1000000}
	var got []int
	for _, n := range ns {
		got = append(got, g.Int(0, n))
	}
	if want := []int{0, 2, 2, 2, 2, 6, 0, 6, 3, 1, 52, 975622}; !slices.Equal(got, want) {
		t.Errorf("integers(0, %d): got %d, want %d", ns, got, want)
	}
	if got, want := g.Uniform(0, 1), 0.76113970199035297; got != want {
		t.Errorf("uniform: got %.17g, want %.17g", got, want)
	}
	p := []int{0, 1, 2, 3, 4, 5, 6}
	Shuffle(&g, p)
	if want := []int{6, 1, 4, 2, 5, 3, 0}; !slices.Equal(p, want) {
		t.Errorf("shuffle: got %d, want %d", p, want)
	}
	if got, want := Choice(&g, []int{3, 4, 5, 6, 7, 8}), 6; got != want {
		t.Errorf("choice(range(3, 9)): got %d, want %d", got, want)
	}
}

func TestSeedWords(t *testing.T) {
	var a, b Generator
	a.Seed(7)
	b.Seed(7 | 1<<32)
	if a == b {
		t.Error("the high word of the seed changes nothing")
	}
}

func TestIntOfOneDrawsNothing(t *testing.T) {
	var g Generator
	g.Seed(1)
	was := g
	if got := g.Int(5, 6); got != 5 || g != was {
		t.Errorf("Int(5, 6): got %d, generator moved: %t", got, g != was)
	}
}

// TestIntRejects compares with the method written out, on ranges where it refuses up to half of the draws.
func TestIntRejects(t *testing.T) {
	for _, n := range []uint64{3, 1<<31 + 1, 1<<32 - 1, 3 << 30} {
		var g, h Generator
		g.Seed(n)
		h.Seed(n)
		refused := 0
		for range 1000 {
			m := uint64(h.Uint32()) * n
			for m%(1<<32) < (1<<32-n)%n {
				refused++
				m = uint64(h.Uint32()) * n
			}
			if got, want := g.Int(0, int(n)), int(m>>32); got != want {
				t.Fatalf("n = %d: got %d, want %d", n, got, want)
			}
		}
		if n == 1<<31+1 && refused < 500 {
			t.Errorf("n = %d: %d draws refused, want about 1000", n, refused)
		}
	}
}

func TestIntNegative(t *testing.T) {
	var g Generator
	g.Seed(3)
	seen := map[int]bool{}
	for range 200 {
		seen[g.Int(-2, 3)] = true
	}
	for x := -2; x < 3; x++ {
		if !seen[x] {
			t.Errorf("Int(-2, 3) never gave %d in 200 draws", x)
		}
	}
	if len(seen) != 5 {
		t.Errorf("Int(-2, 3) gave %d values, want 5", len(seen))
	}
}

func TestIntPanics(t *testing.T) {
	for _, r := range [][2]int{{0, 0}, {3, 2}, {0, 1 << 32}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Int(%d, %d) did not panic", r[0], r[1])
				}
			}()
			var g Generator
			g.Seed(0)
			g.Int(r[0], r[1])
		}()
	}
}

func TestUniformScales(t *testing.T) {
	var a, b Generator
	a.Seed(9)
	b.Seed(9)
	for range 10 {
		if got, want := a.Uniform(-2, 6), -2+8*b.Float64(); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestState(t *testing.T) {
	for _, halves := range []int{0, 1} {
		var g, h Generator
		g.Seed(11)
		for range halves + 4 {
			g.Uint32()
		}
		b := g.AppendState([]byte{7})
		if len(b) != 1+StateLen || b[0] != 7 {
			t.Fatalf("appended %d bytes, want %d", len(b)-1, StateLen)
		}
		if err := h.RestoreState(b[1:]); err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			if got, want := h.Uint32(), g.Uint32(); got != want {
				t.Fatalf("%d halves, draw %d: got %x, want %x", halves, i, got, want)
			}
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	var g Generator
	g.Seed(5)
	good := g.AppendState(nil)
	damage := map[string]func(b []byte) []byte{
		"short":          func(b []byte) []byte { return b[:len(b)-1] },
		"long":           func(b []byte) []byte { return append(b, 0) },
		"even increment": func(b []byte) []byte { b[24] &^= 1; return b },
		"flag of 2":      func(b []byte) []byte { b[36] = 2; return b },
		"stray half":     func(b []byte) []byte { b[32] = 1; return b },
	}
	for name, f := range damage {
		h := g
		if err := h.RestoreState(f(slices.Clone(good))); err == nil {
			t.Errorf("%s: no error", name)
		}
		if h != g {
			t.Errorf("%s: the generator changed", name)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	var g Generator
	g.Seed(1)
	p := make([]int, 9)
	if n := testing.AllocsPerRun(100, func() {
		g.Seed(2)
		g.Int(0, 10)
		g.Float64()
		Shuffle(&g, p)
		Choice(&g, p)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkInt(b *testing.B) {
	var g Generator
	g.Seed(1)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += g.Int(0, 19)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "draws/s")
	_ = n
}
