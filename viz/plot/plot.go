// Package plot draws learning curves: what several algorithms score on average after so many steps, each with a band around it.
//
//	png, err := plot.PNG(series, plot.Default())
//
// Pictures depend on nothing but the arguments: text is drawn as outlines of fonts that are part of the program, so that an SVG
// looks the same wherever it is shown.
package plot

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Series is the curve of one algorithm.
type Series struct {
	Name  string
	Steps []int     // [L] ascending
	At    []float64 // [L] ascending, in place of Steps: of figures over something else
	Mean  []float64 // [L] a value that is not finite leaves a gap
	Lo    []float64 // [L] lower edge of the band; nil without a band, as Hi
	Hi    []float64 // [L] upper edge
}

// len returns the number of points.
func (s Series) len() int { return max(len(s.Steps), len(s.At)) }

// x returns where a point stands.
func (s Series) x(i int) float64 {
	if s.At != nil {
		return s.At[i]
	}
	return float64(s.Steps[i])
}

// ascends reports whether a point is behind the one before it.
func (s Series) ascends(i int) bool {
	if s.At != nil {
		return s.At[i] > s.At[i-1]
	}
	return s.Steps[i] > s.Steps[i-1]
}

// label returns where a point stands, for a message.
func (s Series) label(i int) any {
	if s.At != nil {
		return s.At[i]
	}
	return s.Steps[i]
}

// Options say what the picture looks like.
type Options struct {
	Title  string // above the picture; none if empty
	X, Y   string // what the axes show; none if empty
	Width  int    // of the SVG, in pixels of 1/96 inch; a PNG has twice as many, for screens that show twice as many
	Height int
	Clock  bool // Steps are milliseconds, and the x-axis one of time
}

// Default returns a picture as wide as a page of text.
func Default() Options { return Options{X: "steps", Y: "return", Width: 760, Height: 460} }

// The least size that leaves room for the curves beside the labels, and a size that no page needs.
const (
	leastSize = 200
	mostSize  = 10_000
)

// Validate reports the first setting that cannot work.
func (o Options) Validate() error {
	if min(o.Width, o.Height) < leastSize || max(o.Width, o.Height) > mostSize {
		return fmt.Errorf("plot: the size is %d x %d, must be %d to %d each way", o.Width, o.Height, leastSize, mostSize)
	}
	return nil
}

// pixel is the length of a pixel of the SVG.
const pixel = vg.Inch / 96

// PNG returns the picture as a PNG file, or an error if the series or options cannot be drawn.
func PNG(series []Series, o Options) ([]byte, error) {
	if err := check(series, o); err != nil {
		return nil, err
	}
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(o.Width)*pixel, vg.Length(o.Height)*pixel), vgimg.UseDPI(2*96))
	return render(vgimg.PngCanvas{Canvas: c}, func(c draw.Canvas) { picture(c, series, o) })
}

// SVG returns the picture as an SVG file, or an error if the series or options cannot be drawn.
func SVG(series []Series, o Options) ([]byte, error) {
	if err := check(series, o); err != nil {
		return nil, err
	}
	return render(vgsvg.NewWith(vgsvg.UseWH(vg.Length(o.Width)*pixel, vg.Length(o.Height)*pixel)), func(c draw.Canvas) { picture(c, series, o) })
}

func render(c vg.CanvasWriterTo, paint func(draw.Canvas)) ([]byte, error) {
	paint(draw.New(outlined{c}))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	return b.Bytes(), nil
}

// check reports what keeps the series from being drawn.
func check(series []Series, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	points := 0
	for _, s := range series {
		n := s.len()
		band := s.Lo != nil || s.Hi != nil
		if s.At != nil && s.Steps != nil {
			return fmt.Errorf("plot: series %q has steps and other places too", s.Name)
		}
		if len(s.Mean) != n || band && (len(s.Lo) != n || len(s.Hi) != n) {
			return fmt.Errorf("plot: series %q has %d steps, %d means and a band of %d to %d values", s.Name, n, len(s.Mean), len(s.Lo), len(s.Hi))
		}
		for i := range n {
			if i > 0 && !s.ascends(i) {
				return fmt.Errorf("plot: series %q: step %v follows step %v, must ascend", s.Name, s.label(i), s.label(i-1))
			}
			if s.At != nil && !finite(s.At[i]) {
				return fmt.Errorf("plot: series %q: point %d is at %v", s.Name, i, s.At[i])
			}
			if finite(s.Mean[i]) {
				points++
			}
		}
	}
	if points == 0 {
		return errors.New("plot: no points to draw")
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
