package page

import (
	"encoding/binary"
	"hash/maphash"
	"image"
	"math/bits"

	"github.com/auxrl/auxrl/viz"
)

// tileSide is the side of a tile in pixels; those at the right and at the bottom may be smaller.
const tileSide = 32

// mixer is an odd number without a pattern: 2^64 divided by the golden ratio.
const mixer = 0x9e3779b97f4a7c15

// tiles is a picture of the dashboard that knows when each part of it changed last. Versions count the frames drawn. Of the frame before
// there are sums only: to read all of it again would cost as much as a third of the drawing, since it has left the caches.
type tiles struct {
	dash       *viz.Dashboard
	frame      *image.RGBA
	version    uint32
	cols, rows int
	tile       []tile // [rows, cols]
	seed       maphash.Seed
	sums       []uint64 // [cols] of a row of tiles
}

// tile is a part of the picture.
type tile struct {
	sum     uint64 // of its pixels
	version uint32 // of the picture when it changed last
	coded   uint32 // version of code
	code    []byte
}

func newTiles(size image.Point, d *viz.Dashboard) *tiles {
	cols, rows := (size.X+tileSide-1)/tileSide, (size.Y+tileSide-1)/tileSide
	return &tiles{
		dash: d, frame: image.NewRGBA(image.Rectangle{Max: size}), seed: maphash.MakeSeed(),
		cols: cols, rows: rows, tile: make([]tile, cols*rows), sums: make([]uint64, cols),
	}
}

// draw draws the next frame, and marks what differs from the one before.
func (t *tiles) draw(s *viz.Snapshot) {
	t.dash.Draw(t.frame, s)
	t.version++
	for row := range t.rows {
		t.sum(row)
		for col, sum := range t.sums {
			if z := &t.tile[row*t.cols+col]; z.sum != sum || t.version == 1 {
				z.sum, z.version = sum, t.version
			}
		}
	}
}

// sum sets sums to those of a row of tiles. That two that differ have the same sum does not happen in the age of the universe.
func (t *tiles) sum(row int) {
	clear(t.sums)
	stride := t.frame.Stride
	for y := row * tileSide; y < min((row+1)*tileSide, t.frame.Rect.Max.Y); y++ {
		line := t.frame.Pix[y*stride : (y+1)*stride]
		for col := range t.sums {
			part := line[4*tileSide*col : min(4*tileSide*(col+1), stride)]
			hi, lo := bits.Mul64(t.sums[col]^maphash.Bytes(t.seed, part), mixer)
			t.sums[col] = hi ^ lo
		}
	}
}

// appendSince appends the tiles that have changed after a version, each as its index in two bytes, the length of its code in two more,
// both big-endian, and the code. It returns also the version that they make up.
func (t *tiles) appendSince(b []byte, version uint32) ([]byte, uint32) {
	for i := range t.tile {
		z := &t.tile[i]
		if z.version <= version {
			continue
		}
		if z.coded != z.version {
			z.code = appendPixels(z.code[:0], t.frame, t.place(i))
			z.coded = z.version
		}
		b = binary.BigEndian.AppendUint16(b, uint16(i))
		b = binary.BigEndian.AppendUint16(b, uint16(len(z.code)))
		b = append(b, z.code...)
	}
	return b, t.version
}

// place returns where a tile is.
func (t *tiles) place(i int) image.Rectangle {
	at := image.Pt(i%t.cols*tileSide, i/t.cols*tileSide)
	return image.Rectangle{at, at.Add(image.Pt(tileSide, tileSide))}.Intersect(t.frame.Rect)
}
