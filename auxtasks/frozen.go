package auxtasks

import (
	"encoding/binary"
	"errors"
	"math"
)

// Frozen keeps potentials that change in time as they were when their states were visited.
//
// Two rollouts that follow each other share a row of each world: what follows the last transition of one is the first row of the
// next. A potential that is learned, or that counts, has another value there once it has changed; the sum of F along an episode
// would then no longer be free of what was done (Devlin & Kudenko 2012, theorem 3.1; TestFrozen). Freeze puts the older one back.
type Frozen struct {
	last []float32 // [worlds]; NaN: none yet
}

// NewFrozen returns one for so many worlds.
func NewFrozen(worlds int) *Frozen {
	f := &Frozen{last: make([]float32, worlds)}
	for i := range f.last {
		f.last[i] = float32(math.NaN())
	}
	return f
}

// Freeze replaces the potentials of the first rows of a fresh rollout by those that the rollout before it ended with, and keeps those
// of its own last rows. phi is over all rows of b, freshly computed.
func (f *Frozen) Freeze(phi []float32, b *Batch) {
	if len(phi) < b.Rows() {
		panic("auxtasks: Freeze: length mismatch")
	}
	end := b.T * b.B
	for s := range b.B {
		last := &f.last[worldOf(b, s)]
		if !math.IsNaN(float64(*last)) {
			phi[s] = *last
		}
		*last = phi[end+s]
	}
}

// AppendState appends the potentials that were kept.
func (f *Frozen) AppendState(b []byte) []byte {
	for _, x := range f.last {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// RestoreState continues what AppendState saved.
func (f *Frozen) RestoreState(b []byte) error {
	if len(b) != 4*len(f.last) {
		return errors.New("auxtasks: restore: frozen potentials of another number of worlds")
	}
	for i := range f.last {
		f.last[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return nil
}

// worldOf returns which world sequence s of a rollout is of.
func worldOf(b *Batch, s int) int {
	if b.Env == nil {
		return s
	}
	return int(b.Env[s])
}
