package auxtasks

import "fmt"

// InverseDynamicsConfig holds the settings of inverse dynamics.
type InverseDynamicsConfig struct {
	Newest bool `json:"newest"` // draws from the newest rollout alone instead of from all that replay keeps
	Len    int  `json:"len"`    // transitions per sequence
	Seqs   int  `json:"seqs"`   // sequences per draw; 0: as many as there are worlds
	Hidden int  `json:"hidden"` // width of the hidden layer
}

// DefaultInverseDynamics returns the settings that weight 0.1 goes with.
func DefaultInverseDynamics() InverseDynamicsConfig {
	return InverseDynamicsConfig{Newest: true, Len: 20, Hidden: 256}
}

// Validate reports the first setting that cannot work.
func (c InverseDynamicsConfig) Validate() error {
	switch {
	case c.Len < 1:
		return fmt.Errorf("len is %d, must be at least 1", c.Len)
	case c.Seqs < 0 || c.Hidden < 1:
		return fmt.Errorf("seqs and hidden are %d and %d, must be at least 0 and 1", c.Seqs, c.Hidden)
	}
	return nil
}

func init() {
	Register(Info{
		Name:   "inverse-dynamics",
		About:  "tell from two observations which action led from one to the other",
		Source: "Pathak et al. 2017 (ICM), eq. 3; Ye et al. 2020",
		Needs:  "at least two actions; sequences of the newest rollout, or of the past",
		Cost:   "a pass over those sequences, and a small head",
		Weight: 0.1,
	}, DefaultInverseDynamics(), NewInverseDynamics)
}

// inverseDynamics classifies the action between two observations.
type inverseDynamics struct {
	InverseDynamicsConfig
	*classifier
	x, dx []float32 // [transitions, 2, floats of the tap] features before and after
}

// NewInverseDynamics makes the task of telling the action that led from one observation to the next, from the tap "features" of
// both, side by side:
//
//	L = mean of -log softmax(dense(ReLU(dense(φ(s), φ(s')))))[a]
//
// Features and not the recurrent core, which is told the last action. What follows is found through Batch.Next: an action that ended
// an episode is told from its true last observation, and no pair joins two episodes. Actions that do nothing look alike, which
// leaves a loss that nothing can lower.
//
// Quality is the Lift: accuracy less that of always saying the commonest action, in [-1, 1]. The loss begins at ln |A|. There is no
// state.
func NewInverseDynamics(c InverseDynamicsConfig, d Dims) (Task, error) {
	tap, err := d.need("features")
	if err != nil {
		return nil, err
	}
	if d.Actions < 2 {
		return nil, fmt.Errorf("auxtasks: inverse-dynamics: with %d action there is nothing to tell apart", d.Actions)
	}
	v := &inverseDynamics{InverseDynamicsConfig: c}
	rows := capacity(&d, v.draw())
	v.classifier = newClassifier(2*tap.Len(), c.Hidden, d.Actions, rows, &d)
	v.x, v.dx = make([]float32, rows*v.floats), make([]float32, rows*v.floats)
	return v, nil
}

func (v *inverseDynamics) draw() Draw {
	return Draw{Len: v.Len, Seqs: v.Seqs, Newest: v.Newest, NoState: true}
}

// Needs implements Task.
func (v *inverseDynamics) Needs() Needs {
	return Needs{Source: Replay, Draw: v.draw(), Taps: []string{"features"}}
}

// Heads implements Task.
func (v *inverseDynamics) Heads() []Head { return v.heads() }

// Loss implements Task.
func (v *inverseDynamics) Loss(in *Input, w float32) Report {
	b, tap := in.Batch, in.Taps[0][0]
	n, floats := b.Transitions(), tap.Len()
	for i := range n {
		next := int(b.Next[i])
		v.label[i], v.weight[i] = b.Action[i], b.Valid(i)
		if next == i {
			v.weight[i] = 0
		}
		copy(v.x[2*i*floats:], tap.Act[i*floats:(i+1)*floats])
		copy(v.x[(2*i+1)*floats:], tap.Act[next*floats:(next+1)*floats])
	}
	var dx []float32
	if tap.Grad != nil && w != 0 {
		dx = v.dx[:n*v.floats]
		clear(dx)
	}
	report := v.loss(v.x, dx, n, w)
	if dx != nil && report.Rows > 0 {
		for i := range n {
			next := int(b.Next[i])
			addTo(tap.Grad[i*floats:(i+1)*floats], v.dx[2*i*floats:])
			addTo(tap.Grad[next*floats:(next+1)*floats], v.dx[(2*i+1)*floats:])
		}
	}
	return report
}
