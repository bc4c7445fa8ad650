package auxtasks_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
)

// What pixel control tells of a moment is compared with the dueling layer for action values and with changes pixel by pixel.
func TestPixelControlLook(t *testing.T) {
	const actions, floats, cells, gamma = 3, 12, 49, 0.9
	for _, settings := range []string{`{"normalise": false}`, `{}`} {
		b := mixed(6, 5, false)
		symbols(b, 7*7*3, 4)
		tap := tapOf("core", 1, 1, floats, b.Rows())
		d := auxtasks.Dims{H: 7, W: 7, C: 3, Codes: []int{11, 6, 4}, Actions: actions, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}, Seed: 2}
		task := built(t, "pixel-control", settings, d)
		task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 1) // the mean of the changes is known now
		clear(task.Heads()[0].Params.G)
		factor := float64(task.(interface{ Scale() float32 }).Scale())
		if (factor == 1) != (settings != `{}`) {
			t.Fatalf("%s: the scale is %v", settings, factor)
		}

		slow := nn.NewHead(floats, 2, nil)
		own := new(nn.Params)
		hidden := slow.Add("hidden", &nn.Dense{In: floats, Out: 3 * 3 * 16, Act: nn.ReLU, Gain: 1}, own, nn.Input)
		up := slow.Add("up", &nn.ConvTranspose{H: 3, W: 3, C: 16, KH: 3, KW: 3, Out: 1 + actions, Stride: 2, Gain: 1}, own, hidden)
		q := slow.Tap(slow.Add("q", &nn.Dueling{H: 7, W: 7, A: actions}, own, up))
		own.Alloc()
		copy(own.W, task.Heads()[0].Params.W)
		slow.ForwardFloats(tap.Act[:2*floats], nil, 2, "")

		viewer := task.(auxtasks.Viewer)
		if viewer.Window() != 2 {
			t.Fatalf("window of %d", viewer.Window())
		}
		now := auxtasks.Batch{
			T: 1, B: 1, Next: []int32{1}, Obs: b.Obs[:2*147], Action: []int32{2}, Reward: []float32{0}, Weight: []float32{1},
			Ended: []bool{false}, Terminated: []bool{false},
		}
		in := &auxtasks.Input{Batch: &now, Taps: [][]*auxtasks.Tap{{tap}}}
		before := task.(auxtasks.Stateful).AppendState(nil)
		grid, scales := auxtasks.PixelGrid(7, 7, 0), auxtasks.PixelScales(&d)
		for _, ended := range []bool{false, true} {
			now.Terminated[0] = ended
			l := viewer.Look(in)
			if l.Grid != grid || l.Came != -1 || l.Classes != nil || len(l.Maps) != 3 {
				t.Fatalf("%+v", l)
			}
			want := make([][]float32, 4)
			for k := range cells {
				change := factor * slowChange(now.Obs[:147], now.Obs[147:], grid, 7, scales, k/7, k%7)
				best := float64(slices.Max(q.Act[(cells+k)*actions : (cells+k+1)*actions]))
				target := change
				if !ended {
					target += gamma * best
				}
				for i, v := range []float64{change, float64(q.Act[k*actions+2]), target, best} {
					want[i] = append(want[i], float32(v))
				}
			}
			for i, got := range [][]float32{l.Maps[0].Cell, l.Maps[1].Cell, l.Maps[2].Cell, l.Best.Cell} {
				if !alike(got, want[i]) {
					t.Errorf("%s, ended %v: map %d: got %v, want %v", settings, ended, i, got, want[i])
				}
			}
		}
		if n := testing.AllocsPerRun(10, func() { viewer.Look(in) }); n > 1 { // the list of maps
			t.Errorf("Look allocates %v times", n)
		}
		now.Weight[0] = 0
		if l := viewer.Look(in); l.Maps[0].Cell != nil || l.Maps[1].Cell != nil || l.Maps[2].Cell != nil || len(l.Best.Cell) != cells {
			t.Errorf("at an episode's start: %+v", l)
		}
		if !bytes.Equal(task.(auxtasks.Stateful).AppendState(nil), before) || slices.ContainsFunc(task.Heads()[0].Params.G, func(g float32) bool { return g != 0 }) {
			t.Error("looking changed the task")
		}
	}
}

// What reward prediction says of a window has the probability that its loss is the logarithm of.
func TestRewardPredictionLook(t *testing.T) {
	tap, d := maps(12)
	task := built(t, "reward-prediction", `{"hidden": 16}`, d)
	viewer := task.(auxtasks.Viewer)
	one := &auxtasks.Tap{Name: tap.Name, H: tap.H, W: tap.W, C: tap.C, Act: make([]float32, 3*tap.Len())}
	for f := range 3 { // the window of sequence 0
		copy(one.Act[f*tap.Len():(f+1)*tap.Len()], tap.Act[4*f*tap.Len():])
	}
	now := auxtasks.Batch{T: 2, B: 1, Reward: []float32{0, -3}, Weight: []float32{0, 1}}
	look := &auxtasks.Input{Batch: &now, Taps: [][]*auxtasks.Tap{{one}}}
	if l := viewer.Look(look); l.Prob != nil || l.Came != auxtasks.NegativeReward || len(l.Classes) != 3 || viewer.Window() != 3 {
		t.Errorf("before any reward: %+v", l)
	}
	in := &auxtasks.Input{Batch: windows(5, -2, 0, 5), Taps: [][]*auxtasks.Tap{{tap}}}
	p := task.Heads()[0].Params
	adam := nn.NewAdam(nn.DefaultAdam(), nil, p)
	for range 5 {
		task.Loss(in, 1)
		adam.Step(0.01, 0, p)
	}
	l := viewer.Look(look)
	prob := slices.Clone(l.Prob)
	sum := float32(0)
	for class, reward := range map[int32]float32{auxtasks.ZeroReward: 0, auxtasks.PositiveReward: 1, auxtasks.NegativeReward: -1} {
		in.Batch = windows(reward, 0, 0, 0)
		copy(in.Batch.Weight, make([]float32, 12))
		in.Batch.Weight[8] = 1
		loss := float64(task.Loss(in, 0).Loss)
		if got := -math.Log(float64(prob[class])); math.Abs(got-loss) > 1e-5 {
			t.Errorf("class %d has probability %v, whose loss is %v; it is %v", class, prob[class], got, loss)
		}
		sum += prob[class]
	}
	if math.Abs(float64(sum)-1) > 1e-6 {
		t.Errorf("probabilities sum to %v", sum)
	}
	now.Weight[1] = 0
	if l := viewer.Look(look); l.Came != -1 {
		t.Errorf("at an episode's start class %d came", l.Came)
	}
}
