package auxtasks

import "github.com/auxrl/auxrl/nn"

// Viewer tasks can be asked what they make of one moment; whoever shows an agent at work draws it.
type Viewer interface {
	// Window returns how many observations Look is shown.
	Window() int
	// Look answers about the last row of in, which is one sequence of Window rows: the last observations of an episode, the oldest
	// first, with the Needs' taps and the transitions between them. At an episode's start its first observation is repeated, by
	// transitions of weight 0. It changes nothing that Loss reads.
	Look(in *Input) Look
}

// Look is what a task makes of one moment. Slices are valid until the task's next call.
type Look struct {
	Grid Grid      // of Maps and Best
	Maps []CellMap // about the transition that led here
	Best CellMap   // what may be had of each cell from here on

	Classes []string  // of what comes next; nil: the task has none
	Prob    []float32 // [classes] how likely the task thinks each; nil: it has learned nothing yet
	Came    int32     // class of the transition that led here; -1: there is none
}

// CellMap is a number per cell.
type CellMap struct {
	Name string
	Cell []float32 // [Rows, Cols]; nil where no transition led here
}

// Rehearser bonuses can be told that from now on they see the transitions of world 0 one at a time, for a viewer, from an episode's
// start on: they fade no further, and nothing is owed.
type Rehearser interface{ Rehearse() }

// Window implements Viewer.
func (p *pixelControl) Window() int { return 2 }

// Look implements Viewer: the change that the last action made, what the head had expected of that action, and what it should have
// expected after the fact: the change and the discounted best of what may follow. Best is max_a Q. All are in the head's units.
func (p *pixelControl) Look(in *Input) Look {
	b, n, wide := in.Batch, p.cells, p.cells*(1+p.actions)
	if p.look == nil {
		p.look = make([]float32, 4*n)
	}
	p.graph.ForwardFloats(in.Taps[0][0].Act[:2*p.in], nil, 2, "")
	change, said, target, best := p.look[:n], p.look[n:2*n], p.look[2*n:3*n], p.look[3*n:]
	MaxQ(best, p.out.Act[wide:2*wide], p.actions)
	l := Look{Grid: p.grid, Best: CellMap{Name: "max Q", Cell: best}, Maps: []CellMap{{Name: "change"}, {Name: "Q"}, {Name: "target"}}, Came: -1}
	if b.Valid(0) == 0 {
		return l
	}
	PixelChange(change, b.Obs[:p.frame], b.Obs[p.frame:2*p.frame], p.grid, p.width, p.scales)
	p.actionQ(said, p.out.Act[:wide], int(b.Action[0]))
	scale := p.Scale()
	for i := range change {
		change[i] *= scale
		target[i] = change[i]
		if !b.Terminated[0] {
			target[i] += p.Gamma * best[i]
		}
	}
	l.Maps[0].Cell, l.Maps[1].Cell, l.Maps[2].Cell = change, said, target
	return l
}

// actionQ sets dst to Q of one action in every cell of one row of the head's output.
func (c *control) actionQ(dst, out []float32, action int) {
	wide := 1 + c.actions
	for i := range dst {
		cell := out[i*wide : (i+1)*wide]
		sum := float32(0)
		for _, v := range cell[1:] {
			sum += v
		}
		dst[i] = cell[0] + cell[1+action] - sum/float32(c.actions)
	}
}

// Window implements Viewer.
func (r *rewardPrediction) Window() int { return r.Frames }

// Look implements Viewer: how likely each class of the next reward is. The last action is told of by its reward's class.
func (r *rewardPrediction) Look(in *Input) Look {
	l := Look{Classes: []string{"zero", "plus", "minus"}, Came: -1}
	if b := in.Batch; b.T > 0 && b.Valid(b.T-1) != 0 {
		l.Came = RewardClass(b.Reward[b.T-1])
	}
	if !r.seen {
		return l
	}
	if r.prob == nil {
		r.prob = make([]float32, rewardClasses)
	}
	copy(r.x, in.Taps[0][0].Act[:r.floats])
	r.graph.ForwardFloats(r.x[:r.floats], nil, 1, "")
	nn.Softmax(r.prob, r.logp, r.out.Act[:rewardClasses], int(rewardClasses))
	l.Prob = r.prob
	return l
}
