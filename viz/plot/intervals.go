package plot

import (
	"fmt"
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Panel is one statistic of several algorithms, each with its interval.
type Panel struct {
	Title    string
	Mean     []float64 // [algorithm] not finite: it has none
	Lo, Hi   []float64
	Zero     float64 // where a line is drawn that tells better from worse
	HasZero  bool
	LeastMax [2]float64 // what the axis shows at least; both 0: the intervals
}

// Intervals are statistics side by side, an algorithm per row.
type Intervals struct {
	Names  []string
	Panels []Panel
	First  int // hue and dashes of the first row are those of this series; see Series
}

// Size returns how large a picture of so many rows and panels should be.
func (v Intervals) Size() Options {
	return Options{Width: min(mostSize, max(420, 180+240*len(v.Panels))), Height: min(mostSize, max(leastSize, 96+26*len(v.Names)))}
}

// PNG returns the picture as a PNG file, or an error if it cannot be drawn. Of the options, X and Y are not used.
func (v Intervals) PNG(o Options) ([]byte, error) {
	if err := v.check(o); err != nil {
		return nil, err
	}
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(o.Width)*pixel, vg.Length(o.Height)*pixel), vgimg.UseDPI(2*96))
	return render(vgimg.PngCanvas{Canvas: c}, func(c draw.Canvas) { v.paint(c, o) })
}

// SVG returns the picture as an SVG file.
func (v Intervals) SVG(o Options) ([]byte, error) {
	if err := v.check(o); err != nil {
		return nil, err
	}
	return render(vgsvg.NewWith(vgsvg.UseWH(vg.Length(o.Width)*pixel, vg.Length(o.Height)*pixel)), func(c draw.Canvas) { v.paint(c, o) })
}

func (v Intervals) check(o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	if len(v.Names) == 0 || len(v.Panels) == 0 {
		return fmt.Errorf("plot: %d rows of %d panels, at least one of each is needed", len(v.Names), len(v.Panels))
	}
	for _, p := range v.Panels {
		if len(p.Mean) != len(v.Names) || len(p.Lo) != len(v.Names) || len(p.Hi) != len(v.Names) {
			return fmt.Errorf("plot: panel %q has %d values and intervals of %d to %d for %d rows", p.Title, len(p.Mean), len(p.Lo), len(p.Hi), len(v.Names))
		}
	}
	return nil
}

// paint draws title, names and panels, from left to right.
func (v Intervals) paint(c draw.Canvas, o Options) {
	c.SetColor(paper)
	c.Fill(c.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if o.Title != "" {
		s := face(13, ink, xfont.WeightBold)
		s.Font.Size *= min(1, (c.Max.X-c.Min.X)/s.Width(o.Title))
		c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y - s.FontExtents().Ascent}, o.Title)
		c.Max.Y -= s.FontExtents().Height + 6
	}
	name := face(10, ink, xfont.WeightNormal)
	room := vg.Length(0)
	for _, n := range v.Names {
		room = max(room, name.Width(n))
	}
	const gap = 14
	room = min(room, (c.Max.X-c.Min.X)/3)
	width := (c.Max.X - c.Min.X - room) / vg.Length(len(v.Panels))
	const foot, head = 22, 20
	rows := draw.Crop(c, 0, 0, foot, -head)
	step := (rows.Max.Y - rows.Min.Y) / vg.Length(len(v.Names))
	at := func(row int) vg.Length { return rows.Max.Y - (vg.Length(row)+0.5)*step }
	for i, n := range v.Names {
		s := name
		if w := s.Width(n); w > room {
			s.Font.Size *= room / w
		}
		c.FillText(s, vg.Point{X: c.Min.X, Y: at(i) - s.FontExtents().Ascent*0.36}, n)
	}
	for i, p := range v.Panels {
		left := c.Min.X + room + vg.Length(i)*width + gap
		v.panel(draw.Crop(c, left-c.Min.X, left+width-gap-c.Max.X, 0, 0), p, at, foot, head)
	}
}

// panel draws one statistic: an axis below, a bar and a mark in each row.
func (v Intervals) panel(c draw.Canvas, p Panel, at func(int) vg.Length, foot, head vg.Length) {
	s := face(10, ink, xfont.WeightNormal)
	if w := s.Width(p.Title); w > c.Max.X-c.Min.X {
		s.Font.Size *= (c.Max.X - c.Min.X) / w
	}
	c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y - s.FontExtents().Ascent}, p.Title)
	lo, hi := p.span()
	x := func(v float64) vg.Length { return c.Min.X + vg.Length((v-lo)/(hi-lo))*(c.Max.X-c.Min.X) }
	top, bottom := c.Max.Y-head, c.Min.Y+foot
	tick := face(9, dim, xfont.WeightNormal)
	marks := ticks{4, decimals}
	if hi-lo >= 1000 {
		marks.label = thousands
	}
	for _, m := range marks.Ticks(lo, hi) {
		c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.7}, x(m.Value), bottom, x(m.Value), top)
		w := tick.Width(m.Label)
		c.FillText(tick, vg.Point{X: min(max(x(m.Value)-w/2, c.Min.X), c.Max.X-w), Y: bottom - tick.FontExtents().Ascent - 3}, m.Label)
	}
	c.StrokeLine2(draw.LineStyle{Color: dim, Width: 0.8}, c.Min.X, bottom, c.Max.X, bottom)
	if p.HasZero && p.Zero >= lo && p.Zero <= hi {
		c.StrokeLine2(draw.LineStyle{Color: dim, Width: 0.8, Dashes: dashes[2]}, x(p.Zero), bottom, x(p.Zero), top)
	}
	for i := range v.Names {
		if !finite(p.Mean[i]) {
			continue
		}
		hue := style(v.First + i).Color
		y := at(i)
		if finite(p.Lo[i]) && finite(p.Hi[i]) {
			bar(c, hue, x(p.Lo[i]), x(p.Hi[i]), y)
		}
		c.StrokeLine2(draw.LineStyle{Color: hue, Width: 2.4}, x(p.Mean[i]), y-5.5, x(p.Mean[i]), y+5.5)
	}
}

// bar draws an interval.
func bar(c draw.Canvas, hue color.Color, from, to, y vg.Length) {
	light := hue.(color.NRGBA)
	light.A = barAlpha
	const half, least = 3.5, 0.6
	if to-from < 2*least {
		from, to = (from+to)/2-least, (from+to)/2+least
	}
	c.FillPolygon(light, []vg.Point{{X: from, Y: y - half}, {X: to, Y: y - half}, {X: to, Y: y + half}, {X: from, Y: y + half}})
}

// span returns what the axis shows.
func (p Panel) span() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	take := func(v float64) {
		if finite(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	for i := range p.Mean {
		take(p.Mean[i])
		take(p.Lo[i])
		take(p.Hi[i])
	}
	if p.LeastMax != [2]float64{} {
		take(p.LeastMax[0])
		take(p.LeastMax[1])
	}
	if p.HasZero {
		take(p.Zero)
	}
	if lo > hi {
		return 0, 1
	}
	return widen(lo, hi)
}
