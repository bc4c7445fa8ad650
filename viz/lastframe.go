package viz

import (
	"bytes"
	"image"
)

// lastFrame is what an animation shows so far: of the next frame only what differs need be stored.
type lastFrame struct {
	size   image.Point
	frames int
	before []byte // [H, W, 4]
}

func newLastFrame(size image.Point) lastFrame {
	return lastFrame{size: size, before: make([]byte, 4*size.X*size.Y)}
}

// Frames returns the number of frames given so far.
func (f *lastFrame) Frames() int { return f.frames }

// keep takes img, which differs in r, for shown.
func (f *lastFrame) keep(img *image.RGBA, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		copy(f.row(r, y), pixels(img, r, y))
	}
	f.frames++
}

// changed returns the smallest rectangle that holds all pixels that differ from the last frame. It has a pixel at least: every
// frame is stored.
func (f *lastFrame) changed(img *image.RGBA) image.Rectangle {
	all := image.Rectangle{Max: f.size}
	if f.frames == 0 {
		return all
	}
	r := all
	for ; r.Min.Y < r.Max.Y-1 && bytes.Equal(f.row(all, r.Min.Y), pixels(img, all, r.Min.Y)); r.Min.Y++ {
	}
	for ; r.Max.Y > r.Min.Y+1 && bytes.Equal(f.row(all, r.Max.Y-1), pixels(img, all, r.Max.Y-1)); r.Max.Y-- {
	}
	r.Min.X, r.Max.X = f.size.X-1, 1
	for y := r.Min.Y; y < r.Max.Y; y++ {
		a, b := f.row(all, y), pixels(img, all, y)
		x := 0
		for x < r.Min.X && pixel(a, x) == pixel(b, x) {
			x++
		}
		r.Min.X = x
		for x = f.size.X; x > r.Max.X && pixel(a, x-1) == pixel(b, x-1); x-- {
		}
		r.Max.X = x
	}
	r.Max.X = max(r.Max.X, r.Min.X+1)
	return r
}

// row returns the part of a row of the last frame that is in r, [w, 4].
func (f *lastFrame) row(r image.Rectangle, y int) []byte {
	return f.before[4*(y*f.size.X+r.Min.X) : 4*(y*f.size.X+r.Max.X)]
}

// pixels returns the same part of img, whose top left counts as the origin.
func pixels(img *image.RGBA, r image.Rectangle, y int) []byte {
	return img.Pix[y*img.Stride+4*r.Min.X : y*img.Stride+4*r.Max.X]
}

// pixel returns the colour of a pixel without alpha.
func pixel(row []byte, x int) uint32 {
	p := row[4*x : 4*x+3 : 4*x+3]
	return uint32(p[0])<<16 | uint32(p[1])<<8 | uint32(p[2])
}
