package viz

import (
	"image"
	"image/color"
)

// Overlay is a number per cell of a picture that is laid over it as a colour, the stronger the larger the number is between the least
// and the largest: what the network looks at, or what it expects of each cell.
type Overlay struct {
	Name  string    // what the numbers are
	World bool      // it lies on World; else on View
	Grid  Grid      // how the cells lie
	Cell  []float32 // [Rows, Cols], NaN where there is none; nil: nothing is laid over
}

// lies reports whether there is something to lay over World, or over View.
func (o *Overlay) lies(world bool) bool {
	return o.World == world && o.Grid.whole(o.Cell) && o.Grid.Of.X > 0 && o.Grid.Of.Y > 0
}

// over returns what is laid over World, or over View: what the owner chose or, if it chose nothing, that of the first task.
func (s *Snapshot) over(world bool) (Overlay, bool) {
	o := s.Overlay
	if o.Name == "" {
		o = Overlay{}
		for i := range s.Thoughts {
			t := &s.Thoughts[i]
			if o = (Overlay{Name: t.Over, Grid: t.Grid, Cell: t.Overlay}); o.lies(false) {
				break
			}
		}
	}
	if !o.lies(world) {
		return Overlay{}, false
	}
	return o, true
}

// overlaySteps is the number of strengths of an overlay. Few, so that a GIF has colours to spare.
const overlaySteps = 6

// overlay lays a colour over a picture that stands in r.
func (c canvas) overlay(r image.Rectangle, o *Overlay, col color.RGBA) {
	lo, hi := bounds(o.Cell)
	if !(hi > lo) {
		return
	}
	g := &o.Grid
	for i, v := range o.Cell {
		k := int(clamp(float64((v-lo)/(hi-lo)))*overlaySteps + 0.5)
		if k == 0 {
			continue
		}
		row, cell := i/g.Cols, i%g.Cols
		at := image.Rect(g.overX(r, cell), g.overY(r, row), g.overX(r, cell+1), g.overY(r, row+1))
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				c.mix(x, y, col, k)
			}
		}
	}
}

// overX returns where column col begins on a picture that stands in r, overY where row row does.
func (g *Grid) overX(r image.Rectangle, col int) int {
	return r.Min.X + (g.Area.Min.X*g.Cols+g.Area.Dx()*col)*r.Dx()/(g.Cols*g.Of.X)
}

func (g *Grid) overY(r image.Rectangle, row int) int {
	return r.Min.Y + (g.Area.Min.Y*g.Rows+g.Area.Dy()*row)*r.Dy()/(g.Rows*g.Of.Y)
}

// appendOver appends what is laid over a picture, and which numbers its colours stand for.
func appendOver(b []byte, o *Overlay) []byte {
	b = append(append(b, " + "...), o.Name...)
	if lo, hi := bounds(o.Cell); o.World && hi > lo {
		b = append(appendNumber(append(b, ' '), lo, false), "…"...)
		b = appendNumber(b, hi, false)
	}
	return b
}

// bounds returns the least and the largest finite number of x.
func bounds(x []float32) (lo, hi float32) {
	first := true
	for _, v := range x {
		if v-v != 0 { // neither NaN nor infinite
			continue
		}
		if first || v < lo {
			lo = v
		}
		if first || v > hi {
			hi = v
		}
		first = false
	}
	return lo, hi
}
