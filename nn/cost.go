package nn

// FLOPs returns the floating-point operations of one row: of a forward pass, and of a training step, forward and backward. Counted
// are the multiplications and additions of convolutions and dense layers, without those with padding. A convolution over symbols counts as one over its
// channels, though it only adds; pooling, normalisation, nonlinearities, losses and optimisers count nothing. Backward takes as many
// for the weights as forward, and as many for the inputs of layers that do not read the observation.
func (g *Graph) FLOPs() (forward, step float64) {
	for i := range g.nodes {
		n := &g.nodes[i]
		flops := cost(n.layer)
		forward += flops
		step += 2 * flops
		if n.from != Input || g.floats > 0 {
			step += flops
		}
	}
	return forward, step
}

// FLOPs is Graph.FLOPs of a core.
func (c *Core) FLOPs() (forward, step float64) {
	forward = 2 * float64(c.inputWork()+c.stateWork())
	return forward, 3 * forward
}

// cost returns the floating-point operations of one row of a forward pass.
func cost(l Layer) float64 {
	h, w, out := l.Shape()
	terms := 0 // of each output; of each input, where layers scatter
	switch l := l.(type) {
	case *Dense:
		terms = l.In + l.Side
	case *Conv:
		h, w, terms = l.meetings(h, l.H, l.KH), l.meetings(w, l.W, l.KW), l.C
	case *CodeConv:
		terms = l.KH * l.KW * len(l.Codes)
	case *ConvTranspose:
		h, w, terms = l.H, l.W, l.KH*l.KW*l.C
	}
	return 2 * float64(h*w*out*terms)
}
