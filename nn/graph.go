package nn

import (
	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/team"
)

// shards is how many pieces the rows of a pass are split into. Each sums its own parameter gradients; the sums are added in
// a fixed tree. It is a constant, not the number of processors, so that results do not depend on the machine.
const shards = 8

// pieceWork is how many multiplications a piece of a forward pass has at least: less is not worth handing over. What a row
// gives does not depend on the rows beside it, so that forward passes may be split as one likes.
const pieceWork = 1 << 19

// wideLen is the number of weights from which a dense layer is wide: it is computed for all rows at once and split by columns,
// so that its weights are read once per pass and not once per shard. It keeps no gradient per shard either: that is split by
// input feature, each sum running over all rows.
const wideLen = 1 << 16

// Graph is a network of layers with activations for a number of rows. Every layer's output is a Tap.
type Graph struct {
	rows   int
	floats int // of a row of the input; 0: it reads observations
	team   *team.Team
	nodes  []node

	in     Rows      // of the pass under way
	dx     []float32 // in Backward: where the input's gradient goes; nil: nowhere
	still  bool      // in Backward: parameters get no gradient
	first  int       // in Backward: the lowest node that gets any
	count  int       // rows of the last Forward
	depth  int       // nodes that the last Forward ran
	pieces int       // that it was split into
	lo, hi int       // nodes under way: one wide one, or a run of others
	narrow int       // floats of gradient that each shard sums for itself
	work   int       // about how many multiplications a forward pass takes per row, wide layers not counted

	sums                      [shards][]float32 // [narrow] per shard; made when first needed
	scratch                   [shards][]float32
	help                      [shards]help // with palettes if a layer reads symbols
	zeros                     []float32    // [rows]; made when first needed
	forward, backward, reduce func(int)
	turn, columns             func(int)
	turnGrads, inputs         func(int)
}

type node struct {
	layer  Layer
	params *Params
	tap    *Tap
	size   int // floats of a row of the tap
	from   int // node that it reads; -1: the observation
	skip   int // node whose output is added to its own; -1: none
	floats int // of a row of that node
	bytes  int // of a row of the observation that it reads
	side   int // floats of a row that it reads beside the observation
	sum    int // where its gradient stands in the shards' sums
	wide   *Dense
	turned []float32 // the weights transposed, for Backward; of a wide layer, the output gradients; made when first needed
	sent   []float32 // of a wide layer, the input gradients transposed
}

// NewGraph returns an empty graph for passes of up to rows rows. workers may be nil.
func NewGraph(rows int, workers *team.Team) *Graph {
	g := &Graph{rows: rows, team: workers}
	g.bind()
	return g
}

// NewHead returns an empty graph that reads rows of so many floats instead of observations: a head on a tap, or on several side by
// side.
func NewHead(floats, rows int, workers *team.Team) *Graph {
	if floats <= 0 {
		panic("nn: a head reads nothing")
	}
	g := NewGraph(rows, workers)
	g.floats = floats
	return g
}

func (g *Graph) bind() {
	g.forward, g.backward, g.reduce = g.forwardPiece, g.backwardShard, g.reducePiece
	g.turn, g.columns = g.turnPiece, g.forwardColumns
	g.turnGrads, g.inputs = g.turnColumns, g.backwardColumns
}

// Input is what the first layers read.
const Input = -1

// Add appends a layer that reads the output of node from, or Input, with its parameters in p, and returns its node. The
// layer's tap and its parameters are called name.
func (g *Graph) Add(name string, layer Layer, p *Params, from int) int {
	h, w, c := layer.Shape()
	if h <= 0 || w <= 0 || c <= 0 {
		panic("nn: a layer's output is empty: its kernel is larger than its input")
	}
	floats, bytes, side := layer.reads()
	if floats != g.length(from) || bytes > 0 && from != Input {
		panic("nn: a layer does not read rows of the length it is given")
	}
	for i := range g.nodes {
		if g.nodes[i].tap.Name == name {
			panic("nn: two taps of one name")
		}
	}
	layer.declare(p, name)
	n := node{layer: layer, params: p, size: h * w * c, from: from, skip: Input, floats: floats, bytes: bytes, side: side, tap: &Tap{Name: name, H: h, W: w, C: c}}
	n.tap.Act, n.tap.Grad = make([]float32, g.rows*n.size), make([]float32, g.rows*n.size)
	lo, hi := layer.span()
	if d, ok := layer.(*Dense); ok && hi-lo >= wideLen {
		n.wide = d
	} else {
		n.sum = g.narrow
		g.narrow += hi - lo
		g.work += (hi - lo) * h * w
	}
	if _, ok := layer.(*CodeConv); ok {
		g.makePalettes()
	}
	g.nodes = append(g.nodes, n)
	for i := range g.scratch {
		if need := layer.Scratch(); need > len(g.scratch[i]) {
			g.scratch[i] = make([]float32, need)
		}
	}
	return len(g.nodes) - 1
}

