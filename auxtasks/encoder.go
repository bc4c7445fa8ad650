package auxtasks

import (
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/replay"
)

type (
	// Batch is replay.Batch, so that an importer needs this package alone.
	Batch = replay.Batch
	// Draw is replay.Draw, likewise.
	Draw = replay.Draw
	// Tap is nn.Tap, likewise.
	Tap = nn.Tap
	// Params is nn.Params, likewise.
	Params = nn.Params
)

// Encoder is the network that heads attach to; policy.Net is one, an outsider's may be another.
type Encoder interface {
	// Blocks returns the parameters from the input up.
	Blocks() []Block
	// Taps returns the activations in the order in which Forward makes them: convolution maps, "features", "core" if there is
	// one, "logits", "value", "value.STREAM".
	Taps() []*Tap
	// Rows returns how many rows a pass may have.
	Rows() int
	// Forward runs up to the tap of that name, or to the end if it is "", over obs, the rows of b or another version of them.
	Forward(b *Batch, obs []byte, upto string)
	// Backward sends all Grads back, adds to the blocks' G and clears the Grads. It may run again on other Grads.
	Backward()
	// Share returns an encoder with the same parameters, and activations of its own for up to rows rows.
	Share(rows int) Encoder
	// Copy returns an encoder with parameters of its own that have the same values.
	Copy(rows int) Encoder
}

// Sparing encoders can do without the work that is for Frozen blocks alone; found by assertion. BackwardLearning is Backward that gives
// those no gradient; the others get the same, bit for bit.
type Sparing interface{ BackwardLearning() }

// Block is an arena of the network's parameters. Conflict between losses is measured layer by layer in the shared ones; a
// layer is what stands before the last dot of the names of an arena's views.
type Block struct {
	Name   string
	Params *nn.Params
	Shared bool // false for the policy's and the critics' own heads
	Frozen bool // the learner does not step it
}

// Sampling is where sequences of the past are drawn from; replay.Ring is one. It returns false while there is nothing to draw.
type Sampling interface {
	Sample(b *Batch, d Draw, random uint64) bool
}

var _ Sampling = (*replay.Ring)(nil)
