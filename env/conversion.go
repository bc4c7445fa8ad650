package env

import (
	"image"
	"image/color"
)

// converted is a world whose images are shown another way, one by one.
type converted struct {
	wrapper
	in      []byte // image of the world inside
	convert func(dst, src []byte)
}

// converting returns w seen through convert, in images of the given Spec.
func converting(w Env, spec Spec, convert func(dst, src []byte)) converted {
	c := converted{wrapper: wrapped(w), convert: convert}
	c.in = make([]byte, c.spec.ObsLen())
	c.spec = spec
	return c
}

// Reset begins an episode.
func (c *converted) Reset(obs []byte, vec []float32) {
	c.Env.Reset(c.in, vec)
	c.convert(obs, c.in)
}

// Step takes one step.
func (c *converted) Step(action int, obs []byte, vec []float32) Step {
	s := c.Env.Step(action, c.in, vec)
	c.convert(obs, c.in)
	return s
}

// picture is a converted world of intensities. The agent sees something else than what the world inside would draw of its view, so it
// draws that itself.
type picture struct {
	converted
	shown []byte // the last image
}

// pictured returns w seen through convert, in images of the given Spec.
func pictured(w Env, spec Spec, convert func(dst, src []byte)) Env {
	return honest(&picture{converted: converting(w, spec, convert), shown: make([]byte, spec.ObsLen())})
}

// Reset begins an episode.
func (p *picture) Reset(obs []byte, vec []float32) {
	p.converted.Reset(p.shown, vec)
	copy(obs, p.shown)
}

// Step takes one step.
func (p *picture) Step(action int, obs []byte, vec []float32) Step {
	s := p.converted.Step(action, p.shown, vec)
	copy(obs, p.shown)
	return s
}

// AppendState appends what is shown and the world.
func (p *picture) AppendState(b []byte) []byte { return p.wrapper.AppendState(append(b, p.shown...)) }

// RestoreState continues what AppendState saved.
func (p *picture) RestoreState(b []byte) error {
	own, err := p.split(b, len(p.shown))
	if err == nil {
		copy(p.shown, own)
	}
	return err
}

// ViewSize returns the largest picture of square pixels within limit.
func (p *picture) ViewSize(limit image.Point) image.Point {
	side := max(1, min(limit.X/p.spec.W, limit.Y/p.spec.H))
	return image.Pt(side*p.spec.W, side*p.spec.H)
}

// RenderView draws the newest frame: in colours if it has three channels or more, else in greys.
func (p *picture) RenderView(dst *image.RGBA) {
	side := dst.Rect.Dx() / p.spec.W
	channels := p.spec.C / p.spec.Frames
	for y := range side * p.spec.H {
		for x := range side * p.spec.W {
			v := p.shown[((y/side)*p.spec.W+x/side+1)*p.spec.C-channels:]
			at := color.RGBA{v[0], v[0], v[0], 255}
			if channels >= 3 {
				at.G, at.B = v[1], v[2]
			}
			dst.SetRGBA(dst.Rect.Min.X+x, dst.Rect.Min.Y+y, at)
		}
	}
}
