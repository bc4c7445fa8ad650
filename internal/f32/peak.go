package f32

// Peak runs a loop of nothing but vector multiplications and additions, so many rounds, and returns how many floating-point
// operations that was: what benchmarks measure against. Without assembly it does nothing and returns 0.
func Peak(rounds int) (flops float64) { return peak(rounds) }
