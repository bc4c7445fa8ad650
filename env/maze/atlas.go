package maze

import (
	"image"
	"image/color"
)

// maxTile is the largest side of a tile of the map, in pixels; pictureTile the smallest that shows things as sprites.
const (
	maxTile     = 64
	pictureTile = 8
)

// Colours of the map.
var (
	mapWall  = color.RGBA{44, 48, 60, 255}
	mapEdge  = color.RGBA{66, 72, 90, 255}
	mapAgent = color.RGBA{232, 30, 130, 255}
	mapRim   = color.RGBA{255, 255, 255, 255}
)

// RenderSize returns the size of the largest map within limit, of tiles of 1 to 64 pixels.
func (w *World) RenderSize(limit image.Point) image.Point {
	tile := min(max(min(limit.X/w.rules.w, limit.Y/w.rules.h), 1), maxTile)
	return image.Pt(tile*w.rules.w, tile*w.rules.h)
}

// Render draws the map from above: floors in the colours of the walls around them, things, the agent with its field of view. dst has
// a whole number of pixels for each tile; Render panics if it has not.
func (w *World) Render(dst *image.RGBA) {
	r := dst.Rect
	tile := r.Dx() / w.rules.w
	if tile < 1 || r.Dx() != tile*w.rules.w || r.Dy() != tile*w.rules.h {
		panic("maze: the picture does not hold whole tiles")
	}
	m := atlas{w, dst, tile}
	for y := range w.rules.h {
		for x := range w.rules.w {
			m.drawTile(x, y)
		}
	}
	if w.phase == idle {
		return
	}
	for _, t := range w.things {
		if !t.gone {
			m.drawThing(t)
		}
	}
	m.drawAgent()
}

// atlas draws one map.
type atlas struct {
	w    *World
	dst  *image.RGBA
	tile int
}

// set colours a pixel.
func (m atlas) set(x, y int, c color.RGBA) { m.dst.SetRGBA(m.dst.Rect.Min.X+x, m.dst.Rect.Min.Y+y, c) }

func (m atlas) drawTile(x, y int) {
	l := m.w.level
	t := l.tile(x, y)
	floor := m.w.phase != idle && !l.wall[t]
	for j := range m.tile {
		for i := range m.tile {
			c := mapWall
			switch edge := m.tile >= pictureTile && (i == 0 || j == 0); {
			case floor:
				c = palette()[l.tint[l.zone[t]]]
				if edge {
					c = mixed(c, mapWall, 1, 8)
				}
			case edge:
				c = mapEdge
			}
			m.set(x*m.tile+i, y*m.tile+j, c)
		}
	}
}

// mixed lays k/n of colour b over a.
func mixed(a, b color.RGBA, k, n int) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(n-k) + int(b)*k) / n) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// drawThing draws the sprite over the whole tile, or a square where there is no room for it.
func (m atlas) drawThing(t thing) {
	x, y := int(t.tile)%m.w.rules.w*m.tile, int(t.tile)/m.w.rules.w*m.tile
	sprite := &sprites()[t.kind][detailAt(float64(texels)/float64(m.tile))]
	for j := range m.tile {
		for i := range m.tile {
			k := sprite[i*texels/m.tile*texels+j*texels/m.tile]
			if m.tile < pictureTile {
				k = shade(figures[t.kind].ramp, mid)
			}
			if k != 0 {
				m.set(x+i, y+j, palette()[k])
			}
		}
	}
}

// drawAgent draws a disc with a nose, and the light that it sees by.
func (m atlas) drawAgent() {
	const light = 1.6 // tiles
	b := &m.w.body
	scale := float64(m.tile)
	x0, y0 := int((b.x-light)*scale), int((b.y-light)*scale)
	for y := max(y0, 0); y <= min(int((b.y+light)*scale), m.dst.Rect.Dy()-1); y++ {
		for x := max(x0, 0); x <= min(int((b.x+light)*scale), m.dst.Rect.Dx()-1); x++ {
			px, py := (float64(x)+0.5)/scale, (float64(y)+0.5)/scale
			ahead, right := b.view(px, py)
			d := float64(ahead*ahead) + float64(right*right)
			switch {
			case d < 0.25*0.25 || ahead > 0 && ahead+max(right, -right) < 0.5 && max(right, -right) < 0.2:
				m.set(x, y, mapAgent)
			case d < 0.33*0.33 || ahead > 0 && ahead+max(right, -right) < 0.64 && max(right, -right) < 0.28:
				m.set(x, y, mapRim)
			case d < light*light && max(right, -right) < ahead && ahead < m.w.level.cast(b, right/ahead).z:
				at := m.dst.RGBAAt(m.dst.Rect.Min.X+x, m.dst.Rect.Min.Y+y)
				m.set(x, y, mixed(at, mapRim, int(12*(light-d/light)), 24))
			}
		}
	}
	if m.tile < 4 { // the disc may lie between pixels
		m.set(int(b.x*scale), int(b.y*scale), mapAgent)
	}
}

// ViewSize returns the size of the largest picture within limit that shows what the agent sees, each pixel as a square.
func (w *World) ViewSize(limit image.Point) image.Point {
	k := max(min(limit.X, limit.Y)/w.cfg.Size, 1)
	return image.Pt(k*w.cfg.Size, k*w.cfg.Size)
}

// RenderView draws what the agent sees; before the first episode that is black. It panics if the size of dst is not a multiple of the
// image's.
func (w *World) RenderView(dst *image.RGBA) {
	r, side := dst.Rect, w.cfg.Size
	k := r.Dx() / side
	if k < 1 || r.Dx() != k*side || r.Dy() != k*side {
		panic("maze: the picture does not hold whole pixels")
	}
	if w.stale {
		w.draw()
	}
	for y := range r.Dy() {
		for x := range r.Dx() {
			c := color.RGBA{A: 255}
			if p := w.camera.image[3*(y/k*side+x/k):]; w.phase != idle {
				c.R, c.G, c.B = p[0], p[1], p[2]
			}
			dst.SetRGBA(r.Min.X+x, r.Min.Y+y, c)
		}
	}
}