func (g *Graph) makePalettes() {
	for i := range g.help {
		g.help[i].palette = new(palette)
	}
}

// length returns how many floats of a row node from gives to those that read it.
func (g *Graph) length(from int) int {
	switch {
	case from == Input:
		return g.floats
	case from < 0 || from >= len(g.nodes):
		panic("nn: a layer reads a node that is not there")
	}
	return g.nodes[from].size
}

// Taps returns the outputs of all layers, in order. Act and Grad keep their place for the life of the graph.
func (g *Graph) Taps() []*Tap {
	taps := make([]*Tap, len(g.nodes))
	for i := range g.nodes {
		taps[i] = g.nodes[i].tap
	}
	return taps
}

// Tap returns the output of a node.
func (g *Graph) Tap(node int) *Tap { return g.nodes[node].tap }

// Rows returns how many rows a pass may have at most.
func (g *Graph) Rows() int { return g.rows }

// Share returns a graph with the same layers and parameters, and activations of its own for up to rows rows.
func (g *Graph) Share(rows int, workers *team.Team) *Graph {
	s := &Graph{rows: rows, floats: g.floats, team: workers, narrow: g.narrow, work: g.work, nodes: append([]node(nil), g.nodes...)}
	for i := range s.nodes {
		t := *s.nodes[i].tap
		t.Act, t.Grad = make([]float32, rows*t.Len()), make([]float32, rows*t.Len())
		s.nodes[i].tap, s.nodes[i].turned, s.nodes[i].sent = &t, nil, nil
	}
	if g.help[0].palette != nil {
		s.makePalettes()
	}
	for i := range s.scratch {
		s.scratch[i] = make([]float32, len(g.scratch[i]))
	}
	s.bind()
	return s
}

// Forward runs the layers up to and including the one called upto, or all of them if that is "", over rows observations and
// the vectors beside them: obs is [rows, bytes of a row] and side [rows, floats of a row], as the layers run read them. Neither
// is copied. No rows are no work.
func (g *Graph) Forward(obs []byte, side []float32, rows int, upto string) {
	g.pass(Rows{Bytes: obs, Side: side}, rows, upto)
}

// ForwardFloats is Forward of a graph that NewHead made: x is [rows, floats].
func (g *Graph) ForwardFloats(x, side []float32, rows int, upto string) {
	if g.floats == 0 || len(x) != rows*g.floats {
		panic("nn: a head's input has the wrong length")
	}
	g.pass(Rows{Floats: x, Side: side}, rows, upto)
}

func (g *Graph) pass(in Rows, rows int, upto string) {
	obs, side := in.Bytes, in.Side
	if rows < 0 || rows > g.rows {
		panic("nn: more rows than the graph was built for")
	}
	g.depth = len(g.nodes)
	if upto != "" {
		g.depth = g.index(upto) + 1
	}
	for i := range g.nodes[:g.depth] {
		n := &g.nodes[i]
		if n.bytes > 0 && len(obs) != rows*n.bytes || n.side > 0 && len(side) != rows*n.side {
			panic("nn: the observations or the vectors beside them have the wrong length")
		}
	}
	g.in, g.count = in, rows
	g.pieces = min(shards, rows)
	for g.pieces > 1 && rows*g.work < g.pieces*pieceWork {
		g.pieces /= 2
	}
	for g.hi = 0; g.hi < g.depth; {
		g.lo, g.hi = g.hi, g.hi+1
		if g.nodes[g.lo].wide != nil {
			g.team.Run(shards, g.columns)
			continue
		}
		for g.hi < g.depth && g.nodes[g.hi].wide == nil {
			g.hi++
		}
		g.team.Run(g.pieces, g.forward)
	}
}

func (g *Graph) index(name string) int {
	for i := range g.nodes {
		if g.nodes[i].tap.Name == name {
			return i
		}
	}
	panic("nn: no tap of that name")
}

// Backward sends the gradients at the taps of the last Forward back to the parameters, where it adds them, and clears the
// taps. The observations must still be there.
func (g *Graph) Backward() { g.BackwardFloats(nil) }

// BackwardFloats is Backward of a graph that NewHead made, which also adds to dx, [rows, floats], unless that is nil.
func (g *Graph) BackwardFloats(dx []float32) {
	if dx != nil && (g.floats == 0 || len(dx) != g.count*g.floats) {
		panic("nn: the gradient of a head's input has the wrong length")
	}
	g.send(dx, false)
}

