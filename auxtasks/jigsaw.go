package auxtasks

import (
	"errors"
	"fmt"

	"github.com/auxrl/auxrl/internal/rng"
)

// Permutations returns the q(q-1) permutations x → a x + b of the field of q elements, a ≠ 0: those with a = 1 first, of which the
// identity is the very first. Two of them are equal in one place at most, as lines meet once; no larger set has that. The first q
// differ from each other everywhere. p[i] is where element i goes. q is 4, 9, 16 or 25, others panic.
func Permutations(q int) [][]uint8 {
	// An element is a polynomial over 0..base-1, the digits of its number; x^degree is the element wrap, and the powers of x are all
	// elements but 0.
	var base, top, wrap int // top is x^(degree-1)
	switch q {
	case 4:
		base, top, wrap = 2, 2, 3 // x + 1
	case 9:
		base, top, wrap = 3, 3, 4 // x + 1
	case 16:
		base, top, wrap = 2, 8, 3 // x + 1
	case 25:
		base, top, wrap = 5, 5, 8 // x + 3
	default:
		panic("auxtasks: Permutations: q must be 4, 9, 16 or 25")
	}
	add := func(a, b int) (sum int) {
		for place := 1; place < q; place *= base {
			sum += (a/place%base + b/place%base) % base * place
		}
		return sum
	}
	timesX := func(a int) int {
		product := a % top * base
		for range a / top {
			product = add(product, wrap)
		}
		return product
	}
	scaled := make([]int, q) // a i for each i
	for i := range scaled {
		scaled[i] = i
	}
	all := make([][]uint8, 0, q*(q-1))
	for range q - 1 {
		for b := range q {
			p := make([]uint8, q)
			for i, v := range scaled {
				p[i] = uint8(add(v, b))
			}
			all = append(all, p)
		}
		for i, v := range scaled {
			scaled[i] = timesX(v)
		}
	}
	return all
}

// Rearrange sets dst to the image src, both [h, w, c], cut into tiles x tiles pieces of which piece i is put in place p[i]. Places are
// counted row by row. What is left over on the right and at the bottom stays as it is.
func Rearrange(dst, src []byte, h, w, c, tiles int, p []uint8) {
	if len(src) != h*w*c || len(dst) != len(src) || len(p) != tiles*tiles {
		panic("auxtasks: Rearrange: lengths differ")
	}
	copy(dst, src)
	th, run := h/tiles, w/tiles*c
	for i, to := range p {
		from := (i/tiles*th*w)*c + i%tiles*run
		into := (int(to)/tiles*th*w)*c + int(to)%tiles*run
		for y := range th {
			at := y * w * c
			copy(dst[into+at:into+at+run], src[from+at:])
		}
	}
}

// rearrange is Rearrange as a Transform: a random one of the permutations.
type rearrange struct {
	tiles int
	perms [][]uint8
}

// Apply implements Transform.
func (r *rearrange) Apply(dst, src []byte, h, w, c int, random uint64) int32 {
	k := rng.Below(random, len(r.perms))
	Rearrange(dst, src, h, w, c, r.tiles, r.perms[k])
	return int32(k)
}

// JigsawConfig holds the settings of the jigsaw.
type JigsawConfig struct {
	PuzzleConfig
	Tiles        int `json:"tiles"`        // pieces to a side: 2, 3, 4 or 5
	Permutations int `json:"permutations"` // how many there are to tell apart, at most n(n-1) of n pieces
}

// DefaultJigsaw returns the settings that weight 0.1 goes with.
func DefaultJigsaw() JigsawConfig {
	return JigsawConfig{PuzzleConfig: defaultPuzzle(), Tiles: 3, Permutations: 64}
}

// Validate reports the first setting that cannot work.
func (c JigsawConfig) Validate() error {
	if c.Tiles < 2 || c.Tiles > 5 {
		return fmt.Errorf("tiles is %d, must be 2, 3, 4 or 5", c.Tiles)
	}
	if n := c.Tiles * c.Tiles; c.Permutations < 2 || c.Permutations > n*(n-1) {
		return fmt.Errorf("permutations is %d, must be between 2 and %d for %dx%d tiles", c.Permutations, n*(n-1), c.Tiles, c.Tiles)
	}
	return c.PuzzleConfig.Validate()
}

func init() {
	Register(Info{
		Name:   "jigsaw",
		About:  "tell in which order the pieces of an image were put",
		Source: "Noroozi & Favaro 2016, \"Unsupervised learning of visual representations by solving jigsaw puzzles\", sect. 3",
		Needs:  "images, no symbols; single observations of the past, or of the newest rollout",
		Cost:   "a pass up to the last convolution over those images, and a small head",
		Weight: 0.1,
	}, DefaultJigsaw(), NewJigsaw)
}

// leastPiece is the side of the smallest piece that is worth calling one, in pixels.
const leastPiece = 4

// jigsaw is the puzzle of cut images.
type jigsaw struct{ puzzle }

// NewJigsaw makes the task of telling how the pieces of an image were put (Noroozi & Favaro 2016). Each drawn observation is cut into
// Tiles x Tiles pieces, which are put together in one of Permutations ways, all frames of a stack alike; what the last convolution makes
// of it says which:
//
//	L = mean of -log softmax(dense(ReLU(dense(maps))))[permutation]
//
// An encoder without convolutions gives "features". The ways are the first of Permutations, in which no two have more than one piece
// in the same place: no way can be mistaken for another because it is nearly the same. The paper searches for such a set; here it is
// computed, and the best there is. Unlike there, the convolutions run over the image as it was put together, not over each piece by
// itself, so that seams are seen.
//
// Quality is the Lift: accuracy less that of always saying the commonest way of the draw, in [-1, 1]. The loss begins at ln
// Permutations. There is no state.
func NewJigsaw(c JigsawConfig, d Dims) (Task, error) {
	switch {
	case d.Codes != nil:
		return nil, errors.New("auxtasks: jigsaw: observations are symbols, of which each is a piece by itself")
	case min(d.H, d.W)/c.Tiles < leastPiece:
		return nil, fmt.Errorf("auxtasks: jigsaw: pieces of %dx%d pixels, of an image of %dx%d, are too small: they must be at least %dx%d",
			d.H/c.Tiles, d.W/c.Tiles, d.H, d.W, leastPiece, leastPiece)
	}
	j := &jigsaw{}
	ways := &rearrange{tiles: c.Tiles, perms: Permutations(c.Tiles * c.Tiles)[:c.Permutations]}
	if err := j.build(c.PuzzleConfig, ways, c.Permutations, &d); err != nil {
		return nil, err
	}
	return j, nil
}
