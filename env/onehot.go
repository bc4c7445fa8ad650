package env

import "slices"

// oneHot is a world whose symbols are shown as planes of bits.
type oneHot struct{ converted }

// OneHot returns w showing, instead of a channel of n symbols, n channels of which one is 1 and the others are 0. (MiniGrid:
// OneHotPartialObsWrapper; Gymnasium flattens discrete spaces so.) The networks of this module read symbols so by themselves: see
// Spec.Codes.
func OneHot(w Env) (Env, error) {
	spec := w.Spec()
	if spec.Codes == nil {
		return nil, refused(w, "its images are intensities, not symbols: they have no one-hot form")
	}
	codes := spec.Codes
	spec.C = 0
	for _, n := range codes {
		spec.C += n
	}
	spec.Codes = slices.Repeat([]int{2}, spec.C)
	planes := spec.C
	return honest(&oneHot{converting(w, spec, func(dst, src []byte) {
		clear(dst)
		for i := 0; i < len(src); i += len(codes) {
			at := i / len(codes) * planes
			for c, n := range codes {
				dst[at+int(src[i+c])] = 1
				at += n
			}
		}
	})}), nil
}
