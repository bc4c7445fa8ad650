package minatar

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"
)

// gallery draws all games side by side, 60 steps after seed 5, in squares of so many pixels.
func gallery(t *testing.T, tile int) *image.RGBA {
	size := tile * side
	img := image.NewRGBA(image.Rect(0, 0, size*len(titles), size))
	for i, title := range titles {
		r := newRig(t, "MinAtar/"+title.name+"-v1", Default())
		r.Seed(5)
		r.reset()
		act := actor(5)
		r.run(&act, 60)
		r.Render(img.SubImage(image.Rect(i*size, 0, (i+1)*size, size)).(*image.RGBA))
	}
	return img
}

// testdata/gallery.png was looked at.
func TestRenderGallery(t *testing.T) {
	f, err := os.Open("testdata/gallery.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	want := image.NewRGBA(p.Bounds())
	draw.Draw(want, want.Rect, p, image.Point{}, draw.Src)
	got := gallery(t, 8)
	if got.Rect != want.Rect {
		t.Fatalf("got %v, want %v", got.Rect, want.Rect)
	}
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			if g, w := got.RGBAAt(x, y), want.RGBAAt(x, y); g != w {
				t.Fatalf("pixel (%d, %d): got %v, want %v", x, y, g, w)
			}
		}
	}
}

func TestRenderSize(t *testing.T) {
	w := newRig(t, "MinAtar/Breakout-v0", Default())
	for limit, want := range map[image.Point]int{{}: 10, {9, 9}: 10, {19, 300}: 10, {300, 25}: 20, {1000, 1000}: 640} {
		if got := w.RenderSize(limit); got != image.Pt(want, want) {
			t.Errorf("within %v: got %v, want %d each way", limit, got, want)
		}
	}
}

// Before the first episode and after Seed there is nothing to see.
func TestRenderIdle(t *testing.T) {
	w := newRig(t, "MinAtar/Breakout-v0", Default())
	img := image.NewRGBA(image.Rect(0, 0, 10, 10))
	w.reset()
	w.Seed(0)
	w.Render(img)
	for x := range side {
		if got := img.RGBAAt(x, side-1); got != empty {
			t.Errorf("pixel %d: got %v, want %v", x, got, empty)
		}
	}
}

func TestRenderPanics(t *testing.T) {
	w := newRig(t, "MinAtar/Breakout-v0", Default())
	for _, size := range []image.Point{{}, {10, 20}, {25, 25}, {20, 10}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Render into %v did not panic", size)
				}
			}()
			w.Render(image.NewRGBA(image.Rectangle{Max: size}))
		}()
	}
}

func TestPalettes(t *testing.T) {
	for _, title := range titles {
		seen := map[color.RGBA]bool{black: true, empty: true}
		for c, v := range title.palette {
			if seen[v] || v.A != 255 {
				t.Errorf("%s: channel %d has the colour %v of another", title.name, c, v)
			}
			seen[v] = true
		}
	}
}
