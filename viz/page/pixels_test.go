package page

import (
	"image"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the pixels, a decoder after the specification gives them back.
func TestPixels(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, h := rapid.IntRange(1, tileSide).Draw(rt, "w"), rapid.IntRange(1, tileSide).Draw(rt, "h")
		img := image.NewRGBA(image.Rect(0, 0, w+3, h+2))
		near := rapid.SampledFrom([]int{0, 2, 20, 255}).Draw(rt, "near") // how much neighbours differ at most
		few := rapid.IntRange(1, 9).Draw(rt, "few")                      // how many pixels repeat the one before
		var px [3]byte
		repeat := rapid.IntRange(0, 3).Draw(rt, "repeat") // of four rows, how many are like the one above
		for i := 0; i < len(img.Pix); i += 4 {
			if y := i / img.Stride; y > 0 && y%4 < repeat {
				copy(img.Pix[i:i+4], img.Pix[i-img.Stride:])
				continue
			}
			if rapid.IntRange(0, few).Draw(rt, "new") == 0 {
				for c := range px {
					px[c] += byte(rapid.IntRange(-near, near).Draw(rt, "by"))
				}
			}
			copy(img.Pix[i:], px[:])
			img.Pix[i+3] = 255
		}
		r := image.Rect(2, 1, 2+w, 1+h)
		code := appendPixels(nil, img, r)
		if len(code) > 4*w*h {
			t.Fatalf("%d bytes for %d pixels", len(code), w*h)
		}
		got := image.NewRGBA(img.Rect)
		unpack(t, got, r, code)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				if got.RGBAAt(x, y) != img.RGBAAt(x, y) {
					t.Fatalf("pixel %d, %d: got %v, want %v", x, y, got.RGBAAt(x, y), img.RGBAAt(x, y))
				}
			}
		}
	})
}
