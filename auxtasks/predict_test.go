package auxtasks_test

import (
	"math"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/replay"
)

// windows returns windows of three frames whose last rewards are given; earlier ones are large and no business of anybody.
func windows(rewards ...float32) *auxtasks.Batch {
	b := &auxtasks.Batch{T: 3, B: len(rewards), Reward: make([]float32, 3*len(rewards)), Weight: make([]float32, 3*len(rewards))}
	for i := range b.Reward {
		b.Reward[i], b.Weight[i] = 1000, 1
	}
	copy(b.Reward[2*b.B:], rewards)
	return b
}

func maps(rows int) (*auxtasks.Tap, auxtasks.Dims) {
	tap := tapOf("conv3", 2, 2, 3, rows)
	return tap, auxtasks.Dims{H: 7, W: 7, C: 1, Actions: 3, Rows: rows, Taps: []auxtasks.Tap{
		{Name: "conv1", H: 4, W: 4, C: 2}, shapeOf(tap), {Name: "features", H: 1, W: 1, C: 8},
	}}
}

func TestRewardPredictionWaitsForAReward(t *testing.T) {
	tap, d := maps(12)
	task := built(t, "reward-prediction", `{"hidden": 16}`, d)
	in := &auxtasks.Input{Batch: windows(0, 0, 0, 0), Taps: [][]*auxtasks.Tap{{tap}}}
	if got := task.Loss(in, 1); got != (auxtasks.Report{}) {
		t.Errorf("before any reward: %+v", got)
	}
	in.Batch = windows(0, -2, 0, 5)
	if got := task.Loss(in, 0); got.Rows != 4 || math.Abs(float64(got.Loss)-math.Log(3)) > 0.02 {
		t.Errorf("the first loss is %+v, want ln 3 = 1.0986 of 4 windows", got)
	}
	in.Batch = windows(0, 0, 0, 0)
	if got := task.Loss(in, 1); got.Rows != 0 {
		t.Errorf("a reward seen with weight 0 was kept: %+v", got)
	}
	in.Batch = windows(0, -2, 0, 5)
	task.Loss(in, 1)
	in.Batch = windows(0, 0, 0, 0)
	if got := task.Loss(in, 1); got.Rows != 4 {
		t.Errorf("after a reward: %+v", got)
	}
	in.Batch = windows(7, 0, 0, 0)
	in.Batch.Weight[8] = 0
	other := built(t, "reward-prediction", `{"hidden": 16}`, d)
	if got := other.Loss(in, 1); got.Rows != 0 {
		t.Errorf("a reward that does not count was seen: %+v", got)
	}
}

// Windows are padded in front: a frame of weight 0 there is looked at all the same.
func TestRewardPredictionReadsAllFrames(t *testing.T) {
	tap, d := maps(12)
	task := built(t, "reward-prediction", `{"hidden": 16}`, d)
	b := windows(1, 0, -1, 0)
	b.Weight[0], b.Weight[4] = 0, 0
	b.Weight[11] = 0
	if got := task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 1); got.Rows != 3 {
		t.Errorf("%d windows count, want 3", got.Rows)
	}
	for row := range 12 {
		moved := slices.ContainsFunc(tap.Grad[row*12:(row+1)*12], func(v float32) bool { return v != 0 })
		if want := row%4 != 3; moved != want {
			t.Errorf("row %d, of window %d: gradient %v, want %v", row, row%4, moved, want)
		}
	}
}

func TestRewardPredictionLearns(t *testing.T) {
	tap, d := maps(48)
	task := built(t, "reward-prediction", `{"hidden": 32}`, d)
	rewards := make([]float32, 16)
	for i := range rewards { // what the last frame's first unit says
		rewards[i] = tap.Act[(32+i)*12]
		if math.Abs(float64(rewards[i])) < 0.15 {
			rewards[i] = 0
		}
	}
	in := &auxtasks.Input{Batch: windows(rewards...), Taps: [][]*auxtasks.Tap{{tap}}}
	p := task.Heads()[0].Params
	adam := nn.NewAdam(nn.DefaultAdam(), nil, p)
	for range 150 {
		task.Loss(in, 1)
		adam.Step(0.01, 0, p)
	}
	got := task.Loss(in, 0)
	counts := make([]float32, 3)
	for _, r := range rewards {
		counts[auxtasks.RewardClass(r)]++
	}
	if best := 1 - slices.Max(counts)/16; got.Loss > 0.1 || got.Quality < best-1e-6 {
		t.Errorf("after 150 steps %+v, want a loss below 0.1 and quality %v", got, best)
	}
}

