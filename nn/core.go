package nn

import (
	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/team"
)

// Core runs a recurrent cell over sequences. It stands between two parts of a network: it reads rows of the tap below, and its
// output is a Tap to those above. Rows are time-major: row t*B+b is step t of sequence b.
//
// A pass is split into ranges of sequences, the rest of the work into ranges of rows or of weights. Every sum has an order of its
// own, whatever the ranges: over inputs, then over the output before; and each weight's gradient runs over all rows in turn.
type Core struct {
	cell   Cell
	params *Params
	team   *team.Team
	tap    *Tap
	rows   int

	in, side, out, state  int // floats of a row
	all, input, recurrent int // gates, see Cell
	kept, stride          int // floats of a row of keep, and from one row of z or dz to the next

	z, dz            []float32 // [rows, stride], sums and their gradients
	keep             []float32 // [rows, kept]
	prev, next       []float32 // [rows, state], before and after the step of each row
	dstate           []float32 // [B, state], gradients
	turnedX, turnedH []float32 // weights transposed, for Backward: [gates, D, In] and [gates, D, D]

	// Of the pass under way.
	x, beside, initial, dx []float32
	start                  []bool
	steps, seqs, burn      int
	still                  bool // Backward leaves the parameters' gradients alone
	extraX, extraSide      []float32
	from                   []int32
	extras                 int // rows behind T*B that were written
	ranges, shares         int // how many pieces sequences and rows are split into

	project, advance, extend, turn, retreat, gather func(int)
}

// pad is by how many floats rows of sums stand further apart than they are long: rows a power of two apart share cache lines.
const pad = 16

// NewCore returns a core for passes of up to rows rows, whose output tap and parameters are called name. workers may be nil.
func NewCore(name string, cell Cell, p *Params, rows int, workers *team.Team) *Core {
	cell.declare(p, name)
	return newCore(name, cell, p, rows, workers)
}

func newCore(name string, cell Cell, p *Params, rows int, workers *team.Team) *Core {
	c := &Core{cell: cell, params: p, team: workers, rows: rows, kept: cell.kept()}
	c.in, c.side = cell.reads()
	c.out, c.state = cell.Sizes()
	c.all, c.input, c.recurrent = cell.gates()
	c.stride = c.all*c.out + pad
	c.tap = &Tap{Name: name, H: 1, W: 1, C: c.out}
	c.tap.Act, c.tap.Grad = make([]float32, rows*c.out), make([]float32, rows*c.out)
	c.z, c.dz = make([]float32, rows*c.stride), make([]float32, rows*c.stride)
	c.keep = make([]float32, rows*c.kept)
	c.prev, c.next = make([]float32, rows*c.state), make([]float32, rows*c.state)
	c.dstate = make([]float32, rows*c.state)
	c.turnedX, c.turnedH = make([]float32, c.input*c.out*c.in), make([]float32, c.stateWork())
	c.project, c.advance, c.extend = c.projectPiece, c.advancePiece, c.extendPiece
	c.turn, c.retreat, c.gather = c.turnPiece, c.retreatPiece, c.gatherPiece
	return c
}

// Share returns a core with the same cell and parameters, and activations of its own for up to rows rows.
func (c *Core) Share(rows int, workers *team.Team) *Core {
	return newCore(c.tap.Name, c.cell, c.params, rows, workers)
}

// Tap returns the output, [rows, D]. Act and Grad keep their place for the life of the core.
func (c *Core) Tap() *Tap { return c.tap }

// Rows returns how many rows a pass may have at most, extra ones included.
func (c *Core) Rows() int { return c.rows }

// StateLen returns how many floats the state of a sequence has.
func (c *Core) StateLen() int { return c.state }

// Forward runs T = steps of B = seqs sequences: x is [T*B, In] and side [T*B, Side], or longer. Before a step whose start is
// true the state is cleared; start is [T*B] or longer, nil means nowhere. state is [B, StateLen], what step 0 begins with; nil
// means zeros. Nothing is copied but state, and nothing written but the tap's first T*B rows.
func (c *Core) Forward(x, side []float32, start []bool, state []float32, steps, seqs int) {
	n := steps * seqs
	if steps <= 0 || seqs < 0 || n > c.rows {
		panic("nn: Core: more rows than it was built for, or no step")
	}
	if len(x) < n*c.in || len(side) < n*c.side || start != nil && len(start) < n || state != nil && len(state) != seqs*c.state {
		panic("nn: Core: inputs, starts or states have the wrong length")
	}
	c.x, c.beside, c.start, c.initial = x, side, start, state
	c.steps, c.seqs, c.extras = steps, seqs, 0
	c.shares = c.split(n, 1, c.inputWork())
	c.ranges = c.split(seqs, fewest, steps*c.stateWork())
	c.team.Run(c.shares, c.project)
	c.team.Run(c.ranges, c.advance)
	c.initial = nil
}

