package viz

import (
	"image"
	"math"
	"testing"
)

func TestFit(t *testing.T) {
	for _, c := range []struct{ size, limit, want image.Point }{
		{image.Pt(64, 64), image.Pt(352, 335), image.Pt(320, 320)},
		{image.Pt(64, 32), image.Pt(200, 200), image.Pt(192, 96)},
		{image.Pt(256, 256), image.Pt(44, 44), image.Pt(40, 40)}, // five pixels for each of eight tiles
		{image.Pt(84, 84), image.Pt(84, 84), image.Pt(84, 84)},
		{image.Pt(84, 84), image.Pt(44, 60), image.Pt(42, 42)},
		{image.Pt(1000, 10), image.Pt(100, 100), image.Pt(100, 1)},
		{image.Pt(10, 1000), image.Pt(100, 3), image.Pt(1, 3)}, // nothing narrower than a pixel
		{image.Pt(0, 5), image.Pt(100, 100), image.Point{}},
		{image.Pt(5, 5), image.Pt(0, 100), image.Point{}},
	} {
		got := fit(c.size, c.limit)
		if got != c.want {
			t.Errorf("fit(%v, %v): got %v, want %v", c.size, c.limit, got, c.want)
		}
	}
}

// slowMean is the definition: the integral of src over each pixel of dst, summed over a fine raster.
func slowMean(src *image.RGBA, size image.Point, x, y, channel int) float64 {
	from := src.Bounds().Size()
	var sum float64
	for j := range from.Y {
		for i := range from.X {
			h := overlap(j*size.Y, (j+1)*size.Y, y*from.Y, (y+1)*from.Y)
			w := overlap(i*size.X, (i+1)*size.X, x*from.X, (x+1)*from.X)
			sum += float64(w*h) * float64(src.Pix[src.PixOffset(src.Rect.Min.X+i, src.Rect.Min.Y+j)+channel])
		}
	}
	return sum / float64(from.X*from.Y)
}

func overlap(a0, a1, b0, b1 int) int { return max(min(a1, b1)-max(a0, b0), 0) }

func TestScaler(t *testing.T) {
	rnd := noise(1)
	var z scaler
	for _, from := range []image.Point{{1, 1}, {7, 5}, {16, 16}, {13, 9}} {
		for _, size := range []image.Point{{1, 1}, {3, 4}, {7, 5}, {14, 10}, {16, 16}, {5, 9}} {
			big := rnd.picture(from.X+3, from.Y+2, 1000)
			src := big.SubImage(image.Rect(1, 2, 1+from.X, 2+from.Y)).(*image.RGBA)
			dst := image.NewRGBA(image.Rect(0, 0, size.X+4, size.Y+4))
			r := image.Rectangle{Max: size}.Add(image.Pt(2, 3))
			z.draw(dst, r, src)
			for y := range dst.Rect.Dy() {
				for x := range dst.Rect.Dx() {
					p := dst.Pix[dst.PixOffset(x, y):][:4]
					if !image.Pt(x, y).In(r) {
						if p[3] != 0 {
							t.Fatalf("%v to %v: wrote outside at %d, %d", from, size, x, y)
						}
						continue
					}
					for c := range 3 {
						want := slowMean(src, size, x-2, y-3, c)
						if math.Abs(float64(p[c])-want) > 0.5+1e-9 {
							t.Fatalf("%v to %v at %d, %d: got %v, want %v", from, size, x-2, y-3, p[c], want)
						}
					}
				}
			}
		}
	}
}
