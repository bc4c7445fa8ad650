package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/auxrl/auxrl/nn"
)

// DeepSupervisionConfig holds the settings of deep supervision.
type DeepSupervisionConfig struct {
	Shallow float32 `json:"shallow"` // weight of the head on the first convolution
	Deep    float32 `json:"deep"`    // weight of the head on the last inner one, if that is another; between them in a straight line
	Decay   int     `json:"decay"`   // optimiser steps in which the weight falls to 0, in a straight line; 0: it stays
	Pool    int     `json:"pool"`    // maps are averaged down to at most Pool x Pool places
	Hidden  int     `json:"hidden"`  // width of the hidden layer
}

// DefaultDeepSupervision returns the settings of the reference: 0.3 as in Inception, 0.4 as in PSPNet.
func DefaultDeepSupervision() DeepSupervisionConfig {
	return DeepSupervisionConfig{Shallow: 0.3, Deep: 0.4, Decay: 8000, Pool: 4, Hidden: 128}
}

// Validate reports the first setting that cannot work.
func (c DeepSupervisionConfig) Validate() error {
	if inf := float32(math.Inf(1)); !(c.Shallow >= 0 && c.Shallow < inf && c.Deep >= 0 && c.Deep < inf) {
		return fmt.Errorf("shallow and deep are %v and %v, must not be negative", c.Shallow, c.Deep)
	}
	if c.Decay < 0 || c.Pool < 1 || c.Hidden < 1 {
		return fmt.Errorf("decay, pool and hidden are %d, %d and %d, must be at least 0, 1 and 1", c.Decay, c.Pool, c.Hidden)
	}
	return nil
}

func init() {
	Register(Info{
		Name:   "deep-supervision",
		About:  "let the inner convolutions already act and judge as the whole network does",
		Source: "Lee et al. 2015 (Deeply-Supervised Nets); Szegedy et al. 2015 (Inception)",
		Needs:  "an encoder with two convolutions or more; the objective's own pass and its targets",
		Cost:   "a small head per inner convolution, in every step of the optimiser",
		Weight: 1,
	}, DefaultDeepSupervision(), NewDeepSupervision)
}

// deepSupervision puts small actors and critics on the inner convolutions.
type deepSupervision struct {
	DeepSupervisionConfig
	actions int
	depths  []*depth
	calls   uint64    // that learned something
	p, logp []float32 // [transitions, A] of the policy
	sums    []float64 // [A] of the policy, weighted
}

// NewDeepSupervision makes the task of acting and judging from half-made features: on every convolution but the last, averaged down
// to a few places, stands a small head with a policy and a value,
//
//	L = Σ_k w_k mean [ KL(π(·|s) ‖ π_k(·|s)) + ½ (G - V_k(s))² ]
//
// where π is the whole network's policy, as it is, and G the return that the objective has the critic predict. No gradient goes into
// π. The divergence takes the place of a second policy gradient, which would only add noise. The heads exist in training alone.
//
// The weight falls to 0 over the first Decay steps; from then on the task does nothing, and Report.Rows is 0. The loss is reported
// without that factor. Expect little of it where there are only two or three convolutions.
//
// Quality is, averaged over depths, what part of the divergence from the best constant policy the heads explain, in [-1, 1]. The
// state is how many steps were made.
func NewDeepSupervision(c DeepSupervisionConfig, d Dims) (Task, error) {
	convs := d.convolutions()
	if len(convs) < 2 {
		return nil, fmt.Errorf("auxtasks: deep-supervision: the encoder has %d convolutions, none is an inner one", len(convs))
	}
	if _, err := d.need("logits"); err != nil {
		return nil, err
	}
	s := &deepSupervision{DeepSupervisionConfig: c, actions: d.Actions}
	last := len(convs) - 2
	for i, tap := range convs[:last+1] {
		weight := c.Shallow + (c.Deep-c.Shallow)*float32(i)/float32(max(last, 1))
		s.depths = append(s.depths, newDepth(tap, weight, c.Pool, c.Hidden, &d))
	}
	s.p, s.logp = make([]float32, d.Rows*d.Actions), make([]float32, d.Rows*d.Actions)
	s.sums = make([]float64, d.Actions)
	return s, nil
}