// State copies the states after the last step of the last Forward into dst, [B, StateLen].
func (c *Core) State(dst []float32) {
	if len(dst) != c.seqs*c.state {
		panic("nn: Core: states have the wrong length")
	}
	copy(dst, c.next[(c.steps-1)*c.seqs*c.state:])
}

// Step runs one step of rows sequences and advances their states, [rows, StateLen], in place: Forward with T = 1.
func (c *Core) Step(x, side []float32, start []bool, state []float32, rows int) {
	if len(state) != rows*c.state {
		panic("nn: Core: states have the wrong length")
	}
	c.Forward(x, side, start, state, 1, rows)
	c.State(state)
}

// Extra evaluates further rows, each from the state after a row of the last Forward: row i of x, [len(from), In], and of side
// after row from[i], whatever starts there. These are the true last observations of episodes. Their outputs stand behind those of
// Forward in the tap, at row T*B+i; no gradient leaves them. Forward, and another Extra, overwrite them.
func (c *Core) Extra(x, side []float32, from []int32) {
	n := c.steps * c.seqs
	if n+len(from) > c.rows {
		panic("nn: Core: more rows than it was built for")
	}
	if len(x) < len(from)*c.in || len(side) < len(from)*c.side {
		panic("nn: Core: inputs have the wrong length")
	}
	for _, row := range from {
		if row < 0 || int(row) >= n {
			panic("nn: Core: an extra row follows no row of Forward")
		}
	}
	c.extraX, c.extraSide, c.from = x, side, from
	c.extras = max(c.extras, len(from))
	c.shares = c.split(len(from), 1, c.inputWork()+c.stateWork())
	c.team.Run(c.shares, c.extend)
	c.extraX, c.extraSide, c.from = nil, nil, nil
}

// Backward sends the gradients at the tap back through the steps of the last Forward, as far as step burn: it adds to the
// parameters' gradients and to dx, [T*B, In] or longer, unless that is nil, and clears the tap. No gradient passes a start, or
// reaches the states that Forward was given, the side, extra rows, or the first burn steps, which only warm the state. What
// Forward was given must still be there; Backward may run again, on other gradients.
func (c *Core) Backward(dx []float32, burn int) { c.send(dx, burn, false) }

// BackwardInput is Backward that leaves the parameters' gradients alone.
func (c *Core) BackwardInput(dx []float32, burn int) { c.send(dx, burn, true) }

func (c *Core) send(dx []float32, burn int, still bool) {
	n := c.steps * c.seqs
	if burn < 0 || burn > c.steps || dx != nil && len(dx) < n*c.in {
		panic("nn: Core: burn or the inputs' gradient is out of range")
	}
	if n > 0 && burn < c.steps {
		c.dx, c.burn, c.still = dx, burn, still
		c.team.Run(shards, c.turn)
		c.team.Run(c.ranges, c.retreat)
		c.team.Run(shards, c.gather)
		c.dx = nil
	}
	clear(c.tap.Grad[:(n+c.extras)*c.out])
}

// weights returns the parts of a slice of the cell's parameters or gradients.
func (c *Core) weights(arena []float32) (wx, wh, b []float32) {
	lo, hi := c.cell.span()
	arena = arena[lo:hi]
	x := c.inputWork()
	h := x + c.stateWork()
	return arena[:x], arena[x:h], arena[h:]
}

const (
	// fewest is how many sequences a range has at least: a product of fewer rows waits for the weights.
	fewest = 4
	// worth is how many multiplications a piece has at least: less is not worth handing over.
	worth = 1 << 19
)

// split returns into how many pieces n sequences or rows are split, of at least so many and of so many multiplications each.
func (c *Core) split(n, least, work int) int {
	return min(n, max(1, min(shards, n/least, n*work/worth)))
}

// inputWork and stateWork return how many multiplications a row takes with the weights of the inputs and of the output before.
func (c *Core) inputWork() int { return c.input * (c.in + c.side) * c.out }
func (c *Core) stateWork() int { return c.recurrent * c.out * c.out }

// sequences returns the sequences of a range.
func (c *Core) sequences(piece int) (lo, hi int) {
	return piece * c.seqs / c.ranges, (piece + 1) * c.seqs / c.ranges
}

