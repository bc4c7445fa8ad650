// Package auxtasks is for what one adds to the reward and to the loss so that an agent learns what the task's own reward
// teaches too slowly. This file is its border with the network: whoever implements [Encoder] can have tasks attached.
package auxtasks

import (
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/replay"
)

type (
	// Batch is replay.Batch, so that an importer needs this package alone.
	Batch = replay.Batch
	// Tap is nn.Tap, likewise.
	Tap = nn.Tap
)

// Encoder is the network that heads attach to; policy.Net is one, an outsider's may be another.
type Encoder interface {
	// Blocks returns the parameters from the input up.
	Blocks() []Block
	// Taps returns the activations: convolution maps, "features", "logits", "value", "value.STREAM".
	Taps() []*Tap
	// Forward runs up to the tap of that name, or to the end if it is "", over obs, the rows of b or another version of them.
	Forward(b *Batch, obs []byte, upto string)
	// Backward sends all Grads back, adds to the blocks' G and clears the Grads.
	Backward()
	// Share returns an encoder with the same parameters, and activations of its own for up to rows rows.
	Share(rows int) Encoder
	// Copy returns an encoder with parameters of its own that have the same values.
	Copy(rows int) Encoder
}

// Block is a stretch of the network in which conflict between losses is measured.
type Block struct {
	Name   string
	Params *nn.Params
	Shared bool // false for the policy's and the critics' own heads
}

// Stream is a kind of reward with a value head of its own; Name "" is the world's.
type Stream struct {
	Name     string
	Weight   float32 // of its advantage in the sum
	Gamma    float32 // discount per decision
	Episodic bool    // false: its return runs through ends, from row i into row i+B instead of Next[i]
}
