package auxtasks

// follower is a copy of the encoder that moves slowly after it.
type follower struct {
	rate   float32
	rows   int
	enc    Encoder
	blocks []Block // its own
	lead   []Block
}

// follower returns the copy that moves at the given rate, with room for passes of so many rows.
func (m *Mixer) follower(rate float32, rows int) Encoder {
	for _, f := range m.follows {
		if f.rate == rate {
			return f.enc.Share(rows)
		}
	}
	f := &follower{rate: rate, rows: rows, enc: m.enc.Copy(rows), lead: m.blocks}
	f.blocks = f.enc.Blocks()
	m.follows = append(m.follows, f)
	return f.enc
}

// move goes part of the way.
func (f *follower) move() {
	for i, b := range f.blocks {
		lead := f.lead[i].Params.W[:len(b.Params.W)]
		for j, w := range b.Params.W {
			b.Params.W[j] = w + f.rate*(lead[j]-w)
		}
	}
}
