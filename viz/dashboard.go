package viz

import (
	"image"
)

// Dashboard draws snapshots as pictures. It is the one renderer of pixels: whatever shows or stores frames uses it.
type Dashboard struct {
	Light bool // dark on light instead of light on dark

	shape shape // of what is drawn
	room  shape // that the layout has room for
	layout
	palette
	small, body, title, large, strong *typeface

	to     canvas
	scaler scaler
	target image.RGBA // dst, with its top left as the origin
	buf    []byte     // numbers in decimal
	ret    []float32  // of the curve

	tiles []Dashboard
	tile  image.RGBA // a part of target
}

// NewDashboard returns a dashboard. It adapts to the size of each picture it is given.
func NewDashboard() *Dashboard { return &Dashboard{} }

// Draw fills dst with a picture of s: every pixel, opaque, whatever the size. Sizes from about 400x250 have room
// for all parts, with auxiliary tasks from about 800x500; what has no room is left out.
func (d *Dashboard) Draw(dst *image.RGBA, s *Snapshot) {
	if dst.Rect.Empty() {
		return
	}
	sh := shapeOf(dst.Rect.Size(), s)
	d.draw(dst, s, sh, sh)
}

// draw fills dst with a picture of s, laid out with room for another shape.
func (d *Dashboard) draw(dst *image.RGBA, s *Snapshot, sh, room shape) {
	d.arrange(sh, room)
	d.target = image.RGBA{Pix: dst.Pix, Stride: dst.Stride, Rect: image.Rectangle{Max: dst.Rect.Size()}}
	d.to.img = &d.target
	d.palette = darkColors
	if d.Light {
		d.palette = lightColors
	}
	d.to.fill(d.target.Rect, d.background)
	d.drawHeader(s)
	if len(s.Tiles) > 0 {
		d.drawTiles(s)
	} else {
		d.drawMoment(s)
	}
	d.drawNotice(s)
	d.drawHelp(s)
	d.target = image.RGBA{}
}

// drawMoment draws everything below the header.
func (d *Dashboard) drawMoment(s *Snapshot) {
	d.drawWorld(s)
	d.drawStatus(s)
	d.drawPolicy(s)
	d.drawView(s)
	d.drawRewards(s)
	d.drawThoughts(s)
	d.drawLosses(s)
	d.drawCurve(s)
}

// arrange makes the layout and the type for new shapes.
func (d *Dashboard) arrange(sh, room shape) {
	if sh == d.shape && room == d.room {
		return
	}
	d.shape, d.room, d.layout = sh, room, newLayout(room)
	if sh.world != room.world {
		d.world = centre(d.world, fill(sh.world, d.world.Size()))
	}
	if sh.view != room.view {
		d.view = centre(d.view, fill(sh.view, d.view.Size()))
	}
	d.small = newTypeface(regular(), d.smallSize)
	d.body = newTypeface(regular(), d.bodySize)
	d.strong = newTypeface(bold(), d.bodySize)
	d.title = newTypeface(bold(), d.titleSize)
	d.large = newTypeface(bold(), d.largeSize)
}

// drawHeader writes the title with what lies over the world, below it the mission and how training goes, and at the right how the
// episode ended.
func (d *Dashboard) drawHeader(s *Snapshot) {
	r := d.header
	room := r.Dx()
	if s.End != "" && len(s.Tiles) == 0 { // each tile has its own
		room -= d.drawBadge(s.End) + d.gap
	}
	room -= d.drawFlags(s, r.Min.X+room)
	y := r.Min.Y + d.title.ascent
	textFit(d.to, d.title, r.Min.X, y, room, d.ink, s.Title)
	if o, ok := s.over(true); ok {
		x := r.Min.X + width(d.title, s.Title)
		d.buf = appendOver(d.buf[:0], &o)
		textFit(d.to, d.small, x, y, r.Min.X+room-x, d.dim, d.buf)
	}
	y = r.Min.Y + d.titleSize + d.px(3) + d.body.ascent + d.px(3)
	room = r.Dx()
	if s.Training != "" {
		w := min(width(d.body, s.Training), room)
		room -= w + d.gap
		textFit(d.to, d.body, r.Max.X-w, y, w, d.dim, s.Training)
	}
	textFit(d.to, d.body, r.Min.X, y, room, d.dim, s.Mission)
}

// drawBadge writes how the episode ended on a light ground and returns the width it took.
func (d *Dashboard) drawBadge(end string) int {
	w := width(d.strong, end) + 2*d.pad
	r := image.Rect(d.header.Max.X-w, d.header.Min.Y-d.px(3), d.header.Max.X, d.header.Min.Y+d.px(17))
	d.to.panel(r, d.corner, d.ink)
	text(d.to, d.strong, r.Min.X+d.pad, (r.Min.Y+r.Max.Y+d.strong.ascent)/2, d.background, end)
	return w
}

// drawPicture draws a picture on its panel.
func (d *Dashboard) drawPicture(panel, r image.Rectangle, img *image.RGBA) {
	if r.Empty() {
		return
	}
	if r.Size() != panel.Size() {
		d.to.panel(panel, d.corner, d.surface)
	}
	d.scaler.draw(d.to.img, r, img)
}

// caption writes the heading of a panel and returns its baseline.
func (d *Dashboard) caption(panel image.Rectangle, s string) int {
	y := panel.Min.Y + d.pad + d.small.ascent
	textFit(d.to, d.small, panel.Min.X+d.pad, y, panel.Dx()-2*d.pad, d.dim, s)
	return y
}

// number returns v in decimal, valid until the next call.
func (d *Dashboard) number(v float32, sign bool) []byte {
	d.buf = appendNumber(d.buf[:0], v, sign)
	return d.buf
}
