package auxtasks_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// tapOf returns a tap with random activations between -0.5 and 0.5.
func tapOf(name string, h, w, c, rows int) *auxtasks.Tap {
	n := rows * h * w * c
	t := &auxtasks.Tap{Name: name, H: h, W: w, C: c, Act: make([]float32, n), Grad: make([]float32, n)}
	for i := range t.Act {
		t.Act[i] = float32(rng.Float64(rng.At(rng.Key(1, name), uint64(i))) - 0.5)
	}
	return t
}

func shapeOf(t *auxtasks.Tap) auxtasks.Tap {
	return auxtasks.Tap{Name: t.Name, H: t.H, W: t.W, C: t.C}
}

// symbols fills the observations of a batch.
func symbols(b *auxtasks.Batch, size, codes int) {
	b.Obs = make([]byte, b.Rows()*size)
	for i := range b.Obs {
		b.Obs[i] = byte(rng.Below(rng.At(6, uint64(i)), codes))
	}
}

func built(t *testing.T, name, settings string, d auxtasks.Dims) auxtasks.Task {
	t.Helper()
	task, err := auxtasks.New(name, []byte(settings), d)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// alike reports whether got is want, relative to the largest.
func alike(got, want []float32) bool {
	most := 1e-9
	for _, v := range want {
		most = max(most, math.Abs(float64(v)))
	}
	for i, v := range got {
		if !(math.Abs(float64(v-want[i])) <= 2e-5*most) {
			return false
		}
	}
	return len(got) == len(want)
}

// Pixel control is compared with a slow version: the dueling layer for action values and their gradients, the definition of returns,
// and changes pixel by pixel.
func TestPixelControlAgainstDefinition(t *testing.T) {
	const steps, seqs, actions, floats, cells, gamma = 6, 5, 3, 12, 49, 0.9
	for _, rollout := range []bool{false, true} {
		for _, settings := range []string{
			`{"normalise": false}`, `{}`, `{"reduction": "sum", "normalise": false}`, `{"reduction": "sum"}`,
		} {
			b := mixed(steps, seqs, rollout)
			symbols(b, 7*7*3, 4)
			tap := tapOf("core", 1, 1, floats, b.Rows())
			d := auxtasks.Dims{H: 7, W: 7, C: 3, Codes: []int{11, 6, 4}, Actions: actions, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}, Seed: 2}
			task := built(t, "pixel-control", settings, d)
			p := task.Heads()[0].Params

			slow := nn.NewHead(floats, b.Rows(), nil)
			own := new(nn.Params)
			hidden := slow.Add("hidden", &nn.Dense{In: floats, Out: 3 * 3 * 16, Act: nn.ReLU, Gain: 1}, own, nn.Input)
			up := slow.Add("up", &nn.ConvTranspose{H: 3, W: 3, C: 16, KH: 3, KW: 3, Out: 1 + actions, Stride: 2, Gain: 1}, own, hidden)
			q := slow.Tap(slow.Add("q", &nn.Dueling{H: 7, W: 7, A: actions}, own, up))
			own.Alloc()
			copy(own.W, p.W)
			slow.ForwardFloats(tap.Act, nil, b.Rows(), "")

			grid, scales := auxtasks.PixelGrid(7, 7, 0), auxtasks.PixelScales(&d)
			change, value := make([]float32, b.Transitions()*cells), make([]float32, b.Rows()*cells)
			valid, count, mean, has := 0.0, 0, 0.0, map[int]bool{}
			for i := range b.Transitions() {
				next := int(b.Next[i])
				for k := range cells {
					change[i*cells+k] = float32(slowChange(b.Obs[i*147:(i+1)*147], b.Obs[next*147:(next+1)*147], grid, 7, scales, k/7, k%7))
					mean += float64(b.Weight[i]) * float64(change[i*cells+k]) / cells
				}
				valid += float64(b.Weight[i])
				if b.Weight[i] > 0 {
					has[i%seqs] = true
					count++
				}
			}
			factor := 1.0
			if !strings.Contains(settings, "false") {
				factor = (1 - gamma) / (mean / valid)
			}
			for i := range change {
				change[i] = float32(factor * float64(change[i]))
			}
			for i := range value {
				value[i] = slices.Max(q.Act[i*actions : (i+1)*actions])
			}
			part := 1 / (valid * cells)
			if strings.Contains(settings, "sum") {
				part = 1 / float64(len(has))
			}
			loss := 0.0
			for i := range b.Transitions() {
				for k := range cells {
					if b.Weight[i] == 0 {
						continue
					}
					at := (i*cells+k)*actions + int(b.Action[i])
					e := float64(q.Act[at]) - follow(b, change, value, i, cells, k, gamma)
					loss += 0.5 * part * float64(b.Weight[i]) * e * e
					q.Grad[at] = float32(0.5 * part * float64(b.Weight[i]) * e)
				}
			}
			dx := make([]float32, len(tap.Grad))
			slow.BackwardFloats(dx)

			r := task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 0.5)
			if math.Abs(float64(r.Loss)-loss) > 1e-5*loss || r.Rows != count {
				t.Errorf("rollout %v, %s: loss %v of %d rows, want %v of %d", rollout, settings, r.Loss, r.Rows, loss, count)
			}
			if !alike(p.G, own.G) || !alike(tap.Grad, dx) {
				t.Errorf("rollout %v, %s: gradients differ", rollout, settings)
			}
			scale := task.(interface{ Scale() float32 }).Scale()
			if math.Abs(float64(scale)-factor) > 1e-5*factor {
				t.Errorf("rollout %v, %s: scale %v, want %v", rollout, settings, scale, factor)
			}
		}
	}
}

