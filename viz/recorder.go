package viz

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"time"
)

// RecordConfig says what a recording looks like.
type RecordConfig struct {
	Width, Height int           // of the picture, in pixels
	FPS           float64       // frames per second of playing, at most 50
	Hold          time.Duration // how long the last frame stands before the animation starts again
	Overwrite     bool          // replace a file of the same name
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

// encoder writes frames to a file.
type encoder interface {
	WriteFrame(img *image.RGBA) error
	Frames() int
	Close(hold time.Duration) error
}

// Recorder is a sink that writes the dashboard's frames to a file as they come. After Close, the file is complete, whenever
// that was; a recording without frames leaves no file.
type Recorder struct {
	file  *os.File
	enc   encoder
	hold  time.Duration
	dash  *Dashboard
	frame *image.RGBA
}

// NewRecorder creates a file; its name's ending says which format: .gif. A file that exists already is an error, unless the
// configuration says that it may be overwritten.
func NewRecorder(name string, c RecordConfig) (*Recorder, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if ext := filepath.Ext(name); ext != ".gif" {
		return nil, fmt.Errorf("viz: record %s: no such format %q, want .gif", name, ext)
	}
	mode := os.O_EXCL
	if c.Overwrite {
		mode = os.O_TRUNC
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o644)
	if err != nil {
		return nil, fmt.Errorf("viz: record: %w", err)
	}
	size := image.Pt(c.Width, c.Height)
	return &Recorder{
		file: f, enc: NewGIF(f, size, c.FPS), hold: c.Hold,
		dash: NewDashboard(), frame: image.NewRGBA(image.Rectangle{Max: size}),
	}, nil
}

// Show appends a frame.
func (r *Recorder) Show(s *Snapshot) error {
	r.dash.Draw(r.frame, s)
	return r.enc.WriteFrame(r.frame)
}

// Close finishes the file.
func (r *Recorder) Close() error {
	err := errors.Join(r.enc.Close(r.hold), r.file.Close())
	if r.enc.Frames() == 0 {
		err = errors.Join(err, os.Remove(r.file.Name()))
	}
	return err
}
