package viz

import (
	"image"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// coverage is the number of steps between paper and ink. Few enough that a frame of text has colours to spare in a GIF.
const coverage = 8

var (
	regular = sync.OnceValue(func() *opentype.Font { return mustParse(goregular.TTF) })
	bold    = sync.OnceValue(func() *opentype.Font { return mustParse(gobold.TTF) })
)

// mustParse reads a font that is part of the program.
func mustParse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic("viz: a built-in font cannot be read")
	}
	return f
}

// typeface draws one font in one size. Glyphs are rasterised when first used, at four positions within a pixel.
type typeface struct {
	face   font.Face
	ascent int // above the baseline: the height of a capital
	height int // of a line
	glyphs map[glyphKey]*glyph
}

type glyphKey struct {
	r   rune
	sub fixed.Int26_6 // 0, 16, 32, 48: quarters of a pixel
}

// glyph is a coverage map, relative to the pen.
type glyph struct {
	rect    image.Rectangle
	cover   []uint8 // [H, W], 0..coverage
	advance fixed.Int26_6
}

// newTypeface returns f at size pixels per em.
func newTypeface(f *opentype.Font, size int) *typeface {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic("viz: a built-in font cannot be read")
	}
	m := face.Metrics()
	return &typeface{
		face:   face,
		ascent: m.CapHeight.Round(),
		height: (m.Ascent + m.Descent).Ceil(),
		glyphs: make(map[glyphKey]*glyph),
	}
}

// glyph returns r drawn with the pen at a fraction of a pixel.
func (t *typeface) glyph(r rune, pen fixed.Int26_6) *glyph {
	key := glyphKey{drawable(r), pen & 0x30}
	g := t.glyphs[key]
	if g == nil {
		g = t.rasterise(key)
		t.glyphs[key] = g
	}
	return g
}

func (t *typeface) rasterise(key glyphKey) *glyph {
	rect, mask, from, advance, ok := t.face.Glyph(fixed.Point26_6{X: key.sub}, key.r)
	if !ok {
		return &glyph{}
	}
	g := &glyph{rect: rect, cover: make([]uint8, rect.Dx()*rect.Dy()), advance: advance}
	alpha := mask.(*image.Alpha)
	for y := range rect.Dy() {
		for x := range rect.Dx() {
			a := int(alpha.AlphaAt(from.X+x, from.Y+y).A)
			g.cover[y*rect.Dx()+x] = uint8((a*coverage + 127) / 255)
		}
	}
	return g
}

// drawable returns r, or a question mark if it is a rune that the views do not draw: control characters and all that
// would not fill exactly one cell of a terminal. That also bounds the number of glyphs kept.
func drawable(r rune) rune {
	switch {
	case r >= 0x20 && r < 0x7f, r >= 0xa1 && r < 0x250 && r != 0xad, r >= 0x391 && r < 0x460:
		return r
	case r >= 0x2010 && r < 0x2027, r >= 0x2190 && r < 0x2194, r >= 0x2580 && r < 0x25d0, r == '−' || r == '∞':
		return r
	}
	return '?'
}
