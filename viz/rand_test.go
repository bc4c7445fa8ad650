package viz

import "image"

// noise is a small generator, so that tests need no random-number package.
type noise uint64

func (n *noise) next() uint64 {
	*n ^= *n << 13
	*n ^= *n >> 7
	*n ^= *n << 17
	return uint64(*n)
}

// below returns a number in [0, k).
func (n *noise) below(k int) int { return int(n.next() >> 11 % uint64(k)) }

// picture returns an opaque picture of noise with at most so many colours.
func (n *noise) picture(w, h, colors int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		c := uint32(n.below(colors)) * 2654435761
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = byte(c>>24), byte(c>>16), byte(c>>8), 255
	}
	return img
}
