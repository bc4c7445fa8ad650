package viz

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"math"
	"testing"
	"time"
)

// played returns the frames that a viewer shows of an animation.
func played(t *testing.T, file []byte) (*gif.GIF, []*image.RGBA) {
	t.Helper()
	anim, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	screen := image.NewRGBA(image.Rect(0, 0, anim.Config.Width, anim.Config.Height))
	var frames []*image.RGBA
	for i, part := range anim.Image {
		draw.Draw(screen, part.Rect, part, part.Rect.Min, draw.Over)
		if part.Rect.Empty() {
			t.Fatalf("frame %d is empty: not every viewer takes that", i)
		}
		if anim.Disposal[i] != gif.DisposalNone {
			t.Fatalf("frame %d: disposal %d", i, anim.Disposal[i])
		}
		frames = append(frames, &image.RGBA{Pix: bytes.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
	}
	return anim, frames
}

// record encodes frames and keeps copies of them.
func record(t *testing.T, n int, fps float64, hold time.Duration, size image.Point, frame func(k int, img *image.RGBA)) (file []byte, want []*image.RGBA) {
	t.Helper()
	var b bytes.Buffer
	g := NewGIF(&b, size, fps)
	img := image.NewRGBA(image.Rectangle{Max: size})
	for k := range n {
		frame(k, img)
		if err := g.WriteFrame(img); err != nil {
			t.Fatal(err)
		}
		want = append(want, &image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect})
	}
	if g.Frames() != n {
		t.Errorf("Frames: got %d, want %d", g.Frames(), n)
	}
	if err := g.Close(hold); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), want
}

func compareFrames(t *testing.T, got, want []*image.RGBA) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for k := range want {
		if !bytes.Equal(got[k].Pix, want[k].Pix) {
			t.Fatalf("frame %d differs", k)
		}
	}
}

func TestGIFOfDashboardIsExact(t *testing.T) {
	e, d := newEpisode(8), NewDashboard()
	file, want := record(t, 250, 10, time.Second, image.Pt(320, 200), func(k int, img *image.RGBA) {
		if k == 249 {
			e.snap.End = "terminated"
		}
		d.Draw(img, &e.snap)
		e.step()
	})
	anim, got := played(t, file)
	compareFrames(t, got, want)
	if anim.LoopCount != 0 {
		t.Errorf("loop count %d, want 0: for ever", anim.LoopCount)
	}
	t.Logf("%d bytes per frame", len(file)/250)
}

// Palettes of every size, from one colour to 256, and frames in which nothing, one pixel or everything changes.
func TestGIFIsExact(t *testing.T) {
	rnd := noise(5)
	file, want := record(t, 300, 20, 0, image.Pt(37, 23), func(k int, img *image.RGBA) {
		switch {
		case k < 258:
			copy(img.Pix, rnd.picture(37, 23, min(k+1, 255)).Pix)
		case k%3 == 0: // nothing
		case k%3 == 1:
			img.SetRGBA(rnd.below(37), rnd.below(23), color.RGBA{byte(k), 1, 2, 255})
		default:
			img.SetRGBA(36, 22, color.RGBA{byte(k), 3, 4, 255})
			img.SetRGBA(0, 0, color.RGBA{byte(k), 5, 6, 255})
		}
	})
	_, got := played(t, file)
	compareFrames(t, got, want)
}

func TestGIFWith256ColoursIsExact(t *testing.T) {
	file, want := record(t, 2, 20, 0, image.Pt(16, 16), func(k int, img *image.RGBA) {
		for i := range 256 {
			img.SetRGBA(i%16, i/16, color.RGBA{byte(i), byte(7 * i), byte(100 * k), 255})
		}
	})
	_, got := played(t, file)
	compareFrames(t, got, want)
}

