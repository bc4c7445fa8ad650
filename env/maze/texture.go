package maze

import "github.com/auxrl/auxrl/internal/rng"

// texels is the side of a wall's texture and of a sprite; a tile of floor has as many.
const texels = 32

// Details: textures are kept in several states of blur, so that far surfaces do not flicker. Each has the full size.
const details = 4

// texture is a square of colours [details][column][row], column by column because walls are drawn in columns.
type texture [details][texels * texels]uint8

// detailAt returns which state of blur suits surfaces of which so many texels fall on one pixel.
func detailAt(perPixel float64) int {
	switch {
	case perPixel < 1.5:
		return 0
	case perPixel < 3:
		return 1
	case perPixel < 6:
		return 2
	}
	return 3
}

// blur writes to dst a picture of n by n in which each square of side by side has the mean colour it has in src. A square is
// transparent where most of it is.
func blur(dst, src []uint8, n, side int) {
	for a := 0; a < n; a += side {
		for b := 0; b < n; b += side {
			c := mean(src[a*n+b:], n, side)
			for i := range side {
				for j := range side {
					dst[(a+i)*n+b+j] = c
				}
			}
		}
	}
}

// mean returns the mean colour of the square of side by side at the beginning of a picture with rows of n, in the ramps that are
// in it.
func mean(src []uint8, n, side int) uint8 {
	var sum [3]int
	opaque, among := 0, uint16(0)
	for i := range side {
		for j := range side {
			if k := src[i*n+j]; k != 0 {
				c := palette()[k]
				sum[0], sum[1], sum[2], opaque = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B), opaque+1
				among |= 1 << (k / shades)
			}
		}
	}
	if 2*opaque < side*side {
		return 0
	}
	return nearest([3]int{sum[0] / opaque, sum[1] / opaque, sum[2] / opaque}, among)
}

// paint fills a texture with what colour returns for every texel and adds the blurred states.
func paint(colour func(x, y int) uint8) texture {
	var t texture
	for x := range texels {
		for y := range texels {
			t[0][x*texels+y] = colour(x, y)
		}
	}
	for k := 1; k < details; k++ {
		blur(t[k][:], t[0][:], texels, 1<<k)
	}
	return t
}

// grain returns a fixed random number 0..n-1 for a texel.
func grain(key uint64, x, y, n int) int {
	return rng.Below(rng.At(key, uint64(y&(texels-1))<<8|uint64(x&(texels-1))), n)
}

// mottle returns smooth noise 0..n-1 that repeats after a texture: the mean of four corners, a cell of side texels apart.
func mottle(key uint64, x, y, side, n int) int {
	fx, fy := x%side, y%side
	x, y = x-fx, y-fy
	a, b := grain(key, x, y, 256), grain(key, x+side, y, 256)
	c, d := grain(key, x, y+side, 256), grain(key, x+side, y+side, 256)
	top := a*(side-fx) + b*fx
	low := c*(side-fx) + d*fx
	return (top*(side-fy) + low*fy) * n / (256 * side * side)
}
