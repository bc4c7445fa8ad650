package viz

import (
	"image"
	"image/color"
	"strconv"
)

// panelCols is the width that the text at the right is given at least.
const panelCols = 36

// curveRows is what tasks leave to the curve and the view at least.
const curveRows = 5

// draw fills the cells.
func (t *Terminal) draw(s *Snapshot) {
	all := image.Rect(0, 0, t.screen.w, t.screen.h)
	if len(s.Tiles) > 0 {
		t.tiles(all, s)
	} else {
		t.moment(all, s)
	}
	t.notice(all, s)
	t.help(all, s)
}

// moment draws title and mission at the top, the world at the left, the agent's mind at the right.
func (t *Terminal) moment(r image.Rectangle, s *Snapshot) {
	w, h := r.Dx(), r.Dy()
	t.header(r, s)
	room := w - 2
	if n := cells(s.Training); n > 0 && cells(s.Mission)+n < room {
		t.text(r.Max.X-1-n, r.Min.Y+1, n, dim, false, s.Training)
		room -= n + 1
	}
	t.text(r.Min.X+1, r.Min.Y+1, room, dim, false, s.Mission)
	top := r.Min.Y + 2
	if h >= 30 {
		top++
	}
	limit := image.Pt(w-panelCols-4, 2*(r.Max.Y-top))
	if w < 2*panelCols {
		limit.X = w / 2
	}
	x := r.Min.X + 1
	if size := fit(sizeOf(s.World), limit); size != (image.Point{}) {
		o, _ := s.over(true)
		t.half(x, top, s.World, size, &o)
		x += size.X + 2
	}
	t.mind(image.Rect(x, top, r.Max.X-1, r.Max.Y), s)
}

// header draws the title, and at the right how the moment is watched and how the episode ended.
func (t *Terminal) header(r image.Rectangle, s *Snapshot) {
	end := r.Max.X - 1
	if s.End != "" && len(s.Tiles) == 0 { // each tile has its own
		end -= t.badge(end, r.Min.Y, s.End, ink) + 1
	}
	for i := len(s.Flags) - 1; i >= 0; i-- {
		flag := s.Flags[i]
		n := cells(flag) + 2
		if end-n <= r.Min.X {
			break
		}
		if loud(flag) {
			t.badge(end, r.Min.Y, flag, orange)
		} else {
			t.text(end-n+1, r.Min.Y, n-2, dim, false, flag)
		}
		end -= n
	}
	room := end - r.Min.X - 2
	t.text(r.Min.X+1, r.Min.Y, room, ink, true, s.Title)
	if o, ok := s.over(true); ok {
		n := cells(s.Title)
		t.buf = appendOver(t.buf[:0], &o)
		put(&t.screen, r.Min.X+1+n, r.Min.Y, room-n, dim, background, false, t.buf)
	}
}

// mind draws the panels in a rectangle of cells.
func (t *Terminal) mind(r image.Rectangle, s *Snapshot) {
	if r.Dx() < 12 {
		return
	}
	t.status(r, s)
	r.Min.Y += 5
	if n := min(len(s.Policy), r.Dy()-7); n > 0 {
		t.policy(r, s, n)
		r.Min.Y += n + 2
	} else if n := min(len(s.Legend), r.Dy()-5); n > 0 && len(s.Policy) == 0 {
		t.legend(r, s, n)
		r.Min.Y += n + 2
	}
	if room := r.Dy() - curveRows; len(s.Thoughts) > 0 && room > 0 {
		if n := t.thoughts(image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+room), s); n > 0 {
			r.Min.Y += n + 1
		}
	}
	if r.Dy() < 3 {
		return
	}
	if size := fit(sizeOf(s.View), image.Pt(r.Dx()*2/5, 2*(r.Dy()-1))); size != (image.Point{}) {
		t.buf = append(t.buf[:0], "view"...)
		o, ok := s.over(false)
		if ok {
			t.buf = appendOver(t.buf, &o)
		}
		put(&t.screen, r.Min.X, r.Min.Y, size.X, dim, background, false, t.buf)
		t.half(r.Min.X, r.Min.Y+1, s.View, size, &o)
		r.Min.X += size.X + 2
	}
	r.Max.Y = min(r.Max.Y, r.Min.Y+12)
	t.curve(r, s)
}

