package policy

// FLOPs returns the floating-point operations of one row, of a forward pass and of a training step, as nn.Graph.FLOPs counts
// them.
func (n *Net) FLOPs() (forward, step float64) {
	forward, step = n.encoder.FLOPs()
	if n.core != nil {
		f, s := n.core.FLOPs()
		hf, hs := n.heads.FLOPs()
		forward, step = forward+f+hf, step+s+hs
	}
	return forward, step
}
