package viz

import (
	"context"
	"errors"
	"testing"
	"time"
)

// fakeClock passes the time as soon as somebody waits for it.
type fakeClock struct {
	now   time.Time
	stuck bool
}

func (c *fakeClock) Now() time.Time { return c.now }

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	if !c.stuck {
		c.now = c.now.Add(d)
		ch <- c.now
	}
	return ch
}

func TestPacerWaits(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0)}
	start := clock.now
	p := NewPacer(20, clock)
	for k := range 40 {
		clock.now = clock.now.Add(time.Duration(k%5) * 10 * time.Millisecond) // work, less than a period
		if k == 0 {
			clock.now = start
		}
		if err := p.Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, want := clock.now.Sub(start), time.Duration(k)*50*time.Millisecond; got != want {
			t.Fatalf("frame %d after %v, want %v", k, got, want)
		}
	}
}

// After a long pause frames do not come in a burst.
func TestPacerDoesNotCatchUp(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0)}
	p := NewPacer(10, clock)
	p.Wait(context.Background())
	clock.now = clock.now.Add(time.Hour)
	start := clock.now
	for range 3 {
		p.Wait(context.Background())
	}
	if got := clock.now.Sub(start); got != 200*time.Millisecond {
		t.Errorf("three frames within %v, want 200ms", got)
	}
}

func TestPacerDrops(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0)}
	p := NewPacer(15, clock)
	shown := 0
	for range 1000 { // ten seconds of snapshots
		if p.Due() {
			shown++
		}
		clock.now = clock.now.Add(10 * time.Millisecond)
	}
	if shown < 145 || shown > 150 {
		t.Errorf("%d frames in ten seconds, want about 150 and no more", shown)
	}
}

func TestPacerUnlimited(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0), stuck: true}
	p := NewPacer(0, clock)
	for range 5 {
		if err := p.Wait(context.Background()); err != nil || !p.Due() {
			t.Fatalf("held up: %v", err)
		}
	}
}

func TestPacerSetRate(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0)}
	start := clock.now
	p := NewPacer(1, clock)
	p.Wait(context.Background())
	p.SetRate(100)
	for range 3 {
		p.Wait(context.Background())
	}
	if got := clock.now.Sub(start); got != time.Second+20*time.Millisecond {
		t.Errorf("got %v, want 1.02s", got)
	}
}

func TestPacerStops(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0), stuck: true}
	p := NewPacer(1, clock)
	ctx, cancel := context.WithCancel(context.Background())
	if err := p.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestPacerLeft(t *testing.T) {
	clock := &fakeClock{now: time.Unix(1e9, 0)}
	p := NewPacer(20, clock)
	for _, tc := range []struct{ after, left time.Duration }{{0, 50 * time.Millisecond}, {30 * time.Millisecond, 20 * time.Millisecond}, {90 * time.Millisecond, 0}} {
		clock.now = time.Unix(1e9, 0)
		p.next = time.Time{}
		p.Due()
		clock.now = clock.now.Add(tc.after)
		if got := p.Left(); got != tc.left {
			t.Errorf("%v after a frame, the next is due in %v, want %v", tc.after, got, tc.left)
		}
	}
	p.SetRate(0)
	if got := p.Left(); got != 0 {
		t.Errorf("without a rate, the next is due in %v", got)
	}
}
