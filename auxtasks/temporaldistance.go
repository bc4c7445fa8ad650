package auxtasks

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// TemporalDistanceConfig holds the settings of temporal distance.
type TemporalDistanceConfig struct {
	Newest bool `json:"newest"` // draws from the newest rollout alone instead of from all that replay keeps
	Len    int  `json:"len"`    // transitions per sequence
	Seqs   int  `json:"seqs"`   // sequences per draw; 0: as many as there are worlds
	Pairs  int  `json:"pairs"`  // of observations per sequence, 8 in Ye et al.
	Core   bool `json:"core"`   // the recurrent core after the later observation is shown too, as in Ye et al.
	Hidden int  `json:"hidden"` // width of a hidden layer; 0: none, as in Ye et al.
}

// DefaultTemporalDistance returns the settings that weight 0.4 goes with. Sequences are of the past: the newest rollout of an agent
// that learns every few steps has no distances but short ones.
func DefaultTemporalDistance() TemporalDistanceConfig {
	return TemporalDistanceConfig{Len: 20, Pairs: 8}
}

// Validate reports the first setting that cannot work.
func (c TemporalDistanceConfig) Validate() error {
	switch {
	case c.Len < 2:
		return fmt.Errorf("len is %d, must be at least 2: within one transition all distances are the same", c.Len)
	case c.Pairs < 1 || c.Pairs > c.Len:
		return fmt.Errorf("pairs is %d, must be between 1 and len, %d", c.Pairs, c.Len)
	case c.Seqs < 0 || c.Hidden < 0:
		return fmt.Errorf("seqs and hidden are %d and %d, must not be negative", c.Seqs, c.Hidden)
	}
	return nil
}

func init() {
	Register(Info{
		Name:   "temporal-distance",
		About:  "tell from two observations of an episode how many steps lie between them",
		Source: "Ye et al. 2020, \"Auxiliary tasks speed up learning PointGoal navigation\", sect. 3",
		Needs:  "with core: a recurrent core; sequences of the past, or of the newest rollout",
		Cost:   "a pass over those sequences, and next to nothing",
		Weight: 0.4,
	}, DefaultTemporalDistance(), NewTemporalDistance)
}

// temporalDistance predicts the number of steps between two rows.
type temporalDistance struct {
	TemporalDistanceConfig
	taps   []string
	floats int // of a pair
	params *Params
	graph  *nn.Graph
	out    *Tap // [pairs]

	x, dx            []float32  // [pairs, floats] features of the earlier row, of the later, core of the later
	rows             [][2]int32 // [pairs] which they are
	distance, weight []float32  // [pairs]
	first            []int32    // [T] where in a sequence the stretch begins that a step belongs to, -1: it does not count
	length           []int32    // [T] by where it begins, how many transitions a stretch has
}

// NewTemporalDistance makes the task of telling how far apart in time two observations are (Ye et al. 2020). Pairs of different rows
// i < j are drawn from each sequence, all pairs of an episode's stretch alike, and
//
//	L = mean of ½ (dense(φ(s_i), φ(s_j)) - (j - i)/Len)²
//
// with φ the tap "features", beside the core at j if Core asks for it, and a hidden layer before the dense one if Hidden does. The last
// row of a stretch is found through Batch.Next: an episode's true last observation is among them, and no pair joins two episodes. The
// paper divides by the length of the episode, which sequences of the past do not tell. Stretches are drawn by the number of their
// transitions; a draw that falls on what does not count is no pair.
//
// Quality is the explained variance of the distances: 1 is perfect, 0 is whoever knows their mean. There is no state.
func NewTemporalDistance(c TemporalDistanceConfig, d Dims) (Task, error) {
	tap, err := d.need("features")
	if err != nil {
		return nil, err
	}
	t := &temporalDistance{TemporalDistanceConfig: c, taps: []string{tap.Name}, floats: 2 * tap.Len(), params: new(Params)}
	if c.Core {
		core, ok := d.Tap(FromCore)
		if !ok {
			return nil, fmt.Errorf("auxtasks: temporal-distance: core is true, but the encoder has no tap %q", FromCore)
		}
		t.taps, t.floats = append(t.taps, FromCore), t.floats+core.Len()
	}
	n := capacity(&d, t.draw()) / (c.Len + 1) * c.Pairs
	if n < 1 {
		return nil, fmt.Errorf("auxtasks: temporal-distance: a pass of %d rows has no room for a sequence of %d transitions", d.Rows, c.Len)
	}
	t.graph = nn.NewHead(t.floats, n, d.Team)
	below, width := nn.Input, t.floats
	if c.Hidden > 0 {
		below = t.graph.Add("hidden", &nn.Dense{In: width, Out: c.Hidden, Act: nn.ReLU, Gain: math.Sqrt2}, t.params, below)
		width = c.Hidden
	}
	out := t.graph.Add("distance", &nn.Dense{In: width, Out: 1, Gain: 0.01}, t.params, below)
	t.params.Init(d.Seed)
	t.out = t.graph.Tap(out)
	t.x, t.dx = make([]float32, n*t.floats), make([]float32, n*t.floats)
	t.rows, t.distance, t.weight = make([][2]int32, n), make([]float32, n), make([]float32, n)
	t.first, t.length = make([]int32, c.Len), make([]int32, c.Len)
	return t, nil
}