func (c *Core) projectPiece(piece int) {
	n := c.steps * c.seqs
	lo, hi := piece*n/c.shares, (piece+1)*n/c.shares
	c.sumInputs(c.x[lo*c.in:], c.beside[lo*c.side:], lo, hi)
}

// sumInputs begins the sums of rows lo..hi-1, whose inputs are the first of x and side.
func (c *Core) sumInputs(x, side []float32, lo, hi int) {
	wx, _, b := c.weights(c.params.W)
	z := c.z[lo*c.stride : hi*c.stride]
	p := f32.Product{
		C: z, CRow: c.stride, CTile: c.out, A: x, ARow: c.in, ACol: 1, B: wx, BRow: c.out, BTile: (c.in + c.side) * c.out,
		I: b, ITile: c.out, M: hi - lo, N: c.out, K: c.in, Segs: 1, Tiles: c.input, Floor: negInf,
	}
	f32.Mul(&p)
	if c.side > 0 {
		p.A, p.ARow, p.K, p.B = side, c.side, c.side, wx[c.in*c.out:]
		p.I, p.IRow = z, c.stride
		f32.Mul(&p)
	}
	if own := b[c.input*c.out:]; len(own) > 0 {
		for at := c.input * c.out; at < len(z); at += c.stride {
			copy(z[at:at+len(own)], own)
		}
	}
}

// advancePiece runs all steps of a range of sequences.
func (c *Core) advancePiece(piece int) {
	lo, hi := c.sequences(piece)
	for t := range c.steps {
		at := t * c.seqs
		for b := lo; b < hi; b++ {
			prev := c.stateOf(c.prev, at+b)
			switch {
			case c.starts(at+b) || t == 0 && c.initial == nil:
				clear(prev)
			case t == 0:
				copy(prev, c.stateOf(c.initial, b))
			default:
				copy(prev, c.stateOf(c.next, at-c.seqs+b))
			}
		}
		c.step(at+lo, at+hi)
	}
}

func (c *Core) stateOf(states []float32, row int) []float32 {
	return states[row*c.state : (row+1)*c.state]
}

// sums returns a row of z or dz.
func (c *Core) sums(z []float32, row int) []float32 {
	return z[row*c.stride : row*c.stride+c.all*c.out]
}

// fresh returns where in a row of sums those begin that read the output before.
func (c *Core) fresh() int { return (c.all - c.recurrent) * c.out }

func (c *Core) starts(row int) bool { return c.start != nil && c.start[row] }

// step finishes the sums of rows lo..hi-1, whose states before them stand in prev, and makes their states and outputs.
func (c *Core) step(lo, hi int) {
	_, wh, _ := c.weights(c.params.W)
	z := c.z[lo*c.stride+c.fresh() : hi*c.stride]
	f32.Mul(&f32.Product{
		C: z, CRow: c.stride, CTile: c.out, I: z, IRow: c.stride, ITile: c.out,
		A: c.prev[lo*c.state:], ARow: c.state, ACol: 1, B: wh, BRow: c.out, BTile: c.out * c.out,
		M: hi - lo, N: c.out, K: c.out, Segs: 1, Tiles: c.recurrent, Floor: negInf,
	})
	for r := lo; r < hi; r++ {
		next := c.stateOf(c.next, r)
		c.cell.forward(next, c.keep[r*c.kept:(r+1)*c.kept], c.sums(c.z, r), c.stateOf(c.prev, r))
		copy(c.tap.Act[r*c.out:(r+1)*c.out], next)
	}
}

func (c *Core) extendPiece(piece int) {
	n := c.steps * c.seqs
	lo, hi := piece*len(c.from)/c.shares, (piece+1)*len(c.from)/c.shares
	c.sumInputs(c.extraX[lo*c.in:], c.extraSide[lo*c.side:], n+lo, n+hi)
	for i := lo; i < hi; i++ {
		copy(c.stateOf(c.prev, n+i), c.stateOf(c.next, int(c.from[i])))
	}
	c.step(n+lo, n+hi)
}

// turnPiece transposes one eighth of the weights.
func (c *Core) turnPiece(piece int) {
	wx, wh, _ := c.weights(c.params.W)
	turnGates(c.turnedX, wx, c.input, c.in, c.in+c.side, c.out, piece)
	turnGates(c.turnedH, wh, c.recurrent, c.out, c.out, c.out, piece)
}

