package nn

import "testing"

type goldenNorm struct {
	XShape []int     `json:"x"`
	Eps    float32   `json:"eps"`
	X      []float64 `json:"X"`
	Gain   []float64 `json:"gamma"`
	Bias   []float64 `json:"beta"`
	Y      []float64 `json:"Y"`
	DY     []float64 `json:"dY"`
	DX     []float64 `json:"dX"`
	DGain  []float64 `json:"dgamma"`
	DBias  []float64 `json:"dbeta"`
}

func TestLayerNormAgainstTorch(t *testing.T) {
	v := loadGolden(t).LayerNorm
	s := newSubject(&LayerNorm{In: v.XShape[1], Eps: v.Eps}, v.XShape[0])
	s.x.Floats, s.dy = narrow(v.X), narrow(v.DY)
	copy(s.params.W, narrow(append(v.Gain, v.Bias...)))
	y := s.forward()
	dx, g := s.backward(y, 0)
	compare(t, "y", y, v.Y, 1e-6)
	compare(t, "dx", dx, v.DX, 2e-6)
	compare(t, "dgain", g[:len(v.Gain)], v.DGain, 1e-6)
	compare(t, "dbias", g[len(v.Gain):], v.DBias, 1e-6)
}

// Rows of equal features give the bias; how large the features are does not matter, but for Eps.
func TestLayerNormOfConstants(t *testing.T) {
	s := newSubject(&LayerNorm{In: 4, Eps: 1e-5}, 2)
	copy(s.params.W, []float32{2, 2, 2, 2, 1, -1, 3, 0})
	copy(s.x.Floats, []float32{7, 7, 7, 7, -1e6, 1e6, -1e6, 1e6})
	compare(t, "y", s.forward(), []float64{1, -1, 3, 0, -1, 1, 1, 2}, 1e-6)
}

func TestLayerNormStarts(t *testing.T) {
	p := &Params{}
	(&LayerNorm{In: 2}).declare(p, "norm")
	p.Init(1)
	same(t, "gains and biases", p.W, []float32{1, 1, 0, 0})
}