// A frame may be a part of a larger picture.
func TestGIFOfSubImage(t *testing.T) {
	rnd := noise(8)
	whole := rnd.picture(30, 20, 50)
	part := whole.SubImage(image.Rect(5, 6, 25, 16)).(*image.RGBA)
	var b bytes.Buffer
	g := NewGIF(&b, image.Pt(20, 10), 10)
	for range 2 {
		if err := g.WriteFrame(part); err != nil {
			t.Fatal(err)
		}
	}
	g.Close(0)
	_, got := played(t, b.Bytes())
	for y := range 10 {
		for x := range 20 {
			if got[1].RGBAAt(x, y) != whole.RGBAAt(5+x, 6+y) {
				t.Fatalf("pixel %d, %d differs", x, y)
			}
		}
	}
}

// One colour too many beside pixels that did not change: those stay exact, the others nearly so.
func TestGIFWith256ColoursAndAHole(t *testing.T) {
	file, want := record(t, 2, 20, 0, image.Pt(17, 16), func(k int, img *image.RGBA) {
		for i := range 256 {
			img.SetRGBA(i%16*16/15, i/16, color.RGBA{byte(i), byte(7 * i), byte(100 * k), 255})
			img.SetRGBA(15, i/16, gridGoal)
		}
	})
	_, got := played(t, file)
	for i := range 256 {
		x, y := i%16*16/15, i/16 // all columns but 15
		if got[1].RGBAAt(15, y) != gridGoal {
			t.Fatalf("pixel 15, %d: got %v", y, got[1].RGBAAt(15, y))
		}
		if d := distance(got[1].RGBAAt(x, y), want[1].RGBAAt(x, y)); d > 100 {
			t.Fatalf("pixel %d, %d: got %v, want about %v", x, y, got[1].RGBAAt(x, y), want[1].RGBAAt(x, y))
		}
	}
}

func TestGIFStoresOnlyWhatChanged(t *testing.T) {
	whole := image.Rect(0, 0, 50, 30)
	for _, want := range []image.Rectangle{
		whole, image.Rect(0, 0, 1, 1), image.Rect(49, 29, 50, 30), image.Rect(0, 10, 1, 12), image.Rect(49, 10, 50, 12), image.Rect(7, 8, 9, 20),
	} {
		file, _ := record(t, 2, 10, 0, whole.Size(), func(k int, img *image.RGBA) {
			canvas{img}.fill(whole, surface)
			if k == 1 {
				canvas{img}.fill(want, ink)
			}
		})
		if anim, _ := played(t, file); anim.Image[1].Rect != want {
			t.Errorf("second frame covers %v, want %v", anim.Image[1].Rect, want)
		}
	}
}

// Colours beyond 256 are approximated well: a sky of 60000 colours, moving.
func TestGIFQuantizes(t *testing.T) {
	file, want := record(t, 5, 10, 0, image.Pt(240, 180), func(k int, img *image.RGBA) {
		for y := range 180 {
			for x := range 240 {
				img.SetRGBA(x, y, color.RGBA{uint8(x + 3*k), uint8(y + y/3), uint8(128 + 100*math.Sin(float64(x*y+40*k)/4000)), 255})
			}
		}
	})
	_, got := played(t, file)
	for k := range want {
		var sum float64
		for i := range want[k].Pix {
			sum += float64(sq(int(want[k].Pix[i]) - int(got[k].Pix[i])))
		}
		psnr := 10 * math.Log10(255*255/(sum/float64(3*240*180)))
		if psnr < 30 {
			t.Errorf("frame %d: %.1f dB, want 30", k, psnr)
		}
	}
}

