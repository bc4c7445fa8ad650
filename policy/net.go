package policy

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/nn"
)

// Net is encoder, recurrent core if the configuration has one, actor and one critic per stream.
//
// Its taps are the convolution maps conv1, conv2, ..., with pools and what is inside residual blocks between them, "features" [1, 1, Features], "core" [1, 1, CoreSize] if there is one,
// "logits" [1, 1, Actions], "value" and "value.STREAM" [1, 1, 1].
type Net struct {
	shape   Shape
	cfg     Config
	streams []string
	team    *team.Team

	encoder *nn.Graph
	core    *nn.Core // nil: none
	heads   *nn.Graph
	blocks  []auxtasks.Block
	taps    []*nn.Tap
	below   int // how many of the taps are the encoder's graph's
	above   int // its first node that is not the encoder's
	logits  *nn.Tap
	values  []*nn.Tap // one per stream

	wide            []float32 // the vectors beside the image, tokens spread
	side, extraSide []float32 // what the core reads beside the features
	from            []int32   // rows that extra ones follow
	rows, burn      int       // of the last Forward
	depth           depth
}

// depth is how far a pass went.
type depth uint8

const (
	toEncoder depth = iota
	toCore
	toHeads
)

var (
	_ auxtasks.Encoder = (*Net)(nil)
	_ auxtasks.Sparing = (*Net)(nil)
)

// New builds a network for passes of up to rows rows, with first weights drawn from seed. streams names the kinds of rewards;
// the first is "", the world's own. workers may be nil.
func New(shape Shape, cfg Config, streams []string, rows int, seed uint64, workers *team.Team) (*Net, error) {
	if err := validate(shape, cfg, streams); err != nil {
		return nil, err
	}
	n := newNet(shape, cfg, streams, rows, workers)
	for _, b := range n.blocks {
		if b.Name == "encoder" && cfg.Init == "uniform" {
			b.Params.InitUniform(seed, UniformBound)
			continue
		}
		b.Params.Init(seed)
	}
	return n, nil
}

// validate reports the first thing that keeps a network from being built.
func validate(shape Shape, cfg Config, streams []string) error {
	if err := shape.Validate(); err != nil {
		return err
	}
	if err := cfg.Validate(shape); err != nil {
		return err
	}
	if len(streams) == 0 || streams[0] != "" {
		return fmt.Errorf("policy: streams are %q, the first must be \"\", the world's own reward", streams)
	}
	for i, s := range streams {
		if slices.Contains(streams[:i], s) {
			return fmt.Errorf("policy: stream %q is there twice", s)
		}
	}
	return nil
}

// newNet returns a network without memory for its weights.
func newNet(shape Shape, cfg Config, streams []string, rows int, workers *team.Team) *Net {
	n := &Net{shape: shape, cfg: cfg, streams: streams, team: workers, encoder: nn.NewGraph(rows, workers)}
	encoder := n.block("encoder", true)
	m := &maps{graph: n.encoder, params: encoder, shape: shape, h: shape.H, w: shape.W, c: shape.C, node: nn.Input}
	m.encode(choose(cfg.Encoder, shape))
	from := n.encoder.Add("features", &nn.Dense{In: m.h * m.w * m.c, Side: shape.side(), Out: cfg.Features, Act: nn.ReLU, Gain: rootTwo}, encoder, m.node)
	n.above = from + 1
	width := cfg.Features
	n.heads = n.encoder
	if cfg.Core != "" {
		n.core = nn.NewCore("core", n.cell(), n.block("core", true), rows, workers)
		width, from = cfg.CoreSize, nn.Input
		n.heads = nn.NewHead(width, rows, workers)
	}
	n.head("actor", "logits", "", shape.Actions, 0.01, width, from)
	for _, s := range streams {
		suffix := ""
		if s != "" {
			suffix = "." + s
		}
		n.head("critic", "value", suffix, 1, 1, width, from)
	}
	n.find(rows)
	return n
}

// cell returns the configured one.
func (n *Net) cell() nn.Cell {
	if n.cfg.Core == "gru" {
		return &nn.GRU{In: n.cfg.Features, Side: n.sideLen(), D: n.cfg.CoreSize, Keep: n.cfg.ForgetBias}
	}
	return &nn.LSTM{In: n.cfg.Features, Side: n.sideLen(), D: n.cfg.CoreSize, Forget: n.cfg.ForgetBias}
}

func (n *Net) block(name string, shared bool) *nn.Params {
	p := new(nn.Params)
	n.blocks = append(n.blocks, auxtasks.Block{Name: name, Params: p, Shared: shared})
	return p
}

// head adds a block with an output on rows of so many floats, and a hidden layer before it if the configuration has one.
func (n *Net) head(block, output, suffix string, out int, gain float32, in, from int) {
	p := n.block(block+suffix, false)
	if n.cfg.Hidden > 0 {
		from = n.heads.Add(block+suffix+".hidden", &nn.Dense{In: in, Out: n.cfg.Hidden, Act: nn.Tanh, Gain: rootTwo}, p, from)
		in = n.cfg.Hidden
	}
	n.heads.Add(output+suffix, &nn.Dense{In: in, Out: out, Gain: gain}, p, from)
}

// find lists the taps and makes room for what the core reads beside the features.
func (n *Net) find(rows int) {
	n.taps = n.encoder.Taps()
	n.below = len(n.taps)
	if len(n.shape.Tokens) > 0 {
		n.wide = make([]float32, rows*n.shape.side())
	}
	if n.core != nil {
		n.taps = append(append(n.taps, n.core.Tap()), n.heads.Taps()...)
		n.side, n.extraSide = make([]float32, rows*n.sideLen()), make([]float32, rows*n.sideLen())
		n.from = make([]int32, rows)
	}
	n.logits = n.tap("logits")
	n.values = nil
	for _, s := range n.streams {
		name := "value"
		if s != "" {
			name += "." + s
		}
		n.values = append(n.values, n.tap(name))
	}
}

