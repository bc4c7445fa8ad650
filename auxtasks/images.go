package auxtasks

import (
	"fmt"

	"github.com/auxrl/auxrl/internal/rng"
)

// Labelled is a set of images that have nothing to do with the world, but its shape.
type Labelled struct {
	Images  []byte  // [n, H, W, C], as the world's observations are
	Labels  []int32 // [n], below Classes
	Classes int
}

// ImagesConfig holds the settings of Images.
type ImagesConfig struct {
	Rows   int `json:"rows"`   // images per update
	Hidden int `json:"hidden"` // width of the hidden layer
}

// DefaultImages returns settings to begin with; a weight to begin with is 0.1.
func DefaultImages() ImagesConfig { return ImagesConfig{Rows: 32, Hidden: 128} }

// Images is a task of seeing: the agent's convolutions also learn to classify the images of somebody else,
//
//	L = mean of -log softmax(dense(ReLU(dense(maps))))[label]
//
// on the last convolution's maps, or "features" of an encoder without any. It brings its own rows and reads nothing of the world:
// each update takes random ones. Quality is the Lift: accuracy less that of always saying the commonest label drawn. The loss begins
// at ln Classes. It needs the caller's images, and so is not in the registry; somebody who registers a kind of their own around it
// can have it in commands too.
type Images struct {
	*classifier
	tap Tap
	set Labelled
	obs []byte // [rows, H, W, C] those of this update
	row int    // bytes of one
}

// NewImages makes the task. The images must have the shape of the world's observations and, where those are symbols, only hold
// symbols there are. They are not copied.
func NewImages(c ImagesConfig, set Labelled, d Dims) (*Images, error) {
	row := d.H * d.W * d.C
	n := len(set.Labels)
	switch {
	case c.Rows < 1 || c.Hidden < 1:
		return nil, fmt.Errorf("auxtasks: images: rows and hidden are %d and %d, must be at least 1", c.Rows, c.Hidden)
	case n == 0 || row == 0 || len(set.Images) != n*row:
		return nil, fmt.Errorf("auxtasks: images: %d labels and %d bytes: an image has %dx%dx%d = %d", n, len(set.Images), d.H, d.W, d.C, row)
	case set.Classes < 2:
		return nil, fmt.Errorf("auxtasks: images: %d classes, must be at least 2", set.Classes)
	}
	for i, y := range set.Labels {
		if y < 0 || int(y) >= set.Classes {
			return nil, fmt.Errorf("auxtasks: images: image %d has label %d, of %d classes", i, y, set.Classes)
		}
	}
	if d.Codes != nil {
		for i, v := range set.Images {
			if int(v) >= d.Codes[i%d.C] {
				return nil, fmt.Errorf("auxtasks: images: image %d holds symbol %d in channel %d, which has %d", i/row, v, i%d.C, d.Codes[i%d.C])
			}
		}
	}
	tap, err := d.lastMap()
	if err != nil {
		return nil, err
	}
	m := &Images{tap: tap, set: set, obs: make([]byte, c.Rows*row), row: row}
	m.classifier = newClassifier(tap.Len(), c.Hidden, set.Classes, c.Rows, &d)
	for i := range m.weight {
		m.weight[i] = 1
	}
	return m, nil
}

// Needs implements Task.
func (m *Images) Needs() Needs { return Needs{Source: Own, Taps: []string{m.tap.Name}} }

// Heads implements Task.
func (m *Images) Heads() []Head { return m.heads() }

// Rows implements Filler.
func (m *Images) Rows() int { return len(m.label) }

// Fill implements Filler.
func (m *Images) Fill(b *Batch, random uint64) {
	for i := range m.label {
		pick := rng.Below(rng.At(random, uint64(i)), len(m.set.Labels))
		m.label[i] = m.set.Labels[pick]
		copy(m.obs[i*m.row:(i+1)*m.row], m.set.Images[pick*m.row:])
	}
	b.T, b.B, b.F, b.Obs = 1, len(m.label), 0, m.obs
}

// Loss implements Task.
func (m *Images) Loss(in *Input, w float32) Report {
	tap, rows := in.Taps[0][0], in.Batch.B
	return m.loss(tap.Act, gradient(tap, rows), rows, w)
}
