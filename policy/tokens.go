package policy

import "fmt"

// Tokens is a stretch of the vector beside the image whose floats are symbols 0..Codes-1, such as the words of a mission. The network
// reads each as one in Codes.
type Tokens struct {
	Off   int `json:"off"`
	Len   int `json:"len"`
	Codes int `json:"codes"`
}

// maxSide bounds how many floats the network reads beside the image.
const maxSide = 1 << 20

// validateTokens reports the first stretch that cannot work: they follow one another within the vector.
func (s Shape) validateTokens() error {
	at, side := 0, s.Vec
	for _, t := range s.Tokens {
		if t.Off < at || t.Len < 1 || t.Len > s.Vec-t.Off {
			return fmt.Errorf("policy: tokens at %d..%d of %d floats beside the image", t.Off, t.Off+t.Len, s.Vec)
		}
		if t.Codes < 1 || t.Codes > maxSide/t.Len || side > maxSide {
			return fmt.Errorf("policy: %d tokens of %d symbols are too many", t.Len, t.Codes)
		}
		at = t.Off + t.Len
		side += t.Len * (t.Codes - 1)
	}
	return nil
}

// side returns how many floats the network reads beside the image.
func (s Shape) side() int {
	n := s.Vec
	for _, t := range s.Tokens {
		n += t.Len * (t.Codes - 1)
	}
	return n
}

// spread writes rows of the vector beside the image with each token as one in Codes, and returns them. Symbols that are out of range
// count as none.
func (n *Net) spread(vec []float32, rows int) []float32 {
	if len(n.shape.Tokens) == 0 {
		return vec
	}
	width := n.shape.side()
	out := n.wide[:rows*width]
	clear(out)
	for r := range rows {
		src, dst := vec[r*n.shape.Vec:(r+1)*n.shape.Vec], out[r*width:(r+1)*width]
		at := 0 // in src
		for _, t := range n.shape.Tokens {
			k := copy(dst, src[at:t.Off])
			dst = dst[k:]
			for _, v := range src[t.Off : t.Off+t.Len] {
				if v >= 0 && v < float32(t.Codes) {
					dst[int(v)] = 1
				}
				dst = dst[t.Codes:]
			}
			at = t.Off + t.Len
		}
		copy(dst, src[at:])
	}
	return out
}
