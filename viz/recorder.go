package viz

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// RecordConfig says what a recording looks like.
type RecordConfig struct {
	Width, Height int           // of the picture, in pixels
	FPS           float64       // frames per second of playing, at most 50
	Hold          time.Duration // how long the last frame stands before the animation starts again
	Overwrite     bool          // replace a file of the same name
	Light         bool          // dark on light
	FFmpeg        string        // the program that writes .mp4; "": there is none
}

// DefaultRecord returns a size at which all parts are easily read, and a speed that can be followed.
func DefaultRecord() RecordConfig {
	return RecordConfig{Width: 960, Height: 600, FPS: 10, Hold: 2 * time.Second}
}

// Validate reports the first setting that cannot work.
func (c RecordConfig) Validate() error {
	switch {
	case c.Width < 1 || c.Width > 1<<14 || c.Height < 1 || c.Height > 1<<14:
		return fmt.Errorf("viz: recording is %dx%d, sides must be in 1..16384", c.Width, c.Height)
	case !(c.FPS > 0 && c.FPS <= maxFPS):
		return fmt.Errorf("viz: FPS is %v, must be in (0, %d]", c.FPS, maxFPS)
	case c.Hold < 0:
		return fmt.Errorf("viz: Hold is %v, must not be negative", c.Hold)
	}
	return nil
}

// Format is a kind of file that a recording may be.
type Format struct {
	Ext   string // ending of its name
	About string // what it is, in a few words
}

// Formats lists the kinds of files there are.
func Formats() []Format {
	return []Format{
		{".gif", "animation that everything shows"},
		{".apng", "animation, every pixel exact"},
		{".html", "page with a scrubber"},
		{".mp4", "film; needs ffmpeg"},
		{".cast", "terminal recording for asciinema"},
		{".png", "picture of the last frame"},
	}
}

// Errors of NewRecorder.
var (
	ErrFormat = errors.New("no such format")
	ErrFFmpeg = errors.New("there is no ffmpeg")
)

// recording is what writes one kind of file.
type recording interface {
	Show(s *Snapshot) error
	Frames() int
	Close() error
}

// Recorder is a sink that writes frames to a file as they come. After Close, the file is complete, whenever that was; a recording
// without frames leaves no file.
type Recorder struct {
	recording
	file *os.File
}

// Size of a recorded terminal.
const (
	castCols = 120
	castRows = 40
)

// NewRecorder creates a file; its name's ending says which of the Formats. A file that exists already is an error, unless the
// configuration says that it may be overwritten.
func NewRecorder(name string, c RecordConfig) (*Recorder, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	ext := filepath.Ext(name)
	if !slices.ContainsFunc(Formats(), func(f Format) bool { return f.Ext == ext }) {
		return nil, fmt.Errorf("viz: record %s: %w: %q", name, ErrFormat, ext)
	}
	if ext == ".mp4" && c.FFmpeg == "" {
		return nil, fmt.Errorf("viz: record %s: %w", name, ErrFFmpeg)
	}
	mode := os.O_EXCL
	if c.Overwrite {
		mode = os.O_TRUNC
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o644)
	if err != nil {
		return nil, fmt.Errorf("viz: record: %w", err)
	}
	r := &Recorder{file: f}
	if err := r.begin(ext, c); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(name))
	}
	return r, nil
}

// begin makes what writes the file.
func (r *Recorder) begin(ext string, c RecordConfig) error {
	size := image.Pt(c.Width, c.Height)
	dash := &Dashboard{Light: c.Light}
	switch ext {
	case ".html":
		r.recording = NewHTML(r.file, size, c.FPS, dash)
		return nil
	case ".cast":
		r.recording = NewCast(r.file, castCols, castRows, c.FPS, c.Hold)
		return nil
	}
	p := &painted{hold: c.Hold, dash: dash, frame: image.NewRGBA(image.Rectangle{Max: size})}
	r.recording = p
	switch ext {
	case ".apng":
		p.enc = NewAPNG(r.file, size, c.FPS)
	case ".png":
		p.enc = &lastPicture{w: r.file, img: image.NewRGBA(image.Rectangle{Max: size})}
	case ".mp4":
		m, err := newMP4(c.FFmpeg, r.file.Name(), size, c.FPS)
		if err != nil {
			return err
		}
		p.enc = m
	default:
		p.enc = NewGIF(r.file, size, c.FPS)
	}
	return nil
}

// Close finishes the file.
func (r *Recorder) Close() error {
	err := errors.Join(r.recording.Close(), r.file.Close())
	if r.Frames() == 0 {
		err = errors.Join(err, os.Remove(r.file.Name()))
	}
	return err
}

// encoder writes pictures to a file.
type encoder interface {
	WriteFrame(img *image.RGBA) error
	Frames() int
	Close(hold time.Duration) error
}

// painted is a recording of pictures that a dashboard draws.
type painted struct {
	enc   encoder
	hold  time.Duration
	dash  *Dashboard
	frame *image.RGBA
}

func (p *painted) Show(s *Snapshot) error {
	p.dash.Draw(p.frame, s)
	return p.enc.WriteFrame(p.frame)
}

func (p *painted) Frames() int  { return p.enc.Frames() }
func (p *painted) Close() error { return p.enc.Close(p.hold) }

// lastPicture is an encoder that writes the last frame alone, as a PNG.
type lastPicture struct {
	w      io.Writer
	img    *image.RGBA
	frames int
}

func (l *lastPicture) WriteFrame(img *image.RGBA) error {
	copy(l.img.Pix, img.Pix)
	l.frames++
	return nil
}

func (l *lastPicture) Frames() int { return l.frames }

func (l *lastPicture) Close(time.Duration) error {
	if l.frames == 0 {
		return nil
	}
	if err := png.Encode(l.w, l.img); err != nil {
		return fmt.Errorf("viz: png: %w", err)
	}
	return nil
}
