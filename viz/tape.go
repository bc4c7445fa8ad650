package viz

import (
	"bytes"
	"image"
	"slices"
)

// Tape keeps the last snapshots that it was given, exactly, in a bounded memory: the oldest make room. Moments are numbered from 0 in
// the order in which they came.
type Tape struct {
	limit   int // bytes
	size    int
	moments []moment // the oldest first
	first   int      // number of moments[0]

	shown Snapshot // by At
}

// moment is a snapshot whose pictures are packed.
type moment struct {
	snap   Snapshot // with slices of its own, and no pictures
	images []packed // of World, View and Stack; a zero one stands for none
	tiles  []moment
	size   int // bytes, about
}

// NewTape returns an empty tape that keeps so many bytes, but the last moment always.
func NewTape(bytes int) *Tape { return &Tape{limit: bytes} }

// First returns the number of the oldest moment that is kept, Next that of the next to come: First..Next-1 are there.
func (t *Tape) First() int { return t.first }

// Next returns the number that the next moment will have.
func (t *Tape) Next() int { return t.first + len(t.moments) }

// Reset forgets all moments; the next has the given number.
func (t *Tape) Reset(next int) { *t = Tape{limit: t.limit, first: next} }

// Add keeps a copy of s.
func (t *Tape) Add(s *Snapshot) {
	m := newMoment(s)
	t.moments = append(t.moments, m)
	t.size += m.size
	drop := 0
	for ; t.size > t.limit && drop < len(t.moments)-1; drop++ {
		t.size -= t.moments[drop].size
		t.moments[drop] = moment{}
	}
	t.moments = t.moments[drop:]
	t.first += drop
}

// Amend keeps a copy of s in place of the last moment.
func (t *Tape) Amend(s *Snapshot) {
	last := &t.moments[len(t.moments)-1]
	t.size -= last.size
	*last = newMoment(s)
	t.size += last.size
}

// At returns moment i, which must be there. It must not be changed, and is valid until the next call.
func (t *Tape) At(i int) *Snapshot {
	t.shown = t.moments[i-t.first].unpack()
	return &t.shown
}

// Begins reports whether moment i, which must be there, is the first there is of an episode.
func (t *Tape) Begins(i int) bool {
	i -= t.first
	s := &t.moments[i].snap
	return s.Step == 0 || i > 0 && t.moments[i-1].snap.Episode != s.Episode
}

// newMoment copies a snapshot.
func newMoment(s *Snapshot) moment {
	var m moment
	for _, img := range append([]*image.RGBA{s.World, s.View}, s.Stack...) {
		p := pack(img)
		m.images = append(m.images, p)
		m.size += p.size()
	}
	for _, tile := range s.Tiles {
		m.tiles = append(m.tiles, newMoment(tile))
		m.size += m.tiles[len(m.tiles)-1].size
	}
	bare := *s
	bare.World, bare.View, bare.Stack, bare.Tiles = nil, nil, nil, nil
	m.snap.Copy(&bare)
	m.size += 2048 + 4*len(s.Policy) + 4*len(s.Overlay.Cell) + 8*s.History.Len()
	for i := range s.Thoughts {
		t := &s.Thoughts[i]
		m.size += 256 + 4*len(t.Overlay)
		for k := range t.Maps {
			m.size += 4 * len(t.Maps[k].Cell)
		}
	}
	return m
}

// unpack returns the snapshot with its pictures.
func (m *moment) unpack() Snapshot {
	s := m.snap
	var pictures []*image.RGBA
	for i := range m.images {
		pictures = append(pictures, m.images[i].unpack())
	}
	s.World, s.View = pictures[0], pictures[1]
	if len(pictures) > 2 {
		s.Stack = pictures[2:]
	}
	for i := range m.tiles {
		tile := m.tiles[i].unpack()
		s.Tiles = append(s.Tiles, &tile)
	}
	return s
}

// packed is an opaque picture as stretches of equal pixels. Rows that are alike, as those of a tile are, share them.
type packed struct {
	rect      image.Rectangle
	rows      []int32   // [H] where the stretches of each row begin
	stretches []stretch // those of a row fill its width
}

// stretch is so many pixels of one colour.
type stretch struct {
	color uint32
	n     uint32
}

// pack packs a picture; of nil there is nothing.
func pack(img *image.RGBA) packed {
	if img == nil {
		return packed{}
	}
	p := packed{rect: img.Rect, rows: make([]int32, img.Rect.Dy())}
	var above []byte
	for y := range p.rows {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		if y > 0 && bytes.Equal(row, above) {
			p.rows[y] = p.rows[y-1]
			continue
		}
		above = row
		p.rows[y] = int32(len(p.stretches))
		var last stretch
		for x := range len(row) / 4 {
			c := pixel(row, x)
			if c != last.color && last.n > 0 {
				p.stretches = append(p.stretches, last)
				last.n = 0
			}
			last = stretch{c, last.n + 1}
		}
		p.stretches = append(p.stretches, last)
	}
	p.stretches = slices.Clip(p.stretches)
	return p
}

// unpack returns the picture, or nil.
func (p *packed) unpack() *image.RGBA {
	if p.rows == nil {
		return nil
	}
	img := image.NewRGBA(p.rect)
	pix := img.Pix
	for _, at := range p.rows {
		for left := p.rect.Dx(); left > 0; at++ {
			s := p.stretches[at]
			left -= int(s.n)
			for range s.n {
				pix[0], pix[1], pix[2], pix[3] = uint8(s.color>>16), uint8(s.color>>8), uint8(s.color), 0xff
				pix = pix[4:]
			}
		}
	}
	return img
}

// size returns the bytes it takes, about.
func (p *packed) size() int { return 4*len(p.rows) + 8*len(p.stretches) }
