//go:build !noasm

package f32

// peakSums is how many vectors of sums a round of the loops adds to; internal/f32/gen knows it as peakChains.
const peakSums = 12

// peakLoop runs the loop of the set in use and returns how many multiplications and additions that were.
func peakLoop(rounds int) (flops int) {
	switch active {
	case avx512:
		peak512(rounds)
		return rounds * peakSums * 16 * 2
	case avx2:
		peak256(rounds)
		return rounds * peakSums * 8 * 2
	}
	return 0
}
