package viz

import (
	"image"
	"strings"
	"unicode"
)

// loud reports whether a flag stands out: it is in capitals.
func loud(flag string) bool {
	return strings.IndexFunc(flag, unicode.IsLower) < 0 && strings.IndexFunc(flag, unicode.IsUpper) >= 0
}

// drawFlags writes how the moment is watched to end at x, in the line of the title, and returns the width it took.
func (d *Dashboard) drawFlags(s *Snapshot, x int) int {
	right := x
	for i := len(s.Flags) - 1; i >= 0; i-- {
		flag := s.Flags[i]
		w := width(d.strong, flag)
		if x-w-2*d.pad < d.header.Min.X {
			break
		}
		base := d.header.Min.Y - d.px(3) + (d.px(20)+d.strong.ascent)/2
		if loud(flag) {
			w += 2 * d.pad
			r := image.Rect(x-w, d.header.Min.Y-d.px(3), x, d.header.Min.Y+d.px(17))
			d.to.panel(r, d.corner, d.orange)
			text(d.to, d.strong, r.Min.X+d.pad, base, d.background, flag)
		} else {
			text(d.to, d.strong, x-w, base, d.dim, flag)
		}
		x -= w + d.gap
	}
	return right - x
}

// drawNotice writes what the viewer has to say at the bottom.
func (d *Dashboard) drawNotice(s *Snapshot) {
	if s.Notice == "" {
		return
	}
	frame := d.target.Rect
	w := min(width(d.body, s.Notice)+4*d.pad, frame.Dx()-2*d.margin)
	h := d.bodySize + 2*d.pad
	r := centre(frame, image.Pt(w, h))
	r = r.Add(image.Pt(0, frame.Max.Y-d.margin-r.Max.Y))
	d.to.panel(r, d.corner, d.ink)
	textFit(d.to, d.body, r.Min.X+2*d.pad, (r.Min.Y+r.Max.Y+d.body.ascent)/2, w-4*d.pad, d.background, s.Notice)
}

// drawHelp writes a table over the middle, in two parts side by side if it is too high.
func (d *Dashboard) drawHelp(s *Snapshot) {
	if len(s.Help) == 0 {
		return
	}
	left, right := 0, 0
	for _, line := range s.Help {
		key, about, _ := strings.Cut(line, "\t")
		left, right = max(left, width(d.strong, key)), max(right, width(d.body, about))
	}
	frame := d.target.Rect.Inset(d.margin)
	pad, row := 2*d.pad, d.body.height+d.px(4)
	parts := 1
	if len(s.Help)*row+2*pad > frame.Dy() {
		parts = 2
	}
	rows := (len(s.Help) + parts - 1) / parts
	column := left + pad + right
	size := image.Pt(min(parts*(column+pad)+pad, frame.Dx()), min(rows*row+2*pad, frame.Dy()))
	r := centre(frame, size)
	d.to.panel(r.Inset(-d.px(2)), d.corner, d.dim)
	d.to.panel(r, d.corner, d.surface)
	for i, line := range s.Help {
		key, about, _ := strings.Cut(line, "\t")
		x, y := r.Min.X+pad+i/rows*(column+pad), r.Min.Y+pad+i%rows*row+d.body.ascent+d.px(2)
		textFit(d.to, d.strong, x, y, r.Max.X-x, d.sky, key)
		textFit(d.to, d.body, x+left+pad, y, r.Max.X-pad/2-x-left-pad, d.ink, about)
	}
}
