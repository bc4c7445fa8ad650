package viz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// animated returns the frames that a viewer shows of an APNG, and for how many seconds each.
func animated(t *testing.T, file []byte) (frames []*image.RGBA, seconds []float64) {
	t.Helper()
	if string(file[:8]) != pngHeader {
		t.Fatal("no PNG file")
	}
	var ihdr, fctl, data []byte
	var screen *image.RGBA
	seq, count := uint32(0), uint32(0)
	number := func(b []byte) {
		if got := binary.BigEndian.Uint32(b); got != seq {
			t.Fatalf("chunk number %d, want %d", got, seq)
		}
		seq++
	}
	show := func() {
		if fctl == nil {
			return
		}
		head := bytes.Clone(ihdr)
		copy(head, fctl[4:12])
		one := appendChunk([]byte(pngHeader), "IHDR", head)
		one = appendChunk(appendChunk(one, "IDAT", data), "IEND")
		part, err := png.Decode(bytes.NewReader(one))
		if err != nil {
			t.Fatal(err)
		}
		at := image.Pt(int(binary.BigEndian.Uint32(fctl[12:])), int(binary.BigEndian.Uint32(fctl[16:])))
		draw.Draw(screen, part.Bounds().Add(at), part, image.Point{}, draw.Over)
		frames = append(frames, &image.RGBA{Pix: bytes.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
		seconds = append(seconds, float64(binary.BigEndian.Uint16(fctl[20:]))/float64(binary.BigEndian.Uint16(fctl[22:])))
	}
	for b := file[8:]; len(b) > 0; {
		n := binary.BigEndian.Uint32(b)
		kind, body := string(b[4:8]), b[8:8+n]
		if binary.BigEndian.Uint32(b[8+n:]) != crc32.ChecksumIEEE(b[4:8+n]) {
			t.Fatalf("chunk %s is damaged", kind)
		}
		b = b[12+n:]
		switch kind {
		case "IHDR":
			ihdr = body
			screen = image.NewRGBA(image.Rect(0, 0, int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:]))))
		case "acTL":
			count = binary.BigEndian.Uint32(body)
		case "fcTL":
			show()
			number(body)
			fctl, data = body, nil
		case "IDAT":
			data = body
		case "fdAT":
			number(body)
			data = body[4:]
		case "IEND":
			show()
			if len(b) > 0 || int(count) != len(frames) {
				t.Fatalf("%d bytes behind the end, %d frames are announced, there are %d", len(b), count, len(frames))
			}
			return frames, seconds
		default:
			t.Fatalf("chunk %s", kind)
		}
	}
	t.Fatal("the file has no end")
	return nil, nil
}

func TestAPNGIsExact(t *testing.T) {
	for _, c := range []struct {
		name   string
		size   image.Point
		frames int
		frame  func(k int, img *image.RGBA)
	}{
		{"dashboard", image.Pt(320, 200), 70, func() func(int, *image.RGBA) {
			e, d := newEpisode(8), NewDashboard()
			return func(_ int, img *image.RGBA) { d.Draw(img, &e.snap); e.step() }
		}()},
		{"noise", image.Pt(31, 17), 9, func(k int, img *image.RGBA) { n := noise(k + 3); copy(img.Pix, n.picture(31, 17, 500).Pix) }},
		{"nothing changes", image.Pt(3, 2), 3, func(_ int, img *image.RGBA) { canvas{img}.fill(img.Rect, sky) }},
		{"one frame", image.Pt(1, 1), 1, func(_ int, img *image.RGBA) { canvas{img}.fill(img.Rect, sky) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := os.Create(filepath.Join(t.TempDir(), "a.apng"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			a := NewAPNG(f, c.size, 8)
			img := image.NewRGBA(image.Rectangle{Max: c.size})
			var want []*image.RGBA
			for k := range c.frames {
				c.frame(k, img)
				if err := a.WriteFrame(img); err != nil {
					t.Fatal(err)
				}
				want = append(want, &image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect})
			}
			if err := a.Close(2 * time.Second); err != nil {
				t.Fatal(err)
			}
			file, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			got, seconds := animated(t, file)
			compareFrames(t, got, want)
			for k, s := range seconds {
				if k < c.frames-1 && s != 0.125 || k == c.frames-1 && s != 2 {
					t.Errorf("frame %d of %d is shown for %v s", k, c.frames, s)
				}
			}
			if _, err := png.Decode(bytes.NewReader(file)); err != nil {
				t.Errorf("a viewer that knows PNG alone: %v", err)
			}
		})
	}
}

// seekBuffer fails after so many bytes.
type seekBuffer struct{ room int }

func (s *seekBuffer) Seek(int64, int) (int64, error) { return 0, nil }

func (s *seekBuffer) Write(p []byte) (int, error) {
	if s.room -= len(p); s.room < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestAPNGTellsOfErrors(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	canvas{img}.fill(img.Rect, sky)
	write := func(w *seekBuffer) (err error) {
		a := NewAPNG(w, img.Rect.Size(), 10)
		for range 3 {
			err = errors.Join(err, a.WriteFrame(img))
		}
		return errors.Join(err, a.Close(0))
	}
	all := seekBuffer{1 << 20}
	if err := write(&all); err != nil {
		t.Fatal(err)
	}
	need := 1<<20 - all.room
	for room := need + 1; room >= 0; room -= 1 + (need-room+1)/20 {
		if err := write(&seekBuffer{room}); (err == nil) != (room >= need) {
			t.Fatalf("room for %d of %d bytes: error %v", room, need, err)
		}
	}
}

func TestAPNGAllocatesNothing(t *testing.T) {
	e, d := newEpisode(8), NewDashboard()
	size := image.Pt(320, 200)
	var frames [20]*image.RGBA
	for i := range frames {
		frames[i] = image.NewRGBA(image.Rectangle{Max: size})
		d.Draw(frames[i], &e.snap)
		e.step()
	}
	a := NewAPNG(&seekBuffer{1 << 40}, size, 10)
	k := 0
	step := func() { _ = a.WriteFrame(frames[k%len(frames)]); k++ }
	for range len(frames) + 1 {
		step()
	}
	if n := testing.AllocsPerRun(40, step); n > 0 {
		t.Errorf("a frame allocates %v times", n)
	}
}