// Needs implements Task.
func (s *deepSupervision) Needs() Needs {
	n := Needs{Source: Minibatch}
	for _, d := range s.depths {
		n.Taps = append(n.Taps, d.tap.Name)
	}
	n.Taps = append(n.Taps, "logits")
	return n
}

// Heads implements Task.
func (s *deepSupervision) Heads() []Head {
	var heads []Head
	for _, d := range s.depths {
		heads = append(heads, Head{Name: d.tap.Name, Params: d.params})
	}
	return heads
}

// Loss implements Task.
func (s *deepSupervision) Loss(in *Input, w float32) Report {
	b, n := in.Batch, in.Batch.Transitions()
	factor := s.factor()
	all, valid := counted(b)
	if valid == 0 || factor == 0 {
		return Report{}
	}
	if w != 0 {
		s.calls++
	}
	logits := in.Taps[0][len(s.depths)]
	nn.Softmax(s.p[:n*s.actions], s.logp[:n*s.actions], logits.Act[:n*s.actions], s.actions)
	constant := s.constant(b, all)
	var report Report
	for k, d := range s.depths {
		d.forward(in.Taps[0][k], n)
		kl, miss := d.learn(s, b, w*factor*d.weight, all)
		if w != 0 {
			d.backward(in.Taps[0][k], n)
		}
		report.Loss += d.weight * float32(kl+miss)
		if constant > 1e-9 {
			report.Quality += float32(min(max(1-kl/constant, -1), 1)) / float32(len(s.depths))
		}
	}
	report.Rows = valid
	return report
}

// factor returns what the weight has fallen to.
func (s *deepSupervision) factor() float32 {
	if s.Decay == 0 {
		return 1
	}
	return max(0, 1-float32(s.calls)/float32(s.Decay))
}

// constant returns the mean divergence of the policy from the constant one that has the least: the mean of its probabilities.
func (s *deepSupervision) constant(b *Batch, all float64) float64 {
	clear(s.sums)
	sum := 0.0
	for i := range b.Transitions() {
		w := float64(b.Valid(i))
		if w == 0 {
			continue
		}
		for a, p := range s.p[i*s.actions : (i+1)*s.actions] {
			if p > 0 {
				s.sums[a] += w * float64(p)
				sum += w * float64(p) * float64(s.logp[i*s.actions+a])
			}
		}
	}
	for _, p := range s.sums {
		if p > 0 {
			sum -= p * math.Log(p/all)
		}
	}
	return sum / all
}

// AppendState implements Stateful.
func (s *deepSupervision) AppendState(b []byte) []byte {
	return binary.LittleEndian.AppendUint64(b, s.calls)
}

// RestoreState implements Stateful.
func (s *deepSupervision) RestoreState(b []byte) error {
	if len(b) != 8 {
		return errors.New("auxtasks: the state of deep supervision has 8 bytes")
	}
	s.calls = binary.LittleEndian.Uint64(b)
	return nil
}

// depth is the head on one convolution.
type depth struct {
	tap     Tap
	weight  float32
	h, w    int // places that are left
	params  *Params
	graph   *nn.Graph
	logits  *Tap
	value   *Tap
	x, dx   []float32 // [rows, h, w, C] averages
	q, logq []float32 // [A]

	team          *nn.Team
	act, grad     []float32 // of the tap, in the pass under way
	rows          int
	down, upwards func(int)
}

func newDepth(tap Tap, weight float32, pool, hidden int, d *Dims) *depth {
	k := &depth{tap: tap, weight: weight, h: min(tap.H, pool), w: min(tap.W, pool), params: new(Params), team: d.Team}
	floats := k.h * k.w * tap.C
	k.graph = nn.NewHead(floats, d.Rows, d.Team)
	below := k.graph.Add(tap.Name+".hidden", &nn.Dense{In: floats, Out: hidden, Act: nn.ReLU, Gain: math.Sqrt2}, k.params, nn.Input)
	logits := k.graph.Add(tap.Name+".logits", &nn.Dense{In: hidden, Out: d.Actions, Gain: 0.01}, k.params, below)
	value := k.graph.Add(tap.Name+".value", &nn.Dense{In: hidden, Out: 1, Gain: 1}, k.params, below)
	k.params.Init(d.Seed)
	k.logits, k.value = k.graph.Tap(logits), k.graph.Tap(value)
	k.x, k.dx = make([]float32, d.Rows*floats), make([]float32, d.Rows*floats)
	k.q, k.logq = make([]float32, d.Actions), make([]float32, d.Actions)
	k.down, k.upwards = k.downPiece, k.upPiece
	return k
}

