package cli

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/auxrl/auxrl/viz"
)

// maxKeepsakes is how many files of one name there may be.
const maxKeepsakes = 9999

// recorder is a recording that a person starts and ends while watching. The zero value records nothing.
type recorder struct {
	name   string
	frames int
	sink   *viz.Recorder
	names  []kept // recordings that have ended
}

// kept is a recording.
type kept struct {
	file   string
	frames int
}

func (r *recorder) running() bool { return r.sink != nil }

// open begins a GIF in the working directory with a name that is free.
func (r *recorder) open(base string, fps float64, light bool) error {
	c := viz.DefaultRecord()
	c.FPS, c.Light = fps, light
	for n := 1; n <= maxKeepsakes; n++ {
		name := fmt.Sprintf("%s-%d.gif", base, n)
		sink, err := viz.NewRecorder(name, c)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			r.name, r.frames, r.sink = name, 0, sink
		}
		return err
	}
	return fmt.Errorf("there are %d recordings of that name", maxKeepsakes)
}

// show records a moment.
func (r *recorder) show(s *viz.Snapshot) error {
	if r.sink == nil {
		return nil
	}
	r.frames++
	return r.sink.Show(s)
}

// close ends the recording; the file is complete.
func (r *recorder) close() error {
	if r.sink == nil {
		return nil
	}
	sink := r.sink
	r.sink = nil
	r.names = append(r.names, kept{r.name, r.frames})
	return sink.Close()
}

// savePicture draws a moment into a PNG in the working directory with a name that is free, which it returns.
func savePicture(s *viz.Snapshot, base string, light bool) (name string, err error) {
	for n := 1; n <= maxKeepsakes; n++ {
		name = fmt.Sprintf("%s-%d.png", base, n)
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			c := viz.DefaultRecord()
			img := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
			d := viz.Dashboard{Light: light}
			d.Draw(img, s)
			return name, viz.WritePNG(name, img)
		}
	}
	return "", fmt.Errorf("there are %d pictures of that name", maxKeepsakes)
}

// keepsakeName returns how names of files begin that are saved while something is watched.
func keepsakeName(what string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' {
			return '-'
		}
		return r
	}, strings.TrimSuffix(filepath.Base(filepath.Clean(what)), filepath.Ext(what)))
	if name == "" || name == "." || name == ".." || name[0] == '-' {
		return "watch"
	}
	return name
}
