package auxtasks_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// seen returns rows with signals: something else, six bands and whether a loop closes. The second of five rows does not count.
func seen(rows int) (*auxtasks.Batch, []auxtasks.Signal) {
	b := &auxtasks.Batch{T: rows, B: 1, Weight: make([]float32, rows)}
	for i := range rows {
		u := rng.At(4, uint64(i))
		b.Weight[i] = float32(min(i%5, 1)) * float32(i%3+1)
		b.Signals = append(b.Signals, -7)
		for k := range 6 {
			b.Signals = append(b.Signals, float32(u>>(8*k)&7))
		}
		b.Signals = append(b.Signals, float32(1-min(u>>60%3, 1)))
	}
	return b, []auxtasks.Signal{{Name: "other", Off: 0, Len: 1}, {Name: "depth_bands", Off: 1, Len: 6}, {Name: "loop", Off: 7, Len: 1}}
}

// Both tasks are compared with a slow version: a head of its own, the logarithms of the definition, and gradients from its slopes.
func TestSignalTasksAgainstDefinition(t *testing.T) {
	const rows, floats = 15, 5
	b, signals := seen(rows)
	for _, c := range []struct {
		kind, settings string
		cells, classes int
		at             int
		positive       float64
	}{
		{"depth", `{"hidden": 6, "len": 15, "seqs": 1, "from": "core"}`, 6, 8, 1, 1},
		{"loop-closure", `{"hidden": 6, "len": 15, "seqs": 1, "positive": 3}`, 1, 2, 7, 3},
	} {
		tap := tapOf("core", 1, 1, floats, rows)
		task := built(t, c.kind, c.settings, auxtasks.Dims{Rows: rows, Taps: []auxtasks.Tap{shapeOf(tap)}, Signals: signals, Seed: 5})
		if n := task.Needs(); !n.Signals || !slices.Equal(n.Taps, []string{"core"}) || !n.Draw.NoNext || n.Draw.NoState || !n.Draw.Newest {
			t.Errorf("%s needs %+v", c.kind, n)
		}
		slow, own := nn.NewHead(floats, rows, nil), new(nn.Params)
		hidden := slow.Add("hidden", &nn.Dense{In: floats, Out: 6, Act: nn.ReLU, Gain: 1}, own, nn.Input)
		out := slow.Tap(slow.Add("classes", &nn.Dense{In: 6, Out: c.cells * c.classes, Gain: 1}, own, hidden))
		own.Alloc()
		copy(own.W, task.Heads()[0].Params.W)
		for i := range own.W { // away from a beginning that is the same for all classes
			own.W[i] *= 1 + float32(i%7)
		}
		copy(task.Heads()[0].Params.W, own.W)
		slow.ForwardFloats(tap.Act, nil, rows, "")

		weight := func(i, k int) float64 {
			w := float64(b.Weight[i])
			if b.Signals[i*8+c.at+k] == 1 {
				w *= c.positive
			}
			return w
		}
		loss, total, valid := 0.0, 0.0, 0
		for i := range rows {
			valid += int(min(b.Weight[i], 1))
			for k := range c.cells {
				total += weight(i, k)
			}
		}
		for i := range rows {
			for k := range c.cells {
				z := out.Act[(i*c.cells+k)*c.classes : (i*c.cells+k+1)*c.classes]
				y, sum := int(b.Signals[i*8+c.at+k]), 0.0
				for _, v := range z {
					sum += math.Exp(float64(v))
				}
				loss += weight(i, k) / total * (math.Log(sum) - float64(z[y]))
				for j, v := range z {
					slope := math.Exp(float64(v)) / sum
					if j == y {
						slope--
					}
					out.Grad[(i*c.cells+k)*c.classes+j] = float32(2 * weight(i, k) / total * slope)
				}
			}
		}
		want := make([]float32, rows*floats)
		slow.BackwardFloats(want)

		r := task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}, 2)
		if math.Abs(float64(r.Loss)-loss) > 1e-5*loss || r.Rows != valid {
			t.Errorf("%s: %+v, want loss %v of %d rows", c.kind, r, loss, valid)
		}
		if !alike(tap.Grad, want) || !alike(task.Heads()[0].Params.G, own.G) {
			t.Errorf("%s: gradients differ", c.kind)
		}
	}
}

