package policy

// FLOPs returns the floating-point operations of one row, of a forward pass and of a training step, as nn.Graph.FLOPs counts
// them.
func (n *Net) FLOPs() (forward, step float64) { return n.graph.FLOPs() }
