package nn

import "github.com/auxrl/auxrl/internal/f32"

// Cell is a recurrent layer: what one step makes of a row of inputs and a state. LSTM and GRU are cells, a Core runs them.
//
// Each step begins with sums of products of weights, z, D to a gate. The first gates read the inputs, the last ones the output
// before; some may read both. The parameters are the inputs' weights [gates that read them, In+Side, D], called NAME.wx, the
// recurrent weights [gates that read the output before, D, D], NAME.wh, and the biases of all gates, NAME.b [gates, D], in this
// order and without gaps. Weights begin orthogonal, all gates of a tensor together, and biases at zero, as in recurrent PPO.
type Cell interface {
	// Sizes returns the floats of an output row and of a state, which begins with the output.
	Sizes() (out, state int)

	declare(p *Params, name string)
	span() (lo, hi int)
	// reads returns how long the rows are that the cell reads; 0 means it does not read those.
	reads() (floats, side int)
	// gates returns how many there are, how many of them read the inputs, and how many the output before.
	gates() (all, input, recurrent int)
	// kept returns how many floats forward leaves for backward in kept.
	kept() int
	// forward makes next, the state after a step, from the sums z and from prev, the state before it. It leaves in z and kept what
	// backward needs. All are one row.
	forward(next, kept, z, prev []float32)
	// backward sets dz to the gradient of the sums, and turns d, the gradient of next, into that of prev as far as it does not go
	// through the sums.
	backward(dz, d, z, kept, prev []float32)
}

func (s *spanned) declareCell(c Cell, p *Params, name string) {
	s.params = p
	in, side := c.reads()
	out, _ := c.Sizes()
	all, input, recurrent := c.gates()
	s.lo = p.declareBlocks(name+".wx", 1, input, in+side, out)
	p.declareBlocks(name+".wh", 1, recurrent, out, out)
	s.hi = p.declare(name+".b", 0, all, out) + all*out
}

// LSTM is the long short-term memory with forget gates (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000):
//
//	i, f, g, o from [x, side] Wx + h Wh + b
//	c' = sigm(f) c + sigm(i) tanh(g)
//	h' = sigm(o) tanh(c')
//
// A state is [h, c], 2 D floats. Gates stand in PyTorch's order, with its two biases added up. TensorFlow's BasicLSTMCell, as in
// UNREAL, adds 1 to f and starts at zero bias: the same function as Forget 1, where the 1 is in the bias that files hold.
type LSTM struct {
	In, Side, D int
	Forget      float32 // what the biases of f begin at; 0 in PyTorch and in PPO, 1 in TensorFlow

	spanned
}

// Sizes returns D and 2 D.
func (l *LSTM) Sizes() (out, state int) { return l.D, 2 * l.D }

func (l *LSTM) declare(p *Params, name string) {
	l.declareCell(l, p, name)
	p.begin(l.hi-3*l.D, l.D, l.Forget)
}

func (l *LSTM) reads() (floats, side int)          { return l.In, l.Side }
func (l *LSTM) gates() (all, input, recurrent int) { return 4, 4, 4 }
func (l *LSTM) kept() int                          { return l.D }

func (l *LSTM) forward(next, kept, z, prev []float32) {
	n := l.D
	f32.Sigmoid(z[:2*n])
	f32.Tanh(z[2*n : 3*n])
	f32.Sigmoid(z[3*n:])
	tanh := kept[:n:n] // of c'
	in, forget, cand, out := z[:n:n], z[n:2*n:2*n], z[2*n:3*n:3*n], z[3*n:4*n:4*n]
	was, c, h := prev[n:2*n:2*n], next[n:2*n:2*n], next[:n:n]
	for j := range tanh {
		v := forget[j]*was[j] + in[j]*cand[j]
		c[j], tanh[j] = v, v
	}
	f32.Tanh(tanh)
	for j, v := range tanh {
		h[j] = out[j] * v
	}
}

func (l *LSTM) backward(dz, d, z, kept, prev []float32) {
	n := l.D
	tanh, was := kept[:n:n], prev[n:2*n:2*n]
	in, forget, cand, out := z[:n:n], z[n:2*n:2*n], z[2*n:3*n:3*n], z[3*n:4*n:4*n]
	di, df, dg, do := dz[:n:n], dz[n:2*n:2*n], dz[2*n:3*n:3*n], dz[3*n:4*n:4*n]
	dh, dc := d[:n:n], d[n:2*n:2*n]
	for j, t := range tanh {
		i, f, g, o := in[j], forget[j], cand[j], out[j]
		c := dc[j] + dh[j]*o*(1-t*t)
		di[j] = c * g * i * (1 - i)
		df[j] = c * was[j] * f * (1 - f)
		dg[j] = c * i * (1 - g*g)
		do[j] = dh[j] * t * o * (1 - o)
		dc[j] = c * f
		dh[j] = 0 // h acts through the sums alone
	}
}

// GRU is the gated recurrent unit (Cho et al. 2014) in PyTorch's form, where the reset gate r acts on what has passed the
// recurrent weights:
//
//	n, r, u from [x, side] Wx + b;  r, u, m from h Wh + b
//	h' = (1-u) tanh(n + r m) + u h,  r = sigm(r), u = sigm(u)
//
// A state is h. The gates of Wx are n, r, u, those of Wh r, u, m, those of b n, r, u, m. PyTorch has r, u, n in both, and two
// biases: those of r and u add up here, n has the input's and m the recurrent one.
type GRU struct {
	In, Side, D int
	Keep        float32 // what the biases of u begin at; 0 in PyTorch, above it the cell begins by remembering for longer

	spanned
}

// Sizes returns D and D.
func (g *GRU) Sizes() (out, state int) { return g.D, g.D }

func (g *GRU) declare(p *Params, name string) {
	g.declareCell(g, p, name)
	p.begin(g.hi-2*g.D, g.D, g.Keep)
}

func (g *GRU) reads() (floats, side int)          { return g.In, g.Side }
func (g *GRU) gates() (all, input, recurrent int) { return 4, 3, 3 }
func (g *GRU) kept() int                          { return 0 }

func (g *GRU) forward(next, _, z, prev []float32) {
	n := g.D
	cand, reset, update, m := z[:n:n], z[n:2*n:2*n], z[2*n:3*n:3*n], z[3*n:4*n:4*n]
	f32.Sigmoid(z[n : 3*n])
	for j := range cand {
		cand[j] += reset[j] * m[j]
	}
	f32.Tanh(cand)
	was, h := prev[:n:n], next[:n:n]
	for j, v := range cand {
		h[j] = (1-update[j])*v + update[j]*was[j]
	}
}

func (g *GRU) backward(dz, d, z, _, prev []float32) {
	n := g.D
	cand, reset, update, m := z[:n:n], z[n:2*n:2*n], z[2*n:3*n:3*n], z[3*n:4*n:4*n]
	dn, dr, du, dm := dz[:n:n], dz[n:2*n:2*n], dz[2*n:3*n:3*n], dz[3*n:4*n:4*n]
	was, dh := prev[:n:n], d[:n:n]
	for j, v := range cand {
		r, u, e := reset[j], update[j], dh[j]
		c := e * (1 - u) * (1 - v*v)
		dn[j] = c
		dr[j] = c * m[j] * r * (1 - r)
		du[j] = e * (was[j] - v) * u * (1 - u)
		dm[j] = c * r
		dh[j] = e * u
	}
}
