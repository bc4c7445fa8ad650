package viz

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"io"
	"math"
	"time"
)

// APNG writes an animation frame by frame; it keeps one frame in memory however many there are. It is exact. Of each frame only what
// changed is stored: the rectangle around it, transparent where it did not. Viewers that know PNG alone show the first frame.
type APNG struct {
	lastFrame
	w     io.WriteSeeker
	delay [2]uint16 // of a frame: numerator and denominator, in seconds
	seq   uint32    // of the next chunk that has a number
	held  []byte    // the last frame, compressed; its duration is not settled before the next comes
	place image.Rectangle
	pack  pngPacker
	out   []byte
	err   error
}

// Parts of the file. The numbers are big-endian.
const (
	pngHeader = "\x89PNG\r\n\x1a\n"
	countAt   = len(pngHeader) + 12 + 13 // of the chunk that says how many frames there are
)

// NewAPNG returns a writer of frames of the given size, that are shown fps to the second and for ever again. Close goes back in w to
// say how many there were. It panics if the size is empty or more than 65535, or if fps is not in (0, 50].
func NewAPNG(w io.WriteSeeker, size image.Point, fps float64) *APNG {
	if size.X <= 0 || size.Y <= 0 || size.X > math.MaxUint16 || size.Y > math.MaxUint16 {
		panic("viz: apng: invalid size")
	}
	if !(fps > 0 && fps <= maxFPS) {
		panic("viz: apng: frames per second not in (0, 50]")
	}
	a := &APNG{w: w, lastFrame: newLastFrame(size)}
	a.delay = [2]uint16{1000, uint16(math.Round(1000 * fps))}
	if fps < 1 {
		a.delay = [2]uint16{uint16(min(math.Round(100/fps), math.MaxUint16)), 100}
	}
	return a
}

// WriteFrame appends a frame, which is opaque. It panics if the frame has another size.
func (a *APNG) WriteFrame(img *image.RGBA) error {
	if img.Rect.Size() != a.size {
		panic("viz: apng: frame of another size")
	}
	if a.frames == 0 {
		a.begin()
	} else if err := a.flush(a.delay); err != nil {
		return err
	}
	a.place = a.changed(img)
	a.held = a.pack.pack(&a.lastFrame, img, a.place, a.frames == 0)
	a.keep(img, a.place)
	return nil
}

// Close writes the last frame, shown for hold and at least as long as any, and completes the file. Without frames there is none. The
// underlying writer stays open.
func (a *APNG) Close(hold time.Duration) error {
	if a.frames == 0 || a.err != nil {
		return a.err
	}
	last := a.delay
	if h := min(hold/(10*time.Millisecond), math.MaxUint16); float64(h)/100 > float64(last[0])/float64(last[1]) {
		last = [2]uint16{uint16(h), 100}
	}
	if err := a.flush(last); err != nil {
		return err
	}
	a.out = appendChunk(a.out[:0], "IEND", nil)
	a.write()
	a.writeCount()
	return a.err
}

// begin puts the head of the file before the first frame. The number of frames is not known yet.
func (a *APNG) begin() {
	var ihdr [13]byte
	binary.BigEndian.PutUint32(ihdr[0:], uint32(a.size.X))
	binary.BigEndian.PutUint32(ihdr[4:], uint32(a.size.Y))
	ihdr[8], ihdr[9] = 8, 6 // bits, RGBA
	a.out = appendChunk(append(a.out[:0], pngHeader...), "IHDR", ihdr[:])
	a.out = a.appendCount(a.out, 1)
}

// appendCount appends the chunk that says how many frames there are, which are shown for ever again.
func (a *APNG) appendCount(b []byte, frames int) []byte {
	var actl [8]byte
	binary.BigEndian.PutUint32(actl[:], uint32(frames))
	return appendChunk(b, "acTL", actl[:])
}

// writeCount corrects that chunk.
func (a *APNG) writeCount() {
	if a.err != nil {
		return
	}
	if _, err := a.w.Seek(int64(countAt), io.SeekStart); err != nil {
		a.err = fmt.Errorf("viz: apng: %w", err)
		return
	}
	a.out = a.appendCount(a.out[:0], a.frames)
	a.write()
	if _, err := a.w.Seek(0, io.SeekEnd); err != nil && a.err == nil {
		a.err = fmt.Errorf("viz: apng: %w", err)
	}
}

// flush writes what is held, to be shown so long.
func (a *APNG) flush(delay [2]uint16) error {
	if a.err != nil {
		return a.err
	}
	first := a.seq == 0
	var fctl [26]byte
	for i, v := range [...]uint32{a.number(), uint32(a.place.Dx()), uint32(a.place.Dy()), uint32(a.place.Min.X), uint32(a.place.Min.Y)} {
		binary.BigEndian.PutUint32(fctl[4*i:], v)
	}
	binary.BigEndian.PutUint16(fctl[20:], delay[0])
	binary.BigEndian.PutUint16(fctl[22:], delay[1])
	fctl[25] = 1 // leave in place, lay over
	a.out = appendChunk(a.out, "fcTL", fctl[:])
	if first {
		a.out = appendChunk(a.out, "IDAT", a.held)
	} else {
		var seq [4]byte
		binary.BigEndian.PutUint32(seq[:], a.number())
		a.out = appendChunk(a.out, "fdAT", seq[:], a.held)
	}
	a.write()
	return a.err
}

func (a *APNG) number() uint32 { a.seq++; return a.seq - 1 }

// write writes out and empties it.
func (a *APNG) write() {
	if a.err == nil {
		if _, err := a.w.Write(a.out); err != nil {
			a.err = fmt.Errorf("viz: apng: %w", err)
		}
	}
	a.out = a.out[:0]
}

// appendChunk appends a chunk of a PNG file whose content has parts.
func appendChunk(b []byte, kind string, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	from := len(b)
	b = append(b, kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:]))
}

// pngPacker compresses parts of frames as the data of a PNG picture with alpha.
type pngPacker struct {
	buf  bytes.Buffer
	zip  *zlib.Writer
	line []byte
}

// pack returns the part of img in r, whole or transparent where it is as before; valid until the next call.
func (p *pngPacker) pack(before *lastFrame, img *image.RGBA, r image.Rectangle, whole bool) []byte {
	p.buf.Reset()
	if p.zip == nil {
		p.zip, _ = zlib.NewWriterLevel(&p.buf, zlib.BestSpeed) // the level is valid
	}
	p.zip.Reset(&p.buf)
	if n := 1 + 4*r.Dx(); cap(p.line) < n {
		p.line = make([]byte, n)
	}
	line := p.line[:1+4*r.Dx()]
	line[0] = 0 // no filter: what did not change is all zeros
	for y := r.Min.Y; y < r.Max.Y; y++ {
		now := pixels(img, r, y)
		copy(line[1:], now)
		if !whole {
			old := before.row(r, y)
			for i := 0; i < len(now); i += 4 {
				if binary.LittleEndian.Uint32(now[i:]) == binary.LittleEndian.Uint32(old[i:]) {
					binary.LittleEndian.PutUint32(line[1+i:], 0)
				}
			}
		}
		p.zip.Write(line) //nolint:errcheck // a bytes.Buffer does not fail
	}
	p.zip.Close()
	return p.buf.Bytes()
}
