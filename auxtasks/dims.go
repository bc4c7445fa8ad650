package auxtasks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/nn"
)

// Dims is what a task is built for: the shapes of what it will read.
type Dims struct {
	H, W, C int   // of an observation's image
	Frames  int   // C = Frames x channels, newest last; 0 means 1
	Codes   []int // per channel, how many symbols its bytes stand for; nil: intensities 0..255
	Vec     int   // floats beside the image
	Actions int
	Signals []Signal // in the order of Batch.Signals
	Taps    []Tap    // shapes, in the order of Encoder.Taps
	Streams []Stream // [0] is the world's own reward with the learner's discount
	Rows    int      // most rows in one pass
	Worlds  int      // how many there are: the default number of sequences per draw
	Team    *nn.Team // may be nil
	Seed    uint64   // of the task's own weights
}

// Signal is a stretch of Batch.Signals.
type Signal struct {
	Name     string
	Off, Len int
}

// Tap returns the shape of the tap of that name.
func (d *Dims) Tap(name string) (Tap, bool) {
	for _, t := range d.Taps {
		if t.Name == name {
			return t, true
		}
	}
	return Tap{}, false
}

// Signal returns where the signal of that name stands.
func (d *Dims) Signal(name string) (Signal, bool) {
	for _, s := range d.Signals {
		if s.Name == name {
			return s, true
		}
	}
	return Signal{}, false
}

// Body returns the tap that the policy's heads read: "core" where there is a recurrent core, else "features".
func (d *Dims) Body() Tap {
	if t, ok := d.Tap("core"); ok {
		return t
	}
	t, _ := d.Tap("features")
	return t
}

// body is Body, or the reason why there is no task without it.
func (d *Dims) body() (Tap, error) {
	t := d.Body()
	if t.Len() == 0 {
		return Tap{}, errors.New("auxtasks: the encoder has neither a tap \"core\" nor one \"features\"")
	}
	return t, nil
}

// Maps returns the taps below "features", convolution maps from the input up.
func (d *Dims) Maps() []Tap {
	for i, t := range d.Taps {
		if t.Name == "features" {
			return d.Taps[:i]
		}
	}
	return nil
}

// lastMap returns the last of Maps, or "features" of an encoder without any.
func (d *Dims) lastMap() (Tap, error) {
	if maps := d.Maps(); len(maps) > 0 {
		return maps[len(maps)-1], nil
	}
	return d.need("features")
}

// convolutions returns those of Maps that are not pools, nor inside a residual block: those have a dot in their name.
func (d *Dims) convolutions() []Tap {
	return slices.DeleteFunc(slices.Clone(d.Maps()), func(t Tap) bool { return strings.HasPrefix(t.Name, "pool") || strings.Contains(t.Name, ".") })
}

// need returns the shape of the tap of that name, or the reason why there is no task without it.
func (d *Dims) need(name string) (Tap, error) {
	t, ok := d.Tap(name)
	if !ok || t.Len() == 0 {
		return Tap{}, fmt.Errorf("auxtasks: the encoder has no tap %q", name)
	}
	return t, nil
}

// Newest returns how many channels the newest frame of an observation has; they are the last ones.
func (d *Dims) Newest() int { return d.C / max(d.Frames, 1) }
