package plot

import (
	"image/color"
	"math"
	"slices"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ink   = color.NRGBA{0x22, 0x26, 0x2d, 0xff} // title and names
	dim   = color.NRGBA{0x5c, 0x64, 0x70, 0xff} // axes and their labels
	rule  = color.NRGBA{0xe6, 0xe8, 0xec, 0xff} // grid
	paper = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// hues are those of Okabe & Ito (2008) that stand out from paper, and stay apart for colour-blind eyes.
var hues = [...]color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermillion
	{0x00, 0x9e, 0x73, 0xff}, // green
	{0xcc, 0x79, 0xa7, 0xff}, // purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky
}

// dashes tell curves apart without colour. Their number and that of the hues make twelve pairs.
var dashes = [...][]vg.Length{nil, {8, 2}, {2, 2}, {8, 2, 2, 2}}

// style returns how the curve of series i looks.
func style(i int) draw.LineStyle {
	return draw.LineStyle{Color: hues[i%len(hues)], Width: 1.6, Dashes: dashes[i%len(dashes)]}
}

// Transparency of bands and of bars.
const (
	bandAlpha = 0x2e
	barAlpha  = 0x70
)

// veil returns the colour of a band.
func veil(c color.Color) color.NRGBA {
	v := c.(color.NRGBA)
	v.A = bandAlpha
	return v
}

// face returns text of a size in points.
func face(size vg.Length, c color.Color, weight xfont.Weight) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size, Weight: weight},
		Handler: plot.DefaultTextHandler,
	}
}

const margin = 12 // around the picture, in points

// picture draws title, legend and curves, from top to bottom.
func picture(c draw.Canvas, series []Series, o Options) {
	c.SetColor(paper)
	c.Fill(c.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if o.Title != "" {
		s := face(13, ink, xfont.WeightBold)
		s.Font.Size *= min(1, (c.Max.X-c.Min.X)/s.Width(o.Title))
		c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y - s.FontExtents().Ascent}, o.Title)
		c.Max.Y -= s.FontExtents().Height + 6
	}
	c.Max.Y = legend(c, series) - 8
	curves(series, o).Draw(c)
}

// legend draws a sample of each curve beside its name, in rows, and returns where they end. A lone curve without a name has none.
func legend(c draw.Canvas, series []Series) vg.Length {
	if len(series) == 1 && series[0].Name == "" {
		return c.Max.Y
	}
	const sample, gap, space = 22, 6, 18
	s := face(10, ink, xfont.WeightNormal)
	ext := s.FontExtents()
	at := vg.Point{X: c.Min.X, Y: c.Max.Y - ext.Ascent}
	for i, one := range series {
		w := sample + gap + s.Width(one.Name)
		if at.X > c.Min.X && at.X+w > c.Max.X {
			at = vg.Point{X: c.Min.X, Y: at.Y - ext.Height - 4}
		}
		mid := at.Y + ext.Ascent*0.36
		look := style(i)
		if one.Lo != nil {
			c.FillPolygon(veil(look.Color), []vg.Point{{X: at.X, Y: mid - 4}, {X: at.X + sample, Y: mid - 4}, {X: at.X + sample, Y: mid + 4}, {X: at.X, Y: mid + 4}})
		}
		c.StrokeLine2(look, at.X, mid, at.X+sample, mid)
		c.FillText(s, vg.Point{X: at.X + sample + gap, Y: at.Y}, one.Name)
		at.X += w + space
	}
	return at.Y - ext.Descent
}