func TestInverseDynamics(t *testing.T) {
	const steps, seqs, floats = 6, 5, 4
	b := mixed(steps, seqs, true)
	tap := tapOf("features", 1, 1, floats, b.Rows())
	d := auxtasks.Dims{Actions: 7, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}}
	task := built(t, "inverse-dynamics", `{"hidden": 64, "len": 6, "seqs": 20}`, d)
	got := task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 1)
	if math.Abs(float64(got.Loss)-math.Log(7)) > 0.02 || got.Rows != (steps-1)*seqs {
		t.Errorf("the first loss is %+v, want ln 7 = 1.9459 of %d pairs", got, (steps-1)*seqs)
	}
	// Gradients stand at what counts and at what follows it: the true last observation, not the next episode's first.
	want := make([]bool, b.Rows())
	for i := range b.Transitions() {
		if b.Weight[i] > 0 {
			want[i], want[b.Next[i]] = true, true
		}
	}
	b.Weight[8] = 0
	for row, w := range want {
		if moved := slices.ContainsFunc(tap.Grad[row*floats:(row+1)*floats], func(v float32) bool { return v != 0 }); moved != w {
			t.Errorf("row %d of %d: gradient %v, want %v", row, b.Rows(), moved, w)
		}
	}
	if b.F < 2 || !want[b.Rows()-1] {
		t.Errorf("%d extra rows", b.F)
	}
}

// With features that give the actions away the task is solved.
func TestInverseDynamicsLearns(t *testing.T) {
	b := mixed(8, 6, false)
	tap := tapOf("features", 1, 1, 3, b.Rows())
	for i := range b.Transitions() {
		if next := int(b.Next[i]); next != i {
			for k := range 3 {
				tap.Act[next*3+k] = tap.Act[i*3+k]
			}
			tap.Act[next*3+int(b.Action[i])] += 1
		}
	}
	d := auxtasks.Dims{Actions: 3, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}}
	task := built(t, "inverse-dynamics", `{"hidden": 32, "len": 8, "seqs": 6}`, d)
	p := task.Heads()[0].Params
	adam := nn.NewAdam(nn.DefaultAdam(), nil, p)
	in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}
	for range 300 {
		task.Loss(in, 1)
		adam.Step(0.01, 0, p)
	}
	if got := task.Loss(in, 0); got.Loss > 0.1 || got.Quality < 0.4 {
		t.Errorf("after 300 steps %+v", got)
	}
}

func TestValueReplayAgainstDefinition(t *testing.T) {
	for _, rollout := range []bool{false, true} {
		b := mixed(6, 5, rollout)
		tap := tapOf("value", 1, 1, 1, b.Rows())
		d := auxtasks.Dims{Actions: 3, Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}, Streams: []auxtasks.Stream{{Gamma: 0.9}}}
		task := built(t, "value-replay", ``, d)
		paid := make([]float32, b.Transitions())
		for i := range paid {
			paid[i] = float32(i%5) - 1
		}
		for name, c := range map[string]struct {
			paid   [][]float32
			reward []float32
		}{"paid": {[][]float32{paid}, paid}, "rewards alone": {nil, b.Reward}} {
			b.Paid = c.paid
			clear(tap.Grad)
			r := task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 2)
			loss, n := 0.0, 0
			grad := make([]float32, len(tap.Grad))
			for i := range b.Transitions() {
				if b.Weight[i] > 0 {
					e := float64(tap.Act[i]) - follow(b, c.reward, tap.Act, i, 1, 0, 0.9)
					loss += 0.5 * e * e
					grad[i] = float32(2 * e)
					n++
				}
			}
			for i := range grad {
				grad[i] /= float32(n)
			}
			if loss /= float64(n); math.Abs(float64(r.Loss)-loss) > 1e-5*loss || r.Rows != n || !alike(tap.Grad, grad) {
				t.Errorf("rollout %v, %s: %+v, want loss %v of %d rows; or gradients differ", rollout, name, r, loss, n)
			}
		}
	}
}

