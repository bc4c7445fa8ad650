// Package rng derives every random number of the project from one seed.
//
// Streams are named by path: Key(seed, "world") is unrelated to Key(seed, "weights"), and adding a consumer shifts no
// other's numbers. Two kinds of numbers come out of a key: At(key, i) is the i-th number of a table that is never stored,
// which makes order and restoring trivial; a [Stream] is a generator with state, for whoever draws an unknown number of times.
//
// This is the only package that imports golang.org/x/exp/rand.
package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// Key returns the seed of the stream that path names below seed.
func Key(seed uint64, path ...string) uint64 {
	h := sha256.New()
	var word [8]byte
	write := func(v uint64) {
		binary.LittleEndian.PutUint64(word[:], v)
		h.Write(word[:])
	}
	write(seed)
	for _, name := range path {
		write(uint64(len(name)))
		h.Write([]byte(name))
	}
	return binary.LittleEndian.Uint64(h.Sum(nil))
}

// At returns number i of the table that key names: SplitMix64's finaliser (Steele et al. 2014), applied twice.
func At(key, i uint64) uint64 {
	return mix(mix(key+i*0x9e3779b97f4a7c15) ^ key)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Float64 maps 64 random bits to [0, 1).
func Float64(u uint64) float64 { return float64(u>>11) * 0x1p-53 }

// Below maps 64 random bits to 0..n-1; the bias is below n/2^64. It panics unless n > 0.
func Below(u uint64, n int) int {
	if n <= 0 {
		panic("rng: Below: n must be positive")
	}
	hi, _ := bits.Mul64(u, uint64(n))
	return int(hi)
}

// Shuffle writes a random order of 0..len(dst)-1, drawn from the table that key names.
func Shuffle(dst []int32, key uint64) {
	for i := range dst {
		dst[i] = int32(i)
	}
	for i := len(dst) - 1; i > 0; i-- {
		j := Below(At(key, uint64(i)), i+1)
		dst[i], dst[j] = dst[j], dst[i]
	}
}
