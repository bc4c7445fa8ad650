//go:build !noasm

package f32

// piece is how many floats a call of assembly may take: it cannot be preempted.
const piece = 1 << 15

// These run the kernel of their name and report whether there is one in the set in use. Lengths have been checked.

func add(dst, x []float32) bool {
	for lo := 0; active != plain && lo < len(dst); lo += piece {
		n := min(piece, len(dst)-lo)
		if active == avx512 {
			add512(&dst[lo], &x[lo], n)
		} else {
			add256(&dst[lo], &x[lo], n)
		}
	}
	return active != plain
}

func scale(x []float32, a float32) bool {
	for lo := 0; active != plain && lo < len(x); lo += piece {
		n := min(piece, len(x)-lo)
		if active == avx512 {
			scale512(&x[lo], a, n)
		} else {
			scale256(&x[lo], a, n)
		}
	}
	return active != plain
}

func addScaled(dst, x []float32, a float32) bool {
	for lo := 0; active != plain && lo < len(dst); lo += piece {
		n := min(piece, len(dst)-lo)
		if active == avx512 {
			addScaled512(&dst[lo], &x[lo], a, n)
		} else {
			addScaled256(&dst[lo], &x[lo], a, n)
		}
	}
	return active != plain
}

func relu(x []float32) bool {
	for lo := 0; active != plain && lo < len(x); lo += piece {
		n := min(piece, len(x)-lo)
		if active == avx512 {
			relu512(&x[lo], n)
		} else {
			relu256(&x[lo], n)
		}
	}
	return active != plain
}

func maskReLU(dy, y []float32) bool {
	for lo := 0; active != plain && lo < len(y); lo += piece {
		n := min(piece, len(y)-lo)
		if active == avx512 {
			maskReLU512(&dy[lo], &y[lo], n)
		} else {
			maskReLU256(&dy[lo], &y[lo], n)
		}
	}
	return active != plain
}

func tanh(x []float32) bool {
	for lo := 0; active != plain && lo < len(x); lo += piece {
		n := min(piece, len(x)-lo)
		if active == avx512 {
			tanh512(&x[lo], n)
		} else {
			tanh256(&x[lo], n)
		}
	}
	return active != plain
}

func sigmoid(x []float32) bool {
	for lo := 0; active != plain && lo < len(x); lo += piece {
		n := min(piece, len(x)-lo)
		if active == avx512 {
			sigmoid512(&x[lo], n)
		} else {
			sigmoid256(&x[lo], n)
		}
	}
	return active != plain
}

func maskTanh(dy, y []float32) bool {
	for lo := 0; active != plain && lo < len(y); lo += piece {
		n := min(piece, len(y)-lo)
		if active == avx512 {
			maskTanh512(&dy[lo], &y[lo], n)
		} else {
			maskTanh256(&dy[lo], &y[lo], n)
		}
	}
	return active != plain
}

func exp(dst, x []float32) bool {
	for lo := 0; active != plain && lo < len(x); lo += piece {
		n := min(piece, len(x)-lo)
		if active == avx512 {
			exp512(&dst[lo], &x[lo], n)
		} else {
			exp256(&dst[lo], &x[lo], n)
		}
	}
	return active != plain
}

// bytes and dot do the first n of their numbers, a multiple of sixteen.

func bytes(dst []float32, src []byte, scale float32) (n int) {
	if active == plain {
		return 0
	}
	for n+16 <= len(dst) {
		k := min(piece, (len(dst)-n)&^15)
		if active == avx512 {
			bytes512(&dst[n], &src[n], scale, k)
		} else {
			bytes256(&dst[n], &src[n], scale, k)
		}
		n += k
	}
	return n
}

func dot(x, y []float32, sums *[16]float64) (n int) {
	if active == plain {
		return 0
	}
	for n+16 <= len(x) {
		k := min(piece, (len(x)-n)&^15)
		if active == avx512 {
			dot512(&x[n], &y[n], &sums[0], k)
		} else {
			dot256(&x[n], &y[n], &sums[0], k)
		}
		n += k
	}
	return n
}

func differences(sums []uint32, a, b []byte) bool {
	for lo := 0; active != plain && lo < len(sums); lo += piece {
		n := min(piece, len(sums)-lo)
		if active == avx512 {
			differences512(&sums[lo], &a[4*lo], &b[4*lo], n)
		} else {
			differences256(&sums[lo], &a[4*lo], &b[4*lo], n)
		}
	}
	return active != plain
}

func adam(w, g, m, v []float32, scale, step, inv, beta1, beta2, eps float32) bool {
	if active == plain {
		return false
	}
	c := [...]float32{step, inv, beta1, 1 - beta1, beta2, 1 - beta2, eps, scale}
	for lo := 0; lo < len(w); lo += piece {
		n := min(piece, len(w)-lo)
		if active == avx512 {
			adam512(&w[lo], &g[lo], &m[lo], &v[lo], &c[0], n)
		} else {
			adam256(&w[lo], &g[lo], &m[lo], &v[lo], &c[0], n)
		}
	}
	return true
}

func rmsprop(w, g, s []float32, scale, lr, decay, in, out float32) bool {
	if active == plain {
		return false
	}
	c := [...]float32{lr, decay, 1 - decay, in, out, scale}
	for lo := 0; lo < len(w); lo += piece {
		n := min(piece, len(w)-lo)
		if active == avx512 {
			rmsprop512(&w[lo], &g[lo], &s[lo], &c[0], n)
		} else {
			rmsprop256(&w[lo], &g[lo], &s[lo], &c[0], n)
		}
	}
	return true
}
