package auxtasks

import (
	"errors"
	"fmt"

	"github.com/auxrl/auxrl/internal/rng"
)

// Rotate sets dst to the image src, both [side, side, c], turned to the left by so many quarters.
func Rotate(dst, src []byte, side, c, quarters int) {
	if len(src) != side*side*c || len(dst) != len(src) {
		panic("auxtasks: Rotate: lengths differ")
	}
	// The pixel at (y, x) comes from first + y down + x right.
	var first, down, right int
	switch last := side - 1; quarters & 3 {
	case 0:
		first, down, right = 0, side, 1
	case 1:
		first, down, right = last, -1, side
	case 2:
		first, down, right = last*side+last, -side, -1
	case 3:
		first, down, right = last*side, 1, -side
	}
	for y := range side {
		row, from := dst[y*side*c:(y+1)*side*c], first+y*down
		for x := range side {
			copy(row[x*c:(x+1)*c], src[(from+x*right)*c:])
		}
	}
}

// rotate is Rotate as a Transform: a random one of the four.
type rotate struct{}

// Apply implements Transform.
func (rotate) Apply(dst, src []byte, h, _, c int, random uint64) int32 {
	q := rng.Below(random, 4)
	Rotate(dst, src, h, c, q)
	return int32(q)
}

// DefaultRotation returns the settings that weight 0.1 goes with.
func DefaultRotation() PuzzleConfig { return defaultPuzzle() }

func init() {
	Register(Info{
		Name:   "rotation",
		About:  "tell by how many quarters an image was turned",
		Source: "Gidaris et al. 2018, \"Unsupervised representation learning by predicting image rotations\", eq. 3",
		Needs:  "square images, no symbols; single observations of the past, or of the newest rollout",
		Cost:   "a pass up to the last convolution over those images, and a small head",
		Weight: 0.1,
	}, DefaultRotation(), NewRotation)
}

// rotation is the puzzle of turned images.
type rotation struct{ puzzle }

// NewRotation makes the task of telling how an image was turned (Gidaris et al. 2018). Each drawn observation is turned to the left by
// 0 to 3 quarters, all frames of a stack alike, and what the last convolution makes of it says by how many:
//
//	L = mean of -log softmax(dense(ReLU(dense(maps))))[quarters]
//
// An encoder without convolutions gives "features". The paper shows each image in all four ways at once; here each draw shows
// another, which comes to the same in the mean. What is up must be to be seen: maps of symbols look right in all ways, and are
// refused.
//
// Quality is the Lift: accuracy less that of always saying the commonest turn of the draw, in [-1, 1]. The loss begins at ln 4. There
// is no state.
func NewRotation(c PuzzleConfig, d Dims) (Task, error) {
	switch {
	case d.Codes != nil:
		return nil, errors.New("auxtasks: rotation: observations are symbols, of which none is upside down")
	case d.H != d.W || d.H < 2:
		return nil, fmt.Errorf("auxtasks: rotation: images are %dx%d, must be square to be turned, and of at least 2x2", d.H, d.W)
	}
	r := &rotation{}
	if err := r.build(c, rotate{}, 4, &d); err != nil {
		return nil, err
	}
	return r, nil
}