func (k *depth) forward(tap *Tap, rows int) {
	k.act, k.grad, k.rows = tap.Act, tap.Grad, rows
	k.team.Run(shards, k.down)
	k.graph.ForwardFloats(k.x[:rows*k.h*k.w*k.tap.C], nil, rows, "")
}

// learn leaves step times the gradient of the mean loss in the head's outputs and returns its two parts.
func (k *depth) learn(s *deepSupervision, b *Batch, step float32, all float64) (kl, miss float64) {
	ret := b.Targets.Return[0]
	for i := range b.Transitions() {
		w := b.Valid(i)
		if w == 0 {
			continue
		}
		lo, hi := i*s.actions, (i+1)*s.actions
		nn.Softmax(k.q, k.logq, k.logits.Act[lo:hi], s.actions)
		g := k.logits.Grad[lo:hi]
		each := step * w / float32(all)
		for a, p := range s.p[lo:hi] {
			if p > 0 {
				kl += float64(w) * float64(p) * (float64(s.logp[lo+a]) - float64(k.logq[a]))
			}
			if step != 0 {
				g[a] = each * (k.q[a] - p)
			}
		}
		e := k.value.Act[i] - ret[i]
		miss += 0.5 * float64(w) * float64(e) * float64(e)
		if step != 0 {
			k.value.Grad[i] = each * e
		}
	}
	return kl / all, miss / all
}

func (k *depth) backward(tap *Tap, rows int) {
	if tap.Grad == nil {
		k.graph.Backward()
		return
	}
	dx := k.dx[:rows*k.h*k.w*k.tap.C]
	clear(dx)
	k.graph.BackwardFloats(dx)
	k.team.Run(shards, k.upwards)
}

// downPiece averages the maps of some rows.
func (k *depth) downPiece(piece int) {
	c, size := k.tap.C, k.h*k.w*k.tap.C
	for r := piece * k.rows / shards; r < (piece+1)*k.rows/shards; r++ {
		x := k.x[r*size : (r+1)*size]
		clear(x)
		for i := range k.tap.H * k.tap.W {
			place, part := k.place(i)
			at := (r*k.tap.H*k.tap.W + i) * c
			addTimes(x[place*c:(place+1)*c], k.act[at:at+c], part)
		}
	}
}

// upPiece sends the gradients of some rows' averages back.
func (k *depth) upPiece(piece int) {
	c, size := k.tap.C, k.h*k.w*k.tap.C
	for r := piece * k.rows / shards; r < (piece+1)*k.rows/shards; r++ {
		dx := k.dx[r*size : (r+1)*size]
		for i := range k.tap.H * k.tap.W {
			place, part := k.place(i)
			at := (r*k.tap.H*k.tap.W + i) * c
			addTimes(k.grad[at:at+c], dx[place*c:(place+1)*c], part)
		}
	}
}

// place returns to which average place i of the map belongs, and one over how many others do.
func (k *depth) place(i int) (place int, part float32) {
	y, x := i/k.tap.W, i%k.tap.W
	py, px := y*k.h/k.tap.H, x*k.w/k.tap.W
	return py*k.w + px, 1 / float32(span(py, k.h, k.tap.H)*span(px, k.w, k.tap.W))
}

// span returns how many of n are mapped to bin of bins by i*bins/n.
func span(bin, bins, n int) int { return ceil((bin+1)*n, bins) - ceil(bin*n, bins) }

func ceil(a, b int) int { return (a + b - 1) / b }

// addTimes adds a x to dst.
func addTimes(dst, x []float32, a float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += a * x[i]
	}
}
