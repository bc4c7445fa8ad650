package f32blas

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// aloneBelow is the number of multiplications below which a goroutine more costs about what it brings.
const aloneBelow = 4 << 20

// crew returns how many processors so many multiplications are worth.
func crew(work int) int { return min(runtime.GOMAXPROCS(0), max(1, work/aloneBelow)) }

// share calls piece for every number below n, on so many processors. Goroutines end with the call, as gonum's do: nothing is left
// behind that a program would have to close.
func share(n, workers int, piece func(i int)) {
	workers = min(n, workers)
	if workers == 1 {
		for i := range n {
			piece(i)
		}
		return
	}
	var next atomic.Int64
	run := func() {
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			piece(int(i))
		}
	}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(run)
	}
	run()
	others.Wait()
}

// scratch is working memory of one call or of one piece of one.
type scratch struct{ a, b buffer }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// buffer grows to what was asked of it.
type buffer []float32

func (b *buffer) room(n int) []float32 {
	if cap(*b) < n {
		*b = make([]float32, n)
	}
	return (*b)[:n]
}
