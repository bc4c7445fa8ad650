package auxtasks

import (
	"bytes"
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// The oracle is a map that refuses keys beyond the limit.
func TestVisits(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 100, 128} {
		v, twin := newVisits(limit), newVisits(limit)
		want := map[uint64]uint32{}
		for i := range uint64(3000) {
			key := rng.At(9, i) % uint64(2*limit+1) << (i % 3 * 30)
			if rng.At(10, i)%500 == 0 {
				v.forget()
				clear(want)
			}
			if _, known := want[key]; known || len(want) < limit {
				want[key]++
			}
			if got := v.add(key); got != want[key] {
				t.Fatalf("limit %d, visit %d of key %d: got %d, want %d", limit, i, key, got, want[key])
			}
			if i%100 == 0 {
				rest, err := twin.restore(append(v.appendState(nil), 1, 2))
				if err != nil || !bytes.Equal(rest, []byte{1, 2}) {
					t.Fatalf("restored with rest %v, error %v", rest, err)
				}
				if !bytes.Equal(twin.appendState(nil), v.appendState(nil)) {
					t.Fatal("restored visits save something else")
				}
				v, twin = twin, v
			}
		}
	}
}

func TestVisitsStopAtTheLargestCount(t *testing.T) {
	v := newVisits(1)
	v.add(5)
	v.seen[0].n = math.MaxUint32
	if got := v.add(5); got != math.MaxUint32 {
		t.Errorf("got %d", got)
	}
}

func TestVisitsRestoreErrors(t *testing.T) {
	v := newVisits(2)
	v.add(5)
	v.add(6)
	saved := v.appendState(nil)
	never, twice, many := bytes.Clone(saved), bytes.Clone(saved), bytes.Clone(saved)
	never[12] = 0           // the count of 5
	twice[4+12] = 5         // the second key
	many[0], many[3] = 3, 1 // more than fit
	for name, state := range map[string][]byte{"never seen": never, "twice": twice, "too many": many, "short": saved[:len(saved)-1], "empty": nil} {
		if _, err := v.restore(state); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
