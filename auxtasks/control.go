package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/auxrl/auxrl/nn"
)

// shards is how many pieces the rows of a loss are split into. It is a constant, so that results do not depend on the machine.
const shards = 8

// Reductions of control tasks.
const (
	// Mean averages over transitions and cells.
	Mean = "mean"
	// Sum sums over the transitions of a sequence and cells, and averages over sequences, as UNREAL does. At 20 steps of 20x20
	// cells it is 8000 times Mean.
	Sum = "sum"
)

// ControlConfig is what control tasks have in common.
type ControlConfig struct {
	Len       int     `json:"len"`       // transitions per sequence, 20 in UNREAL
	Seqs      int     `json:"seqs"`      // sequences per draw; 0: as many as there are worlds
	Burn      int     `json:"burn"`      // steps before them that only warm a recurrent state
	Gamma     float32 `json:"gamma"`     // discount of the changes, 0.9 in UNREAL; below 1
	Reduction string  `json:"reduction"` // Mean or Sum; the default weight is for Mean
	Normalise bool    `json:"normalise"` // changes are scaled so that a return is 1 on average; UNREAL does not
}

func defaultControl() ControlConfig {
	return ControlConfig{Len: 20, Gamma: 0.9, Reduction: Mean, Normalise: true}
}

// Validate reports the first setting that cannot work.
func (c ControlConfig) Validate() error {
	switch {
	case c.Len < 1:
		return fmt.Errorf("len is %d, must be at least 1", c.Len)
	case c.Seqs < 0 || c.Burn < 0:
		return fmt.Errorf("seqs and burn are %d and %d, must not be negative", c.Seqs, c.Burn)
	case !(c.Gamma >= 0 && c.Gamma < 1):
		return fmt.Errorf("gamma is %v, must be in [0, 1)", c.Gamma)
	case c.Reduction != Mean && c.Reduction != Sum:
		return fmt.Errorf("reduction is %q, must be %q or %q", c.Reduction, Mean, Sum)
	}
	return nil
}

func (c ControlConfig) draw() Draw { return Draw{Len: c.Len, Seqs: c.Seqs, Burn: c.Burn} }

// control is what UNREAL's control tasks share. Each of a number of cells has a small reward of its own, its cumulant, and a dueling
// head learns to get it by n-step Q-learning:
//
//	tap → dense, ReLU → [h, w, base] → transposed convolution, stride 2 → [cells, 1+A]
//	L = mean, or sum, of ½ (G - Q(s, a))²,  G: see Returns, with max_a Q at Next and no gradient through that
//
// Q is what nn.Dueling makes of the last map; it is computed on the spot, since only one action of a row learns.
type control struct {
	ControlConfig
	tap            Tap
	cells, actions int
	in             int // floats of a row of the tap
	team           *nn.Team
	params         *Params
	graph          *nn.Graph
	out            *Tap // [rows, cells, 1+A]

	cum     []float32 // [transitions, cells] cumulants, then returns
	value   []float32 // [rows, cells] max_a Q where a return is cut
	changes []float64 // [transitions] sums of cumulants
	sums    []moments // [transitions] of returns and errors
	usual   runningMean

	batch      *Batch
	factor     float32 // of the cumulants
	each       float32 // of the gradient of one cell of a transition that counts 1
	learn, cut func(int)
}

// build makes the head for maps of rows x cols cells with so many units each.
func (c *control) build(cfg ControlConfig, d Dims, rows, cols, units, base int) error {
	tap, err := d.body()
	if err != nil {
		return err
	}
	c.ControlConfig, c.team, c.tap, c.in, c.actions, c.cells = cfg, d.Team, tap, tap.Len(), d.Actions, rows*cols*units
	n := capacity(&d, cfg.draw())
	c.params, c.graph = new(Params), nn.NewHead(c.in, n, d.Team)
	h, kh := below(rows)
	w, kw := below(cols)
	hidden := c.graph.Add("hidden", &nn.Dense{In: c.in, Out: h * w * base, Act: nn.ReLU, Gain: math.Sqrt2}, c.params, nn.Input)
	out := c.graph.Add("q", &nn.ConvTranspose{H: h, W: w, C: base, KH: kh, KW: kw, Out: units * (1 + d.Actions), Stride: 2, Gain: 0.2},
		c.params, hidden)
	c.params.Init(d.Seed)
	c.out = c.graph.Tap(out)
	c.cum, c.value = make([]float32, n*c.cells), make([]float32, n*c.cells)
	c.changes, c.sums = make([]float64, n), make([]moments, n)
	c.learn, c.cut = c.learnPiece, c.cutPiece
	return nil
}

// below returns how many places a transposed convolution of stride 2 makes n of, and with which kernel: 4 where n is even, 3 where
// it is odd.
func below(n int) (places, kernel int) {
	switch {
	case n <= 3:
		return 1, n
	case n%2 == 0:
		return n/2 - 1, 4
	}
	return (n - 1) / 2, 3
}

// capacity returns how many rows a draw can bring.
func capacity(d *Dims, draw Draw) int {
	steps, seqs := draw.Burn+draw.Len, draw.Seqs
	if seqs == 0 {
		seqs = d.Worlds
	}
	if seqs == 0 || steps == 0 {
		return d.Rows
	}
	if !draw.NoNext {
		steps++
	}
	return steps * seqs
}

// Heads implements Task.
func (c *control) Heads() []Head { return []Head{{Name: "q", Params: c.params}} }

// Scale returns what changes are multiplied by at the moment.
func (c *control) Scale() float32 { return c.scale(c.usual) }

