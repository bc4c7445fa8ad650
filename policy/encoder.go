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
		layer = m.symbols(k, out, nn.ReLU, rootTwo)
	} else {
		layer = &nn.Conv{H: m.h, W: m.w, C: m.c, KH: kh, KW: kw, Out: out, Stride: stride, Act: nn.ReLU, Gain: rootTwo, Bytes: m.node == nn.Input}
	}
	m.add(name, layer)
}

// symbols returns a convolution that reads symbols. Its kernel shrinks to what is there.
func (m *maps) symbols(k, out int, act nn.Act, gain float32) nn.Layer {
	ones := 0
	for _, n := range m.shape.Codes {
		ones += n
	}
	// One symbol in so many is a one; the gain makes up for the zeros.
	gain *= float32(math.Sqrt(float64(ones) / float64(len(m.shape.Codes))))
	return &nn.CodeConv{H: m.h, W: m.w, Codes: m.shape.Codes, KH: min(k, m.h), KW: min(k, m.w), Out: out, Act: act, Gain: gain}
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
		m.deep(true)
	case "plain":
		m.deep(false)
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

// sections are how many maps each section of a deep encoder has.
var sections = []int{16, 32, 32}

// deep is the residual network of Espeholt et al. (2018, fig. 3): three sections of a convolution, a pool that halves the map and
// two blocks, 15 convolutions in all; or, without shortcuts, the plain one of the same convolutions, each of which ends in ReLU, which
// is what He et al. (2016) compare residual networks with. On symbols, whose maps are small, the first convolution has no padding and
// maps of up to four cells are not halved. The residual one's taps conv1 and conv2 are what the sections give, conv3 with the ReLU that follows; inside section N are
//
//	convN.in              the convolution
//	poolN                 the pool, which the first block reads
//	convN.a, convN.b      the blocks, the first's output and, in section 3, the second's before the ReLU
//	convN.a.relu, convN.a.1, convN.a.2, convN.b.relu, ...   inside a block: x + conv(ReLU(conv(ReLU(x))))
//
// The plain one's are convN, convN.in, poolN, convN.a.1, convN.a.2, convN.b.1, convN.b.2: convolutions of the same names.
func (m *maps) deep(residual bool) {
	for i, out := range sections {
		name := "conv" + strconv.Itoa(i+1)
		if m.node == nn.Input && m.shape.Codes != nil {
			m.add(name+".in", m.symbols(3, out, nn.Linear, 1))
		} else {
			m.add(name+".in", m.same(out, nn.Linear, m.node == nn.Input))
		}
		if m.shape.Codes == nil || min(m.h, m.w) > 4 {
			m.add("pool"+strconv.Itoa(i+1), &nn.MaxPool{H: m.h, W: m.w, C: m.c, K: 3, Stride: 2, Pad: 1})
		}
		if !residual {
			m.plain(name)
			continue
		}
		m.block(name+".a", name+".a")
		if i+1 < len(sections) {
			m.block(name+".b", name)
			continue
		}
		m.block(name+".b", name+".b")
		m.add(name, &nn.Activation{H: m.h, W: m.w, C: m.c, Act: nn.ReLU})
	}
}

// plain adds what is behind a section's pool where there are no shortcuts.
func (m *maps) plain(name string) {
	m.add(name+".relu", &nn.Activation{H: m.h, W: m.w, C: m.c, Act: nn.ReLU})
	for _, conv := range []string{".a.1", ".a.2", ".b.1", ".b.2"} {
		layer := m.same(m.c, nn.ReLU, false)
		if conv == ".b.2" {
			layer.Act = nn.Linear // its ReLU is the section's tap
		}
		// Of the kernel's nine cells so many lie within the map on average; the gain makes up for those on the padding.
		layer.Gain = rootTwo * float32(math.Sqrt(9*float64(m.h*m.w)/float64((3*m.h-2)*(3*m.w-2))))
		m.add(name+conv, layer)
	}
	m.add(name, &nn.Activation{H: m.h, W: m.w, C: m.c, Act: nn.ReLU})
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
func (m *maps) same(out int, act nn.Act, bytes bool) *nn.Conv {
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
