package auxtasks

import (
	"fmt"

	"github.com/auxrl/auxrl/internal/rng"
)

// PuzzleConfig is what tasks that undo a change of the image have in common.
type PuzzleConfig struct {
	Newest bool `json:"newest"` // draws from the newest rollout alone instead of from all that replay keeps
	Rows   int  `json:"rows"`   // images per update
	Hidden int  `json:"hidden"` // width of the hidden layer

	// RandomLabels makes the task harmful, on purpose: in place of what was done the labels are drawn anew in every update. There is
	// nothing to learn, the gradient is noise. It is there to see what a rule of balance does about such a task.
	RandomLabels bool `json:"random_labels"`
}

func defaultPuzzle() PuzzleConfig { return PuzzleConfig{Rows: 32, Hidden: 128} }

// Validate reports the first setting that cannot work.
func (c PuzzleConfig) Validate() error {
	if c.Rows < 1 || c.Hidden < 1 {
		return fmt.Errorf("rows and hidden are %d and %d, must be at least 1", c.Rows, c.Hidden)
	}
	return nil
}

func (c PuzzleConfig) draw() Draw {
	return Draw{Len: 1, Seqs: c.Rows, Newest: c.Newest, NoNext: true, NoState: true}
}

// puzzle tells from the maps of the last convolution what was done to an image before it was seen.
type puzzle struct {
	PuzzleConfig
	*classifier
	view View
}

// build makes the head for a change of the image that has so many versions.
func (p *puzzle) build(c PuzzleConfig, change Transform, versions int, d *Dims) error {
	tap, err := d.lastMap()
	if err != nil {
		return err
	}
	p.PuzzleConfig, p.view = c, View{Transform: change, Taps: []string{tap.Name}}
	p.classifier = newClassifier(tap.Len(), c.Hidden, versions, capacity(d, c.draw()), d)
	return nil
}

// Needs implements Task. The images as they are, view 0, are not looked at.
func (p *puzzle) Needs() Needs {
	return Needs{Source: Replay, Draw: p.draw(), Views: []View{p.view}}
}

// Heads implements Task.
func (p *puzzle) Heads() []Head { return p.heads() }

// Loss implements Task.
func (p *puzzle) Loss(in *Input, w float32) Report {
	b, tap := in.Batch, in.Taps[1][0]
	n, random := b.Transitions(), rng.At(in.Random, 0)
	for i := range n {
		p.label[i], p.weight[i] = in.Labels[1][i], b.Valid(i)
		if p.RandomLabels {
			p.label[i] = int32(rng.Below(rng.At(random, uint64(i)), p.classes))
		}
	}
	return p.loss(tap.Act, tap.Grad, n, w)
}
