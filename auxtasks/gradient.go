package auxtasks

import "github.com/auxrl/auxrl/nn"

// room returns memory for a gradient of all blocks.
func (m *Mixer) room() [][]float32 {
	g := make([][]float32, len(m.blocks))
	for i, b := range m.blocks {
		g[i] = make([]float32, len(b.Params.W))
	}
	return g
}

// take moves the gradient that stands in the blocks to dst.
func (m *Mixer) take(dst [][]float32) {
	m.moved = dst
	m.dims.Team.Run(len(m.stretches), m.takePiece)
}

// put is take in the other direction, on blocks that hold nothing.
func (m *Mixer) put(src [][]float32) {
	m.moved = src
	m.dims.Team.Run(len(m.stretches), m.putPiece)
}

// addBack adds src to the gradient that stands in the blocks.
func (m *Mixer) addBack(src [][]float32) {
	m.moved = src
	m.dims.Team.Run(len(m.stretches), m.addPiece)
}

// stretch is a part of a block.
type stretch struct{ block, lo, hi int }

const stretchLen = 1 << 15

// cut makes the stretches that the team works on one by one.
func (m *Mixer) cut() {
	for i, b := range m.blocks {
		n := len(b.Params.W)
		for lo := 0; lo < n; lo += stretchLen {
			m.stretches = append(m.stretches, stretch{i, lo, min(lo+stretchLen, n)})
		}
	}
	m.takePiece = func(k int) {
		s := m.stretches[k]
		g := m.blocks[s.block].Params.G[s.lo:s.hi]
		copy(m.moved[s.block][s.lo:s.hi], g)
		clear(g)
	}
	m.putPiece = func(k int) {
		s := m.stretches[k]
		copy(m.blocks[s.block].Params.G[s.lo:s.hi], m.moved[s.block][s.lo:s.hi])
	}
	m.addPiece = func(k int) {
		s := m.stretches[k]
		nn.AddScaled(m.blocks[s.block].Params.G[s.lo:s.hi], m.moved[s.block][s.lo:s.hi], 1)
	}
}
