package bench

import (
	"runtime"

	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/team"
)

// peakNames are the rows of one core and of all.
var peakNames = [2]string{"peak_1core", "peak_all_cores"}

// copied is how many floats the copy of memory copies: many times what fits into any cache.
const copied = 32 << 20

// workers returns how many a team of all processors has.
func workers() int { return runtime.GOMAXPROCS(0) }

// peak runs the loop of multiplications and additions on so many cores at once. Several pieces for each let a worker that wakes
// late do its share.
func peak(crew *team.Team, cores int) subject {
	const calls, pieces = 8, 8
	one := float64(f32.Peak())
	piece := func(int) {
		for range calls {
			f32.Peak()
		}
	}
	return subject{run: func() { crew.Run(pieces*cores, piece) }, flops: one * calls * pieces * float64(cores)}
}

func peaks() []row {
	return []row{
		{peakNames[0], false, func(crew *team.Team) subject { return peak(crew, 1) }},
		{peakNames[1], true, func(crew *team.Team) subject { return peak(crew, workers()) }},
		{"memory_copy_128mib", false, func(*team.Team) subject {
			dst, src := make([]float32, copied), make([]float32, copied)
			for i := range src {
				src[i] = float32(i)
			}
			return subject{run: func() { copy(dst, src) }, bytes: 2 * 4 * copied}
		}},
	}
}
