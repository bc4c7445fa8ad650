package nn

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// Optimizer steps arenas. It keeps its moments per arena, in the order in which the constructor was given them.
type Optimizer interface {
	// Step moves p.W against p.G and clears p.G.
	Step(p *Params, lr float32)
	// Moments returns the moments of p by name, each as long as p.W: what a checkpoint stores beside the weights.
	Moments(p *Params) []Moment
	// AppendState and RestoreState save and restore what is not a moment.
	AppendState(b []byte) []byte
	RestoreState(b []byte) error
}

// Moment is one running statistic of an optimiser.
type Moment struct {
	Name string
	Data []float32
}

// AdamConfig holds the constants of Adam.
type AdamConfig struct {
	Beta1, Beta2 float32
	Eps          float32
}

// DefaultAdam returns the constants of PPO's published runs: Eps is 1e-5, not 1e-8.
func DefaultAdam() AdamConfig { return AdamConfig{Beta1: 0.9, Beta2: 0.999, Eps: 1e-5} }

// Adam is the optimiser of Kingma & Ba (2015), in PyTorch's form.
type Adam struct {
	cfg   AdamConfig
	slots []slot
}

// slot holds an optimiser's moments of one arena.
type slot struct {
	params *Params
	steps  uint64
	m, v   []float32
}

// NewAdam returns an optimiser for the given arenas.
func NewAdam(cfg AdamConfig, arenas ...*Params) *Adam {
	a := &Adam{cfg: cfg}
	for _, p := range arenas {
		a.slots = append(a.slots, slot{params: p, m: make([]float32, len(p.W)), v: make([]float32, len(p.W))})
	}
	return a
}

func find(slots []slot, p *Params) *slot {
	for i := range slots {
		if slots[i].params == p {
			return &slots[i]
		}
	}
	panic("nn: the optimiser was not built for this arena")
}

// Step implements Optimizer.
func (a *Adam) Step(p *Params, lr float32) {
	s := find(a.slots, p)
	s.steps++
	t := float64(s.steps)
	step := float64(lr) / (1 - math.Pow(float64(a.cfg.Beta1), t))
	root := math.Sqrt(1 - math.Pow(float64(a.cfg.Beta2), t))
	f32.Adam(p.W, p.G, s.m, s.v, float32(step), float32(root), a.cfg.Beta1, a.cfg.Beta2, a.cfg.Eps)
}

// Moments implements Optimizer.
func (a *Adam) Moments(p *Params) []Moment {
	s := find(a.slots, p)
	return []Moment{{"m", s.m}, {"v", s.v}}
}

// AppendState implements Optimizer.
func (a *Adam) AppendState(b []byte) []byte { return appendSteps(b, a.slots) }

// RestoreState implements Optimizer.
func (a *Adam) RestoreState(b []byte) error { return restoreSteps(b, a.slots) }

// RMSPropConfig holds the constants of RMSProp.
type RMSPropConfig struct {
	Decay float32
	Eps   float32
	// TensorFlow puts Eps inside the square root and starts the mean square at 1: the constants of A3C, UNREAL and IMPALA
	// assume it. Otherwise as PyTorch: Eps outside, starting at 0.
	TensorFlow bool
}

// DefaultRMSProp returns the constants of A2C's published runs, in TensorFlow's form.
func DefaultRMSProp() RMSPropConfig { return RMSPropConfig{Decay: 0.99, Eps: 1e-5, TensorFlow: true} }

// RMSProp divides by the running root mean square of the gradient (Tieleman & Hinton 2012), without momentum.
type RMSProp struct {
	cfg   RMSPropConfig
	slots []slot
}

// NewRMSProp returns an optimiser for the given arenas.
func NewRMSProp(cfg RMSPropConfig, arenas ...*Params) *RMSProp {
	r := &RMSProp{cfg: cfg}
	for _, p := range arenas {
		s := slot{params: p, v: make([]float32, len(p.W))}
		if cfg.TensorFlow {
			for i := range s.v {
				s.v[i] = 1
			}
		}
		r.slots = append(r.slots, s)
	}
	return r
}

// Step implements Optimizer.
func (r *RMSProp) Step(p *Params, lr float32) {
	s := find(r.slots, p)
	s.steps++
	f32.RMSProp(p.W, p.G, s.v, lr, r.cfg.Decay, r.cfg.Eps, r.cfg.TensorFlow)
}

// Moments implements Optimizer.
func (r *RMSProp) Moments(p *Params) []Moment { return []Moment{{"v", find(r.slots, p).v}} }

// AppendState implements Optimizer.
func (r *RMSProp) AppendState(b []byte) []byte { return appendSteps(b, r.slots) }

// RestoreState implements Optimizer.
func (r *RMSProp) RestoreState(b []byte) error { return restoreSteps(b, r.slots) }

func appendSteps(b []byte, slots []slot) []byte {
	for i := range slots {
		b = binary.LittleEndian.AppendUint64(b, slots[i].steps)
	}
	return b
}

func restoreSteps(b []byte, slots []slot) error {
	if len(b) != 8*len(slots) {
		return errors.New("nn: restore: the optimiser's state has the wrong length")
	}
	for i := range slots {
		slots[i].steps = binary.LittleEndian.Uint64(b[8*i:])
	}
	return nil
}

// ClipNorm scales the gradients of the arenas together so that their Euclidean norm is at most limit, and returns the norm
// they had. limit 0 only measures.
func ClipNorm(limit float32, arenas ...*Params) float32 {
	sum := 0.0
	for _, p := range arenas {
		sum += f32.SumSquares(p.G)
	}
	norm := math.Sqrt(sum)
	if limit > 0 && norm > float64(limit) {
		scale := float32(float64(limit) / (norm + 1e-6))
		for _, p := range arenas {
			f32.Scale(p.G, scale)
		}
	}
	return float32(norm)
}