// status draws two rows of labelled numbers.
func (t *Terminal) status(r image.Rectangle, s *Snapshot) {
	x, y, col := r.Min.X, r.Min.Y, r.Dx()/3
	t.buf = strconv.AppendInt(t.buf[:0], int64(s.Episode), 10)
	t.field(x, y, col, "episode", ink)
	t.buf = strconv.AppendInt(t.buf[:0], int64(s.Step), 10)
	if s.StepLimit > 0 {
		n := len(t.buf)
		if t.buf = strconv.AppendInt(append(t.buf, " of "...), int64(s.StepLimit), 10); len(t.buf) >= col {
			t.buf = t.buf[:n]
		}
		t.bar(x+2*col, y+1, r.Max.X-x-2*col, float64(s.Step)/float64(s.StepLimit), dim)
	}
	t.field(x+col, y, col, "step", ink)
	y += 2
	t.number(s.Return, true)
	t.field(x, y, col, "return", ink)
	t.number(s.Reward, true)
	t.field(x+col, y, col, "reward", signColor(s.Reward))
	t.number(s.Value, false)
	t.field(x+2*col, y, col, "value", sky)
}

// field draws a label and below it what is in buf.
func (t *Terminal) field(x, y, cols int, label string, col color.RGBA) {
	if cells(label) >= cols {
		label = label[:min(3, max(cols-1, 0))]
	}
	t.text(x, y, cols-1, dim, false, label)
	put(&t.screen, x, y+1, cols-1, col, background, true, t.buf)
}

// number leaves v in buf.
func (t *Terminal) number(v float32, sign bool) { t.buf = appendNumber(t.buf[:0], v, sign) }

// policy draws a heading and n bars.
func (t *Terminal) policy(r image.Rectangle, s *Snapshot, n int) {
	t.text(r.Min.X, r.Min.Y, r.Dx(), dim, false, "policy")
	t.buf = append(appendNumber(append(t.buf[:0], "entropy "...), s.Entropy, false), " nat"...)
	if cells(t.buf)+len("policy ") <= r.Dx() {
		t.right(r.Max.X, r.Min.Y, dim, false)
	}
	names := 0
	for a := range s.Policy {
		names = max(names, cells(actionName(s, a)))
	}
	names = min(names, r.Dx()*2/5)
	first := firstVisible(s, n)
	for i := range n {
		a, y := first+i, r.Min.Y+1+i
		label, paint := dim, skyMid
		if a == s.Action {
			label, paint = ink, orange
			t.screen.put(r.Min.X, y, '►', orange, background, true)
		}
		t.text(r.Min.X+2, y, names, label, a == s.Action, actionName(s, a))
		t.bar(r.Min.X+3+names, y, r.Dx()-names-8, float64(s.Policy[a]), paint)
		t.buf = appendPercent(t.buf[:0], s.Policy[a])
		t.right(r.Max.X, y, label, a == s.Action)
	}
}

// legend draws a heading and the first n lines of what a person can do.
func (t *Terminal) legend(r image.Rectangle, s *Snapshot, n int) {
	t.text(r.Min.X, r.Min.Y, r.Dx(), dim, false, "keys")
	for i, line := range s.Legend[:n] {
		y, label := r.Min.Y+1+i, ink
		if i == s.Action {
			label = orange
			t.screen.put(r.Min.X, y, '►', orange, background, true)
		}
		t.text(r.Min.X+2, y, r.Dx()-2, label, i == s.Action, line)
	}
}

// curve draws the value as columns, and below them marks where rewards came: up for positive ones, down for negative ones.
func (t *Terminal) curve(r image.Rectangle, s *Snapshot) {
	h := &s.History
	lo, hi := valueRange(h.Values())
	steps := niceSteps(h.Steps())
	label := "value, reward ▲▼"
	critic := s.Value == s.Value // not NaN
	if !critic {
		label = "reward ▲▼"
	}
	t.text(r.Min.X, r.Min.Y, r.Dx(), dim, false, label)
	t.buf = append(strconv.AppendInt(t.buf[:0], int64(steps), 10), " steps"...)
	if r.Dx() > 28 {
		t.right(r.Max.X, r.Min.Y, dim, false)
	}
	const labels = 6
	r.Min.Y++
	if critic {
		t.number(hi, false)
		t.right(r.Min.X+labels-1, r.Min.Y, dim, false)
		t.number(lo, false)
		t.right(r.Min.X+labels-1, r.Max.Y-2, dim, false)
	}
	r.Min.X += labels
	rows := r.Dy() - 1
	if rows < 1 || r.Dx() < 4 {
		return
	}
	for col := range r.Dx() {
		val, rew, ok := h.between(steps, col, r.Dx())
		level := 0
		if ok {
			level = max(int(8*float64(rows)*clamp(float64((val-lo)/(hi-lo)))+0.5), 1)
		}
		for row := range rows {
			t.screen.put(r.Min.X+col, r.Max.Y-2-row, eighthUp(level-8*row), sky, surface, false)
		}
		t.screen.put(r.Min.X+col, r.Max.Y-1, rewardMark(rew), signColor(rew), background, true)
	}
}