// tap returns the tap of that name.
func (n *Net) tap(name string) *nn.Tap {
	for _, t := range n.taps {
		if t.Name == name {
			return t
		}
	}
	panic("policy: no tap of that name")
}

// Shape returns what the network was built for.
func (n *Net) Shape() Shape { return n.shape }

// Config returns how it was built.
func (n *Net) Config() Config { return n.cfg }

// Blocks implements auxtasks.Encoder: "encoder", "core" if there is one, "actor", "critic", "critic.STREAM".
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
func (n *Net) Rows() int { return n.encoder.Rows() }

// Forward implements auxtasks.Encoder. A recurrent network needs b.Start and what its configuration reads of actions and
// rewards: the states of rows t = 0 are b.State, zeros where that is nil.
func (n *Net) Forward(b *auxtasks.Batch, obs []byte, upto string) {
	n.rows, n.burn = b.Rows(), b.Burn
	size := n.shape.H * n.shape.W * n.shape.C
	obs, vec := obs[:n.rows*size], n.spread(b.Vec[:n.rows*n.shape.Vec], n.rows)
	n.depth = n.depthOf(upto)
	switch {
	case n.core == nil || n.depth == toEncoder:
		n.encoder.Forward(obs, vec, n.rows, upto)
		return
	default:
		n.encoder.Forward(obs, vec, n.rows, "")
	}
	n.remember(b)
	if n.depth == toHeads {
		n.heads.ForwardFloats(n.core.Tap().Act[:n.rows*n.cfg.CoreSize], nil, n.rows, upto)
	}
}

// depthOf returns how far a pass up to a tap goes.
func (n *Net) depthOf(upto string) depth {
	if n.core == nil || upto == "" {
		return toHeads
	}
	if upto == "core" {
		return toCore
	}
	for _, t := range n.taps[:n.below] {
		if t.Name == upto {
			return toEncoder
		}
	}
	return toHeads
}

// Backward implements auxtasks.Encoder.
func (n *Net) Backward() { n.send(false, false) }

// BackwardLearning implements auxtasks.Sparing.
func (n *Net) BackwardLearning() { n.send(n.frozen("encoder"), n.frozen("core")) }

// send is Backward that gives encoder or core no gradient and goes no further down than it must.
func (n *Net) send(spareEncoder, spareCore bool) {
	if n.core != nil && n.depth != toEncoder {
		n.sendCore(spareEncoder, spareCore)
	}
	if spareEncoder {
		n.encoder.BackwardFrom(n.above)
		return
	}
	n.encoder.Backward()
}

// sendCore is the part of send above the encoder.
func (n *Net) sendCore(spareEncoder, spareCore bool) {
	grad, below := n.core.Tap().Grad[:n.rows*n.cfg.CoreSize], n.encoder.Tap(n.below-1).Grad
	into := grad
	if spareEncoder && spareCore {
		into = nil
	}
	if n.depth == toHeads {
		n.heads.BackwardFloats(into)
	}
	switch {
	case spareEncoder && spareCore:
		clear(grad)
	case spareEncoder:
		n.core.Backward(nil, n.burn)
	case spareCore:
		n.core.BackwardInput(below, n.burn)
	default:
		n.core.Backward(below, n.burn)
	}
}

// frozen reports whether the block of that name is.
func (n *Net) frozen(name string) bool {
	return slices.ContainsFunc(n.blocks, func(b auxtasks.Block) bool { return b.Name == name && b.Frozen })
}

// Act computes logits [rows, Actions] and the world's values [rows], which are valid until the next pass. m is what the agent
// remembers of the same rows: its states advance; nil will do without a core.
func (n *Net) Act(obs []byte, vec []float32, m *Memory, rows int) (logits, values []float32) {
	n.encoder.Forward(obs, n.spread(vec, rows), rows, "")
	if n.core != nil {
		n.recall(m, rows)
		n.heads.ForwardFloats(n.core.Tap().Act[:rows*n.cfg.CoreSize], nil, rows, "")
	}
	return n.logits.Act[:rows*n.shape.Actions], n.values[0].Act[:rows]
}

// Share implements auxtasks.Encoder.
func (n *Net) Share(rows int) auxtasks.Encoder { return n.ShareOn(rows, n.team) }

// ShareOn is Share with workers of its own, nil for none: for whoever runs beside the network instead of in turn with it.
func (n *Net) ShareOn(rows int, workers *team.Team) *Net {
	s := *n
	s.team = workers
	s.encoder = n.encoder.Share(rows, workers)
	s.heads = s.encoder
	if n.core != nil {
		s.core, s.heads = n.core.Share(rows, workers), n.heads.Share(rows, workers)
	}
	s.find(rows)
	return &s
}

// Copy implements auxtasks.Encoder.
func (n *Net) Copy(rows int) auxtasks.Encoder { return n.CopyOn(rows, n.team) }

// CopyOn is Copy with workers of its own, nil for none.
func (n *Net) CopyOn(rows int, workers *team.Team) *Net {
	c := newNet(n.shape, n.cfg, n.streams, rows, workers)
	for i, b := range c.blocks {
		b.Params.Alloc()
		copy(b.Params.W, n.blocks[i].Params.W)
	}
	return c
}