func (c *control) scale(usual runningMean) float32 {
	if !c.Normalise {
		return 1
	}
	return (1 - c.Gamma) / float32(max(usual.mean, leastChange))
}

// leastChange is the least mean change that cumulants are scaled by, so that what hardly ever happens does not become huge.
const leastChange = 1e-3

// loss learns from the cumulants and their sums, which stand in cum and changes.
func (c *control) loss(b *Batch, tap *Tap, w float32) Report {
	n, rows := b.Transitions(), b.Rows()
	total, change, seqs := c.count(b)
	if total == 0 {
		return Report{}
	}
	usual := c.usual.with(change/(total*float64(c.cells)), total)
	if w != 0 {
		c.usual = usual
	}
	c.batch, c.factor = b, c.scale(usual)
	weight := 1 / (total * float64(c.cells)) // of a cell of a transition in the loss
	if c.Reduction == Sum {
		weight = 1 / float64(seqs)
	}
	c.each = w * float32(weight)
	c.graph.ForwardFloats(tap.Act[:rows*c.in], nil, rows, "")
	c.team.Run(shards, c.cut)
	c.team.Run(shards, c.learn)
	if w != 0 {
		c.graph.BackwardFloats(gradient(tap, rows))
	}
	var sum moments
	valid := 0
	for i := range n {
		if b.Valid(i) != 0 {
			sum.add(c.sums[i])
			valid++
		}
	}
	return Report{Loss: float32(0.5 * weight * sum.miss), Quality: sum.explained(), Rows: valid}
}

// count returns the weight of all transitions, the sum of their cumulants, and how many sequences have one that counts.
func (c *control) count(b *Batch) (total, change float64, seqs int) {
	for s := range b.B {
		counts := false
		for i := s; i < b.Transitions(); i += b.B {
			if w := b.Valid(i); w != 0 {
				counts = true
				total += float64(w)
				change += float64(w) * c.changes[i]
			}
		}
		if counts {
			seqs++
		}
	}
	return total, change, seqs
}

// gradient returns the part of a tap's gradient that rows have, nil if nobody wants it.
func gradient(tap *Tap, rows int) []float32 {
	if tap.Grad == nil {
		return nil
	}
	return tap.Grad[:rows*tap.Len()]
}

// cutPiece makes the returns of some sequences.
func (c *control) cutPiece(piece int) {
	b, wide := c.batch, c.cells*(1+c.actions)
	lo, hi := piece*b.B/shards, (piece+1)*b.B/shards
	for t := range b.T {
		for i := t*b.B + lo; i < t*b.B+hi; i++ {
			cum := c.cum[i*c.cells : (i+1)*c.cells]
			for j := range cum {
				cum[j] *= c.factor
			}
			if row := int(b.Next[i]); Cut(b, i) && !b.Terminated[i] && row != i {
				MaxQ(c.value[row*c.cells:(row+1)*c.cells], c.out.Act[row*wide:(row+1)*wide], c.actions)
			}
		}
	}
	returns(c.cum, c.cum, c.value, b, lo, hi, c.cells, c.Gamma)
}

// learnPiece leaves the gradients of some transitions in the head's output, unless the weight is 0, and sums their errors.
func (c *control) learnPiece(piece int) {
	b, n := c.batch, c.batch.Transitions()
	for i := piece * n / shards; i < (piece+1)*n/shards; i++ {
		if weight := b.Valid(i); weight != 0 {
			c.sums[i] = c.learnRow(i, int(b.Action[i]), weight)
		}
	}
}

func (c *control) learnRow(i, action int, weight float32) moments {
	wide := 1 + c.actions
	out, dout := c.out.Act[i*c.cells*wide:(i+1)*c.cells*wide], c.out.Grad[i*c.cells*wide:(i+1)*c.cells*wide]
	part := 1 / float32(c.actions)
	step := c.each * weight
	var target, square, miss float64
	for j, g := range c.cum[i*c.cells : (i+1)*c.cells] {
		cell := out[j*wide : (j+1)*wide : (j+1)*wide]
		sum := float32(0)
		for _, v := range cell[1:] {
			sum += v
		}
		e := cell[0] + cell[1+action] - sum*part - g
		target += float64(g)
		square += float64(g) * float64(g)
		miss += float64(e) * float64(e)
		if step == 0 {
			continue
		}
		e *= step
		d, rest := dout[j*wide:(j+1)*wide:(j+1)*wide], -e*part
		for k := range d {
			d[k] = rest
		}
		d[0] = e
		d[1+action] = e + rest
	}
	w := float64(weight)
	return moments{w * float64(c.cells), w * target, w * square, w * miss}
}

// AppendState implements Stateful.
func (c *control) AppendState(b []byte) []byte { return c.usual.append(b) }

// RestoreState implements Stateful.
func (c *control) RestoreState(b []byte) error { return c.usual.restore(b) }

// runningMean is the mean of what was seen, of the last transitions more than of those long ago.
type runningMean struct {
	mean  float64
	count float64 // transitions, at most horizon
}

const horizon = 100_000

// with returns the mean after n more transitions whose mean is x.
func (m runningMean) with(x, n float64) runningMean {
	count := min(m.count+n, horizon)
	return runningMean{mean: m.mean + (x-m.mean)*min(n/count, 1), count: count}
}

func (m runningMean) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.mean))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(m.count))
}

func (m *runningMean) restore(b []byte) error {
	if len(b) != 16 {
		return errors.New("auxtasks: the state of a running mean has 16 bytes")
	}
	mean, count := math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	if !(mean >= 0 && mean < math.Inf(1) && count >= 0 && count <= horizon) {
		return errors.New("auxtasks: the state of a running mean is out of range")
	}
	m.mean, m.count = mean, count
	return nil
}
