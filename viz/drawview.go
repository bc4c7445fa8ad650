package viz

import "image"

// drawWorld draws the world, and over it what was chosen to lie there.
func (d *Dashboard) drawWorld(s *Snapshot) {
	d.drawPicture(d.worldPanel, d.world, s.World)
	if o, ok := s.over(true); ok && !d.world.Empty() {
		d.to.overlay(d.world, &o, d.hot)
	}
}

// drawView draws what the agent sees, what lies over it, and beside it the older frames.
func (d *Dashboard) drawView(s *Snapshot) {
	if d.view.Empty() {
		return
	}
	d.drawPicture(d.viewPanel, d.view, s.View)
	d.buf = append(d.buf[:0], "view"...)
	if o, ok := s.over(false); ok {
		d.to.overlay(d.view, &o, d.hot)
		d.buf = appendOver(d.buf, &o)
	}
	y := d.viewPanel.Min.Y + d.pad + d.small.ascent
	room := d.viewPanel.Dx() - 2*d.pad
	if !d.stack.Empty() {
		room -= d.stack.Dx() + d.pad
	}
	textFit(d.to, d.small, d.viewPanel.Min.X+d.pad, y, room, d.dim, d.buf)
	if d.stack.Empty() || len(s.Stack) == 0 {
		return
	}
	n, gap := len(s.Stack), d.px(4)
	side := image.Pt(d.stack.Dx(), (d.stack.Dy()-(n-1)*gap)/n)
	for i, img := range s.Stack {
		size := fill(sizeOf(img), side)
		if size == (image.Point{}) {
			continue
		}
		at := d.stack.Min.Add(image.Pt(0, i*(d.stack.Dy()-size.Y)/max(n-1, 1)))
		d.scaler.draw(d.to.img, image.Rectangle{at, at.Add(size)}, img)
	}
	text(d.to, d.small, d.stack.Min.X, y, d.dim, "before")
}
