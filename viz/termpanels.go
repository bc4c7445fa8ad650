package viz

import (
	"image"
	"image/color"
	"math"
	"strconv"
)

// panelCols is the width that the text at the right is given at least.
const panelCols = 36

// draw fills the cells: title and mission at the top, the world at the left, the agent's mind at the right.
func (t *Terminal) draw(s *Snapshot) {
	w, h := t.screen.w, t.screen.h
	room := w - 2
	if s.End != "" {
		room -= t.badge(w-1, 0, s.End) + 1
	}
	t.text(1, 0, room, ink, true, s.Title)
	t.text(1, 1, w-2, dim, false, s.Mission)
	top := 2
	if h >= 30 {
		top = 3
	}
	limit := image.Pt(w-panelCols-4, 2*(h-top))
	if w < 2*panelCols {
		limit.X = w / 2
	}
	x := 1
	if size := fit(sizeOf(s.World), limit); size != (image.Point{}) {
		t.half(x, top, s.World, size)
		x += size.X + 2
	}
	t.mind(image.Rect(x, top, w-1, h), s)
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
	}
	if r.Dy() < 3 {
		return
	}
	if size := fit(sizeOf(s.View), image.Pt(r.Dx()*2/5, 2*(r.Dy()-1))); size != (image.Point{}) {
		t.text(r.Min.X, r.Min.Y, size.X, dim, false, "view")
		t.half(r.Min.X, r.Min.Y+1, s.View, size)
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
		t.buf = strconv.AppendInt(append(t.buf, " of "...), int64(s.StepLimit), 10)
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
	t.text(x, y, cols, dim, false, label)
	put(&t.screen, x, y+1, cols, col, background, true, t.buf)
}

// number leaves v in buf.
func (t *Terminal) number(v float32, sign bool) { t.buf = appendNumber(t.buf[:0], v, sign) }