func TestGIFDelays(t *testing.T) {
	for _, c := range []struct {
		fps  float64
		hold time.Duration
		sum  int // of all frames but the last
		last int
	}{
		{15, 2 * time.Second, 600, 200}, {10, 0, 900, 10}, {50, time.Millisecond, 180, 2}, {30, time.Hour, 300, math.MaxUint16}, {0.001, 0, 90 * math.MaxUint16, math.MaxUint16},
	} {
		file, _ := record(t, 91, c.fps, c.hold, image.Pt(3, 3), func(int, *image.RGBA) {})
		anim, _ := played(t, file)
		sum := 0
		for _, d := range anim.Delay[:90] {
			sum += d
			if exact := min(100/c.fps, math.MaxUint16); math.Abs(float64(d)-exact) > 1 {
				t.Errorf("%v frames per second: delay %d", c.fps, d)
			}
		}
		if sum != c.sum || anim.Delay[90] != c.last {
			t.Errorf("%v frames per second, hold %v: %d and %d hundredths, want %d and %d", c.fps, c.hold, sum, anim.Delay[90], c.sum, c.last)
		}
	}
}

// However early it ends, the file is complete; also when the only frame is the held one.
func TestGIFEndsAnywhere(t *testing.T) {
	for n := 1; n < 6; n++ {
		rnd := noise(n)
		file, want := record(t, n, 10, time.Second, image.Pt(9, 9), func(_ int, img *image.RGBA) { copy(img.Pix, rnd.picture(9, 9, 9).Pix) })
		anim, got := played(t, file)
		compareFrames(t, got, want)
		if anim.Delay[n-1] != 100 {
			t.Errorf("%d frames: the last is held for %d, want 100", n, anim.Delay[n-1])
		}
	}
	var b bytes.Buffer
	if err := NewGIF(&b, image.Pt(1, 1), 1).Close(0); err != nil || b.Len() > 0 {
		t.Errorf("without frames: error %v, %d bytes", err, b.Len())
	}
}

func TestGIFMemoryIsFlat(t *testing.T) {
	var b bytes.Buffer
	g := NewGIF(&b, image.Pt(100, 80), 10)
	rnd := noise(5)
	frames := []*image.RGBA{rnd.picture(100, 80, 20), rnd.picture(100, 80, 200), rnd.picture(100, 80, 5000)}
	k := 0
	write := func() {
		b.Reset()
		g.WriteFrame(frames[k%len(frames)])
		k++
	}
	for range 9 {
		write()
	}
	if n := testing.AllocsPerRun(30, write); n > 0 {
		t.Errorf("WriteFrame allocates %v times", n)
	}
}

func TestGIFPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"size":  func() { NewGIF(nil, image.Pt(0, 5), 10) },
		"fps":   func() { NewGIF(nil, image.Pt(5, 5), math.NaN()) },
		"frame": func() { NewGIF(nil, image.Pt(5, 5), 10).WriteFrame(image.NewRGBA(image.Rect(0, 0, 5, 6))) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestGIFReportsErrors(t *testing.T) {
	g := NewGIF(brokenWriter{}, image.Pt(2, 2), 10)
	img := image.NewRGBA(image.Rect(0, 0, 2, 2))
	if err := g.WriteFrame(img); err != nil {
		t.Error(err) // held
	}
	if err := g.WriteFrame(img); err == nil {
		t.Error("no error of the second frame")
	}
	if err := g.Close(0); err == nil {
		t.Error("no error of Close")
	}
}

func TestColorTable(t *testing.T) {
	var table colorTable
	rnd := noise(9)
	for range 3 {
		table.reset()
		want := map[uint32]byte{}
		for range 2000 {
			c := uint32(rnd.next()) & 0xffffff & ^uint32(0x3f3f3f)
			if rnd.below(2) == 0 {
				c = uint32(rnd.next()) & 0xffffff
			}
			_, known := want[c]
			if got, room := table.add(c), known || len(want) < 256; got != room {
				t.Fatalf("add %06x to %d colours: %v", c, len(want), got)
			}
			if !known && len(want) < 256 {
				want[c] = byte(len(want))
			}
		}
		for c, i := range want {
			if table.lookup(c) != i || table.at(int(i)) != c {
				t.Fatalf("colour %06x: index %d, want %d", c, table.lookup(c), i)
			}
		}
	}
}
