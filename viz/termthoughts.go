package viz

import "image"

// thoughts draws what tasks make of the moment, task by task while there is room, and returns the rows that took.
func (t *Terminal) thoughts(r image.Rectangle, s *Snapshot) int {
	y := r.Min.Y
	for i := range s.Thoughts {
		k := &s.Thoughts[i]
		if y+thoughtRows(k, false) > r.Max.Y {
			break
		}
		maps := y+thoughtRows(k, true) <= r.Max.Y && len(k.Maps)*(k.Grid.Cols+2) <= r.Dx()+2
		t.thought(image.Rect(r.Min.X, y, r.Max.X, r.Max.Y), k, maps)
		y += thoughtRows(k, maps)
	}
	return y - r.Min.Y
}

// thoughtRows returns the rows of a task: a heading, classes in one, maps two cells to a row below their labels.
func thoughtRows(k *Thought, maps bool) int {
	n := 1
	if len(k.Classes) > 0 {
		n++
	}
	if maps && len(k.Maps) > 0 {
		n += 1 + (k.Grid.Rows+1)/2
	}
	return n
}

// thought draws one task.
func (t *Terminal) thought(r image.Rectangle, k *Thought, maps bool) {
	x, y := r.Min.X, r.Min.Y
	t.buf = appendPercent(append(t.buf[:0], "share "...), k.Share)
	room := r.Dx() - cells(k.Name) - 1
	if len("loss −1.0e+00  cosine +0.00  ")+cells(t.buf) <= room {
		t.buf = appendNumber(append(t.buf, "  loss "...), k.Loss, false)
		t.buf = appendNumber(append(t.buf, "  cosine "...), k.Cosine, true)
	}
	if cells(t.buf) <= room {
		t.right(r.Max.X, y, dim, false)
	}
	t.text(x, y, r.Dx(), ink, true, k.Name)
	y++
	if len(k.Classes) > 0 {
		t.classes(image.Rect(x, y, r.Max.X, y+1), k)
		y++
	}
	if !maps {
		return
	}
	var lo, hi float32
	for i := range k.Maps {
		if l, h := bounds(k.Maps[i].Cell); len(k.Maps[i].Cell) > 0 {
			lo, hi = min(lo, l), max(hi, h)
		}
	}
	for i := range k.Maps {
		t.text(x, y, k.Grid.Cols+1, dim, false, k.Maps[i].Label)
		t.heat(x, y+1, k.Grid, k.Maps[i].Cell, lo, hi)
		x += k.Grid.Cols + 2
	}
}

// classes writes how likely a task thinks each class is, and what came of the step before.
func (t *Terminal) classes(r image.Rectangle, k *Thought) {
	best := -1
	for i, p := range k.Prob {
		if best < 0 || p > k.Prob[best] {
			best = i
		}
	}
	x := r.Min.X + 2
	for i, name := range k.Classes {
		col := dim
		if i == best {
			col = sky
		}
		t.buf = append(append(t.buf[:0], name...), ' ')
		if i < len(k.Prob) {
			t.buf = appendPercent(t.buf, k.Prob[i])
		}
		put(&t.screen, x, r.Min.Y, r.Max.X-x, col, background, i == best, t.buf)
		x += cells(t.buf) + 2
	}
	if k.Came >= 0 && k.Came < len(k.Classes) {
		t.buf = append(append(t.buf[:0], "came "...), k.Classes[k.Came]...)
		if x+cells(t.buf) <= r.Max.X {
			t.right(r.Max.X, r.Min.Y, ink, false)
		}
	}
}

// heat draws a map, two cells above each other in one of the screen's.
func (t *Terminal) heat(x, y int, g Grid, cell []float32, lo, hi float32) {
	for row := 0; row < g.Rows; row += 2 {
		for col := range g.Cols {
			upper, lower := surface, background
			if g.whole(cell) && hi > lo {
				upper = heat(float64(cell[row*g.Cols+col]-lo) / float64(hi-lo))
				if row+1 < g.Rows {
					lower = heat(float64(cell[(row+1)*g.Cols+col]-lo) / float64(hi-lo))
				}
			} else if row+1 < g.Rows {
				lower = surface
			}
			t.pixels(x+col, y+row/2, upper, lower)
		}
	}
}
