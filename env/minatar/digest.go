package minatar

import (
	"encoding/binary"
	"math"

	"github.com/auxrl/auxrl/env"
)

// AppendLayout appends the image, as AppendReset does.
func (w *World) AppendLayout(b []byte) []byte { return w.AppendReset(b) }

// AppendReset appends the image [10, 10, C], a byte for each square of each channel.
func (w *World) AppendReset(b []byte) []byte {
	n := len(b)
	b = append(b, make([]byte, w.spec.ObsLen())...)
	w.observe(b[n:])
	return b
}

// AppendStep appends the image, the reward as a float64, little endian, and a byte that says whether the game has ended; the
// original knows no truncation.
func (w *World) AppendStep(b []byte, s env.Step) []byte {
	b = binary.LittleEndian.AppendUint64(w.AppendReset(b), math.Float64bits(s.Reward))
	if s.End == env.Terminated {
		return append(b, 1)
	}
	return append(b, 0)
}
