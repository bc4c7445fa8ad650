package viz

import (
	"fmt"
	"image"
	"strings"
)

// Least size of one of several dashboards.
const (
	tileCols = 40
	tileRows = 16
)

// tiles draws dashboards side by side below the title, as many as there is room for, and says what the others need.
func (t *Terminal) tiles(r image.Rectangle, s *Snapshot) {
	t.header(r, s)
	r.Min.Y++
	n := len(s.Tiles)
	cols := max(min(n, r.Dx()/tileCols), 1)
	rows := max(min((n+cols-1)/cols, r.Dy()/tileRows), 1)
	size := image.Pt(r.Dx()/cols, r.Dy()/rows)
	for i := range min(n, rows*cols) {
		at := r.Min.Add(image.Pt(i%cols*size.X, i/cols*size.Y))
		t.moment(image.Rectangle{at, at.Add(size)}, s.Tiles[i])
	}
	if n > rows*cols || r.Dx() < tileCols || r.Dy() < tileRows {
		t.buf = fmt.Appendf(t.buf[:0], " %d of %d side by side: all need %d columns or %d rows ", min(n, rows*cols), n, n*tileCols, 1+(n+cols-1)/cols*tileRows)
		put(&t.screen, r.Min.X+max((r.Dx()-cells(t.buf))/2, 0), r.Max.Y-1, r.Dx(), background, orange, true, t.buf)
	}
}

// notice draws what the viewer has to say on the last line.
func (t *Terminal) notice(r image.Rectangle, s *Snapshot) {
	if s.Notice == "" {
		return
	}
	n := min(cells(s.Notice), r.Dx()-4)
	x := r.Min.X + (r.Dx()-n)/2
	for i := range n + 2 {
		t.screen.put(x-1+i, r.Max.Y-1, ' ', ink, ink, false)
	}
	put(&t.screen, x, r.Max.Y-1, n, background, ink, true, s.Notice)
}

// help draws a table over the middle.
func (t *Terminal) help(r image.Rectangle, s *Snapshot) {
	if len(s.Help) == 0 {
		return
	}
	left, right := 0, 0
	for _, line := range s.Help {
		key, about, _ := strings.Cut(line, "\t")
		left, right = max(left, cells(key)), max(right, cells(about))
	}
	size := image.Pt(min(left+right+6, r.Dx()), min(len(s.Help)+2, r.Dy()))
	box := centre(r, size)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			t.screen.put(x, y, ' ', ink, rule, false)
		}
	}
	for i, line := range s.Help[:max(size.Y-2, 0)] {
		key, about, _ := strings.Cut(line, "\t")
		put(&t.screen, box.Min.X+2, box.Min.Y+1+i, left, sky, rule, true, key)
		put(&t.screen, box.Min.X+left+4, box.Min.Y+1+i, box.Max.X-1-box.Min.X-left-4, ink, rule, false, about)
	}
}
