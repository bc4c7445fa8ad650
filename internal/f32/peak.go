package f32

// names says what each set is called where people read it.
var names = [...]string{plain: "plain Go", avx2: "avx2", avx512: "avx512"}

// Kernels names the set of kernels in use: avx512, avx2 or plain Go.
func Kernels() string { return names[active] }

// Peak does nothing but multiplications and additions for some microseconds and returns how many: as fast as a core can with
// the set in use, which is what a product may be measured against. Plain Go has no such loop: there it is a product that stays
// in the cache.
func Peak() (flops int) {
	const rounds = 1000
	if n := peakLoop(rounds); n > 0 {
		return n
	}
	const m, n, k = 16, 16, 64
	var c [m * n]float32
	var a [m * k]float32
	var b [k * n]float32
	mulGeneric(&Product{C: c[:], A: a[:], B: b[:], I: c[:], M: m, N: n, K: k, Segs: 1, Tiles: 1, CRow: n, ARow: k, ACol: 1, BRow: n, IRow: n})
	return 2 * m * n * k
}
