package viz

import "image"

// drawView draws what the agent sees, over it the overlay of the first task that has one, and beside it the older frames.
func (d *Dashboard) drawView(s *Snapshot) {
	if d.view.Empty() {
		return
	}
	d.drawPicture(d.viewPanel, d.view, s.View)
	d.buf = append(d.buf[:0], "view"...)
	for i := range s.Thoughts {
		t := &s.Thoughts[i]
		if t.Grid.whole(t.Overlay) && t.Grid.Of.X > 0 && t.Grid.Of.Y > 0 {
			d.drawOverlay(t)
			d.buf = append(append(d.buf, " + "...), t.Over...)
			break
		}
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

// overlaySteps is the number of strengths of an overlay. Few, so that a GIF has colours to spare.
const overlaySteps = 6

// drawOverlay lays a colour over the cells of the view, the stronger the larger their number is between the least and the largest.
func (d *Dashboard) drawOverlay(t *Thought) {
	lo, hi := bounds(t.Overlay)
	if !(hi > lo) {
		return
	}
	g := t.Grid
	for i, v := range t.Overlay {
		k := int(clamp(float64((v-lo)/(hi-lo)))*overlaySteps + 0.5)
		if k == 0 {
			continue
		}
		row, col := i/g.Cols, i%g.Cols
		x0, x1 := d.overX(g, col), d.overX(g, col+1)
		y0, y1 := d.overY(g, row), d.overY(g, row+1)
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				d.to.mix(x, y, d.hot, k)
			}
		}
	}
}

// overX returns where column col of a grid begins on the view, overY where a row does.
func (d *Dashboard) overX(g Grid, col int) int {
	return d.view.Min.X + (g.Area.Min.X*g.Cols+g.Area.Dx()*col)*d.view.Dx()/(g.Cols*g.Of.X)
}

func (d *Dashboard) overY(g Grid, row int) int {
	return d.view.Min.Y + (g.Area.Min.Y*g.Rows+g.Area.Dy()*row)*d.view.Dy()/(g.Rows*g.Of.Y)
}

// bounds returns the least and the largest finite number of x.
func bounds(x []float32) (lo, hi float32) {
	first := true
	for _, v := range x {
		if v-v != 0 { // neither NaN nor infinite
			continue
		}
		if first || v < lo {
			lo = v
		}
		if first || v > hi {
			hi = v
		}
		first = false
	}
	return lo, hi
}
