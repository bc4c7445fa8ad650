package viz

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"math"
	"math/bits"
	"time"
)

// GIF writes an animation frame by frame; it keeps one frame in memory however many there are. Of each frame only what changed
// is stored: the rectangle around it, transparent where it did not. Frames whose changes have at most 255 colours are exact.
type GIF struct {
	lastFrame
	w      io.Writer
	fps    float64
	held   bytes.Buffer // the last frame, encoded; its duration is not settled before the next comes
	colors colorTable
	quant  quantizer
	index  []byte // [h, w] pixels of the changed rectangle
	packed codeBuffer
	lzw    *lzw.Writer
	err    error // of the first write that failed: what follows would be a broken file
}

// NewGIF returns a writer of frames of the given size, that are shown fps to the second and for ever again.
// It panics if the size is empty or more than 65535, or if fps is not in (0, 50], which is all that viewers show.
func NewGIF(w io.Writer, size image.Point, fps float64) *GIF {
	if size.X <= 0 || size.Y <= 0 || size.X > math.MaxUint16 || size.Y > math.MaxUint16 {
		panic("viz: gif: invalid size")
	}
	if !(fps > 0 && fps <= maxFPS) {
		panic("viz: gif: frames per second not in (0, 50]")
	}
	return &GIF{
		w: w, lastFrame: newLastFrame(size), fps: fps,
		index: make([]byte, size.X*size.Y),
		lzw:   lzw.NewWriter(io.Discard, lzw.LSB, 8).(*lzw.Writer),
	}
}

// codeBuffer takes the codes without a buffer in between.
type codeBuffer struct{ bytes.Buffer }

// Flush does nothing; lzw asks for it.
func (*codeBuffer) Flush() error { return nil }

// maxFPS is the number of frames per second that viewers still honour: they slow down what asks for less than 2/100 s.
const maxFPS = 50

// Parts of the file. The numbers are little-endian.
const (
	gifHeader  = "GIF89a"
	gifLoop    = "\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
	gifTrailer = "\x3b"
	delayAt    = 4 // of the delay, in an encoded frame
)

// WriteFrame appends a frame, which is opaque. It panics if the frame has another size.
func (g *GIF) WriteFrame(img *image.RGBA) error {
	if img.Rect.Size() != g.size {
		panic("viz: gif: frame of another size")
	}
	if g.frames == 0 {
		g.begin()
	} else if err := g.flush(); err != nil {
		return err
	}
	r := g.changed(img)
	g.encode(img, r)
	g.keep(img, r)
	return nil
}

// Close writes the last frame, shown for hold and at least as long as any, and the end of the file. Without frames there is
// none. The underlying writer stays open.
func (g *GIF) Close(hold time.Duration) error {
	if g.frames == 0 || g.err != nil {
		return g.err
	}
	cs := max(g.delay(g.frames-1), int(min(hold/(10*time.Millisecond), math.MaxUint16)))
	g.setDelay(cs)
	g.held.WriteString(gifTrailer)
	return g.flush()
}

// begin puts the head of the file before the first frame.
func (g *GIF) begin() {
	b := append([]byte(gifHeader), 0, 0, 0, 0, 0x70, 0, 0) // eight bits per channel, no global palette
	binary.LittleEndian.PutUint16(b[6:], uint16(g.size.X))
	binary.LittleEndian.PutUint16(b[8:], uint16(g.size.Y))
	g.held.Write(b)
	g.held.WriteString(gifLoop)
}

// flush writes what is held.
func (g *GIF) flush() error {
	if g.err != nil {
		return g.err
	}
	if _, err := g.w.Write(g.held.Bytes()); err != nil {
		g.err = fmt.Errorf("viz: gif: %w", err)
	}
	g.held.Reset()
	return g.err
}

// delay returns for how many hundredths of a second frame k is shown; their sum stays right where one cannot be.
func (g *GIF) delay(k int) int {
	end := math.Round(float64(k+1) * 100 / g.fps)
	return min(int(end-math.Round(float64(k)*100/g.fps)), math.MaxUint16)
}

