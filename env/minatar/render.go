package minatar

import (
	"image"
	"image/color"
)

// The colours of Okabe & Ito, which people with any common colour blindness can tell apart, and greys.
var (
	black     = color.RGBA{0, 0, 0, 255}    // between squares
	empty     = color.RGBA{28, 28, 28, 255} // squares
	grey      = color.RGBA{96, 96, 96, 255}
	silver    = color.RGBA{176, 176, 176, 255}
	white     = color.RGBA{255, 255, 255, 255}
	orange    = color.RGBA{230, 159, 0, 255}
	sky       = color.RGBA{86, 180, 233, 255}
	green     = color.RGBA{0, 158, 115, 255}
	yellow    = color.RGBA{240, 228, 66, 255}
	blue      = color.RGBA{0, 114, 178, 255}
	vermilion = color.RGBA{213, 94, 0, 255}
	pink      = color.RGBA{204, 121, 167, 255}
)

// maxTile is the largest side of a square in pixels. gapTile is the smallest that has a black line around it.
const (
	maxTile = 64
	gapTile = 6
)

// maxObs is room for an observation of any game: Seaquest has the most channels.
const maxObs = side * side * seaquestChannels

// RenderSize returns the size of the largest picture within limit, of squares of 1 to 64 pixels.
func (w *World) RenderSize(limit image.Point) image.Point {
	tile := clamp(min(limit.X, limit.Y)/side, 1, maxTile)
	return image.Pt(tile*side, tile*side)
}

// Render draws the board, one colour for each channel; where several share a square, the last is seen. dst is square, a whole
// number of pixels for each square of the board; Render panics if it is not.
func (w *World) Render(dst *image.RGBA) {
	tile := dst.Rect.Dx() / side
	if tile < 1 || dst.Rect.Dx() != tile*side || dst.Rect.Dy() != tile*side {
		panic("minatar: the picture does not hold whole squares")
	}
	var room [maxObs]byte
	obs := room[:w.spec.ObsLen()]
	w.observe(obs)
	for y := range side {
		for x := range side {
			at := (y*side + x) * w.spec.C
			r := image.Rect(0, 0, tile, tile).Add(dst.Rect.Min).Add(image.Pt(x*tile, y*tile))
			fill(dst, r, w.colour(obs[at:at+w.spec.C]))
		}
	}
}

// colour returns that of a square's last channel that is set.
func (w *World) colour(square []byte) color.RGBA {
	for c := len(square) - 1; c >= 0; c-- {
		if square[c] != 0 {
			return w.title.palette[c]
		}
	}
	return empty
}

// fill draws one square with its margin.
func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	inner := r
	if r.Dx() >= gapTile {
		inner = r.Inset(1)
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if image.Pt(x, y).In(inner) {
				dst.SetRGBA(x, y, c)
			} else {
				dst.SetRGBA(x, y, black)
			}
		}
	}
}
