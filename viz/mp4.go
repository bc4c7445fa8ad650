package viz

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// mp4 hands frames to ffmpeg, which writes the file.
type mp4 struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	said   bytes.Buffer // by ffmpeg
	size   image.Point
	fps    float64
	frames int
	last   []byte // the last frame, to let it stand
}

// newMP4 starts ffmpeg. It replaces the file of that name.
func newMP4(ffmpeg, name string, size image.Point, fps float64) (*mp4, error) {
	m := &mp4{size: size, fps: fps, last: make([]byte, 4*size.X*size.Y)}
	m.cmd = exec.Command(ffmpeg, "-y", "-loglevel", "error", "-nostdin",
		"-f", "rawvideo", "-pixel_format", "rgba", "-video_size", fmt.Sprintf("%dx%d", size.X, size.Y),
		"-framerate", strconv.FormatFloat(fps, 'g', -1, 64), "-i", "pipe:0",
		"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p",
		"-movflags", "+faststart", "-f", "mp4", "file:"+name)
	m.cmd.Stdout, m.cmd.Stderr = &m.said, &m.said
	alone(m.cmd)
	var err error
	if m.in, err = m.cmd.StdinPipe(); err == nil {
		err = m.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("viz: mp4: %w", err)
	}
	return m, nil
}

// WriteFrame appends a frame.
func (m *mp4) WriteFrame(img *image.RGBA) error {
	for y := range m.size.Y {
		copy(m.last[4*y*m.size.X:], img.Pix[y*img.Stride:][:4*m.size.X])
	}
	if _, err := m.in.Write(m.last); err != nil {
		return fmt.Errorf("viz: mp4: %w", err)
	}
	m.frames++
	return nil
}

// Frames returns the number of frames given so far.
func (m *mp4) Frames() int { return m.frames }

// Close lets the last frame stand for hold and waits until the file is complete.
func (m *mp4) Close(hold time.Duration) error {
	var err error
	if m.frames > 0 {
		for range int(hold.Seconds()*m.fps) - 1 {
			if _, err = m.in.Write(m.last); err != nil {
				break
			}
		}
	}
	err = errors.Join(err, m.in.Close())
	if e := m.cmd.Wait(); e != nil && m.frames > 0 {
		err = fmt.Errorf("viz: mp4: %w: %s", e, strings.TrimSpace(m.said.String()))
	}
	return err
}