// An observation that nothing followed, or that is of the next episode, has no part in pixel control.
func TestPixelControlStaysInTheEpisode(t *testing.T) {
	b := mixed(6, 5, true)
	symbols(b, 49, 2)
	tap := tapOf("features", 1, 1, 4, b.Rows())
	d := auxtasks.Dims{H: 7, W: 7, C: 1, Codes: []int{2}, Actions: 3, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}}
	task := built(t, "pixel-control", `{"normalise": false}`, d)
	in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}
	first, last := -1, -1 // the first frame of a new episode is the next of nothing; the extra row is
	for i := range b.Transitions() {
		if b.Ended[i] && int(b.Next[i]) >= (b.T+1)*b.B && i+2*b.B < b.Transitions() {
			first, last = i+b.B, int(b.Next[i])
			break
		}
	}
	if first < 0 {
		t.Fatal("no episode ends on the way")
	}
	before := slices.Clone(b.Obs)
	b.Weight[first] = 0 // its own change is not looked at either
	want := task.Loss(in, 0)
	for i := first * 49; i < (first+1)*49; i++ {
		b.Obs[i] ^= 1
	}
	if got := task.Loss(in, 0); got != want {
		t.Errorf("the first frame of the next episode changes the loss from %v to %v", want, got)
	}
	copy(b.Obs, before)
	for i := last * 49; i < (last+1)*49; i++ {
		b.Obs[i] ^= 1
	}
	if got := task.Loss(in, 0); got == want {
		t.Error("the true last frame has no part in the loss")
	}
}

// The running mean makes up for how much a world changes: after it the loss is that of a world that changes twice as much.
func TestPixelControlNormalises(t *testing.T) {
	b := mixed(6, 5, false)
	loss := func(bright byte, settings string) float32 {
		b.Obs = make([]byte, b.Rows()*100)
		for i := range b.Obs {
			b.Obs[i] = byte(rng.At(6, uint64(i))) & 1 * bright
		}
		tap := tapOf("features", 1, 1, 4, b.Rows())
		d := auxtasks.Dims{H: 10, W: 10, C: 1, Actions: 3, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}}
		return built(t, "pixel-control", settings, d).Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 0).Loss
	}
	if dim, bright := loss(60, `{}`), loss(240, `{}`); math.Abs(float64(dim/bright-1)) > 1e-4 {
		t.Errorf("normalised losses of a dim and a bright world are %v and %v", dim, bright)
	}
	if dim, bright := loss(60, `{"normalise": false}`), loss(240, `{"normalise": false}`); bright < 4*dim {
		t.Errorf("raw losses of a dim and a bright world are %v and %v", dim, bright)
	}
}

// The change of features is that of the slow copy, and it is groups of channels where there are many.
func TestFeatureControlLooksAtTheCopy(t *testing.T) {
	b := mixed(5, 4, false)
	body, seen := tapOf("core", 1, 1, 6, b.Rows()), tapOf("conv2", 3, 2, 6, b.Rows())
	d := auxtasks.Dims{H: 7, W: 7, C: 1, Actions: 3, Rows: b.Rows(), Taps: []auxtasks.Tap{
		{Name: "conv1", H: 6, W: 6, C: 2}, shapeOf(seen), {Name: "features", H: 1, W: 1, C: 9}, shapeOf(body),
	}}
	task := built(t, "feature-control", `{"maps": 4, "normalise": false}`, d)
	n := task.Needs()
	if want := []string{"core"}; !slices.Equal(n.Taps, want) || len(n.Views) != 1 || !slices.Equal(n.Views[0].Taps, []string{"conv2"}) || n.Views[0].Target <= 0 {
		t.Fatalf("needs %+v", n)
	}
	in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{body}, {seen}}}
	one := task.Loss(in, 1)
	for i := range seen.Act {
		seen.Act[i] *= 10
	}
	if ten := task.Loss(in, 1); ten.Loss < 50*one.Loss {
		t.Errorf("ten times the features: loss %v, was %v", ten.Loss, one.Loss)
	}
	if slices.ContainsFunc(seen.Grad, func(v float32) bool { return v != 0 }) {
		t.Error("the slow copy gets a gradient")
	}
	if len(task.Heads()[0].Params.Views) != 4 {
		t.Fatalf("views %v", task.Heads()[0].Params.Views)
	}
	if out := task.Heads()[0].Params.Views[3].Len(); out != 3*(1+3) { // six channels in groups of two
		t.Errorf("%d outputs per place, want 12", out)
	}
}
