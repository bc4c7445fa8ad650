// Package npyrand draws the random numbers that NumPy draws, bit for bit, so that a world ported from Python has the same
// layouts for the same seeds:
//
//   - [Generator] is default_rng(seed): a SeedSequence feeds a PCG64, and the draws follow numpy.random.Generator (1.17 and
//     later; read at 1.24).
//   - [RandomState] is the older RandomState(seed), also behind numpy.random.seed: the Mersenne Twister.
//
// No draw allocates. The zero value of either is not usable: call Seed first.
package npyrand

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// StateLen is the number of bytes that AppendState appends.
const StateLen = 16 + 16 + 4 + 1

// Multiplier of PCG64's linear congruential step, 2360ed051fc65da44385df649fccf645.
const (
	mulHi = 0x2360ed051fc65da4
	mulLo = 0x4385df649fccf645
)

// Generator is numpy.random.Generator(PCG64(seed)).
type Generator struct {
	hi, lo       uint64 // state
	incHi, incLo uint64 // increment, odd
	buf          uint32 // high half of the last 64-bit draw that was split
	full         bool   // buf waits for the next 32-bit draw
}

// Seed restarts g as default_rng(seed).
func (g *Generator) Seed(seed uint64) {
	var q [4]uint64
	expand(&q, seed)
	*g = Generator{incHi: q[2]<<1 | q[3]>>63, incLo: q[3]<<1 | 1}
	g.step()
	var carry uint64
	g.lo, carry = bits.Add64(g.lo, q[1], 0)
	g.hi, _ = bits.Add64(g.hi, q[0], carry)
	g.step()
}

// step advances the 128-bit state: state*mul + inc.
func (g *Generator) step() {
	hi, lo := bits.Mul64(g.lo, mulLo)
	hi += g.hi*mulLo + g.lo*mulHi
	var carry uint64
	g.lo, carry = bits.Add64(lo, g.incLo, 0)
	g.hi, _ = bits.Add64(hi, g.incHi, carry)
}

// Uint64 returns the next 64 bits (output function XSL-RR). It leaves a buffered half draw alone.
func (g *Generator) Uint64() uint64 {
	g.step()
	return bits.RotateLeft64(g.hi^g.lo, -int(g.hi>>58))
}

// Uint32 returns the next 32 bits: the low half of a 64-bit draw, then its high half.
func (g *Generator) Uint32() uint32 {
	if g.full {
		g.full = false
		return g.buf
	}
	x := g.Uint64()
	g.buf, g.full = uint32(x>>32), true
	return uint32(x)
}

// Int returns integers(lo, hi): uniform in [lo, hi), by Lemire's method on 32 bits. A range of one number draws nothing.
// It panics if the range is empty or holds 2^32 numbers or more.
func (g *Generator) Int(lo, hi int) int {
	if hi <= lo || uint64(hi)-uint64(lo) >= 1<<32 {
		panic("npyrand: bad range")
	}
	if hi-lo == 1 {
		return lo
	}
	n := uint32(hi - lo)
	m := uint64(g.Uint32()) * uint64(n)
	if uint32(m) < n {
		for t := -n % n; uint32(m) < t; {
			m = uint64(g.Uint32()) * uint64(n)
		}
	}
	return lo + int(m>>32)
}

// Float64 returns random(): uniform in [0, 1) with 53 bits.
func (g *Generator) Float64() float64 { return float64(g.Uint64()>>11) * 0x1p-53 }

// Uniform returns uniform(lo, hi).
func (g *Generator) Uniform(lo, hi float64) float64 {
	return lo + float64((hi-lo)*g.Float64())
}

// below returns a uniform number in [0, top], by rejection under a mask: what shuffle draws, unlike Int.
func (g *Generator) below(top uint32) uint32 {
	mask := uint32(1)<<bits.Len32(top) - 1
	for {
		if x := g.Uint32() & mask; x <= top {
			return x
		}
	}
}

// Choice returns choice(p), one element of p. It panics if p is empty.
func Choice[T any](g *Generator, p []T) T { return p[g.Int(0, len(p))] }

// Shuffle permutes p as shuffle(p) permutes a list.
func Shuffle[T any](g *Generator, p []T) {
	for i := len(p) - 1; i > 0; i-- {
		j := g.below(uint32(i))
		p[i], p[j] = p[j], p[i]
	}
}

// AppendState appends the StateLen bytes from which RestoreState continues the stream.
func (g *Generator) AppendState(b []byte) []byte {
	for _, x := range [...]uint64{g.hi, g.lo, g.incHi, g.incLo} {
		b = binary.LittleEndian.AppendUint64(b, x)
	}
	if !g.full {
		return append(b, 0, 0, 0, 0, 0)
	}
	return append(binary.LittleEndian.AppendUint32(b, g.buf), 1)
}

// RestoreState continues the stream that AppendState saved. It refuses bytes that no generator writes and then leaves g as
// it was.
func (g *Generator) RestoreState(b []byte) error {
	if len(b) != StateLen {
		return errors.New("npyrand: restore: wrong length")
	}
	var q [4]uint64
	for i := range q {
		q[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	buf, full := binary.LittleEndian.Uint32(b[32:]), b[36]
	if q[3]&1 == 0 || full > 1 || full == 0 && buf != 0 {
		return errors.New("npyrand: restore: damaged state")
	}
	*g = Generator{q[0], q[1], q[2], q[3], buf, full == 1}
	return nil
}
