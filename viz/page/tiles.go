package page

import (
	"bytes"
	"encoding/binary"
	"image"

	"github.com/auxrl/auxrl/viz"
)

// tileSide is the side of a tile in pixels; those at the right and at the bottom may be smaller.
const tileSide = 32

// tiles is a picture of the dashboard that knows when each part of it changed last. Versions count the frames drawn.
type tiles struct {
	dash        *viz.Dashboard
	frame, last *image.RGBA // the newest picture and the one before
	version     uint32
	cols, rows  int
	tile        []tile // [rows, cols]
	changed     []bool // [cols] of a row of tiles
}

// tile is a part of the picture.
type tile struct {
	version uint32 // of the picture when it changed last
	coded   uint32 // version of code
	code    []byte
}

func newTiles(size image.Point, d *viz.Dashboard) *tiles {
	all := image.Rectangle{Max: size}
	cols, rows := (size.X+tileSide-1)/tileSide, (size.Y+tileSide-1)/tileSide
	return &tiles{
		dash: d, frame: image.NewRGBA(all), last: image.NewRGBA(all),
		cols: cols, rows: rows, tile: make([]tile, cols*rows), changed: make([]bool, cols),
	}
}

// draw draws the next frame, and marks what differs from the one before.
func (t *tiles) draw(s *viz.Snapshot) {
	t.frame, t.last = t.last, t.frame
	t.dash.Draw(t.frame, s)
	t.version++
	for row := range t.rows {
		t.compare(row)
		for col, changed := range t.changed {
			if changed || t.version == 1 {
				t.tile[row*t.cols+col].version = t.version
			}
		}
	}
}

// compare finds the tiles of a row that have changed.
func (t *tiles) compare(row int) {
	clear(t.changed)
	stride := t.frame.Stride
	for y := row * tileSide; y < min((row+1)*tileSide, t.frame.Rect.Max.Y); y++ {
		a, b := t.frame.Pix[y*stride:(y+1)*stride], t.last.Pix[y*stride:(y+1)*stride]
		if bytes.Equal(a, b) {
			continue
		}
		for col := range t.changed {
			from, to := 4*tileSide*col, min(4*tileSide*(col+1), stride)
			if !t.changed[col] && !bytes.Equal(a[from:to], b[from:to]) {
				t.changed[col] = true
			}
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
