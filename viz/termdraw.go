package viz

import (
	"image"
	"image/color"
)

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

// half draws a picture, shown at the given size, with two pixels to a cell, and lays an overlay over it that has cells.
func (t *Terminal) half(x, y int, src *image.RGBA, size image.Point, over *Overlay) {
	img := t.scratch(size)
	t.scaler.draw(img, img.Rect, src)
	if len(over.Cell) > 0 {
		canvas{img}.overlay(img.Rect, over, darkColors.hot)
	}
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

// badge writes a word, dark on light, to end before column x, and returns its width.
func (t *Terminal) badge(x, y int, word string, col color.RGBA) int {
	w := cells(word) + 2
	t.screen.put(x-w, y, '▐', col, background, false)
	put(&t.screen, x-w+1, y, w-2, background, col, true, word)
	t.screen.put(x-1, y, '▌', col, background, false)
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
