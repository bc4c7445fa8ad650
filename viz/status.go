package viz

import (
	"image"
	"image/color"
	"strconv"
)

// drawStatus writes where the episode stands: two rows of labelled numbers.
func (d *Dashboard) drawStatus(s *Snapshot) {
	if d.status.Dy() < d.statusHeight() {
		return
	}
	d.to.panel(d.status, d.corner, d.surface)
	r := d.status.Inset(d.pad)
	col := r.Dx() / 3
	top, bottom := r.Min.Y, r.Min.Y+d.fieldHeight()

	d.buf = strconv.AppendInt(d.buf[:0], int64(s.Episode), 10)
	d.field(r.Min.X, top, "episode", d.ink, d.buf)
	d.drawSteps(image.Rect(r.Min.X+col, top, r.Max.X, bottom), s)

	d.field(r.Min.X, bottom, "return", d.ink, d.number(s.Return, true))
	d.field(r.Min.X+col, bottom, "reward", d.sign(s.Reward), d.number(s.Reward, true))
	d.field(r.Min.X+2*col, bottom, "value", d.sky, d.number(s.Value, false))
}

// field writes a label and below it a value. It returns where the value ends and its baseline.
func (d *Dashboard) field(x, y int, label string, col color.RGBA, value []byte) image.Point {
	text(d.to, d.small, x, y+d.small.ascent, d.dim, label)
	base := y + d.smallSize + d.px(3) + d.large.ascent
	return image.Pt(text(d.to, d.large, x, base, col, value), base)
}

// drawSteps writes the step and how much of the limit is used up.
func (d *Dashboard) drawSteps(r image.Rectangle, s *Snapshot) {
	d.buf = strconv.AppendInt(d.buf[:0], int64(s.Step), 10)
	at := d.field(r.Min.X, r.Min.Y, "step", d.ink, d.buf)
	if s.StepLimit <= 0 {
		return
	}
	d.buf = strconv.AppendInt(append(d.buf[:0], "of "...), int64(s.StepLimit), 10)
	text(d.to, d.small, at.X+d.px(5), at.Y, d.dim, d.buf)
	bar := image.Rect(r.Min.X+r.Dx()/2, at.Y-d.px(5), r.Max.X, at.Y-d.px(2))
	d.to.fill(bar, d.rule)
	bar.Max.X = bar.Min.X + share(bar.Dx(), float64(s.Step)/float64(s.StepLimit))
	d.to.fill(bar, d.dim)
}

// share returns the part p of n pixels: none only for 0, all only for 1.
func share(n int, p float64) int {
	p = clamp(p)
	k := int(p*float64(n) + 0.5)
	switch {
	case p > 0 && k == 0:
		return min(1, n)
	case p < 1 && k == n:
		return max(n-1, 0)
	}
	return k
}