// BackwardFrom is Backward that ends at node first: what is below it gets no gradient and costs no time, but for clearing its taps.
func (g *Graph) BackwardFrom(first int) {
	g.first = first
	g.send(nil, false)
	g.first = 0
}

// BackwardInput sends the gradients at the taps of the last Forward back to what the graph read and leaves the parameters' alone: it
// adds to dx, and clears the taps. Of a graph that NewHead made, dx is [rows, floats], else [rows, bytes], the gradient with respect
// to the observation as it is read: intensities from 0 to 1, and of a symbol the 1 that stands for it.
func (g *Graph) BackwardInput(dx []float32) {
	width := g.floats
	for i := range g.nodes {
		n := &g.nodes[i]
		if width = max(width, n.bytes); n.bytes > 0 && n.turned == nil {
			blocks, rows, cols := n.layer.turning()
			n.turned = make([]float32, blocks*rows*cols)
		}
	}
	if len(dx) != g.count*width {
		panic("nn: the gradient of a graph's input has the wrong length")
	}
	g.send(dx, true)
}

// send is Backward: where dx is not nil, to the input too; still: to no parameters.
func (g *Graph) send(dx []float32, still bool) {
	if g.count == 0 {
		return
	}
	g.dx, g.still = dx, still
	if g.sums[0] == nil {
		g.makeRoom()
	}
	g.team.Run(shards, g.turn)
	for g.lo = g.depth; g.lo > g.first; {
		g.lo, g.hi = g.lo-1, g.lo
		if n := &g.nodes[g.lo]; n.wide != nil {
			g.team.Run(shards, g.turnGrads)
			if g.into(n) != nil {
				g.team.Run(shards, g.inputs)
			}
			continue
		}
		for g.lo > g.first && g.nodes[g.lo-1].wide == nil {
			g.lo--
		}
		g.team.Run(min(shards, g.count), g.backward)
	}
	if !still {
		g.team.Run(shards, g.reduce)
	}
	for i := range g.nodes[:g.depth] {
		if n := &g.nodes[i]; n.wide != nil || i < g.first {
			clear(n.tap.Grad[:g.count*n.size])
		}
	}
	g.dx, g.still = nil, false
}

// makeRoom makes what only Backward needs.
func (g *Graph) makeRoom() {
	for i := range g.sums {
		g.sums[i] = make([]float32, g.narrow)
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		switch {
		case n.from == Input && g.floats == 0: // BackwardInput makes it
		case n.wide != nil:
			n.turned, n.sent = make([]float32, n.wide.Out*pitch(g.rows)), make([]float32, n.wide.In*pitch(g.rows))
			g.zeros = make([]float32, g.rows)
		default:
			blocks, rows, cols := n.layer.turning()
			n.turned = make([]float32, blocks*rows*cols)
		}
	}
}

// pitch returns how far apart the rows of a matrix with a column per row of the batch stand: whole vectors, and no power of two.
func pitch(rows int) int { return (rows+15)&^15 + 16 }

// turnPiece transposes one eighth of the weights that Backward needs transposed.
func (g *Graph) turnPiece(piece int) {
	for i := g.first; i < g.depth; i++ {
		n := &g.nodes[i]
		if len(n.turned) == 0 || n.wide != nil || g.into(n) == nil {
			continue
		}
		_, rows, _ := n.layer.turning()
		from, _ := n.layer.span()
		turn(n.turned, n.params.W[from:], n.layer, eighth(rows, piece), eighth(rows, piece+1))
	}
}

// eighth returns where piece begins when n is split into one piece per shard, at multiples of eight where it can.
func eighth(n, piece int) int {
	if piece == shards {
		return n
	}
	return n * piece / shards &^ 7
}

// reads returns the rows lo..hi-1 that a node reads.
func (g *Graph) reads(n *node, lo, hi int, h *help) Rows {
	x := Rows{help: h}
	if n.from != Input {
		x.Floats = g.nodes[n.from].tap.Act[lo*n.floats : hi*n.floats]
	} else if n.floats > 0 {
		x.Floats = g.in.Floats[lo*n.floats : hi*n.floats]
	}
	if n.bytes > 0 {
		x.Bytes = g.in.Bytes[lo*n.bytes : hi*n.bytes]
	}
	if n.side > 0 {
		x.Side = g.in.Side[lo*n.side : hi*n.side]
	}
	return x
}

// into returns where a node sends the gradient of what it reads, nil: nowhere.
func (g *Graph) into(n *node) []float32 {
	switch {
	case n.from == Input:
		return g.dx
	case n.from < g.first:
		return nil
	}
	return g.nodes[n.from].tap.Grad
}

