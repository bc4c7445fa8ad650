//go:build !noasm

package f32

func peak(rounds int) (flops float64) {
	const chains, each = 12, 2
	switch active {
	case avx512:
		peak512(rounds)
		return float64(rounds) * chains * each * 16
	case avx2:
		peak256(rounds)
		return float64(rounds) * chains * each * 8
	}
	return 0
}
