package npyrand

// Constants of numpy.random.SeedSequence, after O'Neill's seed_seq_fe128.
const (
	initA = 0x43b0d7e5
	multA = 0x931e8875
	initB = 0x8b51f9dd
	multB = 0x58f38ded
	mixL  = 0xca01f9dd
	mixR  = 0x4973f715
)

// expand sets q to SeedSequence(seed).generate_state(4, uint64) as PCG64 reads it: state high and low, then increment high
// and low. The entropy is seed's 32-bit words, low word first; a missing word and a zero word are the same.
func expand(q *[4]uint64, seed uint64) {
	pool := [4]uint32{uint32(seed), uint32(seed >> 32)}
	h := hasher(initA)
	for i := range pool {
		pool[i] = h.hash(pool[i], multA)
	}
	for src := range pool {
		for dst := range pool {
			if dst != src {
				pool[dst] = mix(pool[dst], h.hash(pool[src], multA))
			}
		}
	}
	h = initB
	for i := range q {
		lo := h.hash(pool[2*i%4], multB)
		hi := h.hash(pool[(2*i+1)%4], multB)
		q[i] = uint64(hi)<<32 | uint64(lo)
	}
}

// hasher is the constant that every hash moves on.
type hasher uint32

func (h *hasher) hash(v, mult uint32) uint32 {
	v ^= uint32(*h)
	*h *= hasher(mult)
	v *= uint32(*h)
	return v ^ v>>16
}

func mix(x, y uint32) uint32 {
	r := mixL*x - mixR*y
	return r ^ r>>16
}
