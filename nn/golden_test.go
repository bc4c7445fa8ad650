package nn

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// golden is testdata/torch_golden.json: what PyTorch 1.13.1 computed in float64. Tensors are [rows, H, W, C], kernels
// [KH, KW, C, Out].
type golden struct {
	Conv      goldenConv `json:"conv_relu"`
	Ties      goldenPool `json:"maxpool_ties"`
	Padded    goldenPool `json:"maxpool_3s2p1"`
	Adam      goldenRun  `json:"adam"`
	RMSProp   goldenRun  `json:"rmsprop_torch"`
	Transpose goldenConv `json:"conv_transpose"`
	LayerNorm goldenNorm `json:"layer_norm"`
	LSTM      goldenCell `json:"lstm"`
	GRU       goldenCell `json:"gru"`
}

type goldenConv struct {
	XShape []int     `json:"x"`
	WShape []int     `json:"w"`
	YShape []int     `json:"y"`
	Stride int       `json:"stride"`
	X      []float64 `json:"X"`
	W      []float64 `json:"W"`
	B      []float64 `json:"B"`
	Y      []float64 `json:"Y"`
	DY     []float64 `json:"dY"`
	DX     []float64 `json:"dX"`
	DW     []float64 `json:"dW"`
	DB     []float64 `json:"dB"`
}

type goldenPool struct {
	XShape []int     `json:"x"`
	YShape []int     `json:"y"`
	X      []float64 `json:"X"`
	Y      []float64 `json:"Y"`
	DY     []float64 `json:"dY"`
	DX     []float64 `json:"dX"`
}

type goldenRun struct {
	LR       float32   `json:"lr"`
	B1       float32   `json:"b1"`
	B2       float32   `json:"b2"`
	Alpha    float32   `json:"alpha"`
	Eps      float32   `json:"eps"`
	ClipNorm float32   `json:"clip_norm"`
	Start    []float64 `json:"start"`
	Grads    []float64 `json:"grads"`  // [step, weight]
	Params   []float64 `json:"params"` // [step, weight], after the step
}

func loadGolden(t *testing.T) *golden {
	t.Helper()
	b, err := os.ReadFile("testdata/torch_golden.json")
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{}
	if err := json.Unmarshal(b, g); err != nil {
		t.Fatal(err)
	}
	return g
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func TestConvAgainstTorch(t *testing.T) {
	v := loadGolden(t).Conv
	xs, ws := v.XShape, v.WShape
	s := newSubject(&Conv{H: xs[1], W: xs[2], C: xs[3], KH: ws[0], KW: ws[1], Out: ws[3], Stride: v.Stride, Act: ReLU}, xs[0])
	s.x.Floats, s.dy = narrow(v.X), narrow(v.DY)
	copy(s.params.W, narrow(append(v.W, v.B...)))
	y := s.forward()
	dx, g := s.backward(y, 0)
	compare(t, "y", y, v.Y, 2e-6)
	compare(t, "dx", dx, v.DX, 2e-6)
	compare(t, "dw", g[:len(v.W)], v.DW, 2e-6)
	compare(t, "db", g[len(v.W):], v.DB, 2e-6)
}

func TestMaxPoolAgainstTorch(t *testing.T) {
	v := loadGolden(t)
	for _, test := range []struct {
		name           string
		want           goldenPool
		k, stride, pad int
	}{{"ties", v.Ties, 2, 2, 0}, {"3s2p1", v.Padded, 3, 2, 1}} {
		xs := test.want.XShape
		s := newSubject(&MaxPool{H: xs[1], W: xs[2], C: xs[3], K: test.k, Stride: test.stride, Pad: test.pad}, xs[0])
		s.x.Floats, s.dy = narrow(test.want.X), narrow(test.want.DY)
		y := s.forward()
		dx, _ := s.backward(y, 0)
		same(t, test.name+": y", y, narrow(test.want.Y))
		compare(t, test.name+": dx", dx, test.want.DX, 1e-7)
	}
}

func TestOptimizersAgainstTorch(t *testing.T) {
	v := loadGolden(t)
	for _, test := range []struct {
		name string
		run  goldenRun
		make func(p *Params) Optimizer
	}{
		{"adam", v.Adam, func(p *Params) Optimizer {
			return NewAdam(AdamConfig{Beta1: v.Adam.B1, Beta2: v.Adam.B2, Eps: v.Adam.Eps}, nil, p)
		}},
		{"rmsprop", v.RMSProp, func(p *Params) Optimizer {
			return NewRMSProp(RMSPropConfig{Decay: v.RMSProp.Alpha, Eps: v.RMSProp.Eps}, nil, p)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := len(test.run.Start)
			p := vector(n)
			opt := test.make(p)
			copy(p.W, narrow(test.run.Start))
			for at := 0; at < len(test.run.Grads); at += n {
				copy(p.G, narrow(test.run.Grads[at:at+n]))
				opt.Step(test.run.LR, test.run.ClipNorm, p)
				for i, want := range test.run.Params[at : at+n] {
					// Each step rounds the weight once; what it has moved is good to 2e-5: 1-0.999 in float32.
					moved := math.Abs(want - test.run.Start[i])
					rounded := float64(at/n+1) * 0x1p-24 * math.Abs(want)
					if e := math.Abs(float64(p.W[i]) - want); e > 2e-5*moved+rounded+1e-9 {
						t.Errorf("step %d, weight %d: got %v, want %v", at/n, i, p.W[i], want)
					}
				}
				same(t, "gradients after the step", p.G, make([]float32, n))
			}
		})
	}
}

// vector returns an arena of n zeros.
func vector(n int) *Params {
	p := &Params{}
	p.declare("x", 0, n)
	p.Init(0)
	return p
}