// setDelay changes the delay of the frame that is held.
func (g *GIF) setDelay(cs int) {
	b := g.held.Bytes()
	if g.frames == 1 {
		b = b[len(gifHeader)+7+len(gifLoop):]
	}
	binary.LittleEndian.PutUint16(b[delayAt:], uint16(cs))
}

// encode appends the part of a frame that is in r.
func (g *GIF) encode(img *image.RGBA, r image.Rectangle) {
	n, hole := g.paint(img, r)
	depth := max(bits.Len(uint(max(n, 2)-1)), 1)

	control := [...]byte{0x21, 0xf9, 4, 1 << 2, 0, 0, 0, 0} // leave in place
	if hole >= 0 {
		control[3] |= 1
		control[6] = byte(hole)
	}
	binary.LittleEndian.PutUint16(control[delayAt:], uint16(g.delay(g.frames)))
	g.held.Write(control[:])

	place := [...]byte{0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0x80 | byte(depth-1)} // with a palette of its own
	for i, v := range [...]int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		binary.LittleEndian.PutUint16(place[1+2*i:], uint16(v))
	}
	g.held.Write(place[:])
	for i := range 1 << depth {
		c := g.colors.at(i)
		g.held.Write([]byte{byte(c >> 16), byte(c >> 8), byte(c)})
	}
	g.compress(g.index[:r.Dx()*r.Dy()], max(depth, 2))
}

// paint fills index and colors, and returns the number of colours and the index that means unchanged, or -1.
func (g *GIF) paint(img *image.RGBA, r image.Rectangle) (n, hole int) {
	g.colors.reset()
	exact, still := g.collect(img, r)
	hole = -1
	if limit := 256 - b2i(still); !exact || g.colors.len() > limit {
		g.quantize(img, r, limit)
	}
	n = g.colors.len()
	if still {
		hole = n
		n++
	}
	i := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		a, b := g.row(r, y), pixels(img, r, y)
		last, lastIndex := ^uint32(0), byte(0)
		for x := range r.Dx() {
			c := pixel(b, x)
			switch {
			case g.frames > 0 && c == pixel(a, x):
				g.index[i] = byte(hole)
			case c == last:
				g.index[i] = lastIndex
			default:
				last, lastIndex = c, g.lookup(c)
				g.index[i] = lastIndex
			}
			i++
		}
	}
	return n, hole
}

// collect gathers the colours of what changed, and reports whether all found room and whether something did not change.
func (g *GIF) collect(img *image.RGBA, r image.Rectangle) (exact, still bool) {
	exact = true
	for y := r.Min.Y; y < r.Max.Y; y++ {
		a, b := g.row(r, y), pixels(img, r, y)
		last := ^uint32(0)
		for x := range r.Dx() {
			c := pixel(b, x)
			if g.frames > 0 && c == pixel(a, x) {
				still = true
			} else if c != last && exact {
				exact = g.colors.add(c)
				last = c
			}
		}
	}
	g.quant.active = false
	return exact, still
}

// quantize fills colors with limit colours that stand for all in r.
func (g *GIF) quantize(img *image.RGBA, r image.Rectangle, limit int) {
	g.quant.reset()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		a, b := g.row(r, y), pixels(img, r, y)
		for x := range r.Dx() {
			if c := pixel(b, x); g.frames == 0 || c != pixel(a, x) {
				g.quant.count(c)
			}
		}
	}
	g.quant.split(limit, &g.colors)
	g.quant.active = true
}

func (g *GIF) lookup(c uint32) byte {
	if g.quant.active {
		return g.quant.lookup(c)
	}
	return g.colors.lookup(c)
}

// compress appends indices of so many bits, in blocks of at most 255 bytes.
func (g *GIF) compress(index []byte, depth int) {
	g.packed.Reset()
	g.lzw.Reset(&g.packed, lzw.LSB, depth)
	g.lzw.Write(index) //nolint:errcheck // a bytes.Buffer does not fail
	g.lzw.Close()
	g.held.WriteByte(byte(depth))
	for b := g.packed.Bytes(); len(b) > 0; {
		n := min(len(b), 255)
		g.held.WriteByte(byte(n))
		g.held.Write(b[:n])
		b = b[n:]
	}
	g.held.WriteByte(0)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
