package auxtasks

// Cut reports whether the return of transition i ends there instead of going on in transition i+B: the episode ended, it is the
// sequence's last, or what comes next in the sequence does not count.
func Cut(b *Batch, i int) bool {
	return i >= (b.T-1)*b.B || b.Ended[i] || int(b.Next[i]) != i+b.B || b.Valid(i+b.B) == 0
}

// Returns sets dst to the discounted sums of n cumulants, each as far as its sequence goes:
//
//	G_i = c_i + γ G_next              where it goes on
//	G_i = c_i + γ value[Next[i]]      where it is cut, see Cut
//	G_i = c_i                         where the task ended
//
// dst and cum are [T*B, n] and may be one; value is [rows, n], what follows each row, and is only read where a return is cut. With
// n = 1, the rewards and a critic's values it is the target of value replay; with pixel changes and the greatest action values of
// each cell it is that of pixel control: n-step Q-learning (Watkins 1989; Mnih et al. 2016, alg. 2). What padding gets is 0.
func Returns(dst, cum, value []float32, b *Batch, n int, gamma float32) {
	if len(dst) < b.Transitions()*n || len(cum) < b.Transitions()*n || len(value) < b.Rows()*n || b.Next == nil {
		panic("auxtasks: Returns: lengths differ, or nothing follows")
	}
	returns(dst, cum, value, b, 0, b.B, n, gamma)
}

// returns is Returns of sequences lo..hi-1.
func returns(dst, cum, value []float32, b *Batch, lo, hi, n int, gamma float32) {
	for t := b.T - 1; t >= 0; t-- {
		for i := t*b.B + lo; i < t*b.B+hi; i++ {
			g := dst[i*n : (i+1)*n : (i+1)*n]
			row := int(b.Next[i])
			switch {
			case row == i:
				clear(g)
			case b.Terminated[i]:
				copy(g, cum[i*n:(i+1)*n])
			case Cut(b, i):
				addScaled(g, cum[i*n:], value[row*n:], gamma)
			default:
				addScaled(g, cum[i*n:], dst[(i+b.B)*n:], gamma)
			}
		}
	}
}

// addScaled sets dst to x + a y.
func addScaled(dst, x, y []float32, a float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + a*y[i]
	}
}

// MaxQ sets dst, [cells], to the greatest action value of each cell of x, [cells, 1+actions], a value before the advantages of the
// actions as nn.Dueling reads them: v + max_a adv - mean_a adv.
func MaxQ(dst, x []float32, actions int) {
	n := 1 + actions
	if len(x) != len(dst)*n || actions < 1 {
		panic("auxtasks: MaxQ: lengths differ")
	}
	for i := range dst {
		cell := x[i*n : (i+1)*n]
		best, sum := cell[1], float32(0)
		for _, v := range cell[1:] {
			best = max(best, v)
			sum += v
		}
		dst[i] = cell[0] + best - sum/float32(actions)
	}
}