// Losses begin where nothing is known, and the tasks can be learned.
func TestSignalTasksLearn(t *testing.T) {
	const rows = 30
	b, signals := seen(rows)
	for kind, first := range map[string]float64{"depth": math.Log(8), "loop-closure": math.Log(2)} {
		tap := tapOf("features", 1, 1, 24, rows)
		settings := `{"hidden": 48, "len": 30, "seqs": 1, "from": "features"}`
		task := built(t, kind, settings, auxtasks.Dims{Rows: rows, Taps: []auxtasks.Tap{shapeOf(tap)}, Signals: signals})
		if !task.Needs().Draw.NoState {
			t.Errorf("%s: features need no state", kind)
		}
		in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}
		if r := task.Loss(in, 0); math.Abs(float64(r.Loss)-first) > 0.02 || r.Quality > 0.4 {
			t.Errorf("%s: the first loss is %+v, want %v", kind, r, first)
		}
		p := task.Heads()[0].Params
		adam := nn.NewAdam(nn.DefaultAdam(), nil, p)
		for range 300 {
			task.Loss(in, 1)
			adam.Step(0.01, 0, p)
		}
		if r := task.Loss(in, 0); r.Loss > 0.05 || r.Quality < 0.6 {
			t.Errorf("%s: after 300 steps %+v", kind, r)
		} else if kind == "loop-closure" && r.Quality != 1 {
			t.Errorf("all loops are told, and the quality is %v, want 1", r.Quality)
		}
	}
}

func TestYouden(t *testing.T) {
	logits := []float32{0, 1, 1, 0, 0, 2, 3, 0, 0, 1} // says 1, 0, 1, 0, 1
	for _, c := range []struct {
		label  []int32
		weight []float32
		want   float32
	}{
		{[]int32{1, 0, 1, 0, 1}, nil, 1},
		{[]int32{0, 1, 0, 1, 0}, nil, -1},
		{[]int32{1, 1, 0, 0, 0}, nil, 1.0/2 - 2.0/3},
		{[]int32{1, 1, 0, 0, 0}, []float32{3, 1, 1, 1, 0}, 3.0/4 - 1.0/2},
		{[]int32{1, 1, 1, 1, 1}, nil, 0},
		{[]int32{1, 0, 1, 0, 1}, []float32{1, 0, 1, 0, 1}, 0},
	} {
		if got := auxtasks.Youden(logits, c.label, c.weight); math.Abs(float64(got-c.want)) > 1e-6 {
			t.Errorf("Youden of labels %v, weights %v = %v, want %v", c.label, c.weight, got, c.want)
		}
	}
}

func TestSignalTasksRefuse(t *testing.T) {
	_, signals := seen(1)
	taps := []auxtasks.Tap{{Name: "features", H: 1, W: 1, C: 4}}
	long := slices.Clone(signals)
	long[2].Len = 2
	core := append(slices.Clone(taps), auxtasks.Tap{Name: "core", H: 1, W: 1, C: 4})
	for _, c := range []struct {
		kind, settings, want string
		signals              []auxtasks.Signal
		taps                 []auxtasks.Tap
	}{
		{"depth", ``, "", signals, taps},
		{"depth", ``, `no signal "depth_bands", it has none`, nil, taps},
		{"depth", ``, "it has other", signals[:1], taps},
		{"depth", `{"from": "core"}`, `no such tap; a recurrent agent`, signals, taps},
		{"depth", `{"from": "core"}`, "", signals, core},
		{"depth", `{"from": "maps"}`, `must be "features" or "core"`, signals, taps},
		{"depth", `{"len": 0}`, "len", signals, taps},
		{"depth", `{"burn": -1}`, "burn", signals, taps},
		{"loop-closure", ``, "", signals, core},
		{"loop-closure", ``, `"core"`, signals, taps},
		{"loop-closure", ``, `no signal "loop"`, signals[:2], core},
		{"loop-closure", ``, "must have 1", long, core},
		{"loop-closure", `{"positive": 0}`, "positive is 0", signals, core},
		{"loop-closure", `{"seqs": -1}`, "seqs", signals, core},
	} {
		_, err := auxtasks.New(c.kind, []byte(c.settings), auxtasks.Dims{Rows: 30, Taps: c.taps, Signals: c.signals})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got error %v, want one with %q", c.kind, c.settings, err, c.want)
		}
	}
}

// From where they do not read by default they keep the contract too.
func TestSignalTasksKeepTheContract(t *testing.T) {
	t.Run("depth from the core", func(t *testing.T) { tasktest.Run(t, "depth", []byte(`{"from": "core", "burn": 2}`)) })
	t.Run("loop-closure from features", func(t *testing.T) { tasktest.Run(t, "loop-closure", []byte(`{"from": "features"}`)) })
}
