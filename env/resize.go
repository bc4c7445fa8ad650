package env

// Resize returns w showing images of the given height and width. A pixel is the mean over the area that it covers in the original, every
// original pixel counting by the part of it that is covered, rounded to the nearest; it is exact. (Gymnasium: ResizeObservation;
// Stable-Baselines3: WarpFrame, both OpenCV's INTER_AREA, which rounds within.)
func Resize(w Env, height, width int) (Env, error) {
	spec := w.Spec()
	switch {
	case spec.Codes != nil:
		return nil, refused(w, "its images are symbols, of which there is no mean: they cannot be resized")
	case height < 1 || width < 1 || height > maxSide || width > maxSide:
		return nil, refused(w, "cannot be resized to %d x %d, want 1 to %d each", height, width, maxSide)
	case spec.H > maxSide || spec.W > maxSide:
		return nil, refused(w, "images of %d x %d are too large to be resized", spec.H, spec.W)
	}
	a := &area{rows: covers(spec.H, height), cols: covers(spec.W, width), c: spec.C, sum: make([]uint32, spec.W*spec.C)}
	total := uint64(spec.H * spec.W)
	a.half, a.inverse = total/2, 1<<inverseBits/total+1
	spec.H, spec.W = height, width
	return pictured(w, spec, a.resize), nil
}

// maxSide keeps 255 times the area of an image within 32 bits.
const maxSide = 4096

// cover is how much one pixel of the original counts in one of the result.
type cover struct {
	from   int
	weight uint32
}

// covers returns for each of m pixels which of n it covers. The weights of a pixel sum to n: all is measured in parts of 1/(nm).
func covers(n, m int) [][]cover {
	list := make([][]cover, m)
	for i := range list {
		lo, hi := i*n, (i+1)*n
		for k := lo / m; k*m < hi; k++ {
			list[i] = append(list[i], cover{k, uint32(min(hi, (k+1)*m) - max(lo, k*m))})
		}
	}
	return list
}

// area averages areas, first along columns, then along rows.
type area struct {
	rows, cols    [][]cover
	c             int      // channels
	sum           []uint32 // [W, C] of the original: the rows that make one of the result
	half, inverse uint64   // of all weights of a pixel: half of them, and 1 over them in fixed point
}

// inverseBits make a division by up to 2^24 exact for numbers below 2^32 whose quotient is below 256 (Granlund & Montgomery 1994).
const inverseBits = 56

func (a *area) resize(dst, src []byte) {
	for _, row := range a.rows {
		clear(a.sum)
		for _, r := range row {
			in := src[r.from*len(a.sum) : (r.from+1)*len(a.sum)]
			for k, v := range in[:len(a.sum)] {
				a.sum[k] += r.weight * uint32(v)
			}
		}
		for _, col := range a.cols {
			for k := range a.c {
				sum := uint32(0)
				for _, p := range col {
					sum += p.weight * a.sum[p.from*a.c+k]
				}
				dst[k] = byte((uint64(sum) + a.half) * a.inverse >> inverseBits)
			}
			dst = dst[a.c:]
		}
	}
}
