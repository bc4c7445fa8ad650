package viz

import (
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"io"
	"strconv"
	"strings"
)

// HTML is a sink that writes a page with the dashboard's frames and a scrubber: one file that needs nothing else. Frames are stored as
// APNG stores them, and every wholeEvery-th whole, so that any is found quickly. The page is complete after each frame.
type HTML struct {
	lastFrame
	w     io.Writer
	fps   float64
	dash  *Dashboard
	frame *image.RGBA
	pack  pngPacker
	png   []byte
	line  []byte
	ihdr  [13]byte
}

// wholeEvery is how many frames lie between two that are stored whole.
const wholeEvery = 64

//go:embed replay.html
var replayPage string

// NewHTML returns a writer of pages of frames that a dashboard draws in the given size, played at fps frames per second.
func NewHTML(w io.Writer, size image.Point, fps float64, d *Dashboard) *HTML {
	return &HTML{
		lastFrame: newLastFrame(size), w: w, fps: fps, dash: d, frame: image.NewRGBA(image.Rectangle{Max: size}),
		ihdr: [13]byte{8: 8, 9: 6},
	}
}

// Show appends a frame.
func (h *HTML) Show(s *Snapshot) error {
	h.line = h.line[:0]
	if h.frames == 0 {
		h.line = append(h.line, strings.NewReplacer(
			"TITLE", html.EscapeString(s.Title), "WIDTH", strconv.Itoa(h.size.X), "HEIGHT", strconv.Itoa(h.size.Y),
			"FPS", strconv.FormatFloat(h.fps, 'g', -1, 64),
		).Replace(replayPage)...)
	}
	h.dash.Draw(h.frame, s)
	whole := h.frames%wholeEvery == 0
	r := h.changed(h.frame)
	if whole {
		r = h.frame.Rect
	}
	said, err := json.Marshal(saying(s))
	if err != nil {
		return fmt.Errorf("viz: html: %w", err)
	}
	h.line = fmt.Appendf(h.line, "<script>f(%t,%d,%d,%d,%s,\"", whole, r.Min.X, r.Min.Y, s.Episode, said)
	h.line = base64.StdEncoding.AppendEncode(h.line, h.picture(r, whole))
	h.line = append(h.line, "\")</script>\n"...)
	h.keep(h.frame, r)
	if _, err := h.w.Write(h.line); err != nil {
		return fmt.Errorf("viz: html: %w", err)
	}
	return nil
}

// Close ends the page. The underlying writer stays open.
func (h *HTML) Close() error {
	if h.frames == 0 {
		return nil
	}
	if _, err := io.WriteString(h.w, "</html>\n"); err != nil {
		return fmt.Errorf("viz: html: %w", err)
	}
	return nil
}

// picture returns what is in r as a PNG file.
func (h *HTML) picture(r image.Rectangle, whole bool) []byte {
	binary.BigEndian.PutUint32(h.ihdr[0:], uint32(r.Dx()))
	binary.BigEndian.PutUint32(h.ihdr[4:], uint32(r.Dy()))
	h.png = appendChunk(append(h.png[:0], pngHeader...), "IHDR", h.ihdr[:])
	h.png = appendChunk(h.png, "IDAT", h.pack.pack(&h.lastFrame, h.frame, r, whole))
	return appendChunk(h.png, "IEND")
}

// saying returns what stands beside the scrubber.
func saying(s *Snapshot) string {
	text := fmt.Sprintf("episode %d  step %d", s.Episode, s.Step)
	if s.End != "" {
		text += "  " + s.End
	}
	return text
}