func TestEntropyRises(t *testing.T) {
	const rows, actions = 9, 4
	tap := tapOf("logits", 1, 1, actions, rows)
	for i := range tap.Act {
		tap.Act[i] *= 4
	}
	d := auxtasks.Dims{Actions: actions, Rows: rows, Taps: []auxtasks.Tap{shapeOf(tap)}}
	task := built(t, "entropy", ``, d)
	in := &auxtasks.Input{Batch: &auxtasks.Batch{T: 1, B: rows}, Taps: [][]*auxtasks.Tap{{tap}}}
	before := task.Loss(in, 0.01)
	for i, g := range tap.Grad {
		tap.Act[i] -= 10 * g
	}
	after := task.Loss(in, 0)
	if !(after.Loss < before.Loss && after.Quality > before.Quality) {
		t.Errorf("a step down the gradient: %+v, was %+v", after, before)
	}
	clear(tap.Act)
	if got := task.Loss(in, 0); math.Abs(float64(got.Loss)+math.Log(actions)) > 1e-6 || math.Abs(float64(got.Quality)-1) > 1e-6 {
		t.Errorf("a policy without opinion: %+v, want -ln 4 and 1", got)
	}
	for i := range rows {
		tap.Act[i*actions] = 1e4
	}
	clear(tap.Grad)
	if got := task.Loss(in, 1); got.Loss != 0 || slices.ContainsFunc(tap.Grad, func(v float32) bool { return v != 0 }) {
		t.Errorf("a policy that is certain: %+v and gradients %v", got, tap.Grad)
	}
}

// minibatch returns rows with returns to predict.
func minibatch(rows int) *auxtasks.Batch {
	b := &auxtasks.Batch{T: 1, B: rows, Weight: make([]float32, rows), Targets: &replay.Targets{Return: [][]float32{make([]float32, rows)}}}
	for i := range rows {
		b.Weight[i], b.Targets.Return[0][i] = float32(i%4), float32(i%5)-2
	}
	return b
}

