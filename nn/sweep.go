package nn

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// sweepLen is how many weights an optimiser takes at a time. It is a constant so that the norm, a sum over pieces in order, does
// not depend on the number of workers.
const sweepLen = 1 << 13

// sweep is what optimisers have in common: it goes over arenas in pieces, once to measure the gradient and once to step.
type sweep struct {
	slots  []slot
	team   *Team
	active []*slot   // of the step under way
	sums   []float64 // [pieces] of squares
	scale  float32
	update func(s *slot, lo, hi int, scale float32)

	measure, move func(int)
}

// slot holds an optimiser's moments of one arena.
type slot struct {
	params     *Params
	steps      uint64
	m, v       []float32
	step, root float32 // constants of the step under way
}

// pieces returns how many pieces the arena has.
func (s *slot) pieces() int { return (len(s.params.W) + sweepLen - 1) / sweepLen }

func (w *sweep) bind(workers *Team, update func(s *slot, lo, hi int, scale float32), arenas []*Params) {
	w.team, w.update, w.measure, w.move = workers, update, w.measurePiece, w.movePiece
	n := 0
	for _, p := range arenas {
		w.slots = append(w.slots, slot{params: p})
		n += w.slots[len(w.slots)-1].pieces()
	}
	w.active, w.sums = make([]*slot, 0, len(arenas)), make([]float64, n)
}

func (w *sweep) find(p *Params) *slot {
	for i := range w.slots {
		if w.slots[i].params == p {
			return &w.slots[i]
		}
	}
	panic("nn: the optimiser was not built for this arena")
}

// begin starts a step of the given arenas.
func (w *sweep) begin(arenas []*Params) {
	w.active = w.active[:0]
	for _, p := range arenas {
		s := w.find(p)
		for _, other := range w.active {
			if other == s {
				panic("nn: one step of an arena named twice")
			}
		}
		s.steps++
		w.active = append(w.active, s)
	}
}

// run measures the gradients, clips them and steps.
func (w *sweep) run(clip float32) float32 {
	n := 0
	for _, s := range w.active {
		n += s.pieces()
	}
	w.team.Run(n, w.measure)
	sum := 0.0
	for _, part := range w.sums[:n] {
		sum += part
	}
	norm := math.Sqrt(sum)
	if !(norm <= math.MaxFloat32) {
		w.drop()
		return float32(norm)
	}
	w.scale = 1
	if clip > 0 && norm > float64(clip) {
		w.scale = float32(float64(clip) / (norm + 1e-6))
	}
	w.team.Run(n, w.move)
	return float32(norm)
}

// drop takes the step back that begin began.
func (w *sweep) drop() {
	for _, s := range w.active {
		s.steps--
		clear(s.params.G)
	}
}

// bounds returns which weights of which arena a piece is.
func (w *sweep) bounds(piece int) (s *slot, lo, hi int) {
	for _, s = range w.active {
		n := s.pieces()
		if piece < n {
			break
		}
		piece -= n
	}
	return s, piece * sweepLen, min((piece+1)*sweepLen, len(s.params.W))
}

func (w *sweep) measurePiece(piece int) {
	s, lo, hi := w.bounds(piece)
	g := s.params.G[lo:hi]
	w.sums[piece] = f32.Dot(g, g)
}

func (w *sweep) movePiece(piece int) {
	s, lo, hi := w.bounds(piece)
	w.update(s, lo, hi, w.scale)
}

// AppendState implements Optimizer.
func (w *sweep) AppendState(b []byte) []byte {
	for i := range w.slots {
		b = binary.LittleEndian.AppendUint64(b, w.slots[i].steps)
	}
	return b
}

// RestoreState implements Optimizer.
func (w *sweep) RestoreState(b []byte) error {
	if len(b) != 8*len(w.slots) {
		return errors.New("nn: restore: the optimiser's state has the wrong length")
	}
	for i := range w.slots {
		w.slots[i].steps = binary.LittleEndian.Uint64(b[8*i:])
	}
	return nil
}
