package viz

import (
	"image"
	"image/color"
	"math"
	"strconv"
)

// drawCurve plots the value over the steps of the episode, and below it the rewards that came: bars up for positive ones, down
// for negative ones, as high as they are large.
func (d *Dashboard) drawCurve(s *Snapshot) {
	r := d.curve
	if r.Empty() {
		return
	}
	d.to.panel(r, d.corner, d.surface)
	h := &s.History
	lo, hi := valueRange(h.Values(), d.realised(s))
	labels := max(width(d.small, d.number(lo, false)), width(d.small, d.number(hi, false)))
	steps := niceSteps(h.Steps())

	plot := r.Inset(d.pad)
	plot.Min.Y = r.Min.Y + d.captionHeight() + d.px(4)
	plot.Min.X += labels + d.px(6)
	plot.Max.X -= d.px(4)
	lane := plot
	lane.Min.Y = plot.Max.Y - d.px(15)
	plot.Max.Y = lane.Min.Y - d.px(4)
	if plot.Dy() < d.px(12) {
		return
	}

	d.drawLegend(r)
	d.drawAxes(plot, lane, lo, hi, steps)
	d.plotRewards(lane, h, steps)
	d.plotValues(plot, h, lo, hi, steps)
	d.plotRealised(plot, h, lo, hi, steps)
}

// realised leaves in ret, and returns, the discounted return that came after each point of an episode that has ended; nothing while
// it runs.
func (d *Dashboard) realised(s *Snapshot) []float32 {
	d.ret = d.ret[:0]
	if s.End != "" && s.Gamma > 0 {
		d.ret = s.History.AppendReturns(d.ret, s.Gamma, s.Tail)
	}
	return d.ret
}

// plotRealised draws the return that came as a thin line over the values.
func (d *Dashboard) plotRealised(plot image.Rectangle, h *History, lo, hi float32, steps int) {
	if len(d.ret) == 0 {
		return
	}
	dx := float64(plot.Dx()-1) * float64(h.Stride()) / float64(steps)
	end := int(float64(len(d.ret)-1) * dx)
	for col := 0; col <= end; col++ {
		y0, y1 := sample(d.ret, (float64(col)-0.5)/dx), sample(d.ret, (float64(col)+0.5)/dx)
		if math.IsNaN(y0) || math.IsNaN(y1) {
			continue
		}
		top, bottom := yAt(plot, max(y0, y1), lo, hi), yAt(plot, min(y0, y1), lo, hi)
		d.span(plot.Min.X+col, top, bottom+1, d.ink)
	}
}

// drawLegend heads the panel, with a sample of each mark.
func (d *Dashboard) drawLegend(r image.Rectangle) {
	x, y := r.Min.X+d.pad, r.Min.Y+d.pad+d.small.ascent
	mid := y - d.small.ascent/2
	d.to.fill(image.Rect(x, mid-1, x+d.px(12), mid-1+max(d.px(2), 1)), d.sky)
	x = text(d.to, d.small, x+d.px(16), y, d.dim, "value") + d.px(12)
	d.to.fill(image.Rect(x, mid-d.px(4), x+d.px(2), mid), d.green)
	d.to.fill(image.Rect(x+d.px(4), mid, x+d.px(6), mid+d.px(4)), d.vermillion)
	x = text(d.to, d.small, x+d.px(10), y, d.dim, "reward") + d.px(12)
	if len(d.ret) > 0 {
		d.to.fill(image.Rect(x, mid-1, x+d.px(12), mid), d.ink)
		text(d.to, d.small, x+d.px(16), y, d.dim, "return that came")
	}
}

// drawAxes draws the scale of the values, the line of zero, and the length of the x-axis.
func (d *Dashboard) drawAxes(plot, lane image.Rectangle, lo, hi float32, steps int) {
	for _, v := range [...]float32{lo, 0, hi} {
		y := yOf(plot, v, lo, hi)
		d.to.fill(image.Rect(plot.Min.X, y, plot.Max.X, y+1), d.rule)
		if v != 0 || lo == 0 || hi == 0 || yOf(plot, lo, lo, hi)-y > d.small.height && y-plot.Min.Y > d.small.height {
			textRight(d.to, d.small, plot.Min.X-d.px(6), y+d.small.ascent/2, d.dim, d.number(v, false))
		}
	}
	mid := (lane.Min.Y + lane.Max.Y) / 2
	d.to.fill(image.Rect(lane.Min.X, mid, lane.Max.X, mid+1), d.rule)
	d.buf = append(strconv.AppendInt(d.buf[:0], int64(steps), 10), " steps"...)
	textRight(d.to, d.small, plot.Max.X+d.px(4), d.curve.Min.Y+d.pad+d.small.ascent, d.dim, d.buf)
}

