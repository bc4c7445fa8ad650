package viz

import (
	"context"
	"time"
)

// Clock is the time that a Pacer keeps.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time // fires once, when d has passed
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the time of day.
func (SystemClock) Now() time.Time { return time.Now() }

// After returns a channel that fires when d has passed.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Pacer limits a viewer to a number of frames per second. A frame that comes late is not made up for: the next is due one
// period after it.
type Pacer struct {
	clock  Clock
	period time.Duration
	next   time.Time // when the next frame is due
}

// NewPacer returns a pacer for at most fps frames per second; 0 or less means as many as come.
func NewPacer(fps float64, clock Clock) *Pacer {
	p := &Pacer{clock: clock}
	p.SetRate(fps)
	return p
}

// SetRate changes the number of frames per second, from the next frame on.
func (p *Pacer) SetRate(fps float64) {
	p.period = 0
	if fps > 0 {
		p.period = time.Duration(float64(time.Second) / fps)
	}
}

// Wait returns when the next frame is due: at once the first time. It returns the context's error if that ends first.
func (p *Pacer) Wait(ctx context.Context) error {
	if d := p.next.Sub(p.clock.Now()); d > 0 && p.period > 0 {
		select {
		case <-p.clock.After(d):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.advance()
	return ctx.Err()
}

// Due reports whether a frame is due, and if so counts it as shown. It is for those who drop frames rather than wait.
func (p *Pacer) Due() bool {
	if p.period > 0 && p.clock.Now().Before(p.next) {
		return false
	}
	p.advance()
	return true
}

// Left returns how long it is until a frame is due; 0: it is.
func (p *Pacer) Left() time.Duration {
	if p.period <= 0 {
		return 0
	}
	return max(p.next.Sub(p.clock.Now()), 0)
}

// advance sets when the frame after this one is due. A wait that overslept a little does not slow the rate.
func (p *Pacer) advance() {
	now := p.clock.Now()
	if now.Sub(p.next) >= p.period {
		p.next = now
	}
	p.next = p.next.Add(p.period)
}
