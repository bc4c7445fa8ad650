package npyrand

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// RandomStateLen is the number of bytes that RandomState.AppendState appends.
const RandomStateLen = 4*mtLen + 2

// Constants of the Mersenne Twister, MT19937 (Matsumoto & Nishimura 1998).
const (
	mtLen   = 624 // words of state
	mtShift = 397
	mtUpper = 1 << 31 // the one bit of the oldest word that matters
)

// RandomState is numpy.random.RandomState(seed), NumPy's older generator. The zero RandomState is not usable: call Seed first.
type RandomState struct {
	key  [mtLen]uint32
	used int // words of key that have been drawn, 1 to mtLen between calls
}

// Seed restarts g as RandomState(seed). Seeds of 2^32 and more, which NumPy refuses, restart it as
// RandomState([low word, high word]).
func (g *RandomState) Seed(seed uint64) {
	if hi := seed >> 32; hi == 0 {
		g.seedWord(uint32(seed))
	} else {
		g.seedWords([2]uint32{uint32(seed), uint32(hi)})
	}
	g.used = mtLen
}

// seedWord is init_genrand.
func (g *RandomState) seedWord(s uint32) {
	g.key[0] = s
	for i := 1; i < mtLen; i++ {
		s = 1812433253*(s^s>>30) + uint32(i)
		g.key[i] = s
	}
}

// seedWords is init_by_array for two words.
func (g *RandomState) seedWords(words [2]uint32) {
	g.seedWord(19650218)
	k := &g.key
	i := 1
	advance := func() {
		if i++; i == mtLen {
			k[0] = k[mtLen-1]
			i = 1
		}
	}
	for j := range mtLen {
		k[i] = (k[i] ^ (k[i-1]^k[i-1]>>30)*1664525) + words[j%2] + uint32(j%2)
		advance()
	}
	for range mtLen - 1 {
		k[i] = (k[i] ^ (k[i-1]^k[i-1]>>30)*1566083941) - uint32(i)
		advance()
	}
	k[0] = mtUpper
}

// refill computes the next mtLen words.
func (g *RandomState) refill() {
	k := &g.key
	for i := range mtLen - mtShift {
		k[i] = k[i+mtShift] ^ twist(k[i], k[i+1])
	}
	for i := mtLen - mtShift; i < mtLen-1; i++ {
		k[i] = k[i+mtShift-mtLen] ^ twist(k[i], k[i+1])
	}
	k[mtLen-1] = k[mtShift-1] ^ twist(k[mtLen-1], k[0])
	g.used = 0
}

func twist(a, b uint32) uint32 {
	y := a&mtUpper | b&(mtUpper-1)
	return y>>1 ^ -(y&1)&0x9908b0df
}

// Uint32 returns the next 32 bits.
func (g *RandomState) Uint32() uint32 {
	if g.used >= mtLen {
		g.refill()
	}
	y := g.key[g.used]
	g.used++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// Float64 returns random_sample(): uniform in [0, 1) with 53 bits.
func (g *RandomState) Float64() float64 {
	hi, lo := g.Uint32()>>5, g.Uint32()>>6
	return float64(uint64(hi)<<26|uint64(lo)) * 0x1p-53
}

// Int returns randint(lo, hi): uniform in [lo, hi), by rejection under a mask. A range of one number draws nothing. It panics
// if the range is empty or holds 2^32 numbers or more.
func (g *RandomState) Int(lo, hi int) int {
	if hi <= lo || uint64(hi)-uint64(lo) >= 1<<32 {
		panic("npyrand: bad range")
	}
	top := uint32(hi - lo - 1)
	if top == 0 {
		return lo
	}
	mask := uint32(1)<<bits.Len32(top) - 1
	for {
		if x := g.Uint32() & mask; x <= top {
			return lo + int(x)
		}
	}
}

// AppendState appends the RandomStateLen bytes from which RestoreState continues the stream.
func (g *RandomState) AppendState(b []byte) []byte {
	for _, k := range &g.key {
		b = binary.LittleEndian.AppendUint32(b, k)
	}
	return binary.LittleEndian.AppendUint16(b, uint16(g.used))
}

// RestoreState continues the stream that AppendState saved. It refuses bytes that no generator writes and then leaves g as
// it was.
func (g *RandomState) RestoreState(b []byte) error {
	if len(b) != RandomStateLen {
		return errors.New("npyrand: restore: wrong length")
	}
	var n RandomState
	n.used = int(binary.LittleEndian.Uint16(b[4*mtLen:]))
	some := uint32(0)
	for i := range n.key {
		n.key[i] = binary.LittleEndian.Uint32(b[4*i:])
		some |= n.key[i]
	}
	if n.used < 1 || n.used > mtLen || some == 0 { // from zeros nothing but zeros follows
		return errors.New("npyrand: restore: damaged state")
	}
	*g = n
	return nil
}
