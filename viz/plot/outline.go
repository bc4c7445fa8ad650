package plot

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// outlined is a canvas that draws text as filled outlines, without hinting.
type outlined struct{ vg.CanvasSizer }

// FillString draws text with its baseline beginning at pt.
func (c outlined) FillString(f vgfont.Face, pt vg.Point, text string) {
	var (
		buf  sfnt.Buffer
		path vg.Path
		prev sfnt.GlyphIndex
		em   = fixed.Int26_6(f.Face.UnitsPerEm())
		unit = f.Font.Size / vg.Length(em)
		pen  fixed.Int26_6
	)
	for i, r := range text {
		g, err := f.Face.GlyphIndex(&buf, r) // 0, the box of an unknown rune, if there is none
		if err != nil {
			panic("plot: a built-in font cannot be read")
		}
		if i > 0 {
			if kern, err := f.Face.Kern(&buf, prev, g, em, font.HintingNone); err == nil {
				pen += kern
			}
		}
		segments, err := f.Face.LoadGlyph(&buf, g, em, nil)
		if err != nil {
			panic("plot: a built-in font cannot be read")
		}
		path = appendGlyph(path, segments, func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: pt.X + vg.Length(pen+p.X)*unit, Y: pt.Y - vg.Length(p.Y)*unit}
		})
		advance, err := f.Face.GlyphAdvance(&buf, g, em, font.HintingNone)
		if err != nil {
			panic("plot: a built-in font cannot be read")
		}
		pen += advance
		prev = g
	}
	if len(path) > 0 {
		c.Fill(path)
	}
}

// appendGlyph appends the closed outlines of a glyph, where at places its points.
func appendGlyph(path vg.Path, segments sfnt.Segments, at func(fixed.Point26_6) vg.Point) vg.Path {
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				path.Close()
			}
			path.Move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(segments) > 0 {
		path.Close()
	}
	return path
}
