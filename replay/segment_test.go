package replay

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// A ring that is saved in pieces, of which segments are taken when they become whole, is the ring again; no segment ever changes.
func TestPieces(t *testing.T) {
	most := 0
	rapid.Check(t, func(t *rapid.T) {
		cfg := plain(2, 0, 3)
		cfg.Capacity = rapid.IntRange(cfg.past()+2, 60).Draw(t, "capacity")
		p := newPlayer(cfg, rapid.Uint64().Draw(t, "seed"), rapid.SampledFrom([]float64{0, 0.2, 1}).Draw(t, "ends"), 0.3)
		a, b := newRing(t, cfg), newRing(t, cfg)
		b.Add(newPlayer(cfg, 99, 0.5, 0.5).play(7)) // another past, to be forgotten
		kept := map[int64][]byte{}
		for range rapid.IntRange(1, 12).Draw(t, "adds") {
			a.Add(p.play(rapid.IntRange(1, 9).Draw(t, "steps")))
			if rapid.Bool().Draw(t, "gap") {
				p.play(2)
			}
			lo, hi := a.Segments()
			most = max(most, int(hi-lo))
			for k := lo; k < hi; k++ {
				data := a.AppendSegment(nil, k)
				if old, ok := kept[k]; ok && !bytes.Equal(old, data) {
					t.Fatalf("segment %d changed", k)
				}
				kept[k] = data
			}
		}
		rest := a.AppendRest(nil)
		get := func(k int64) ([]byte, error) { return kept[k], nil }
		if err := b.RestorePieces(rest, get); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.AppendState(nil), a.AppendState(nil)) || !bytes.Equal(b.AppendRest(nil), rest) {
			t.Fatal("the restored ring is another")
		}
		for _, n := range []int{0, len(rest) / 2, len(rest) - 1} {
			if err := b.RestorePieces(rest[:n], get); err == nil || b.Live() != 0 {
				t.Errorf("%d bytes of %d are accepted, or leave something", n, len(rest))
			}
		}
		if lo, hi := a.Segments(); lo < hi {
			missing := errors.New("missing")
			if err := b.RestorePieces(rest, func(int64) ([]byte, error) { return nil, missing }); !errors.Is(err, missing) {
				t.Errorf("a segment that is missing: %v", err)
			}
			if err := b.RestorePieces(rest, func(k int64) ([]byte, error) { return kept[k][1:], nil }); !errors.Is(err, errLength) {
				t.Errorf("a short segment: %v", err)
			}
		}
	})
	if most < 2 {
		t.Errorf("at most %d segments were whole", most)
	}
}
