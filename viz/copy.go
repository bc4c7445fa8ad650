package viz

import (
	"image"
	"slices"
)

// Copy makes s a snapshot of its own that shows the same as from. It uses the memory that s has from earlier copies: where shapes stay,
// it allocates nothing.
func (s *Snapshot) Copy(from *Snapshot) {
	old := *s
	*s = *from
	s.World, s.View = copyImage(old.World, from.World), copyImage(old.View, from.View)
	s.Stack = copyEach(old.Stack, from.Stack, func(to, from **image.RGBA) { *to = copyImage(*to, *from) })
	s.Thoughts = copyEach(old.Thoughts, from.Thoughts, (*Thought).copy)
	s.Actions, s.Policy = copySlice(old.Actions, from.Actions), copySlice(old.Policy, from.Policy)
	s.Rewards, s.Legend = copySlice(old.Rewards, from.Rewards), copySlice(old.Legend, from.Legend)
	s.Overlay.Cell = copySlice(old.Overlay.Cell, from.Overlay.Cell)
	s.Flags, s.Help = copySlice(old.Flags, from.Flags), copySlice(old.Help, from.Help)
	s.Tiles = copyEach(old.Tiles, from.Tiles, func(to, from **Snapshot) {
		if *to == nil {
			*to = new(Snapshot)
		}
		(*to).Copy(*from)
	})
	s.History.value = copySlice(old.History.value, from.History.value)
	s.History.reward = copySlice(old.History.reward, from.History.reward)
}

func (t *Thought) copy(from *Thought) {
	old := *t
	*t = *from
	t.Maps = copyEach(old.Maps, from.Maps, func(to, from *Map) {
		to.Label, to.Cell = from.Label, copySlice(to.Cell, from.Cell)
	})
	t.Overlay, t.Classes, t.Prob = copySlice(old.Overlay, from.Overlay), copySlice(old.Classes, from.Classes), copySlice(old.Prob, from.Prob)
}

// copySlice returns a copy of from, in the memory of old if that is enough.
func copySlice[T any](old, from []T) []T {
	if from == nil {
		return nil
	}
	return append(old[:0], from...)
}

// copyEach is copySlice for elements that have memory of their own.
func copyEach[T any](old, from []T, copyOne func(to, from *T)) []T {
	if from == nil {
		return nil
	}
	old = slices.Grow(old[:0], len(from))[:len(from)]
	for i := range from {
		copyOne(&old[i], &from[i])
	}
	return old
}

// copyImage returns a copy of from, in the memory of old if that is enough.
func copyImage(old, from *image.RGBA) *image.RGBA {
	if from == nil {
		return nil
	}
	if old == nil {
		old = new(image.RGBA)
	}
	*old = image.RGBA{Pix: copySlice(old.Pix, from.Pix), Stride: from.Stride, Rect: from.Rect}
	return old
}
