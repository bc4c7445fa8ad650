package probe

import (
	"image"
	"image/color"
	"image/draw"
)

var (
	dark  = color.RGBA{38, 40, 48, 255}   // gaps and nothing
	floor = color.RGBA{70, 74, 86, 255}   // a place to be
	actor = color.RGBA{235, 110, 60, 255} // where the agent is, or what it chose
	prize = color.RGBA{80, 190, 100, 255} // where reward is
	sign  = color.RGBA{90, 150, 240, 255} // what the agent is shown
)

// paint fills dst with the world's cells. Cells that are large enough have a gap around them.
func (w *world) paint(dst *image.RGBA, cell func(col, row int) color.RGBA) {
	side := dst.Rect.Dx() / w.cols
	draw.Draw(dst, dst.Rect, image.NewUniform(dark), image.Point{}, draw.Src)
	for row := range w.rows {
		for col := range w.cols {
			r := image.Rect(col*side, row*side, (col+1)*side, (row+1)*side).Add(dst.Rect.Min).Inset(side / 16)
			draw.Draw(dst, r, image.NewUniform(cell(col, row)), image.Point{}, draw.Src)
		}
	}
}

// blend returns the colour that is the fraction f of the way from a to b.
func blend(a, b color.RGBA, f float64) color.RGBA {
	mix := func(x, y uint8) uint8 { return uint8(float64(x) + f*(float64(y)-float64(x))) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
