package live

import (
	"sync/atomic"

	"github.com/auxrl/auxrl/internal/run"
)

// Peek is where a run in training leaves moments for one taker, on another goroutine. Three frames go round: one is the run's, to be
// filled, one the taker's, and one is the newest. Neither side ever waits for the other.
type Peek struct {
	watched atomic.Bool
	asked   atomic.Bool
	wanted  atomic.Bool // parameters
	newest  atomic.Pointer[Frame]
	ready   chan struct{}
	params  chan Params

	back   *Frame // the run's
	serial uint64
	front  *Frame // the taker's
	taken  uint64
}

// NewPeek returns a peek that nobody looks through.
func NewPeek() *Peek {
	p := &Peek{ready: make(chan struct{}, 1), params: make(chan Params, 1), back: new(Frame), front: new(Frame)}
	p.newest.Store(new(Frame))
	return p
}

// Params is what a viewer needs to play by itself: files of a checkpoint, without what only training needs.
type Params struct {
	Step  int64
	Files []run.File
}

// Watched reports whether anybody looks. To the run, this and the next six methods.
func (p *Peek) Watched() bool { return p.watched.Load() }

// Asked reports whether a frame is wanted.
func (p *Peek) Asked() bool { return p.asked.Load() }

// Frame returns the one to be filled. It holds what an older one held, for its memory to be used again.
func (p *Peek) Frame() *Frame { return p.back }

// Publish gives away the frame that Frame returned: it must not be touched any more.
func (p *Peek) Publish() {
	p.asked.Store(false)
	p.serial++
	p.back.Serial = p.serial
	p.back = p.newest.Swap(p.back)
	select {
	case p.ready <- struct{}{}:
	default: // the one before has not been taken
	}
}

// Wanted reports whether parameters are wanted.
func (p *Peek) Wanted() bool { return p.wanted.Load() }

// Give answers Want.
func (p *Peek) Give(params Params) {
	if p.wanted.Swap(false) {
		select {
		case p.params <- params:
		default: // those before have not been taken; they will do
		}
	}
}

// Watch says whether anybody looks. To the taker, this and what follows.
func (p *Peek) Watch(yes bool) { p.watched.Store(yes) }

// Ask asks for the next moment that there is.
func (p *Peek) Ask() { p.asked.Store(true) }

// Want asks for parameters.
func (p *Peek) Want() { p.wanted.Store(true) }

// Ready returns a channel that gives something when a frame was published.
func (p *Peek) Ready() <-chan struct{} { return p.ready }

// Params returns a channel that gives parameters that were wanted.
func (p *Peek) Params() <-chan Params { return p.params }

// Take returns the newest frame, which is the taker's until the next Take; nil: there is none that was not taken before.
func (p *Peek) Take() *Frame {
	p.front = p.newest.Swap(p.front)
	if p.front.Serial <= p.taken {
		return nil
	}
	p.taken = p.front.Serial
	return p.front
}
