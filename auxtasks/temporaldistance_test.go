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

// ahead returns how many steps, over transitions that count, lead from row i to row j; 0 if none do.
func ahead(b *auxtasks.Batch, i, j int) int {
	for n := 1; i < b.Transitions() && b.Weight[i] != 0 && int(b.Next[i]) != i; n++ {
		ends := b.Ended[i]
		if i = int(b.Next[i]); i == j {
			return n
		}
		if ends {
			break
		}
	}
	return 0
}

// Where the first feature tells the time within an episode, a distance is a difference of two of them. Rows that no pair may have are
// no numbers.
func TestTemporalDistanceReadsPairsOfEpisodes(t *testing.T) {
	const steps, seqs, floats, pairs = 9, 7, 3, 8
	for _, rollout := range []bool{false, true} {
		b := mixed(steps, seqs, rollout)
		may := make([]bool, b.Rows())
		for i := range may {
			for j := range may {
				if ahead(b, i, j) > 0 {
					may[i], may[j] = true, true
				}
			}
		}
		features := tapOf("features", 1, 1, floats, b.Rows())
		d := auxtasks.Dims{Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(features)}}
		task := built(t, "temporal-distance", `{"len": 9, "seqs": 14, "pairs": 8}`, d)
		p := task.Heads()[0].Params
		copy(p.W, []float32{-1, 0, 0, 1, 0, 0, 0}) // the later first float, less the earlier
		clear(features.Act)
		for row := range may {
			at := &features.Act[row*floats]
			if !may[row] {
				*at = float32(math.NaN())
				continue
			}
			for i := range may { // how far the row is from the earliest that leads there
				*at = max(*at, float32(ahead(b, i, row))/steps)
			}
		}
		for draw := range 40 {
			in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{features}}, Random: rng.At(6, uint64(draw))}
			if r := task.Loss(in, 1); !(r.Loss < 1e-12) || r.Rows < seqs || r.Rows > seqs*pairs || r.Quality < 0.999 {
				t.Fatalf("rollout %v: %+v, want no loss", rollout, r)
			}
		}
		// With a slope that is too large every pair leaves a gradient at both its rows. Over many draws those are all that may.
		clear(features.Grad)
		copy(p.W, []float32{-1, 0, 0, 2, 0, 0, 0})
		for row, ok := range may {
			if !ok {
				features.Act[row*floats] = 0
			}
		}
		for draw := range 200 {
			task.Loss(&auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{features}}, Random: rng.At(6, uint64(draw))}, 1)
		}
		for row, ok := range may {
			if moved := features.Grad[row*floats] != 0; moved != ok {
				t.Errorf("rollout %v: row %d: gradient %v, want %v", rollout, row, moved, ok)
			}
		}
	}
}

// One sequence of two transitions has three pairs; all are drawn alike, and the loss is that of the definition, core included.
func TestTemporalDistanceAgainstDefinition(t *testing.T) {
	b := &auxtasks.Batch{T: 2, B: 1, Next: []int32{1, 2}, Weight: []float32{1, 1}, Ended: []bool{false, false}}
	features, core := tapOf("features", 1, 1, 2, 3), tapOf("core", 1, 1, 1, 3)
	task := built(t, "temporal-distance", `{"len": 2, "seqs": 1, "pairs": 1, "core": true}`,
		auxtasks.Dims{Rows: 3, Taps: []auxtasks.Tap{shapeOf(features), shapeOf(core)}})
	if n := task.Needs(); !slices.Equal(n.Taps, []string{"features", "core"}) || n.Draw.NoState || n.Draw.NoNext {
		t.Errorf("needs %+v", n)
	}
	w := []float32{0.5, -1, 2, 0.25, -0.75, 0.1}
	copy(task.Heads()[0].Params.W, w)
	f := features.Act
	counts := map[[2]int]int{}
	for draw := range 600 {
		clear(features.Grad)
		clear(core.Grad)
		in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{features, core}}, Random: rng.At(2, uint64(draw))}
		r := task.Loss(in, 3)
		found := false
		for _, pair := range [][2]int{{0, 1}, {1, 2}, {0, 2}} {
			i, j := pair[0], pair[1]
			y := w[0]*f[2*i] + w[1]*f[2*i+1] + w[2]*f[2*j] + w[3]*f[2*j+1] + w[4]*core.Act[j] + w[5]
			e := y - float32(j-i)/2
			if math.Abs(float64(r.Loss-e*e/2)) > 1e-6 || r.Rows != 1 {
				continue
			}
			g, h := make([]float32, 6), make([]float32, 3)
			g[2*i], g[2*i+1], g[2*j], g[2*j+1], h[j] = 3*e*w[0], 3*e*w[1], 3*e*w[2], 3*e*w[3], 3*e*w[4]
			if !alike(features.Grad, g) || !alike(core.Grad, h) {
				t.Fatalf("pair %v: gradients %v and %v, want %v and %v", pair, features.Grad, core.Grad, g, h)
			}
			counts[pair]++
			found = true
		}
		if !found {
			t.Fatalf("the loss %v is that of no pair", r.Loss)
		}
	}
	for _, n := range counts {
		if n < 150 || n > 250 {
			t.Errorf("of 200 each: %v", counts)
		}
	}
}

func TestTemporalDistanceLearns(t *testing.T) {
	b := mixed(8, 6, false)
	tap := tapOf("features", 1, 1, 16, b.Rows())
	task := built(t, "temporal-distance", `{"len": 8, "seqs": 6, "hidden": 32}`, auxtasks.Dims{Rows: b.Rows(), Taps: []auxtasks.Tap{shapeOf(tap)}})
	in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{{tap}}}
	first := task.Loss(in, 0)
	if !(first.Loss > 0 && first.Loss < 0.5) || math.Abs(float64(first.Quality)) > 1 {
		t.Errorf("the first loss is %+v, must be the mean of half a square of at most 1", first)
	}
	p := task.Heads()[0].Params
	adam := nn.NewAdam(nn.DefaultAdam(), nil, p)
	for i := range 300 {
		in.Random = rng.At(7, uint64(i))
		task.Loss(in, 1)
		adam.Step(0.01, 0, p)
	}
	if got := task.Loss(in, 0); got.Quality < 0.9 {
		t.Errorf("after 300 steps %+v", got)
	}
}

func TestTemporalDistanceRefuses(t *testing.T) {
	taps := []auxtasks.Tap{{Name: "features", H: 1, W: 1, C: 4}}
	for _, c := range []struct {
		settings, want string
		taps           []auxtasks.Tap
		rows           int
	}{
		{``, "", taps, 21},
		{``, `"features"`, nil, 21},
		{``, "no room", taps, 20},
		{`{"core": true}`, `no tap "core"`, taps, 21},
		{`{"len": 1}`, "len is 1", taps, 21},
		{`{"pairs": 0}`, "pairs is 0", taps, 21},
		{`{"len": 5, "pairs": 6}`, "between 1 and len, 5", taps, 21},
		{`{"seqs": -1}`, "seqs", taps, 21},
		{`{"hidden": -1}`, "hidden", taps, 21},
	} {
		_, err := auxtasks.New("temporal-distance", []byte(c.settings), auxtasks.Dims{Rows: c.rows, Taps: c.taps})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.settings, err, c.want)
		}
	}
}

// With the core and a hidden layer it keeps the contract too.
func TestTemporalDistanceKeepsTheContract(t *testing.T) {
	tasktest.Run(t, "temporal-distance", []byte(`{"core": true, "hidden": 16}`))
}
