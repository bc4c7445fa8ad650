package rng

import (
	"math"
	"testing"
)

// The golden values pin the numbers of every published run: a change here is a change of every seed.
func TestGolden(t *testing.T) {
	key := Key(1, "world", "train")
	s := New(key)
	got := [7]uint64{key, At(key, 0), At(key, 1), s.Uint64(), s.Uint64(), Key(1, "worldtrain"), Key(2, "world", "train")}
	want := [7]uint64{0xb7f545ed102ef761, 0x529cd67161ea07e6, 0x5459f821e7ec253, 0x57f938c828fac8bf, 0xa9ad134ca791493b, 0x7a9e2b55126173e8, 0xbfdd233d0f41e036}
	if got != want {
		t.Errorf("got %#x", got)
	}
}

func TestPathsAreUnrelated(t *testing.T) {
	seen := map[uint64]string{}
	for _, path := range [][]string{{}, {"a"}, {"b"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", ""}, {"", "a"}} {
		for seed := range uint64(4) {
			k := Key(seed, path...)
			if old, ok := seen[k]; ok {
				t.Errorf("path %q collides with %q", path, old)
			}
			seen[k] = path0(path)
		}
	}
}

func path0(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[0]
}

func TestAtIsUniform(t *testing.T) {
	const n = 100_000
	for _, key := range []uint64{0, 1, 2, 1 << 63} {
		mean, square, cov, last := 0.0, 0.0, 0.0, 0.5
		for i := range uint64(n) {
			x := Float64(At(key, i)) - 0.5
			mean += x / n
			square += x * x / n
			cov += x * last / n
			last = x
		}
		if math.Abs(mean) > 0.005 || math.Abs(square-1.0/12) > 0.002 || math.Abs(cov) > 0.002 {
			t.Errorf("key %d: mean %.4f, variance %.4f, lag-1 covariance %.4f", key, mean, square, cov)
		}
	}
}

func TestShuffleIsAPermutation(t *testing.T) {
	const n = 50
	place := [n]float64{}
	for key := range uint64(2000) {
		dst := make([]int32, n)
		Shuffle(dst, key)
		var seen [n]bool
		for i, v := range dst {
			if seen[v] {
				t.Fatalf("key %d: %d twice", key, v)
			}
			seen[v] = true
			place[v] += float64(i) / 2000
		}
	}
	for v, mean := range place {
		if math.Abs(mean-(n-1)/2.0) > 1.5 { // standard error 0.32
			t.Errorf("%d stands at %.2f on average, want %.1f", v, mean, (n-1)/2.0)
		}
	}
}

func TestStreamRestores(t *testing.T) {
	a := New(7)
	a.Below(10)
	state := a.AppendState(nil)
	want := []uint64{a.Uint64(), a.Uint64()}
	b := New(8)
	if err := b.RestoreState(state); err != nil {
		t.Fatal(err)
	}
	if got := []uint64{b.Uint64(), b.Uint64()}; got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %x, want %x", got, want)
	}
	if b.RestoreState(state[1:]) == nil {
		t.Error("a short state was accepted")
	}
}

func TestBelow(t *testing.T) {
	if got := Below(math.MaxUint64, 7); got != 6 {
		t.Errorf("largest bits: got %d, want 6", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("n = 0 did not panic")
		}
	}()
	Below(1, 0)
}
