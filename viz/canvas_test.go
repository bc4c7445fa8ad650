package viz

import (
	"image"
	"image/color"
	"testing"
)

// lerp is how a channel is blended: the definition of blend.
func lerp(a, b uint8, k int) uint8 {
	return uint8((int(a)*(coverage-k) + int(b)*k + coverage/2) / coverage)
}

// Channels that are blended side by side do not touch each other.
func TestBlend(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			for k := 0; k <= coverage; k++ {
				x, y := uint8(a), uint8(b)
				p := []byte{x, y, x ^ 0xff, 0}
				blend(p, color.RGBA{y, x ^ 0xff, x, 0xff}, uint32(k))
				if want := [4]byte{lerp(x, y, k), lerp(y, x^0xff, k), lerp(x^0xff, x, k), 0xff}; [4]byte(p) != want {
					t.Fatalf("%d/%d of %d over %d: got %v, want %v", k, coverage, b, a, p, want)
				}
			}
		}
	}
}

// A stamp is clipped to the picture, whichever edge it crosses.
func TestStampIsClipped(t *testing.T) {
	cover := make([]uint8, 5*4)
	for i := range cover {
		cover[i] = uint8(i % (coverage + 1))
	}
	whole := image.Rect(10, 10, 18, 17)
	for y := 5; y < 20; y++ {
		for x := 4; x < 20; x++ {
			r := image.Rect(x, y, x+5, y+4)
			got, want := canvas{image.NewRGBA(whole)}, canvas{image.NewRGBA(whole)}
			got.fill(whole, surface)
			want.fill(whole, surface)
			got.stamp(r, cover, ink)
			for i, k := range cover {
				want.mix(x+i%5, y+i/5, ink, int(k))
			}
			if string(got.img.Pix) != string(want.img.Pix) {
				t.Fatalf("a stamp at %v differs from its pixels", r)
			}
		}
	}
}
