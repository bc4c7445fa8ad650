package page

import (
	"bytes"
	"encoding/binary"
	"image"
)

// The pixels of a tile are coded as those of the Quite OK Image Format (qoiformat.org), without its header and its end. Its chunk for
// pixels with alpha, which there are none of, says instead how many rows are like the one above: enlarged pixels have many.
const (
	opIndex = 0x00 // 6 bits: a colour seen before
	opDiff  = 0x40 // 2 bits each: difference of red, green, blue
	opLuma  = 0x80 // 6 bits: difference of green; 4 bits each: how the others' differ from it
	opRun   = 0xc0 // 6 bits: how often the pixel before is repeated
	opRGB   = 0xfe // a byte each: red, green, blue
	opRows  = 0xff // a byte: how often the row before is repeated

	maxRun = 62
	black  = 0xff000000 // little-endian RGBA; the pixel before the first
)

// appendPixels appends the opaque pixels of img in r, row by row.
func appendPixels(b []byte, img *image.RGBA, r image.Rectangle) []byte {
	var seen [64]uint32
	var above []byte
	prev, run, rows := uint32(black), 0, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := img.Pix[img.PixOffset(r.Min.X, y):][:4*r.Dx()]
		if bytes.Equal(row, above) {
			rows++
			continue
		}
		above = row
		if rows > 0 {
			b = append(appendRun(b, run), opRows, byte(rows))
			run, rows = 0, 0
		}
		for ; len(row) >= 4; row = row[4:] {
			px := binary.LittleEndian.Uint32(row)
			if px == prev {
				run++
				continue
			}
			b = appendRun(b, run)
			run = 0
			b = appendPixel(b, &seen, prev, px)
			prev = px
		}
	}
	b = appendRun(b, run)
	if rows > 0 {
		b = append(b, opRows, byte(rows))
	}
	return b
}

// appendRun appends n repetitions.
func appendRun(b []byte, n int) []byte {
	for ; n > maxRun; n -= maxRun {
		b = append(b, opRun|(maxRun-1))
	}
	if n > 0 {
		b = append(b, opRun|byte(n-1))
	}
	return b
}

// appendPixel appends a pixel that differs from the one before.
func appendPixel(b []byte, seen *[64]uint32, prev, px uint32) []byte {
	red, green, blue := byte(px), byte(px>>8), byte(px>>16)
	at := (red*3 + green*5 + blue*7 + 0xff*11&0xff) & 63
	if seen[at] == px {
		return append(b, opIndex|at)
	}
	seen[at] = px
	dr, dg, db := red-byte(prev), green-byte(prev>>8), blue-byte(prev>>16)
	if dr+2 < 4 && dg+2 < 4 && db+2 < 4 {
		return append(b, opDiff|(dr+2)<<4|(dg+2)<<2|(db+2))
	}
	if rg, bg := dr-dg, db-dg; dg+32 < 64 && rg+8 < 16 && bg+8 < 16 {
		return append(b, opLuma|(dg+32), (rg+8)<<4|(bg+8))
	}
	return append(b, opRGB, red, green, blue)
}
