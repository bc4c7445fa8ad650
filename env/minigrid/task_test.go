package minigrid

import (
	"errors"
	"testing"
)

func TestTargetDistances(t *testing.T) {
	at := target{x: 5, y: 5}
	tests := []struct {
		x, y         int
		near, beside bool
	}{
		{5, 5, true, false}, {6, 5, true, true}, {5, 4, true, true}, {4, 6, true, false}, {6, 6, true, false},
		{7, 5, false, false}, {5, 3, false, false}, {7, 6, false, false},
	}
	for _, tt := range tests {
		if near, beside := at.near(tt.x, tt.y), at.beside(tt.x, tt.y); near != tt.near || beside != tt.beside {
			t.Errorf("(%d, %d): near %t, beside %t; want %t, %t", tt.x, tt.y, near, beside, tt.near, tt.beside)
		}
	}
}

// TestTaskRefuses restores tasks that no episode has.
func TestTaskRefuses(t *testing.T) {
	w, _ := newBench()
	ball := w.object(kindBall, red, 0)
	door := w.object(kindDoor, blue, doorLocked)
	good := task{target{ball, 1, 2}, target{door, 4, 4}}
	tests := map[string]struct {
		change func(b []byte) []byte
		want   error
	}{
		"as it was":               {func(b []byte) []byte { return b }, nil},
		"a byte less":             {func(b []byte) []byte { return b[:len(b)-1] }, errShort},
		"nothing":                 {func([]byte) []byte { return nil }, errShort},
		"a byte more":             {func(b []byte) []byte { return append(b, 0) }, errLong},
		"outside":                 {func(b []byte) []byte { b[5] = 5; return b }, errEpisode},
		"an object of the future": {func(b []byte) []byte { b[3] = 3; return b }, errCell},
		"no such colour":          {func(b []byte) []byte { b[1] = byte(colours); return b }, errCell},
		"one object as both":      {func(b []byte) []byte { b[9] = b[3]; return b }, errTwice},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got task
			err := got.restoreState(w.World, tt.change(good.appendState(nil)))
			if !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			if want := (task{}); err != nil && got != want || err == nil && got != good {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestReject lays out episodes until one is not rejected. Draws after the rejection do not count.
func TestReject(t *testing.T) {
	w, f := newBench()
	tries := 0
	f.lay = func(w *World) {
		w.grid.border(w.grid.all())
		w.putAgent(1, 1, 0)
		w.object(kindKey, red, 0)
		w.rng.Int(0, 10)
		if tries++; tries < 4 {
			w.reject()
			w.rng.Int(0, 10)
			w.reject()
		}
	}
	plain := w.rng
	w.reset()
	for range 4 {
		plain.Int(0, 10)
	}
	if tries != 4 || w.rejected || w.objects != 1 || w.rng != plain {
		t.Errorf("%d tries, rejected %t, %d objects, right stream %t", tries, w.rejected, w.objects, w.rng == plain)
	}
}