// curves returns axes, bands and lines.
func curves(series []Series, o Options) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal = draw.LineStyle{Color: rule, Width: 0.7}
	p.Add(grid)
	for i, s := range series {
		for _, run := range runs(s, true) {
			p.Add(&plotter.Polygon{XYs: []plotter.XYs{outline(s, run)}, Color: veil(hues[i%len(hues)])})
		}
	}
	for i, s := range series {
		for _, run := range runs(s, false) {
			if run.to == run.from+1 {
				p.Add(&plotter.Scatter{XYs: line(s, run), GlyphStyle: draw.GlyphStyle{Color: hues[i%len(hues)], Radius: 1.6, Shape: draw.CircleGlyph{}}})
				continue
			}
			p.Add(&plotter.Line{XYs: line(s, run), LineStyle: style(i)})
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = ranges(series)
	axis(&p.X, o.X, marksOf(series, o))
	axis(&p.Y, o.Y, ticks{6, decimals})
	p.Y.Width = 0
	p.Y.Tick.Width = 0
	p.Y.Tick.Length = 2
	return p
}

// marksOf returns where the x-axis has marks.
func marksOf(series []Series, o Options) plot.Ticker {
	switch {
	case o.Clock:
		return times{7}
	case slices.ContainsFunc(series, func(s Series) bool { return s.At != nil }):
		return ticks{7, decimals}
	}
	return ticks{7, thousands}
}

// axis sets one axis in the style of the picture.
func axis(a *plot.Axis, label string, marks plot.Ticker) {
	a.Label.Text = label
	for _, to := range [...]struct {
		style *text.Style
		size  vg.Length
	}{{&a.Label.TextStyle, 10}, {&a.Tick.Label, 9}} {
		f := face(to.size, dim, xfont.WeightNormal)
		to.style.Color, to.style.Font, to.style.Handler = f.Color, f.Font, f.Handler
	}
	a.Label.Padding = 4
	a.LineStyle = draw.LineStyle{Color: dim, Width: 0.8}
	a.Tick.LineStyle = a.LineStyle
	a.Tick.Length = 4
	a.Tick.Marker = marks
	a.Padding = 3
}

// ranges returns what the axes show: all that is drawn.
func ranges(series []Series) (x0, x1, y0, y1 float64) {
	x0, x1, y0, y1 = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range series {
		for _, run := range runs(s, false) {
			for _, p := range line(s, run) {
				x0, x1, y0, y1 = min(x0, p.X), max(x1, p.X), min(y0, p.Y), max(y1, p.Y)
			}
		}
		for _, run := range runs(s, true) {
			for _, p := range outline(s, run) {
				y0, y1 = min(y0, p.Y), max(y1, p.Y)
			}
		}
	}
	if x0 > 0 && x0 < x1/4 {
		x0 = 0 // the first evaluation is a little after the beginning
	}
	if flat(x0, x1) {
		x0, x1 = widen(x0, x1)
	}
	y0, y1 = widen(y0, y1)
	return x0, x1, y0, y1
}

// stretch is the points from..to-1 of a series, none of which is missing.
type stretch struct{ from, to int }

// runs returns the stretches that have a mean, or a mean and a band.
func runs(s Series, band bool) []stretch {
	if band && s.Lo == nil {
		return nil
	}
	var all []stretch
	from := 0
	for i := 0; i <= s.len(); i++ {
		if i < s.len() && finite(s.Mean[i]) && (!band || finite(s.Lo[i]) && finite(s.Hi[i])) {
			continue
		}
		if i > from {
			all = append(all, stretch{from, i})
		}
		from = i + 1
	}
	return all
}

// line returns the means of a stretch.
func line(s Series, r stretch) plotter.XYs {
	xy := make(plotter.XYs, 0, r.to-r.from)
	for i := r.from; i < r.to; i++ {
		xy = append(xy, plotter.XY{X: s.x(i), Y: s.Mean[i]})
	}
	return xy
}

// outline returns the edge of the band of a stretch, there along the top and back along the bottom.
func outline(s Series, r stretch) plotter.XYs {
	xy := make(plotter.XYs, 0, 2*(r.to-r.from))
	for i := r.from; i < r.to; i++ {
		xy = append(xy, plotter.XY{X: s.x(i), Y: s.Hi[i]})
	}
	for i := r.to - 1; i >= r.from; i-- {
		xy = append(xy, plotter.XY{X: s.x(i), Y: s.Lo[i]})
	}
	return xy
}
