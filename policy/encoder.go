package policy

import (
	"math"
	"strconv"

	"github.com/auxrl/auxrl/nn"
)

var rootTwo = float32(math.Sqrt2) // gain of layers that end in ReLU

// maps stacks convolutions in a graph and keeps track of their shape.
type maps struct {
	graph   *nn.Graph
	params  *nn.Params
	shape   Shape
	h, w, c int
	node    int
	convs   int
}

// conv adds a convolution with ReLU. Its kernel shrinks to what is there.
func (m *maps) conv(k, stride, out int) {
	m.convs++
	name := "conv" + strconv.Itoa(m.convs)
	kh, kw := min(k, m.h), min(k, m.w)
	var layer nn.Layer
	if m.node == nn.Input && m.shape.Codes != nil {
		symbols := 0
		for _, n := range m.shape.Codes {
			symbols += n
		}
		// One symbol in so many is a one; the gain makes up for the zeros.
		gain := rootTwo * float32(math.Sqrt(float64(symbols)/float64(len(m.shape.Codes))))
		layer = &nn.CodeConv{H: m.h, W: m.w, Codes: m.shape.Codes, KH: kh, KW: kw, Out: out, Act: nn.ReLU, Gain: gain}
	} else {
		layer = &nn.Conv{H: m.h, W: m.w, C: m.c, KH: kh, KW: kw, Out: out, Stride: stride, Act: nn.ReLU, Gain: rootTwo, Bytes: m.node == nn.Input}
	}
	m.node = m.graph.Add(name, layer, m.params, m.node)
	m.h, m.w, m.c = layer.Shape()
}

// pool halves the map.
func (m *maps) pool() {
	layer := &nn.MaxPool{H: m.h, W: m.w, C: m.c, K: 2, Stride: 2}
	m.node = m.graph.Add("pool"+strconv.Itoa(m.convs), layer, m.params, m.node)
	m.h, m.w, m.c = layer.Shape()
}

// small is the network of the MiniGrid papers, with three 2x2 convolutions; maps of six cells and more are halved on the way, so
// that it fits observations from 1x1 to whole worlds.
func (m *maps) small() {
	for _, out := range []int{16, 32, 64} {
		m.conv(2, 1, out)
		if min(m.h, m.w) >= 6 {
			m.pool()
		}
	}
}

// nature is the network of Mnih et al. (2015).
func (m *maps) nature() {
	m.conv(8, 4, 32)
	m.conv(4, 2, 64)
	m.conv(3, 1, 64)
}
