package envtest

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"image"

	"github.com/auxrl/auxrl/env"
)

var limits = []image.Point{{0, 0}, {-3, 7}, {1, 1}, {5, 64}, {31, 17}, {64, 64}, {90, 50}}

// rendering checks that pictures have the size that was announced, are all drawn and nothing beyond, and that watching changes
// nothing.
func (c *checker) rendering() error {
	watched, err := c.player(13, 0x5a)
	if err != nil {
		return err
	}
	renderer, ok := env.As[env.Renderer](watched.w)
	if !ok {
		return nil
	}
	other, err := c.player(13, 0xa5)
	if err != nil {
		return err
	}
	plain, err := c.player(13, 0)
	if err != nil {
		return err
	}
	sizes := map[image.Point]image.Point{}
	for _, limit := range limits {
		sizes[limit] = renderer.RenderSize(limit)
	}
	least := sizes[image.Pt(1, 1)]
	for _, limit := range limits {
		size := sizes[limit]
		switch {
		case size.X <= 0 || size.Y <= 0:
			return fmt.Errorf("RenderSize(%v) is %v", limit, size)
		case limit.X >= least.X && limit.Y >= least.Y && (size.X > limit.X || size.Y > limit.Y):
			return fmt.Errorf("RenderSize(%v) is %v, though %v would be possible", limit, size, least)
		}
	}
	for i := range 10 * len(limits) {
		a, b, want := watched.next(), other.next(), plain.next()
		if err := same([]record{a, b}, []record{want, want}); err != nil {
			return fmt.Errorf("watching changed the world: call %d: %w", i, err)
		}
		limit := limits[i%len(limits)]
		first, err := picture(watched, limit, sizes[limit])
		if err != nil {
			return fmt.Errorf("call %d: %w", i, err)
		}
		second, err := picture(other, limit, sizes[limit])
		if err != nil {
			return fmt.Errorf("call %d: %w", i, err)
		}
		again, err := picture(watched, limit, sizes[limit])
		if err != nil {
			return fmt.Errorf("call %d: %w", i, err)
		}
		if first != again || first != second {
			return fmt.Errorf("call %d: two pictures of one state differ: not all of it is drawn, or something else is", i)
		}
	}
	return nil
}

// picture renders the world of p amid a frame that must stay as it is, and returns a hash of the picture.
func picture(p *player, limit, size image.Point) (uint64, error) {
	const frame = 2
	w, _ := env.As[env.Renderer](p.w)
	if got := w.RenderSize(limit); got != size {
		return 0, fmt.Errorf("RenderSize(%v) changed from %v to %v", limit, size, got)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, size.X+2*frame, size.Y+2*frame))
	blank := bytes.Repeat([]byte{p.poison}, len(canvas.Pix))
	copy(canvas.Pix, blank)
	before := saved(p.w)
	inside := image.Rect(frame, frame, frame+size.X, frame+size.Y)
	w.Render(canvas.SubImage(inside).(*image.RGBA))
	if !bytes.Equal(saved(p.w), before) {
		return 0, errors.New("Render changed the state")
	}
	var hash maphash.Hash
	hash.SetSeed(hashSeed)
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		row := canvas.Pix[canvas.PixOffset(frame, y):canvas.PixOffset(frame+size.X, y)]
		hash.Write(row)
		copy(row, blank)
	}
	if !only(canvas.Pix, p.poison) {
		return 0, errors.New("Render drew beyond the bounds of dst")
	}
	return hash.Sum64(), nil
}

// saved returns the state of a world that can be saved, otherwise nil.
func saved(w env.Env) []byte {
	if w, ok := w.(env.Stateful); ok {
		return w.AppendState(nil)
	}
	return nil
}
