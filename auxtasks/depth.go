package auxtasks

// depthBands is how many bands the signal "depth_bands" tells apart.
const depthBands = 8

// DefaultDepth returns the settings that weight 1 goes with.
func DefaultDepth() SignalConfig { return defaultSignal(FromFeatures) }

func init() {
	Register(Info{
		Name:   "depth",
		About:  "tell how far away is what is seen, in a strip around the horizon",
		Source: "Mirowski et al. 2017, \"Learning to navigate in complex environments\", sect. 2.2",
		Needs:  "a world with the signal depth_bands; from core: a recurrent core; sequences of the newest rollout, or of the past",
		Cost:   "a pass over those sequences, and a small head",
		Weight: 1,
	}, DefaultDepth(), NewDepth)
}

// depthTask classifies the distance in each cell of the strip.
type depthTask struct{ signalTask }

// NewDepth makes the task of telling how far away things are (Mirowski et al. 2017). The signal "depth_bands" has a number for each
// of a few cells, 4x16 in the paper, that says in which of eight bands the distance is there, from 0, near, to 7:
//
//	L = mean over rows and cells of -log softmax(dense(ReLU(dense(x)))[cell])[band]
//
// x is what From says: from the features it is the paper's D1, from the core its D2; for both, use the kind twice, under two names.
// The paper found bands better than distances, and weights from 1 to 33. Rows of weight 0 and what follows the last transition are
// not predicted.
//
// Quality is the Lift: accuracy less that of always saying the commonest band of the draw, over all cells, in [-1, 1]. The loss
// begins at ln 8. There is no state.
func NewDepth(c SignalConfig, d Dims) (Task, error) {
	t := &depthTask{}
	if err := t.build("depth", "depth_bands", c, depthBands, &d); err != nil {
		return nil, err
	}
	return t, nil
}

// Loss implements Task.
func (t *depthTask) Loss(in *Input, w float32) Report {
	b, tap := in.Batch, in.Taps[0][0]
	for i := range b.Transitions() {
		valid := b.Valid(i)
		for k, band := range t.of(b, i) {
			t.label[i*t.cells+k], t.weight[i*t.cells+k] = int32(band), valid
		}
	}
	return t.loss(tap.Act, tap.Grad, b.Transitions(), w)
}
