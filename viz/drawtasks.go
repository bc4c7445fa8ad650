package viz

import (
	"image"
	"strconv"
)

// drawThoughts draws a panel for each task that has something to show.
func (d *Dashboard) drawThoughts(s *Snapshot) {
	for i, p := range d.shape.panels {
		r := d.panels[i]
		if r.Empty() || p.task == 0 {
			continue
		}
		t := &s.Thoughts[p.task-1]
		d.to.panel(r, d.corner, d.surface)
		y := r.Min.Y + d.captionHeight()
		if p.maps > 0 {
			y = d.drawMaps(r, y, p, t)
		} else {
			d.caption(r, t.Name)
		}
		if p.classes > 0 {
			d.drawClasses(image.Rect(r.Min.X+d.pad, y, r.Max.X-d.pad, r.Max.Y-d.pad), t)
		}
	}
}

// drawMaps draws the maps of a task with one scale, which is printed, and returns the row below them.
func (d *Dashboard) drawMaps(r image.Rectangle, y int, p panelShape, t *Thought) int {
	var lo, hi float32
	for _, m := range t.Maps {
		if l, h := bounds(m.Cell); len(m.Cell) > 0 {
			lo, hi = min(lo, l), max(hi, h)
		}
	}
	d.drawScale(r, t.Name, lo, hi)
	size := d.mapSize(p, r.Dx())
	if size == (image.Point{}) {
		return y
	}
	slot := (r.Dx() - 2*d.pad + d.gap) / p.maps
	for i := range t.Maps {
		m := &t.Maps[i]
		x := r.Min.X + d.pad + i*slot + (slot-d.gap-size.X)/2
		d.drawMap(image.Rect(x, y, x+size.X, y+size.Y), t.Grid, m.Cell, lo, hi)
		textFit(d.to, d.small, x, y+size.Y+d.px(4)+d.small.ascent, slot-d.gap, d.dim, m.Label)
	}
	return y + size.Y + d.smallSize + d.px(8)
}

// drawScale heads a panel of maps with the numbers that the ends of the colours stand for.
func (d *Dashboard) drawScale(r image.Rectangle, name string, lo, hi float32) {
	base := r.Min.Y + d.pad + d.small.ascent
	d.buf = appendNumber(d.buf[:0], hi, false)
	x := r.Max.X - d.pad - width(d.small, d.buf)
	text(d.to, d.small, x, base, d.dim, d.buf)
	x -= d.px(5)
	step := max(d.px(3), 1)
	for i := len(ramp) - 1; i >= 0; i-- {
		d.to.fill(image.Rect(x-step, base-d.px(7), x, base), ramp[i])
		x -= step
	}
	x -= d.px(5)
	d.buf = appendNumber(d.buf[:0], lo, false)
	textRight(d.to, d.small, x, base, d.dim, d.buf)
	x -= width(d.small, d.buf) + d.px(8)
	textFit(d.to, d.small, r.Min.X+d.pad, base, x-r.Min.X-d.pad, d.dim, name)
}

// drawMap draws one map; a ground where there is none.
func (d *Dashboard) drawMap(r image.Rectangle, g Grid, cell []float32, lo, hi float32) {
	if !g.whole(cell) {
		d.to.fill(r, d.rule)
		return
	}
	for i, v := range cell {
		row, col := i/g.Cols, i%g.Cols
		c := image.Rect(r.Min.X+col*r.Dx()/g.Cols, r.Min.Y+row*r.Dy()/g.Rows, r.Min.X+(col+1)*r.Dx()/g.Cols, r.Min.Y+(row+1)*r.Dy()/g.Rows)
		switch {
		case v != v:
			d.to.fill(c, d.rule)
		case hi > lo:
			d.to.fill(c, heat(float64(v-lo)/float64(hi-lo)))
		default:
			d.to.fill(c, heat(0))
		}
	}
}

// drawClasses draws how likely a task thinks each class is, and below what came of the step before and what had been said of it.
func (d *Dashboard) drawClasses(r image.Rectangle, t *Thought) {
	names := 0
	for _, name := range t.Classes {
		names = max(names, width(d.strong, name))
	}
	names = min(names, r.Dx()*2/5)
	best := 0
	for k, p := range t.Prob {
		if p > t.Prob[best] {
			best = k
		}
	}
	row := d.px(17)
	for k, name := range t.Classes {
		face, label, paint := d.body, d.dim, d.skyMid
		if k == best && len(t.Prob) > 0 {
			face, label, paint = d.strong, d.ink, d.sky
		}
		base := r.Min.Y + k*row + (row+face.ascent)/2
		textFit(d.to, face, r.Min.X, base, names, label, name)
		percent := width(d.strong, "100%")
		bar := image.Rect(r.Min.X+names+d.px(6), base-(face.ascent+1)/2-d.px(4), r.Max.X-percent-d.px(6), base-(face.ascent+1)/2+d.px(4))
		d.to.fill(bar, d.rule)
		if k < len(t.Prob) {
			d.buf = appendPercent(d.buf[:0], t.Prob[k])
			textRight(d.to, face, r.Max.X, base, label, d.buf)
			bar.Max.X = bar.Min.X + share(bar.Dx(), float64(t.Prob[k]))
			d.to.fill(bar, paint)
		}
	}
	d.drawTruth(r, r.Min.Y+len(t.Classes)*row+d.px(6)+d.small.ascent, t)
}