// policy draws a heading and n bars.
func (t *Terminal) policy(r image.Rectangle, s *Snapshot, n int) {
	t.text(r.Min.X, r.Min.Y, r.Dx(), dim, false, "policy")
	t.buf = append(appendNumber(append(t.buf[:0], "entropy "...), s.Entropy, false), " nat"...)
	t.right(r.Max.X, r.Min.Y, dim, false)
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

// curve draws the value as columns, and below them marks where rewards came: up for positive ones, down for negative ones.
func (t *Terminal) curve(r image.Rectangle, s *Snapshot) {
	h := &s.History
	lo, hi := valueRange(h.Values())
	steps := niceSteps(h.Steps())
	t.text(r.Min.X, r.Min.Y, r.Dx(), dim, false, "value, reward ▲▼")
	t.buf = append(strconv.AppendInt(t.buf[:0], int64(steps), 10), " steps"...)
	if r.Dx() > 28 {
		t.right(r.Max.X, r.Min.Y, dim, false)
	}
	const labels = 6
	r.Min.Y++
	t.number(hi, false)
	t.right(r.Min.X+labels-1, r.Min.Y, dim, false)
	t.number(lo, false)
	t.right(r.Min.X+labels-1, r.Max.Y-2, dim, false)
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

// between returns the mean value and the largest reward of the steps that a column shows, if there are any.
func (h *History) between(steps, col, cols int) (val, rew float32, ok bool) {
	per := float64(steps) / float64(h.Stride()) / float64(cols) // points
	from, to := int(math.Ceil(float64(col)*per)), int(math.Ceil(float64(col+1)*per))
	if from == to { // between two points: the one before
		if from--; from >= 0 && from < len(h.value)-1 {
			return h.value[from], 0, h.value[from] == h.value[from]
		}
		return 0, 0, false
	}
	n := 0
	for i := max(from, 0); i < min(to, len(h.value)); i++ {
		if math.Abs(float64(h.reward[i])) > math.Abs(float64(rew)) {
			rew = h.reward[i]
		}
		if v := h.value[i]; v == v {
			val += v
			n++
		}
	}
	if n == 0 {
		return 0, rew, false
	}
	return val / float32(n), rew, true
}

func rewardMark(r float32) rune {
	switch {
	case r > 0:
		return '▲'
	case r < 0:
		return '▼'
	}
	return ' '
}

// eighthUp returns a block that fills n eighths of a cell from below.
func eighthUp(n int) rune {
	if n <= 0 {
		return ' '
	}
	return '▁' + rune(min(n, 8)-1)
}

// bar draws a horizontal bar that fills the part p of its cells, to an eighth of a cell.
func (t *Terminal) bar(x, y, cols int, p float64, col color.RGBA) {
	n := share(8*cols, p)
	for i := range cols {
		r := ' '
		if k := min(n-8*i, 8); k > 0 {
			r = '█' + rune(8-k)
		}
		if r == ' ' && t.screen.color == Mono {
			r = '·'
		}
		t.screen.put(x+i, y, r, col, surface, false)
	}
}

// half draws a picture, shown at the given size, with two pixels to a cell.
func (t *Terminal) half(x, y int, src *image.RGBA, size image.Point) {
	img := t.scratch(size)
	t.scaler.draw(img, img.Rect, src)
	for j := 0; j < size.Y; j += 2 {
		for i := range size.X {
			upper, lower := img.RGBAAt(i, j), background
			if j+1 < size.Y {
				lower = img.RGBAAt(i, j+1)
			}
			t.pixels(x+i, y+j/2, upper, lower)
		}
	}
}

// pixels draws one cell of a picture.
func (t *Terminal) pixels(x, y int, upper, lower color.RGBA) {
	switch {
	case t.screen.color == Mono:
		t.screen.put(x, y, shade(upper, lower), ink, background, false)
	case t.screen.color.code(upper) == t.screen.color.code(lower):
		t.screen.put(x, y, ' ', ink, lower, false)
	default:
		t.screen.put(x, y, '▀', upper, lower, false)
	}
}

// shade returns a character about as bright as two pixels.
func shade(upper, lower color.RGBA) rune {
	return [...]rune{' ', '░', '▒', '▓', '█'}[(luma(upper)+luma(lower)+64)*4/(2*255+64)]
}

func luma(c color.RGBA) int { return (299*int(c.R) + 587*int(c.G) + 114*int(c.B)) / 1000 }

// scratch returns a picture of the given size; its content is undefined.
func (t *Terminal) scratch(size image.Point) *image.RGBA {
	n := 4 * size.X * size.Y
	if cap(t.picture.Pix) < n {
		t.picture.Pix = make([]byte, n)
	}
	t.picture.Pix, t.picture.Stride, t.picture.Rect = t.picture.Pix[:n], 4*size.X, image.Rectangle{Max: size}
	return t.picture
}

// badge writes how the episode ended, dark on light, to end before column x, and returns its width.
func (t *Terminal) badge(x, y int, end string) int {
	w := cells(end) + 2
	t.screen.put(x-w, y, '▐', ink, background, false)
	put(&t.screen, x-w+1, y, w-2, background, ink, true, end)
	t.screen.put(x-1, y, '▌', ink, background, false)
	return w
}

// text writes a line on the background, shortened to room cells.
func (t *Terminal) text(x, y, room int, col color.RGBA, bold bool, s string) {
	put(&t.screen, x, y, room, col, background, bold, s)
}

// right writes what is in buf to end before column x.
func (t *Terminal) right(x, y int, col color.RGBA, bold bool) {
	n := cells(t.buf)
	put(&t.screen, x-n, y, n, col, background, bold, t.buf)
}

// put writes s, one cell for each rune; what does not fit into room cells ends in an ellipsis.
func put[S string | []byte](sc *screen, x, y, room int, fg, bg color.RGBA, bold bool, s S) {
	for i := 0; i < len(s) && room > 0; room-- {
		r, size := decodeRune(s[i:])
		i += size
		if r = drawable(r); room == 1 && i < len(s) {
			r = '…'
		}
		sc.put(x, y, r, fg, bg, bold)
		x++
	}
}

// cells returns the number of cells that s takes.
func cells[S string | []byte](s S) int {
	n := 0
	for i := 0; i < len(s); n++ {
		_, size := decodeRune(s[i:])
		i += size
	}
	return n
}
