package maze

import "github.com/auxrl/auxrl/internal/rng"

// headings is in how many directions a Key looks.
const headings = 8

// Key hashes what counts as one state: the level, the tile that the agent is on and which of eight ways it looks, the things that
// are left, and what is asked for. Where in its tile the agent stands does not count: hardly any state would be met twice.
func (w *World) Key() uint64 {
	if w.phase == idle {
		return 0
	}
	h := uint64(w.number)
	mix := func(v int) { h = rng.At(h, uint64(v)) }
	mix(w.level.at(w.body.x, w.body.y))
	mix((w.body.heading + turns/(2*headings)) % turns * headings / turns)
	mix(w.asked)
	for _, t := range w.things {
		if !t.gone {
			mix(int(t.tile)*int(kinds) + int(t.kind))
		}
	}
	return h
}
