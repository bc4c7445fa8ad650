package policy

import (
	"math"

	"github.com/auxrl/auxrl/auxtasks"
)

// Saliency finds on which cells of an observation depends what a network computes of it. It has activations of its own and gives the
// parameters no gradient; it allocates nothing and is for one goroutine.
//
// The gradient is with respect to the image as the network reads it: intensities from 0 to 1, and of a symbol the 1 that stands for it.
// Its absolute value, summed over channels, is a cell's number. The floats beside the image have none.
type Saliency struct {
	net   *Net
	batch auxtasks.Batch
	dx    []float32 // [H, W, C]
}

// NewSaliency returns one for the network as it is at each Look.
func (n *Net) NewSaliency() *Saliency {
	s := &Saliency{net: n.ShareOn(1, nil)}
	s.dx = make([]float32, n.shape.H*n.shape.W*n.shape.C)
	s.batch = auxtasks.Batch{
		T: 1, B: 1, Start: make([]bool, 1), State: make([]float32, n.StateLen()),
		LastAction: make([]int32, 1), LastReward: make([]float32, 1), Action: make([]int32, 1), Reward: make([]float32, 1),
	}
	return s
}

// Look shows the network an observation. m is what the agent remembers of world 0, as it is before Act; nil will do without a core.
func (s *Saliency) Look(obs []byte, vec []float32, m *Memory) {
	b := &s.batch
	b.Obs, b.Vec = obs, vec
	if s.net.core != nil {
		copy(b.State, m.State[:m.width])
		b.LastAction[0], b.LastReward[0] = m.Action[0], m.Reward[0]
	}
	s.net.Forward(b, obs, "")
}

// Of sets dst, [H, W], to the saliency for one element of a tap at the last Look: of "logits", the score of an action. The largest number
// is 1; all are 0 if nothing depends on the image.
func (s *Saliency) Of(dst []float32, tap string, element int) {
	s.net.tap(tap).Grad[element] = 1
	clear(s.dx)
	s.net.BackwardInput(s.dx)
	SumChannels(dst, s.dx, s.net.shape.C)
}

// SumChannels sets dst, [cells], to the sums of the absolute values of dx, [cells, channels], over channels, as parts of the largest;
// all 0 if that is 0 or not finite.
func SumChannels(dst, dx []float32, channels int) {
	most := float32(0)
	for i := range dst {
		sum := float32(0)
		for _, v := range dx[i*channels : (i+1)*channels] {
			sum += float32(math.Abs(float64(v)))
		}
		dst[i] = sum
		most = max(most, sum)
	}
	if !(most > 0) || math.IsInf(float64(most), 0) {
		clear(dst)
		return
	}
	for i := range dst {
		dst[i] /= most
	}
}

// BackwardInput sends the gradients at the taps of the last Forward back to the observations: it adds to dx, [rows, H, W, C], clears
// the taps and gives the parameters no gradient. See [Saliency].
func (n *Net) BackwardInput(dx []float32) {
	if n.core != nil && n.depth != toEncoder {
		tap := n.core.Tap()
		if n.depth == toHeads {
			n.heads.BackwardInput(tap.Grad[:n.rows*n.cfg.CoreSize])
		}
		n.core.BackwardInput(n.encoder.Tap(n.below-1).Grad, n.burn)
	}
	n.encoder.BackwardInput(dx)
}