// drawTruth writes what came of the step before.
func (d *Dashboard) drawTruth(r image.Rectangle, base int, t *Thought) {
	if t.Came < 0 || t.Came >= len(t.Classes) {
		text(d.to, d.small, r.Min.X, base, d.dim, "nothing came yet")
		return
	}
	x := text(d.to, d.small, r.Min.X, base, d.dim, "came ")
	x = text(d.to, d.small, x, base, d.ink, t.Classes[t.Came])
	d.buf = append(appendPercent(append(d.buf[:0], " (said "...), t.Said), ')')
	x = text(d.to, d.small, x, base, d.dim, d.buf)
	if t.Rare > 0 {
		d.buf = strconv.AppendInt(append(strconv.AppendInt(append(d.buf[:0], "foresaw "...), int64(t.Right), 10), " of "...), int64(t.Rare), 10)
		if w := width(d.small, d.buf); x+d.px(8)+w <= r.Max.X {
			text(d.to, d.small, r.Max.X-w, base, d.dim, d.buf)
		}
	}
}

// drawLosses draws a line for each task: its loss, its weight, the part of its gradient in all on the shared layers, and the cosine
// of that with the main one.
func (d *Dashboard) drawLosses(s *Snapshot) {
	r := d.losses
	if r.Empty() || len(s.Thoughts) == 0 {
		return
	}
	d.to.panel(r, d.corner, d.surface)
	base := d.caption(r, "task")
	in := r.Inset(d.pad)
	cosine := in.Max.X
	names := d.px(40)
	for i := range s.Thoughts {
		names = max(names, width(d.small, s.Thoughts[i].Name))
	}
	lossWidth, weightWidth, cosineWidth := width(d.small, "−1.0e+00"), width(d.small, "weight"), width(d.small, "cosine")
	names = min(names, in.Dx()-lossWidth-weightWidth-cosineWidth-3*d.gap-d.px(24))
	loss := in.Min.X + names + lossWidth
	weight := loss + weightWidth + d.gap
	bar := image.Rect(weight+d.gap, 0, cosine-cosineWidth-d.gap, 0)
	textRight(d.to, d.small, loss, base, d.dim, "loss")
	textRight(d.to, d.small, weight, base, d.dim, "weight")
	if bar.Dx() > 0 {
		textFit(d.to, d.small, bar.Min.X, base, bar.Dx()+d.gap/2, d.dim, "share")
	}
	textRight(d.to, d.small, cosine, base, d.dim, "cosine")
	visible := min(len(s.Thoughts), (in.Max.Y-base)/d.lineHeight())
	for i := range visible {
		t := &s.Thoughts[i]
		base += d.lineHeight()
		textFit(d.to, d.small, in.Min.X, base, names, d.ink, t.Name)
		textRight(d.to, d.small, loss, base, d.ink, d.number(t.Loss, false))
		textRight(d.to, d.small, weight, base, d.dim, d.number(t.Weight, false))
		bar.Min.Y, bar.Max.Y = base-d.px(7), base
		d.to.fill(bar, d.rule)
		if t.Share == t.Share {
			part := bar
			part.Max.X = bar.Min.X + share(bar.Dx(), float64(t.Share))
			d.to.fill(part, d.sky)
		}
		col := d.ink
		if t.Cosine < 0 {
			col = d.vermillion // against the main loss
		}
		textRight(d.to, d.small, cosine, base, col, d.number(t.Cosine, true))
	}
}

// drawRewards draws a line for each source of reward: for this step, and over the episode, with a bar from the middle.
func (d *Dashboard) drawRewards(s *Snapshot) {
	r := d.rewards
	if r.Empty() || len(s.Rewards) == 0 {
		return
	}
	d.to.panel(r, d.corner, d.surface)
	base := d.caption(r, "reward from")
	in := r.Inset(d.pad)
	now, sum := in.Min.X+in.Dx()*55/100, in.Min.X+in.Dx()*75/100
	textRight(d.to, d.small, now, base, d.dim, "now")
	textRight(d.to, d.small, sum, base, d.dim, "episode")
	var most float64
	for _, p := range s.Rewards {
		if a := max(float64(p.Sum), -float64(p.Sum)); a > most {
			most = a
		}
	}
	half := (in.Max.X - sum - d.px(12)) / 2
	mid := in.Max.X - half
	for i := range s.Rewards {
		p := &s.Rewards[i]
		base += d.lineHeight()
		textFit(d.to, d.small, in.Min.X, base, now-in.Min.X-d.px(44), d.ink, p.Name)
		textRight(d.to, d.small, now, base, d.sign(p.Now), d.number(p.Now, true))
		textRight(d.to, d.small, sum, base, d.ink, d.number(p.Sum, true))
		bar := image.Rect(mid-half, base-d.px(7), mid+half, base)
		d.to.fill(bar, d.rule)
		if most > 0 {
			n := share(half, max(float64(p.Sum), -float64(p.Sum))/most)
			bar.Min.X, bar.Max.X = mid, mid+n
			if p.Sum < 0 {
				bar.Min.X, bar.Max.X = mid-n, mid
			}
			d.to.fill(bar, d.sign(p.Sum))
		}
		d.to.fill(image.Rect(mid, base-d.px(8), mid+1, base+1), d.dim)
	}
}
