// Package team runs numbered pieces of work on a fixed set of workers.
//
// What a piece computes must not depend on which worker runs it or when; then results are the same bit for bit whatever the
// number of workers. Waking a parked goroutine costs about 100 microseconds on a small virtual machine, handing work to one
// that spins about 0.2: workers spin for a moment before they sleep.
package team

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// polls is how often a worker looks for work before it sleeps: about 50 microseconds.
const polls = 20_000

// Team is a set of workers, the caller of Run included. A nil Team runs everything on the caller.
type Team struct {
	ticket  atomic.Uint64 // generation<<32 | pieces<<16 | next piece
	pending atomic.Int64  // pieces not yet finished
	piece   func(i int)
	busy    atomic.Bool

	parked atomic.Int64
	wake   chan struct{}
	quit   atomic.Bool
	gone   sync.WaitGroup
}

// MaxPieces is the largest n that Run takes.
const MaxPieces = 1<<16 - 1

// New starts a team of the given number of workers; 0 takes one per processor that Go may use. Close ends them.
func New(workers int) *Team {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	t := &Team{wake: make(chan struct{}, workers)}
	for range workers - 1 {
		t.gone.Add(1)
		go t.work()
	}
	if workers == 1 {
		t.wake = nil
	}
	return t
}

// Run calls piece(i) once for every i in 0..n-1 and returns when all have returned. To allocate nothing, pass a function
// that was made once. It panics when called from within a piece.
func (t *Team) Run(n int, piece func(i int)) {
	if t == nil || t.wake == nil || n <= 1 {
		for i := range n {
			piece(i)
		}
		return
	}
	if n > MaxPieces {
		panic("team: more pieces than MaxPieces")
	}
	if !t.busy.CompareAndSwap(false, true) {
		panic("team: Run called from within a piece, or by two goroutines")
	}
	t.piece = piece
	t.pending.Store(int64(n))
	generation := t.ticket.Load()>>32 + 1
	t.ticket.Store(generation<<32 | uint64(n)<<16)
	for k := min(t.parked.Load(), int64(n-1)); k > 0; k-- {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	t.help()
	for spin := 0; t.pending.Load() > 0; spin++ {
		if spin > polls {
			runtime.Gosched()
		}
	}
	t.piece = nil
	t.busy.Store(false)
}

// Close ends the workers. The team must not be running.
func (t *Team) Close() {
	if t == nil || t.wake == nil || t.quit.Swap(true) {
		return
	}
	close(t.wake)
	t.gone.Wait()
}

// help runs pieces until none is left to take, and reports whether it ran any.
func (t *Team) help() (ran bool) {
	for {
		ticket := t.ticket.Load()
		next, n := ticket&0xffff, ticket>>16&0xffff
		if next >= n {
			return ran
		}
		if t.ticket.CompareAndSwap(ticket, ticket+1) {
			// The piece just taken is pending, so Run cannot return and t.piece cannot change before it is done.
			t.piece(int(next))
			t.pending.Add(-1)
			ran = true
		}
	}
}

func (t *Team) work() {
	defer t.gone.Done()
	for !t.quit.Load() {
		if t.spin() {
			continue
		}
		t.parked.Add(1)
		if !t.available() {
			<-t.wake
		}
		t.parked.Add(-1)
	}
}

// spin looks for work for a while and reports whether it did any.
func (t *Team) spin() bool {
	for range polls {
		if t.available() && t.help() {
			return true
		}
	}
	return false
}

func (t *Team) available() bool {
	ticket := t.ticket.Load()
	return ticket&0xffff < ticket>>16&0xffff
}
