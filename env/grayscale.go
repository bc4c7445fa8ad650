package env

// Weights of red, green and blue in a grey, in ten-thousandths.
const (
	redShare   = 2125
	greenShare = 7154
	blueShare  = 721
)

// GrayScale returns w showing red, green and blue as one grey: 0.2125 R + 0.7154 G + 0.0721 B, rounded down. Each frame of a stack
// becomes one channel. (Gymnasium: GrayscaleObservation.)
func GrayScale(w Env) (Env, error) {
	spec := w.Spec()
	if spec.Codes != nil || spec.C != 3*spec.Frames {
		return nil, refused(w, "only images of red, green and blue can be made grey")
	}
	spec.C = spec.Frames
	return pictured(w, spec, gray), nil
}

func gray(dst, src []byte) {
	src = src[:3*len(dst)]
	for i := range dst {
		p := src[3*i : 3*i+3 : 3*i+3]
		dst[i] = byte((redShare*uint32(p[0]) + greenShare*uint32(p[1]) + blueShare*uint32(p[2])) / 10_000)
	}
}
