package policy

import (
	"fmt"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/nn"
)

// Net is encoder, actor and one critic per stream.
//
// Its taps are the convolution maps conv1, conv2, ..., "features" [1, 1, Features], "logits" [1, 1, Actions], "value" and
// "value.STREAM" [1, 1, 1].
type Net struct {
	shape   Shape
	cfg     Config
	streams []string
	team    *team.Team

	graph  *nn.Graph
	blocks []auxtasks.Block
	taps   []*nn.Tap
	logits *nn.Tap
	values []*nn.Tap // one per stream
}

var _ auxtasks.Encoder = (*Net)(nil)

// New builds a network for passes of up to rows rows, with first weights drawn from seed. streams names the kinds of rewards;
// the first is "", the world's own. workers may be nil.
func New(shape Shape, cfg Config, streams []string, rows int, seed uint64, workers *team.Team) (*Net, error) {
	if err := shape.Validate(); err != nil {
		return nil, err
	}
	if err := cfg.Validate(shape); err != nil {
		return nil, err
	}
	if len(streams) == 0 || streams[0] != "" {
		return nil, fmt.Errorf("policy: streams are %q, the first must be \"\", the world's own reward", streams)
	}
	n := &Net{shape: shape, cfg: cfg, streams: streams, team: workers, graph: nn.NewGraph(rows, workers)}
	n.build()
	for _, b := range n.blocks {
		b.Params.Init(seed)
	}
	return n, nil
}

func (n *Net) build() {
	encoder := n.block("encoder", true)
	m := &maps{graph: n.graph, params: encoder, shape: n.shape, h: n.shape.H, w: n.shape.W, c: n.shape.C, node: nn.Input}
	if choose(n.cfg.Encoder, n.shape) == "nature" {
		m.nature()
	} else {
		m.small()
	}
	features := n.graph.Add("features", &nn.Dense{In: m.h * m.w * m.c, Side: n.shape.Vec, Out: n.cfg.Features, Act: nn.ReLU, Gain: rootTwo}, encoder, m.node)
	n.head("actor", "logits", "", n.shape.Actions, 0.01, features)
	for _, s := range n.streams {
		suffix := ""
		if s != "" {
			suffix = "." + s
		}
		n.head("critic", "value", suffix, 1, 1, features)
	}
	n.find()
}

func (n *Net) block(name string, shared bool) *nn.Params {
	p := new(nn.Params)
	n.blocks = append(n.blocks, auxtasks.Block{Name: name, Params: p, Shared: shared})
	return p
}

// head adds a block with an output, and a hidden layer before it if the configuration has one.
func (n *Net) head(block, output, suffix string, out int, gain float32, from int) {
	p := n.block(block+suffix, false)
	in := n.cfg.Features
	if n.cfg.Hidden > 0 {
		from = n.graph.Add(block+suffix+".hidden", &nn.Dense{In: in, Out: n.cfg.Hidden, Act: nn.Tanh, Gain: rootTwo}, p, from)
		in = n.cfg.Hidden
	}
	n.graph.Add(output+suffix, &nn.Dense{In: in, Out: out, Gain: gain}, p, from)
}

// find looks up the taps by name.
func (n *Net) find() {
	n.taps = n.graph.Taps()
	byName := make(map[string]*nn.Tap, len(n.taps))
	for _, t := range n.taps {
		byName[t.Name] = t
	}
	n.logits = byName["logits"]
	n.values = nil
	for _, s := range n.streams {
		name := "value"
		if s != "" {
			name += "." + s
		}
		n.values = append(n.values, byName[name])
	}
}

// Shape returns what the network was built for.
func (n *Net) Shape() Shape { return n.shape }

// Config returns how it was built.
func (n *Net) Config() Config { return n.cfg }

// Blocks implements auxtasks.Encoder: "encoder", "actor", "critic", "critic.STREAM".
func (n *Net) Blocks() []auxtasks.Block { return n.blocks }

// Params returns the arenas of the blocks, in order.
func (n *Net) Params() []*nn.Params {
	arenas := make([]*nn.Params, len(n.blocks))
	for i, b := range n.blocks {
		arenas[i] = b.Params
	}
	return arenas
}

// Taps implements auxtasks.Encoder.
func (n *Net) Taps() []*nn.Tap { return n.taps }

// Logits returns the tap "logits".
func (n *Net) Logits() *nn.Tap { return n.logits }

// Values returns the value taps, one per stream.
func (n *Net) Values() []*nn.Tap { return n.values }

// Team returns the network's workers; nil: it has none.
func (n *Net) Team() *nn.Team { return n.team }

// Rows returns how many rows a pass may have.
func (n *Net) Rows() int { return n.graph.Rows() }

// Forward implements auxtasks.Encoder.
func (n *Net) Forward(b *auxtasks.Batch, obs []byte, upto string) {
	rows := b.Rows()
	size := n.shape.H * n.shape.W * n.shape.C
	n.graph.Forward(obs[:rows*size], b.Vec[:rows*n.shape.Vec], rows, upto)
}

// Backward implements auxtasks.Encoder.
func (n *Net) Backward() { n.graph.Backward() }

// Act computes logits [rows, Actions] and the world's values [rows]. Both are valid until the next pass.
func (n *Net) Act(obs []byte, vec []float32, rows int) (logits, values []float32) {
	n.graph.Forward(obs, vec, rows, "")
	return n.logits.Act[:rows*n.shape.Actions], n.values[0].Act[:rows]
}

// Share implements auxtasks.Encoder.
func (n *Net) Share(rows int) auxtasks.Encoder { return n.ShareOn(rows, n.team) }

// ShareOn is Share with workers of its own, nil for none: for whoever runs beside the network instead of in turn with it.
func (n *Net) ShareOn(rows int, workers *team.Team) *Net {
	s := *n
	s.team = workers
	s.graph = n.graph.Share(rows, workers)
	s.find()
	return &s
}

// Copy implements auxtasks.Encoder.
func (n *Net) Copy(rows int) auxtasks.Encoder { return n.CopyOn(rows, n.team) }

// CopyOn is Copy with workers of its own, nil for none.
func (n *Net) CopyOn(rows int, workers *team.Team) *Net {
	c := &Net{shape: n.shape, cfg: n.cfg, streams: n.streams, team: workers, graph: nn.NewGraph(rows, workers)}
	c.build()
	for i, b := range c.blocks {
		b.Params.Alloc()
		copy(b.Params.W, n.blocks[i].Params.W)
	}
	return c
}
