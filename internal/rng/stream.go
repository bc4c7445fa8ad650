package rng

import (
	"encoding/binary"
	"errors"

	"golang.org/x/exp/rand" //nolint:staticcheck // deprecated upstream, hence confined here with golden values
)

// StateLen is the number of bytes of a Stream's state.
const StateLen = 16

// Stream is a generator with state: PCG XSL RR 128/64.
type Stream struct{ src rand.PCGSource }

// New returns the stream that key names.
func New(key uint64) *Stream {
	s := new(Stream)
	s.Seed(key)
	return s
}

// Seed restarts the stream. Both words of the state depend on all of key.
func (s *Stream) Seed(key uint64) {
	var state [StateLen]byte
	binary.BigEndian.PutUint64(state[:8], At(key, 0))
	binary.BigEndian.PutUint64(state[8:], At(key, 1))
	if err := s.src.UnmarshalBinary(state[:]); err != nil {
		panic("rng: a PCG state no longer has 16 bytes")
	}
}

// Uint64 returns the next 64 bits.
func (s *Stream) Uint64() uint64 { return s.src.Uint64() }

// Float64 returns the next number in [0, 1).
func (s *Stream) Float64() float64 { return Float64(s.src.Uint64()) }

// Below returns the next number in 0..n-1. It panics unless n > 0.
func (s *Stream) Below(n int) int { return Below(s.src.Uint64(), n) }

// AppendState appends the StateLen bytes that RestoreState takes.
func (s *Stream) AppendState(b []byte) []byte {
	state, err := s.src.MarshalBinary()
	if err != nil {
		panic("rng: a PCG state cannot be saved")
	}
	return append(b, state...)
}

// RestoreState continues a stream where AppendState left it.
func (s *Stream) RestoreState(b []byte) error {
	if len(b) != StateLen {
		return errors.New("rng: restore: a stream's state has 16 bytes")
	}
	return s.src.UnmarshalBinary(b)
}