// Deep supervision is compared with a slow version: means of places, a head of its own, and the formula.
func TestDeepSupervisionAgainstDefinition(t *testing.T) {
	const rows, actions, h, w, c, pool = 11, 3, 5, 3, 2, 2
	first, second, logits := tapOf("conv1", h, w, c, rows), tapOf("conv2", 1, 1, 4, rows), tapOf("logits", 1, 1, actions, rows)
	d := auxtasks.Dims{Actions: actions, Rows: rows, Taps: []auxtasks.Tap{
		shapeOf(first), {Name: "pool1", H: 2, W: 1, C: c}, shapeOf(second), {Name: "conv3", H: 1, W: 1, C: 4}, {Name: "features", H: 1, W: 1, C: 5}, shapeOf(logits),
	}}
	task := built(t, "deep-supervision", `{"pool": 2, "hidden": 6, "shallow": 0.5, "deep": 2, "decay": 4}`, d)
	if got, want := task.Needs().Taps, []string{"conv1", "conv2", "logits"}; !slices.Equal(got, want) {
		t.Fatalf("taps %v, want %v", got, want)
	}
	b := minibatch(rows)
	total := 0.0
	for _, v := range b.Weight {
		total += float64(v)
	}
	loss := 0.0
	var grads, heads [][]float32
	for k, tap := range []*auxtasks.Tap{first, second} {
		weight := []float64{0.5, 2}[k]
		ph, pw := min(pool, tap.H), min(pool, tap.W)
		size := ph * pw * tap.C
		x, dx, grad := make([]float32, rows*size), make([]float32, rows*size), make([]float32, len(tap.Act))
		each := func(f func(i, j int, part float32)) { // activation i belongs to mean j
			for r := range rows {
				counts := make([]float32, ph*pw)
				for range 2 {
					for p := range tap.H * tap.W {
						bin := (p/tap.W*ph/tap.H)*pw + p%tap.W*pw/tap.W
						if counts[bin] < 0 {
							for ch := range tap.C {
								f((r*tap.H*tap.W+p)*tap.C+ch, r*size+bin*tap.C+ch, -1/counts[bin])
							}
							continue
						}
						counts[bin]++
					}
					for bin := range counts {
						counts[bin] *= -1
					}
				}
			}
		}
		each(func(i, j int, part float32) { x[j] += part * tap.Act[i] })
		head, own := nn.NewHead(size, rows, nil), new(nn.Params)
		hidden := head.Add("hidden", &nn.Dense{In: size, Out: 6, Act: nn.ReLU, Gain: 1}, own, nn.Input)
		l := head.Tap(head.Add("logits", &nn.Dense{In: 6, Out: actions, Gain: 1}, own, hidden))
		v := head.Tap(head.Add("value", &nn.Dense{In: 6, Out: 1, Gain: 1}, own, hidden))
		own.Alloc()
		copy(own.W, task.Heads()[k].Params.W)
		head.ForwardFloats(x, nil, rows, "")
		p, q, logp, logq := make([]float32, actions), make([]float32, actions), make([]float32, actions), make([]float32, actions)
		for i := range rows {
			nn.Softmax(p, logp, logits.Act[i*actions:(i+1)*actions], actions)
			nn.Softmax(q, logq, l.Act[i*actions:(i+1)*actions], actions)
			part := weight * float64(b.Weight[i]) / total
			for a := range actions {
				loss += part * float64(p[a]) * float64(logp[a]-logq[a])
				l.Grad[i*actions+a] = float32(part) * (q[a] - p[a])
			}
			e := v.Act[i] - b.Targets.Return[0][i]
			loss += part * 0.5 * float64(e) * float64(e)
			v.Grad[i] = float32(part) * e
		}
		head.BackwardFloats(dx)
		each(func(i, j int, part float32) { grad[i] += part * dx[j] })
		grads, heads = append(grads, grad), append(heads, own.G)
	}
	in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{first, second, logits}}}
	r := task.Loss(in, 1)
	if math.Abs(float64(r.Loss)-loss) > 1e-5*loss || r.Rows != 8 {
		t.Errorf("%+v, want loss %v of 8 rows", r, loss)
	}
	for k, tap := range []*auxtasks.Tap{first, second} {
		if !alike(tap.Grad, grads[k]) || !alike(task.Heads()[k].Params.G, heads[k]) {
			t.Errorf("gradients of %s differ", tap.Name)
		}
	}
	if slices.ContainsFunc(logits.Grad, func(v float32) bool { return v != 0 }) {
		t.Error("the policy gets a gradient")
	}

	// The weight falls with every step, and then the task is over.
	clear(first.Grad)
	if task.Loss(in, 0); slices.ContainsFunc(first.Grad, func(v float32) bool { return v != 0 }) {
		t.Error("weight 0 leaves a gradient")
	}
	task.Loss(in, 1)
	for i := range grads[0] {
		grads[0][i] *= 0.75
	}
	if !alike(first.Grad, grads[0]) {
		t.Error("the second gradient is not three quarters of the first")
	}
	task.Loss(in, 1)
	task.Loss(in, 1)
	if got := task.Loss(in, 1); got != (auxtasks.Report{}) {
		t.Errorf("after four steps %+v, want nothing", got)
	}
}

func TestDeepSupervisionQuality(t *testing.T) {
	const rows = 6
	conv, logits := tapOf("conv1", 1, 1, 2, rows), tapOf("logits", 1, 1, 2, rows)
	d := auxtasks.Dims{Actions: 2, Rows: rows, Taps: []auxtasks.Tap{shapeOf(conv), {Name: "conv2", H: 1, W: 1, C: 2}, {Name: "features", H: 1, W: 1, C: 2}, shapeOf(logits)}}
	for i := range rows { // the policy is decided by one unit
		side := float32(i%2*2 - 1)
		conv.Act[2*i], logits.Act[2*i], logits.Act[2*i+1] = side, 2*side, 0
	}
	task := built(t, "deep-supervision", `{"hidden": 16, "decay": 0}`, d)
	p := task.Heads()[0].Params
	adam := nn.NewAdam(nn.DefaultAdam(), nil, p)
	in := &auxtasks.Input{Batch: minibatch(rows), Taps: [][]*auxtasks.Tap{{conv, logits}}}
	before := task.Loss(in, 0).Quality
	for range 300 {
		task.Loss(in, 1)
		adam.Step(0.01, 0, p)
	}
	if got := task.Loss(in, 0).Quality; math.Abs(float64(before)) > 0.4 || got < 0.95 {
		t.Errorf("quality is %v, was %v; want 1 from about 0", got, before)
	}
}

