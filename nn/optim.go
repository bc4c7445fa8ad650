package nn

import (
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// Optimizer steps arenas. It keeps its moments per arena, in the order in which the constructor was given them.
type Optimizer interface {
	// Step moves the weights of the arenas against their gradients, clears those, and returns the Euclidean norm that they had
	// together. If the norm is larger than clip, the gradients count as scaled down to it; clip 0 leaves them as they are. Where
	// the norm is not finite nothing moves, neither weights nor moments: the gradients are cleared and the step does not count.
	Step(lr, clip float32, arenas ...*Params) (norm float32)
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
	sweep
	cfg AdamConfig
}

// NewAdam returns an optimiser for the given arenas. workers may be nil.
func NewAdam(cfg AdamConfig, workers *Team, arenas ...*Params) *Adam {
	a := &Adam{cfg: cfg}
	a.bind(workers, a.move, arenas)
	for i := range a.slots {
		s := &a.slots[i]
		s.m, s.v = make([]float32, len(s.params.W)), make([]float32, len(s.params.W))
	}
	return a
}

// Step implements Optimizer.
func (a *Adam) Step(lr, clip float32, arenas ...*Params) (norm float32) {
	a.begin(arenas)
	for _, s := range a.active {
		t := float64(s.steps)
		s.step = float32(float64(lr) / (1 - math.Pow(float64(a.cfg.Beta1), t)))
		s.root = float32(math.Sqrt(1 - math.Pow(float64(a.cfg.Beta2), t)))
	}
	return a.run(clip)
}

func (a *Adam) move(s *slot, lo, hi int, scale float32) {
	f32.Adam(s.params.W[lo:hi], s.params.G[lo:hi], s.m[lo:hi], s.v[lo:hi], scale, s.step, s.root, a.cfg.Beta1, a.cfg.Beta2, a.cfg.Eps)
}

// Moments implements Optimizer.
func (a *Adam) Moments(p *Params) []Moment {
	s := a.find(p)
	return []Moment{{"m", s.m}, {"v", s.v}}
}

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
	sweep
	cfg RMSPropConfig
}

// NewRMSProp returns an optimiser for the given arenas. workers may be nil.
func NewRMSProp(cfg RMSPropConfig, workers *Team, arenas ...*Params) *RMSProp {
	r := &RMSProp{cfg: cfg}
	r.bind(workers, r.move, arenas)
	for i := range r.slots {
		s := &r.slots[i]
		s.v = make([]float32, len(s.params.W))
		if cfg.TensorFlow {
			for j := range s.v {
				s.v[j] = 1
			}
		}
	}
	return r
}

// Step implements Optimizer.
func (r *RMSProp) Step(lr, clip float32, arenas ...*Params) (norm float32) {
	r.begin(arenas)
	for _, s := range r.active {
		s.step = lr
	}
	return r.run(clip)
}

func (r *RMSProp) move(s *slot, lo, hi int, scale float32) {
	f32.RMSProp(s.params.W[lo:hi], s.params.G[lo:hi], s.v[lo:hi], scale, s.step, r.cfg.Decay, r.cfg.Eps, r.cfg.TensorFlow)
}

// Moments implements Optimizer.
func (r *RMSProp) Moments(p *Params) []Moment { return []Moment{{"v", r.find(p).v}} }