// bounds returns the rows of one of so many pieces.
func (g *Graph) bounds(piece, pieces int) (lo, hi int) {
	return piece * g.count / pieces, (piece + 1) * g.count / pieces
}

func (g *Graph) forwardPiece(piece int) {
	lo, hi := g.bounds(piece, g.pieces)
	for i := g.lo; i < g.hi; i++ {
		n := &g.nodes[i]
		y := n.tap.Act[lo*n.size : hi*n.size]
		n.layer.Forward(y, g.reads(n, lo, hi, &g.help[piece]), g.scratch[piece], hi-lo)
		if n.skip != Input {
			f32.Add(y, g.nodes[n.skip].tap.Act[lo*n.size:hi*n.size])
		}
	}
}

// forwardColumns computes one eighth of the outputs of a wide layer, for all rows.
func (g *Graph) forwardColumns(piece int) {
	n := &g.nodes[g.lo]
	n.wide.outputs(n.tap.Act, g.reads(n, 0, g.count, nil), g.count, eighth(n.wide.Out, piece), eighth(n.wide.Out, piece+1))
}

// turnColumns masks one eighth of the output gradients of a wide layer, for all rows, and transposes them. That and turning the
// input gradients back is less than to transpose the weights.
func (g *Graph) turnColumns(piece int) {
	n := &g.nodes[g.lo]
	out := n.wide.Out
	lo, hi := eighth(out, piece), eighth(out, piece+1)
	if lo == hi {
		return
	}
	for r := range g.count {
		mask(n.tap.Grad[r*out+lo:r*out+hi], n.tap.Act[r*out+lo:r*out+hi], n.wide.Act)
	}
	if g.into(n) != nil {
		f32.Transpose(n.turned[lo*pitch(g.count):], n.tap.Grad[lo:], g.count, hi-lo, pitch(g.count), out)
	}
}

// backwardColumns adds one eighth of the input gradients of a wide layer, for all rows.
func (g *Graph) backwardColumns(piece int) {
	n := &g.nodes[g.lo]
	n.wide.sendInputs(g.into(n), n.turned, n.sent, g.zeros, g.count, eighth(n.wide.In, piece), eighth(n.wide.In, piece+1))
}

func (g *Graph) backwardShard(shard int) {
	lo, hi := g.bounds(shard, min(shards, g.count))
	sum := g.sums[shard]
	if h := &g.help[shard]; h.palette != nil && g.pieces != min(shards, g.count) {
		h.palette.rows = 0 // it is of other rows
	}
	for i := g.hi - 1; i >= g.lo; i-- {
		n := &g.nodes[i]
		dy := n.tap.Grad[lo*n.size : hi*n.size]
		var dx []float32
		if into := g.into(n); into != nil {
			width := n.floats
			if n.from == Input {
				width = max(n.floats, n.bytes)
			}
			if width > 0 {
				dx = into[lo*width : hi*width]
			}
		}
		if n.skip != Input && n.skip >= g.first {
			f32.Add(g.nodes[n.skip].tap.Grad[lo*n.size:hi*n.size], dy)
		}
		var grad []float32
		if from, to := n.layer.span(); !g.still {
			grad = sum[n.sum : n.sum+to-from]
			clear(grad)
		}
		x := g.reads(n, lo, hi, &g.help[shard])
		x.help.turned = n.turned
		n.layer.Backward(dx, grad, dy, n.tap.Act[lo*n.size:hi*n.size], x, g.scratch[shard], hi-lo)
		clear(dy)
	}
}

// reducePiece adds one eighth of every narrow layer's sums, and of every wide layer's gradient, to the parameters.
func (g *Graph) reducePiece(piece int) {
	for i := g.first; i < g.depth; i++ {
		n := &g.nodes[i]
		from, to := n.layer.span()
		if n.wide != nil {
			size, features := n.size, n.wide.features()
			n.wide.addWeights(n.params.G[from:to], n.tap.Grad[:g.count*size], g.reads(n, 0, g.count, nil), g.count,
				piece*features/shards, (piece+1)*features/shards)
			continue
		}
		lo, hi := (to-from)*piece/shards, (to-from)*(piece+1)/shards
		g.addSums(n.params.G[from+lo:from+hi], n.sum+lo)
	}
}

// addSums adds the shards' sums from offset at on to dst: neighbours first, then pairs of pairs.
func (g *Graph) addSums(dst []float32, at int) {
	used := min(shards, g.count)
	for step := 1; step < used; step *= 2 {
		for i := 0; i+step < used; i += 2 * step {
			f32.Add(g.sums[i][at:at+len(dst)], g.sums[i+step][at:at+len(dst)])
		}
	}
	f32.Add(dst, g.sums[0][at:at+len(dst)])
}
