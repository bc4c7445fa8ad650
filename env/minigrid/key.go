package minigrid

import "encoding/binary"

// Key returns a hash of the full state: squares, agent, what it carries, what boxes hold and what the episode is about. The
// clock, the generator and the milestones do not count. It is the same in every process. Two keys of one colour are not the
// same object: it matters which of them lies where.
func (w *World) Key() uint64 {
	h := uint64(len(w.entry.id))
	h = mixed(h, uint64(w.x)|uint64(w.y)<<8|uint64(w.dir)<<16|uint64(w.carrying)<<32)
	for y := range w.grid.h {
		row := w.grid.row(y)
		for len(row) > 1 {
			h = mixed(h, uint64(row[0])|uint64(row[1])<<32)
			row = row[2:]
		}
		if len(row) > 0 {
			h = mixed(h, uint64(row[0]))
		}
	}
	for n, c := range w.contents[1 : w.objects+1] {
		if c != nothing {
			h = mixed(h, uint64(n)|uint64(c)<<8)
		}
	}
	if k, ok := w.family.(keeper); ok {
		w.scratch = k.appendState(w.scratch[:0])
		for b := w.scratch; len(b) > 0; b = b[min(8, len(b)):] {
			var word [8]byte
			copy(word[:], b)
			h = mixed(h, binary.LittleEndian.Uint64(word[:]))
		}
	}
	return h
}

// mixed returns a hash of h followed by v.
func mixed(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}