func imageSet(n, h, w, c int) auxtasks.Labelled {
	set := auxtasks.Labelled{Images: make([]byte, n*h*w*c), Labels: make([]int32, n), Classes: 3}
	for i := range set.Labels {
		set.Labels[i] = int32(i % 3)
		for j := range h * w * c {
			set.Images[i*h*w*c+j] = byte(i%3) + byte(rng.Below(rng.At(uint64(i), uint64(j)), 2))
		}
	}
	return set
}

func TestImagesKeepTheContract(t *testing.T) {
	tasktest.Check(t, func(d auxtasks.Dims) (auxtasks.Task, error) {
		set := imageSet(30, d.H, d.W, d.C)
		for i := range set.Images { // every channel has two symbols
			set.Images[i] %= 2
		}
		return auxtasks.NewImages(auxtasks.ImagesConfig{Rows: 8, Hidden: 16}, set, d)
	})
}

func TestImages(t *testing.T) {
	tap := tapOf("features", 1, 1, 5, 16)
	d := auxtasks.Dims{H: 2, W: 3, C: 1, Taps: []auxtasks.Tap{shapeOf(tap)}, Rows: 16}
	set := imageSet(9, 2, 3, 1)
	task, err := auxtasks.NewImages(auxtasks.ImagesConfig{Rows: 16, Hidden: 8}, set, d)
	if err != nil {
		t.Fatal(err)
	}
	var b auxtasks.Batch
	task.Fill(&b, 5)
	if b.T != 1 || b.B != 16 || b.Rows() != 16 || task.Rows() != 16 || len(b.Obs) != 16*6 {
		t.Fatalf("a batch of %d x %d with %d bytes", b.T, b.B, len(b.Obs))
	}
	first := slices.Clone(b.Obs)
	seen := map[string]bool{}
	for i := range 16 {
		seen[string(first[i*6:(i+1)*6])] = true
	}
	if len(seen) < 4 {
		t.Errorf("only %d different images in 16", len(seen))
	}
	if r := task.Loss(&auxtasks.Input{Batch: &b, Taps: [][]*auxtasks.Tap{{tap}}}, 1); math.Abs(float64(r.Loss)-math.Log(3)) > 0.02 || r.Rows != 16 {
		t.Errorf("the first loss is %+v, want ln 3", r)
	}
	task.Fill(&b, 6)
	if slices.Equal(b.Obs, first) {
		t.Error("two draws are the same")
	}
	task.Fill(&b, 5)
	if !slices.Equal(b.Obs, first) {
		t.Error("the same draw again is another")
	}

	for name, change := range map[string]func(*auxtasks.ImagesConfig, *auxtasks.Labelled, *auxtasks.Dims){
		"no rows": func(c *auxtasks.ImagesConfig, _ *auxtasks.Labelled, _ *auxtasks.Dims) { c.Rows = 0 },
		"no images": func(_ *auxtasks.ImagesConfig, s *auxtasks.Labelled, _ *auxtasks.Dims) {
			*s = auxtasks.Labelled{Classes: 3}
		},
		"other shapes":    func(_ *auxtasks.ImagesConfig, _ *auxtasks.Labelled, d *auxtasks.Dims) { d.W = 4 },
		"one class":       func(_ *auxtasks.ImagesConfig, s *auxtasks.Labelled, _ *auxtasks.Dims) { s.Classes = 1 },
		"a label too far": func(_ *auxtasks.ImagesConfig, s *auxtasks.Labelled, _ *auxtasks.Dims) { s.Classes = 2 },
		"no such symbol":  func(_ *auxtasks.ImagesConfig, _ *auxtasks.Labelled, d *auxtasks.Dims) { d.Codes = []int{3} },
		"no tap":          func(_ *auxtasks.ImagesConfig, _ *auxtasks.Labelled, d *auxtasks.Dims) { d.Taps = nil },
	} {
		c, s, d := auxtasks.ImagesConfig{Rows: 16, Hidden: 8}, set, d
		change(&c, &s, &d)
		if _, err := auxtasks.NewImages(c, s, d); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
