package viz

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"unicode/utf8"

	"golang.org/x/image/math/fixed"
)

// canvas draws opaque shapes and text on a picture, clipped to its bounds.
type canvas struct{ img *image.RGBA }

// fill paints a rectangle.
func (c canvas) fill(r image.Rectangle, col color.RGBA) {
	r = r.Intersect(c.img.Bounds())
	if r.Empty() {
		return
	}
	row := c.img.Pix[c.img.PixOffset(r.Min.X, r.Min.Y):][:4*r.Dx()]
	for i := 0; i < len(row); i += 4 {
		row[i], row[i+1], row[i+2], row[i+3] = col.R, col.G, col.B, 0xff
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.img.Pix[c.img.PixOffset(r.Min.X, y):], row)
	}
}

// panel paints a rectangle with rounded corners.
func (c canvas) panel(r image.Rectangle, corner int, col color.RGBA) {
	c.fill(image.Rect(r.Min.X, r.Min.Y+corner, r.Max.X, r.Max.Y-corner), col)
	for i := range corner {
		inset := corner - int(math.Sqrt(float64(corner*corner-(corner-i-1)*(corner-i-1)))+0.5)
		c.fill(image.Rect(r.Min.X+inset, r.Min.Y+i, r.Max.X-inset, r.Min.Y+i+1), col)
		c.fill(image.Rect(r.Min.X+inset, r.Max.Y-i-1, r.Max.X-inset, r.Max.Y-i), col)
	}
}

// mix lays k/coverage of a colour over a pixel.
func (c canvas) mix(x, y int, col color.RGBA, k int) {
	if k > 0 && (image.Point{X: x, Y: y}).In(c.img.Bounds()) {
		blend(c.img.Pix[c.img.PixOffset(x, y):][:4], col, uint32(min(k, coverage)))
	}
}

// stamp lays a colour over the pixels of r, as much of it as cover says, [H, W] in coverage.
func (c canvas) stamp(r image.Rectangle, cover []uint8, col color.RGBA) {
	in := r.Intersect(c.img.Bounds())
	if in.Empty() {
		return
	}
	for y := in.Min.Y; y < in.Max.Y; y++ {
		row := cover[(y-r.Min.Y)*r.Dx()+in.Min.X-r.Min.X:][:in.Dx()]
		pix := c.img.Pix[c.img.PixOffset(in.Min.X, y):][:4*len(row)]
		for i, k := range row {
			if k > 0 {
				blend(pix[4*i:4*i+4:4*i+4], col, uint32(k))
			}
		}
	}
}

// blend lays k/coverage of a colour over a pixel: for each channel, (a*(coverage-k) + b*k + coverage/2) / coverage. Red and blue are
// computed side by side, which takes a power of two for coverage.
func blend(p []byte, col color.RGBA, k uint32) {
	const both, half = 0xff00ff, coverage/2<<16 | coverage/2
	old := binary.LittleEndian.Uint32(p)
	rb := ((old&both)*(coverage-k) + (uint32(col.B)<<16|uint32(col.R))*k + half) / coverage & both
	g := (old>>8&0xff*(coverage-k) + uint32(col.G)*k + coverage/2) / coverage
	binary.LittleEndian.PutUint32(p, 0xff<<24|g<<8|rb)
}

// text writes s with its baseline at y and returns where the pen ends.
func text[S string | []byte](c canvas, t *typeface, x, y int, col color.RGBA, s S) int {
	pen := fixed.I(x)
	for i := 0; i < len(s); {
		r, size := decodeRune(s[i:])
		i += size
		g := t.glyph(r, pen)
		c.stamp(g.rect.Add(image.Pt(pen.Floor(), y)), g.cover, col)
		pen += g.advance
	}
	return pen.Ceil()
}

// textRight writes s so that it ends at x.
func textRight[S string | []byte](c canvas, t *typeface, x, y int, col color.RGBA, s S) {
	text(c, t, x-width(t, s), y, col, s)
}

// textFit writes s, shortened with an ellipsis to be at most room wide.
func textFit[S string | []byte](c canvas, t *typeface, x, y, room int, col color.RGBA, s S) {
	if width(t, s) <= room {
		text(c, t, x, y, col, s)
		return
	}
	dots := width(t, "…")
	var pen fixed.Int26_6
	for i := 0; i < len(s); {
		r, size := decodeRune(s[i:])
		next := pen + t.glyph(r, 0).advance
		if next.Ceil()+dots > room {
			if i > 0 {
				text(c, t, text(c, t, x, y, col, s[:i]), y, col, "…")
			}
			return
		}
		pen = next
		i += size
	}
}

// width returns the length of s in pixels.
func width[S string | []byte](t *typeface, s S) int {
	var pen fixed.Int26_6
	for i := 0; i < len(s); {
		r, size := decodeRune(s[i:])
		pen += t.glyph(r, 0).advance
		i += size
	}
	return pen.Ceil()
}

// decodeRune returns the first rune of s and its length.
func decodeRune[S string | []byte](s S) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	var b [utf8.UTFMax]byte
	return utf8.DecodeRune(b[:copy(b[:], s)])
}
