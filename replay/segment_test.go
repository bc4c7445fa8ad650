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

// FuzzRestorePieces holds that whatever pieces are accepted are the pieces that would be saved again, and can be added to.
func FuzzRestorePieces(f *testing.F) {
	cfg := Config{Worlds: 1, Capacity: 30, H: 1, W: 1, C: 1, Actions: 2}
	rollout := func(ends bool) *Batch {
		b := &Batch{
			T: 2, B: 1, Obs: []byte{1, 2, 3}, Start: make([]bool, 3), Next: []int32{1, 2}, Action: []int32{0, 1},
			Reward: []float32{0, 1}, Ended: make([]bool, 2), Terminated: make([]bool, 2),
		}
		if ends {
			b.F, b.Obs, b.Ended[1], b.Start[2], b.Next[1] = 1, append(b.Obs, 4), true, true, 3
		}
		return b
	}
	r := newRing(f, cfg)
	head := len(cfg.appendHead(nil))
	pieces := func(r *Ring) (rest, segments []byte) {
		lo, hi := r.Segments()
		for k := lo; k < hi; k++ {
			segments = r.AppendSegment(segments, k)
		}
		return r.AppendRest(nil)[head:], segments
	}
	for i := range 20 {
		r.Add(rollout(i%3 == 2))
		if i%6 == 5 {
			rest, segments := pieces(r)
			f.Add(rest, segments)
		}
	}
	f.Fuzz(func(t *testing.T, rest, segments []byte) {
		r := newRing(t, cfg)
		left := segments
		size := r.SegmentRows() * r.rowState()
		err := r.RestorePieces(append(cfg.appendHead(nil), rest...), func(int64) ([]byte, error) {
			n := min(size, len(left))
			data := left[:n]
			left = left[n:]
			return data, nil
		})
		if err != nil {
			if r.Live() != 0 {
				t.Fatal("the ring is not empty after an error")
			}
			return
		}
		again, pieces := pieces(r)
		if !bytes.Equal(again, rest) || !bytes.Equal(pieces, segments[:len(segments)-len(left)]) {
			t.Fatal("other pieces are saved than were restored")
		}
		var b Batch
		for range 4 {
			r.Sample(&b, Draw{Len: 3, Seqs: 2}, 1)
			r.Add(rollout(true))
		}
	})
}