// plotValues draws the curve column by column, each as high as the curve climbs within it, over a shaded area down to zero.
func (d *Dashboard) plotValues(plot image.Rectangle, h *History, lo, hi float32, steps int) {
	val := h.Values()
	if len(val) == 0 {
		return
	}
	dx := float64(plot.Dx()-1) * float64(h.Stride()) / float64(steps)
	zero := yOf(plot, 0, lo, hi)
	thick := max(1.6*d.scale, 1.2)
	end := int(float64(len(val)-1) * dx)
	for col := 0; col <= end; col++ {
		y0, y1 := sample(val, (float64(col)-0.5)/dx), sample(val, (float64(col)+0.5)/dx)
		if math.IsNaN(y0) || math.IsNaN(y1) {
			continue
		}
		top, bottom := yAt(plot, max(y0, y1), lo, hi), yAt(plot, min(y0, y1), lo, hi)
		x := plot.Min.X + col
		mid := int((top + bottom) / 2)
		d.to.fill(image.Rect(x, min(mid, zero), x+1, max(mid, zero)), d.skyShade)
		d.span(x, top+0.5-thick/2, bottom+0.5+thick/2, d.sky)
	}
	if v := val[len(val)-1]; v == v {
		d.dot(plot.Min.X+end, yOf(plot, v, lo, hi), max(d.px(3), 2))
	}
}

// span paints a pixel column between two heights, with soft ends.
func (d *Dashboard) span(x int, top, bottom float64, col color.RGBA) {
	for y := int(top); y <= int(bottom); y++ {
		c := min(float64(y+1), bottom) - max(float64(y), top)
		d.to.mix(x, y, col, int(c*coverage+0.5))
	}
}

// dot paints the present value.
func (d *Dashboard) dot(cx, cy, radius int) {
	for y := -radius; y <= radius; y++ {
		for x := -radius; x <= radius; x++ {
			over := float64(radius) + 0.5 - math.Hypot(float64(x), float64(y))
			d.to.mix(cx+x, cy+y, d.ink, int(clamp(over)*coverage+0.5))
		}
	}
}

// plotRewards draws the rewards as bars from the middle of the lane.
func (d *Dashboard) plotRewards(lane image.Rectangle, h *History, steps int) {
	rew := h.Rewards()
	var most float64
	for _, r := range rew {
		if a := math.Abs(float64(r)); a > most && !math.IsInf(a, 0) {
			most = a
		}
	}
	dx := float64(lane.Dx()-1) * float64(h.Stride()) / float64(steps)
	mid, half := (lane.Min.Y+lane.Max.Y)/2, lane.Dy()/2
	w := max(d.px(2), 1)
	for i, r := range rew {
		if r == 0 || r != r {
			continue
		}
		x := lane.Min.X + int(float64(i)*dx) - w/2
		n := max(share(half, math.Abs(float64(r))/most), min(2, half))
		if r > 0 {
			d.to.fill(image.Rect(x, mid-n, x+w, mid), d.sign(r))
		} else {
			d.to.fill(image.Rect(x, mid+1, x+w, mid+1+n), d.sign(r))
		}
	}
}

// yOf returns the row of a value in the plot, yAt where in the row.
func yOf(plot image.Rectangle, v, lo, hi float32) int {
	return int(math.Round(yAt(plot, float64(v), lo, hi)))
}

func yAt(plot image.Rectangle, v float64, lo, hi float32) float64 {
	return float64(plot.Min.Y) + (1-clamp((v-float64(lo))/float64(hi-lo)))*float64(plot.Dy()-1)
}

// sample returns the values at a point between two of them.
func sample(val []float32, at float64) float64 {
	at = min(max(at, 0), float64(len(val)-1))
	i := int(at)
	if i+1 == len(val) {
		return float64(val[i])
	}
	f := at - float64(i)
	return (1-f)*float64(val[i]) + f*float64(val[i+1])
}

// valueRange returns round bounds that hold zero and all finite values.
func valueRange(curves ...[]float32) (lo, hi float32) {
	for _, val := range curves {
		for _, v := range val {
			if a := float64(v); !math.IsNaN(a) && !math.IsInf(a, 0) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	if lo == hi {
		return 0, 1
	}
	unit := roundUp(float64(hi)-float64(lo), 1, 2, 5) / 5
	return float32(math.Floor(float64(lo)/unit) * unit), float32(math.Ceil(float64(hi)/unit) * unit)
}

// niceSteps returns the length of the x-axis, a round number that changes seldom.
func niceSteps(n int) int {
	return int(math.Round(roundUp(float64(max(n-1, 20)), 1, 1.5, 2, 3, 4, 6, 8)))
}

// roundUp returns the least number that is at least x > 0 and one of the multiples, which begin with 1, of a power of ten.
func roundUp(x float64, multiples ...float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, k := range multiples {
		if x <= k*p {
			return k * p
		}
	}
	return 10 * p
}