func (t *temporalDistance) draw() Draw {
	return Draw{Len: t.Len, Seqs: t.Seqs, Newest: t.Newest, NoState: !t.Core}
}

// Needs implements Task.
func (t *temporalDistance) Needs() Needs {
	return Needs{Source: Replay, Draw: t.draw(), Taps: t.taps}
}

// Heads implements Task.
func (t *temporalDistance) Heads() []Head { return []Head{{Name: "distance", Params: t.params}} }

// Loss implements Task.
func (t *temporalDistance) Loss(in *Input, w float32) Report {
	n := t.choose(in.Batch, in.Random)
	if n == 0 {
		return Report{}
	}
	for k, pair := range t.rows[:n] {
		at := k * t.floats
		for _, p := range t.parts(pair) {
			if p.tap < len(in.Taps[0]) {
				at += copy(t.x[at:], activation(in.Taps[0][p.tap], p.row))
			}
		}
	}
	t.graph.ForwardFloats(t.x[:n*t.floats], nil, n, "")
	y, grad := t.out.Act[:n], t.out.Grad[:n]
	loss, _ := nn.MSE(grad, y, t.distance[:n], t.weight[:n], n, w)
	if w == 0 {
		clear(grad)
	} else {
		t.backward(in.Taps[0], n)
	}
	return Report{Loss: loss, Quality: ExplainedVariance(y, t.distance[:n], t.weight[:n]), Rows: n}
}

// part is a row of a tap.
type part struct{ tap, row int }

// parts returns what the prediction for a pair reads, in order.
func (t *temporalDistance) parts(pair [2]int32) [3]part {
	return [3]part{{0, int(pair[0])}, {0, int(pair[1])}, {1, int(pair[1])}}
}

// activation returns a row of a tap.
func activation(t *Tap, row int) []float32 { return t.Act[row*t.Len() : (row+1)*t.Len()] }

func (t *temporalDistance) backward(taps []*Tap, n int) {
	dx := t.dx[:n*t.floats]
	clear(dx)
	t.graph.BackwardFloats(dx)
	for k, pair := range t.rows[:n] {
		at := k * t.floats
		for _, p := range t.parts(pair) {
			if p.tap >= len(taps) {
				continue
			}
			tap := taps[p.tap]
			if tap.Grad != nil {
				addTo(tap.Grad[p.row*tap.Len():(p.row+1)*tap.Len()], dx[at:])
			}
			at += tap.Len()
		}
	}
}

// choose draws pairs from all sequences and returns how many it found.
func (t *temporalDistance) choose(b *Batch, random uint64) int {
	n := 0
	for s := range b.B {
		t.cut(b, s)
		for k := range t.Pairs {
			u := rng.At(random, uint64(s*t.Pairs+k))
			first := int(t.first[rng.Below(rng.At(u, 0), b.T)])
			if first < 0 {
				continue
			}
			// Of the rows 0..length of the stretch, two that differ: the second is drawn from those that are left.
			length := int(t.length[first])
			i, j := rng.Below(rng.At(u, 1), length+1), rng.Below(rng.At(u, 2), length)
			if j >= i {
				j++
			}
			i, j = min(i, j), max(i, j)
			last := int32((first+j)*b.B + s)
			if j == length {
				last = b.Next[(first+j-1)*b.B+s]
			}
			t.rows[n] = [2]int32{int32((first+i)*b.B + s), last}
			t.distance[n] = float32(j-i) / float32(t.Len)
			t.weight[n] = b.Valid((first+i)*b.B + s)
			n++
		}
	}
	return n
}

// cut finds the stretches of a sequence: transitions that count, each of which leads to the next.
func (t *temporalDistance) cut(b *Batch, s int) {
	clear(t.length)
	for step := range b.T {
		row := step*b.B + s
		switch {
		case b.Valid(row) == 0 || int(b.Next[row]) == row:
			t.first[step] = -1
			continue
		case step > 0 && t.first[step-1] >= 0 && int(b.Next[row-b.B]) == row && !b.Ended[row-b.B]:
			t.first[step] = t.first[step-1]
		default:
			t.first[step] = int32(step)
		}
		t.length[t.first[step]]++
	}
}