// turnGates sets one eighth of dst, [gates, out, in], to the transposed first in of every gate's rows in w, [gates, rows, out].
func turnGates(dst, w []float32, gates, in, rows, out, piece int) {
	lo, hi := eighth(in, piece), eighth(in, piece+1)
	for g := range gates {
		f32.Transpose(dst[g*out*in+lo:(g+1)*out*in], w[(g*rows+lo)*out:], hi-lo, out, in, out)
	}
}

// retreatPiece sends gradients back through the steps of a range of sequences.
func (c *Core) retreatPiece(piece int) {
	lo, hi := c.sequences(piece)
	d := c.dstate[lo*c.state : hi*c.state]
	clear(d)
	p := f32.Product{
		C: d, I: d, CRow: c.state, IRow: c.state, ARow: c.stride, ACol: 1, B: c.turnedH, BRow: c.out,
		M: hi - lo, N: c.out, K: c.recurrent * c.out, Segs: 1, Tiles: 1, Floor: negInf,
	}
	for t := c.steps - 1; t >= c.burn; t-- {
		at := t * c.seqs
		for b := lo; b < hi; b++ {
			c.stepBack(at+b, c.stateOf(c.dstate, b))
		}
		if t == c.burn {
			return
		}
		p.A = c.dz[(at+lo)*c.stride+c.fresh():]
		f32.Mul(&p)
		for b := lo; b < hi; b++ {
			if c.starts(at + b) {
				clear(c.stateOf(c.dstate, b))
			}
		}
	}
}

// stepBack makes the gradient of a row's sums, and of d, the gradient of the state after it, that of the state before it, but for
// what goes through the sums.
func (c *Core) stepBack(r int, d []float32) {
	f32.Add(d[:c.out], c.tap.Grad[r*c.out:(r+1)*c.out])
	c.cell.backward(c.sums(c.dz, r), d, c.sums(c.z, r), c.keep[r*c.kept:(r+1)*c.kept], c.stateOf(c.prev, r))
}

// gatherPiece adds one eighth of the gradients of inputs and parameters.
func (c *Core) gatherPiece(piece int) {
	first, n := c.burn*c.seqs, c.steps*c.seqs
	dz := c.dz[first*c.stride:]
	if lo, hi := eighth(n-first, piece), eighth(n-first, piece+1); c.dx != nil && lo < hi {
		dx := c.dx[(first+lo)*c.in : (first+hi)*c.in]
		f32.Mul(&f32.Product{
			C: dx, I: dx, CRow: c.in, IRow: c.in, A: dz[lo*c.stride:], ARow: c.stride, ACol: 1, B: c.turnedX, BRow: c.in,
			M: hi - lo, N: c.in, K: c.input * c.out, Segs: 1, Tiles: 1, Floor: negInf,
		})
	}
	if c.still {
		return
	}
	gx, gh, gb := c.weights(c.params.G)
	c.addOuter(gx, c.input, c.in+c.side, c.x[first*c.in:], c.in, c.in, dz, piece)
	c.addOuter(gx[c.in*c.out:], c.input, c.in+c.side, c.beside[first*c.side:], c.side, c.side, dz, piece)
	c.addOuter(gh, c.recurrent, c.out, c.prev[first*c.state:], c.out, c.state, dz[c.fresh():], piece)
	lo, hi := eighth(len(gb), piece), eighth(len(gb), piece+1)
	f32.Mul(&f32.Product{
		C: gb[lo:hi], I: gb[lo:hi], A: one, B: dz[lo:], BRow: c.stride,
		M: 1, N: hi - lo, K: n - first, Segs: 1, Tiles: 1, Floor: negInf,
	})
}

// addOuter adds to one eighth of the first features rows of every gate in g, [gates, rows, D], the products of the columns of a,
// whose rows are aRow apart, with those of dz. Both begin with the first row after burn.
func (c *Core) addOuter(g []float32, gates, rows int, a []float32, features, aRow int, dz []float32, piece int) {
	lo, hi := eighth(features, piece), eighth(features, piece+1)
	if lo == hi {
		return
	}
	g = g[lo*c.out:]
	f32.Mul(&f32.Product{
		C: g, I: g, CRow: c.out, IRow: c.out, CTile: rows * c.out, ITile: rows * c.out,
		A: a[lo:], ARow: 1, ACol: aRow, B: dz, BRow: c.stride, BTile: c.out,
		M: hi - lo, N: c.out, K: (c.steps - c.burn) * c.seqs, Segs: 1, Tiles: gates, Floor: negInf,
	})
}
