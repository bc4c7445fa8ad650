package team

import (
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryPieceRunsOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 3, 7} {
		team := New(workers)
		count := make([]atomic.Int32, 100)
		piece := func(i int) { count[i].Add(1) }
		for round := range int32(2000) {
			n := int(round) % len(count)
			team.Run(n, piece)
			for i := range count {
				want := int32(0)
				if i < n {
					want = 1
				}
				if got := count[i].Swap(0); got != want {
					t.Fatalf("workers=%d n=%d: piece %d ran %d times, want %d", workers, n, i, got, want)
				}
			}
		}
		team.Close()
		team.Close()
	}
}

func TestNilTeamRunsInOrder(t *testing.T) {
	var team *Team
	var got []int
	team.Run(4, func(i int) { got = append(got, i) })
	for i, v := range got {
		if v != i {
			t.Fatalf("got order %v", got)
		}
	}
	if len(got) != 4 {
		t.Fatalf("got %d pieces, want 4", len(got))
	}
	team.Close()
}

func TestWakesSleepers(t *testing.T) {
	team := New(2)
	defer team.Close()
	for team.parked.Load() == 0 { // the worker gives up spinning by itself
	}
	// The caller waits inside piece 0 until another worker has run piece 1: only a woken sleeper can.
	var other atomic.Bool
	team.Run(2, func(i int) {
		if i == 1 {
			other.Store(true)
			return
		}
		for !other.Load() {
		}
	})
}

func TestNestedRunPanics(t *testing.T) {
	team := New(2)
	defer team.Close()
	var caught atomic.Int32
	team.Run(2, func(int) {
		defer func() {
			if recover() != nil {
				caught.Add(1)
			}
		}()
		team.Run(2, func(int) {})
	})
	if got := caught.Load(); got != 2 {
		t.Errorf("%d of 2 nested calls panicked", got)
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	team := New(2)
	defer team.Close()
	var sum atomic.Int64
	piece := func(i int) { sum.Add(int64(i)) }
	if n := testing.AllocsPerRun(100, func() { team.Run(8, piece) }); n != 0 {
		t.Errorf("Run allocates %v times", n)
	}
}

func BenchmarkRun(b *testing.B) {
	team := New(2)
	defer team.Close()
	piece := func(int) {}
	b.ReportAllocs()
	for b.Loop() {
		team.Run(8, piece)
	}
}
