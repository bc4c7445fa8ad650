package viz

import (
	"bytes"
	"image"
	"math"
	"math/bits"
	"slices"
)

// fit returns the size at which a picture of pixel art is shown within limit: a whole multiple of it if that fits, otherwise
// smaller, and then one of the larger sizes at which most of its tiles' edges fall between two pixels. It is empty if the
// picture or the limit is.
func fit(size, limit image.Point) image.Point {
	if size.X <= 0 || size.Y <= 0 || limit.X <= 0 || limit.Y <= 0 {
		return image.Point{}
	}
	if k := min(limit.X/size.X, limit.Y/size.Y); k > 0 {
		return size.Mul(k)
	}
	// Where the two widths have a divisor g in common, g-1 edges of pixels meet. Eight will do: larger is better than exact.
	most := min(limit.X, limit.Y*size.X/size.Y)
	best, score := 1, 0
	for w := max(most, 1); w >= max(most*3/4, 1); w-- {
		if g := min(gcd(size.X, w), 8); g > score {
			best, score = w, g
		}
	}
	return image.Pt(best, min(max(size.Y*best/size.X, 1), limit.Y))
}

// fill is fit for pictures that need not be shown pixel by pixel: where a whole multiple would leave a quarter of the room, it is the
// largest size.
func fill(size, limit image.Point) image.Point {
	whole := fit(size, limit)
	if whole == (image.Point{}) || 4*whole.X >= 3*limit.X || 4*whole.Y >= 3*limit.Y {
		return whole
	}
	if limit.X*size.Y < limit.Y*size.X {
		return image.Pt(limit.X, max(size.Y*limit.X/size.X, 1))
	}
	return image.Pt(max(size.X*limit.Y/size.Y, 1), limit.Y)
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// scaler draws pictures at other sizes. The zero value is ready for use.
type scaler struct {
	row, sum []uint64 // [W, 3] of a row of the picture, of a row of the result
}

// draw draws src into the rectangle r of dst, which lies within its bounds: every pixel of dst is the mean of the area of src
// that it covers. At whole multiples that repeats pixels exactly.
func (z *scaler) draw(dst *image.RGBA, r image.Rectangle, src *image.RGBA) {
	size, from := r.Size(), src.Bounds()
	switch {
	case size == from.Size():
		for y := range size.Y {
			copy(dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y+y):][:4*size.X], src.Pix[src.PixOffset(from.Min.X, from.Min.Y+y):])
		}
	case size.X%from.Dx() == 0 && size.Y%from.Dy() == 0:
		enlarge(dst, r, src)
	default:
		z.average(dst, r, src)
	}
}

// average is draw for all sizes. Lengths are counted in units that divide the pixels of both pictures: a pixel of src is as
// many units long as the result has pixels, and the other way round.
func (z *scaler) average(dst *image.RGBA, r image.Rectangle, src *image.RGBA) {
	size, from := r.Size(), src.Bounds()
	z.row = slices.Grow(z.row[:0], 3*size.X)[:3*size.X]
	z.sum = slices.Grow(z.sum[:0], 3*size.X)[:3*size.X]
	clear(z.sum)
	all := uint64(from.Dx() * from.Dy())
	var last []byte
	y, room := r.Min.Y, from.Dy() // the row of the result, and what it still has to take in
	for sy := from.Min.Y; sy < from.Max.Y; sy++ {
		in := src.Pix[src.PixOffset(from.Min.X, sy):][:4*from.Dx()]
		if !bytes.Equal(in, last) { // pixel art repeats itself
			z.addRow(in, size.X)
			last = in
		}
		for left := size.Y; left > 0; {
			n := min(left, room)
			for i, v := range z.row {
				z.sum[i] += uint64(n) * v
			}
			left -= n
			if room -= n; room == 0 {
				z.put(dst.Pix[dst.PixOffset(r.Min.X, y):], all)
				y, room = y+1, from.Dy()
			}
		}
	}
}

// addRow sets row to the sums of a row of src over what each pixel of the result covers; w is the width of the result.
func (z *scaler) addRow(in []byte, w int) {
	clear(z.row)
	per := len(in) / 4
	i, room := 0, per
	for ; len(in) >= 4; in = in[4:] {
		for left := w; left > 0; {
			n := min(left, room)
			out := z.row[i : i+3 : i+3]
			out[0] += uint64(n) * uint64(in[0])
			out[1] += uint64(n) * uint64(in[1])
			out[2] += uint64(n) * uint64(in[2])
			left -= n
			if room -= n; room == 0 {
				i, room = i+3, per
			}
		}
	}
}

// put writes a row of means and clears the sums.
func (z *scaler) put(out []byte, all uint64) {
	inverse, half := math.MaxUint64/all+1, all/2 // the upper half of n * inverse is n / all as long as n * all < 2^64, and all > 1
	for i := 0; i < len(z.sum); i += 3 {
		for c := range 3 {
			q, _ := bits.Mul64(z.sum[i+c]+half, inverse)
			out[c] = uint8(q)
		}
		out[3] = 0xff
		out = out[4:]
	}
	clear(z.sum)
}

// enlarge repeats the pixels of src to fill r, whose size is a multiple of its own.
func enlarge(dst *image.RGBA, r image.Rectangle, src *image.RGBA) {
	from := src.Bounds()
	kx, ky := r.Dx()/from.Dx(), r.Dy()/from.Dy()
	for y := range from.Dy() {
		in := src.Pix[src.PixOffset(from.Min.X, from.Min.Y+y):][:4*from.Dx()]
		top := dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y+y*ky):][:4*r.Dx()]
		out := top
		for i := 0; i < len(in); i += 4 {
			for range kx {
				out[0], out[1], out[2], out[3] = in[i], in[i+1], in[i+2], 0xff
				out = out[4:]
			}
		}
		for j := 1; j < ky; j++ {
			copy(dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y+y*ky+j):], top)
		}
	}
}
