package viz

import (
	"image"
	"image/color"
	"strings"
)

// drawPolicy draws a bar for the probability of each action, or the legend where there is no policy. The one taken has an arrow, a name in bold and another colour.
func (d *Dashboard) drawPolicy(s *Snapshot) {
	r := d.policy
	if r.Dy() < d.captionHeight()+d.row || r.Dx() < d.px(60) || d.shape.policy == 0 {
		return
	}
	d.to.panel(r, d.corner, d.surface)
	if len(s.Policy) == 0 {
		d.drawKeys(s)
		return
	}
	y := d.caption(r, "policy")
	d.buf = append(appendNumber(append(d.buf[:0], "entropy "...), s.Entropy, false), " nat"...)
	if w := width(d.small, d.buf); w+d.px(50) < r.Dx()-2*d.pad {
		text(d.to, d.small, r.Max.X-d.pad-w, y, d.dim, d.buf)
	}

	r.Min.Y += d.captionHeight()
	visible := min(len(s.Policy), (r.Dy()-d.pad/2)/d.row)
	first := firstVisible(s, visible)
	names := d.nameWidth(s, r.Dx())
	for i := range visible {
		a := first + i
		row := image.Rect(r.Min.X, r.Min.Y+i*d.row, r.Max.X, r.Min.Y+(i+1)*d.row)
		d.drawBar(row, names, actionName(s, a), s.Policy[a], a == s.Action)
	}
}

// drawKeys writes what a person can do, as far as there is room. The action taken last stands out.
func (d *Dashboard) drawKeys(s *Snapshot) {
	r := d.policy
	d.caption(r, "keys")
	names := 0
	for _, line := range s.Legend {
		key, _, _ := strings.Cut(line, " ")
		names = max(names, width(d.strong, key))
	}
	y := r.Min.Y + d.captionHeight()
	for i, line := range s.Legend {
		if y+d.row > r.Max.Y {
			break
		}
		key, about, _ := strings.Cut(line, " ")
		face, label := d.body, d.dim
		if i == s.Action {
			face, label = d.strong, d.orange
		}
		base := y + (d.row+face.ascent)/2
		x := r.Min.X + d.pad
		text(d.to, d.strong, x, base, d.sky, key)
		x += names + d.px(10)
		textFit(d.to, face, x, base, r.Max.X-d.pad-x, label, strings.TrimLeft(about, " "))
		y += d.row
	}
}

// firstVisible returns the first of n bars: the action taken is among them.
func firstVisible(s *Snapshot, n int) int {
	if s.Action < n {
		return 0
	}
	return max(min(s.Action-n/2, len(s.Policy)-n), 0)
}

// nameWidth returns the room for names: what the longest needs, but no more than 2/5 of the panel.
func (d *Dashboard) nameWidth(s *Snapshot, panel int) int {
	w := 0
	for a := range s.Policy {
		w = max(w, width(d.strong, actionName(s, a)))
	}
	return min(w, panel*2/5)
}

// drawBar draws one action.
func (d *Dashboard) drawBar(row image.Rectangle, names int, name string, p float32, taken bool) {
	face, label, paint := d.body, d.dim, d.skyMid
	if taken {
		face, label, paint = d.strong, d.ink, d.orange
	}
	base := (row.Min.Y + row.Max.Y + face.ascent) / 2
	x := row.Min.X + d.pad
	if taken {
		d.arrow(x, base-(face.ascent+1)/2, d.px(4), d.orange)
	}
	x += d.px(9)
	textFit(d.to, face, x, base, names, label, name)

	percent := width(d.strong, "100%")
	d.buf = appendPercent(d.buf[:0], p)
	textRight(d.to, face, row.Max.X-d.pad, base, label, d.buf)

	half := d.px(4)
	mid := base - (face.ascent+1)/2
	bar := image.Rect(x+names+d.px(6), mid-half, row.Max.X-d.pad-percent-d.px(6), mid+half)
	d.to.fill(bar, d.rule)
	bar.Max.X = bar.Min.X + share(bar.Dx(), float64(p))
	d.to.fill(bar, paint)
}

// arrow draws a triangle that points right: its middle row is at y, its height 2 half + 1.
func (d *Dashboard) arrow(x, y, half int, col color.RGBA) {
	for i := -half; i <= half; i++ {
		n := half + 1 - max(i, -i)
		d.to.fill(image.Rect(x, y+i, x+n, y+i+1), col)
	}
}

// actionName returns the name of action a; actions beyond the list have numbers below 10 only.
func actionName(s *Snapshot, a int) string {
	if a < len(s.Actions) {
		return s.Actions[a]
	}
	return "?"
}
