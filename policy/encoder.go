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
	m.add(name, layer)
}

// pool halves the map.
func (m *maps) pool() {
	m.add("pool"+strconv.Itoa(m.convs), &nn.MaxPool{H: m.h, W: m.w, C: m.c, K: 2, Stride: 2})
}

// encode adds the encoder of that name.
func (m *maps) encode(name string) {
	switch name {
	case "nature":
		m.nature()
	case "unreal":
		m.unreal()
	case "impala":
		m.impala()
	default:
		m.small()
	}
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

// unreal is the network of Mnih et al. (2013), which A3C and UNREAL use: a third of nature's work.
func (m *maps) unreal() {
	m.conv(8, 4, 16)
	m.conv(4, 2, 32)
}

// impala is the residual network of Espeholt et al. (2018, fig. 3): three sections of a convolution, a pool that halves the map and
// two blocks. Its taps conv1 and conv2 are what the sections give, conv3 with the ReLU that follows; inside section N are
//
//	convN.in              the convolution
//	poolN                 the pool, which the first block reads
//	convN.a, convN.b      the blocks, the first's output and, in section 3, the second's before the ReLU
//	convN.a.relu, convN.a.1, convN.a.2, convN.b.relu, ...   inside a block: x + conv(ReLU(conv(ReLU(x))))
func (m *maps) impala() {
	sections := []int{16, 32, 32}
	for i, out := range sections {
		name := "conv" + strconv.Itoa(i+1)
		m.add(name+".in", m.same(out, nn.Linear, m.node == nn.Input))
		m.add("pool"+strconv.Itoa(i+1), &nn.MaxPool{H: m.h, W: m.w, C: m.c, K: 3, Stride: 2, Pad: 1})
		m.block(name+".a", name+".a")
		if i+1 < len(sections) {
			m.block(name+".b", name)
			continue
		}
		m.block(name+".b", name+".b")
		m.add(name, &nn.Activation{H: m.h, W: m.w, C: m.c, Act: nn.ReLU})
	}
}

// block adds a residual block whose inside is called name and whose output is called output.
func (m *maps) block(name, output string) {
	x := m.node
	m.add(name+".relu", &nn.Activation{H: m.h, W: m.w, C: m.c, Act: nn.ReLU})
	m.add(name+".1", m.same(m.c, nn.ReLU, false))
	m.add(name+".2", m.same(m.c, nn.Linear, false))
	m.node = m.graph.Residual(output, x, m.node)
}

// same returns a convolution of 3x3 that keeps the size of the map.
func (m *maps) same(out int, act nn.Act, bytes bool) nn.Layer {
	gain := rootTwo
	if act == nn.Linear {
		gain = 1
	}
	return &nn.Conv{H: m.h, W: m.w, C: m.c, KH: 3, KW: 3, Out: out, Stride: 1, Pad: 1, Act: act, Gain: gain, Bytes: bytes}
}

// add appends a layer.
func (m *maps) add(name string, layer nn.Layer) {
	m.node = m.graph.Add(name, layer, m.params, m.node)
	m.h, m.w, m.c = layer.Shape()
}
