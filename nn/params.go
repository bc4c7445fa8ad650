// Package nn is the engine's public face: parameters, layers, graphs of layers, recurrent cores, losses, optimisers.
//
// Everything works on plain float32 slices whose shapes the comments give, slowest axis first: rows of [H, W, C]. Forward
// overwrites its output, backward adds to its gradients, whoever consumes a gradient clears it. Nothing allocates after
// construction, and results do not depend on the number of workers, bit for bit.
package nn

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/internal/rng"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Params is one arena of weights and their gradients with named views into it: what an optimiser steps, a checkpoint
// stores and a follower copies.
type Params struct {
	W, G  []float32
	Views []View

	gains  []float32 // per view: 0 starts at zero, else at random, orthogonal with this gain
	blocks []int     // per view: how many matrices side by side start orthogonal together
	starts []start
}

// start is a stretch of an arena that begins neither at zero nor at random.
type start struct {
	lo, hi int
	value  float32
}

// View is one named tensor of an arena, in the layout that files use.
type View struct {
	Name  string
	Off   int
	Shape []int
}

// Len returns the number of elements.
func (v *View) Len() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// declare makes room for a tensor and returns its offset. gain 0 starts it at zero; otherwise the matrix of all but the last
// axis by the last starts orthogonal, times gain.
func (p *Params) declare(name string, gain float32, shape ...int) int {
	if p.W != nil {
		panic("nn: parameters declared after Init")
	}
	for i := range p.Views {
		if p.Views[i].Name == name {
			panic("nn: two parameters of one name")
		}
	}
	off := 0
	if n := len(p.Views); n > 0 {
		off = p.Views[n-1].Off + p.Views[n-1].Len()
	}
	p.Views = append(p.Views, View{Name: name, Off: off, Shape: shape})
	p.gains = append(p.gains, gain)
	p.blocks = append(p.blocks, 1)
	return off
}

// declareBlocks declares matrices [blocks, rows, cols] of which [rows, blocks*cols], them side by side, starts orthogonal.
func (p *Params) declareBlocks(name string, gain float32, blocks, rows, cols int) int {
	off := p.declare(name, gain, blocks, rows, cols)
	p.blocks[len(p.blocks)-1] = blocks
	return off
}

// begin makes the n weights from off on, declared before, begin at value.
func (p *Params) begin(off, n int, value float32) {
	p.starts = append(p.starts, start{off, off + n, value})
}

// Len returns the number of weights.
func (p *Params) Len() int {
	n := 0
	for i := range p.Views {
		n += p.Views[i].Len()
	}
	return n
}

// Alloc allocates the arena, all zeros.
func (p *Params) Alloc() {
	p.W, p.G = make([]float32, p.Len()), make([]float32, p.Len())
}

// Init allocates the arena and draws the first weights. Each tensor has a stream of its own, named after it: adding one
// changes no other's numbers.
func (p *Params) Init(seed uint64) {
	p.Alloc()
	for i, v := range p.Views {
		if p.gains[i] == 0 {
			continue
		}
		w, blocks, cols := p.W[v.Off:v.Off+v.Len()], p.blocks[i], v.Shape[len(v.Shape)-1]
		rows := v.Len() / (blocks * cols)
		orthogonal(w, rows, blocks*cols, float64(p.gains[i]), rng.Key(seed, "weights", v.Name))
		if blocks > 1 {
			stack(w, blocks, rows, cols)
		}
	}
	p.settle()
}

// InitUniform is Init with weights that are uniform in [-bound, bound), however large the layers are, instead of orthogonal.
// Biases and others that begin at a value of their own do so here too.
func (p *Params) InitUniform(seed uint64, bound float32) {
	p.Alloc()
	for i, v := range p.Views {
		if p.gains[i] == 0 {
			continue
		}
		key := rng.Key(seed, "weights", v.Name)
		w := p.W[v.Off : v.Off+v.Len()]
		for k := range w {
			w[k] = bound * float32(2*rng.Float64(rng.At(key, uint64(k)))-1)
		}
	}
	p.settle()
}

// settle writes what does not begin at random.
func (p *Params) settle() {
	for _, s := range p.starts {
		for i := s.lo; i < s.hi; i++ {
			p.W[i] = s.value
		}
	}
}

// Lookup returns the view of that name.
func (p *Params) Lookup(name string) (View, error) {
	for _, v := range p.Views {
		if v.Name == name {
			return v, nil
		}
	}
	return View{}, fmt.Errorf("nn: no parameter %q", name)
}

// orthogonal fills w, [rows, cols], with a random matrix whose shorter side is orthonormal, times gain
// (Saxe et al. 2014): the Q of a Gaussian matrix, with the signs of R's diagonal so that it is uniform.
func orthogonal(w []float32, rows, cols int, gain float64, key uint64) {
	long, short := max(rows, cols), min(rows, cols)
	q := blas64.General{Rows: long, Cols: short, Stride: short, Data: make([]float64, long*short)}
	for i := range q.Data {
		q.Data[i] = normal(key, uint64(i))
	}
	tau, sign, work := make([]float64, short), make([]float64, short), make([]float64, 64*short)
	lapack64.Geqrf(q, tau, work, len(work))
	for j := range sign {
		sign[j] = math.Copysign(gain, q.Data[j*short+j])
	}
	lapack64.Orgqr(q, tau, work, len(work)) // the first columns of Q alone, not all [long, long] of it
	for i := range long {
		for j := range short {
			v := float32(sign[j] * q.Data[i*short+j])
			if rows >= cols {
				w[i*cols+j] = v
			} else {
				w[j*cols+i] = v
			}
		}
	}
}

// stack turns w from matrices side by side, [rows, blocks, cols], to one after the other, [blocks, rows, cols].
func stack(w []float32, blocks, rows, cols int) {
	was := append([]float32(nil), w...)
	for i := range rows {
		for b := range blocks {
			copy(w[(b*rows+i)*cols:(b*rows+i+1)*cols], was[(i*blocks+b)*cols:])
		}
	}
}

// normal returns number i of a table of standard normal numbers (Box & Muller 1958).
func normal(key, i uint64) float64 {
	u := 1 - rng.Float64(rng.At(key, 2*i))
	v := rng.Float64(rng.At(key, 2*i+1))
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}
