package nn

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// goldenCell is one layer over T steps of B sequences, with the state multiplied by the mask before each step. Weights are
// [gates*hidden, inputs].
type goldenCell struct {
	T, B, D int
	Hidden  int       `json:"hidden"`
	Wx      []float64 `json:"weight_ih"`
	Wh      []float64 `json:"weight_hh"`
	Bx      []float64 `json:"bias_ih"`
	Bh      []float64 `json:"bias_hh"`
	X       []float64
	Mask    []float64 `json:"mask"`
	H0      []float64 `json:"h0"`
	C0      []float64 `json:"c0"`
	H       []float64
	DH      []float64 `json:"dH"`
	DX      []float64 `json:"dX"`
	DWx     []float64 `json:"d_weight_ih"`
	DWh     []float64 `json:"d_weight_hh"`
	DBx     []float64 `json:"d_bias_ih"`
	DBh     []float64 `json:"d_bias_hh"`
}

// gates takes gates of PyTorch's [gates*hidden, inputs] in the order given and turns each to [inputs, hidden].
func gates(w []float64, hidden int, order ...int) (ours []float64) {
	inputs := len(w) / hidden / len(order)
	for _, g := range order {
		for k := range inputs {
			for j := range hidden {
				ours = append(ours, w[(g*hidden+j)*inputs+k])
			}
		}
	}
	return ours
}

func TestCellsAgainstTorch(t *testing.T) {
	const r, u, n = 0, 1, 2 // PyTorch's order in a GRU
	for _, test := range []struct {
		name   string
		want   goldenCell
		cell   func(v goldenCell) Cell
		wx, wh []int
		bias   func(x, h []float64, d int) []float64 // of the two that PyTorch has
	}{
		{
			"lstm", loadGolden(t).LSTM, func(v goldenCell) Cell { return &LSTM{In: v.D, D: v.Hidden} }, []int{0, 1, 2, 3}, []int{0, 1, 2, 3},
			func(x, h []float64, _ int) (b []float64) {
				for i := range x {
					b = append(b, x[i]+h[i])
				}
				return b
			},
		},
		{
			"gru", loadGolden(t).GRU, func(v goldenCell) Cell { return &GRU{In: v.D, D: v.Hidden} }, []int{n, r, u}, []int{r, u, n},
			func(x, h []float64, d int) (b []float64) {
				b = append(b, x[2*d:]...)
				for i := range 2 * d {
					b = append(b, x[i]+h[i])
				}
				return append(b, h[2*d:]...)
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := test.want
			p := &Params{}
			c := NewCore("it", test.cell(v), p, v.T*v.B, nil)
			p.Init(1)
			w := append(gates(v.Wx, v.Hidden, test.wx...), gates(v.Wh, v.Hidden, test.wh...)...)
			copy(p.W, narrow(append(w, test.bias(v.Bx, v.Bh, v.Hidden)...)))
			start := make([]bool, len(v.Mask))
			for i, keep := range v.Mask {
				start[i] = keep == 0
			}
			var state []float32
			for b := range v.B {
				state = append(state, narrow(v.H0[b*v.Hidden:(b+1)*v.Hidden])...)
				if v.C0 != nil {
					state = append(state, narrow(v.C0[b*v.Hidden:(b+1)*v.Hidden])...)
				}
			}
			dx := make([]float32, len(v.X))
			c.Forward(narrow(v.X), nil, start, state, v.T, v.B)
			compare(t, "h", c.Tap().Act, v.H, 1e-6)
			copy(c.Tap().Grad, narrow(v.DH))
			c.Backward(dx, 0)
			compare(t, "dx", dx, v.DX, 2e-6)
			gx, gh, gb := c.weights(p.G)
			compare(t, "dwx", gx, gates(v.DWx, v.Hidden, test.wx...), 2e-6)
			compare(t, "dwh", gh, gates(v.DWh, v.Hidden, test.wh...), 2e-6)
			// Each of PyTorch's two biases has the gradient of their sum.
			none := make([]float64, len(v.DBx))
			if test.name == "gru" {
				copy(none[2*v.Hidden:], v.DBh[2*v.Hidden:])
			}
			compare(t, "db", gb, test.bias(v.DBx, none, v.Hidden), 2e-6)
		})
	}
}

// All gates of a tensor start orthogonal together; biases start at zero, but for forget and update gates.
func TestCellStarts(t *testing.T) {
	for _, cell := range []Cell{&LSTM{In: 7, Side: 2, D: 4, Forget: 1.5}, &GRU{In: 7, Side: 20, D: 4, Keep: 0.5}} {
		p := &Params{}
		NewCore("core", cell, p, 1, nil)
		p.Init(4)
		for _, v := range p.Views[:2] {
			gates, rows, cols := v.Shape[0], v.Shape[1], v.Shape[2]
			m := mat.NewDense(rows, gates*cols, nil)
			for i := range v.Len() {
				m.Set(i/cols%rows, i/(cols*rows)*cols+i%cols, float64(p.W[v.Off+i]))
			}
			var gram mat.Dense
			if gram.Mul(m, m.T()); rows > gates*cols {
				gram.Reset()
				gram.Mul(m.T(), m)
			}
			n, _ := gram.Dims()
			for i := range n {
				gram.Set(i, i, gram.At(i, i)-1)
			}
			if e := mat.Max(&gram); e > 2e-7 {
				t.Errorf("%T: %s: WᵀW is not the identity: off by %v", cell, v.Name, e)
			}
		}
		b := p.Views[2]
		want := make([]float32, b.Len())
		if _, ok := cell.(*LSTM); ok {
			copy(want[4:], []float32{1.5, 1.5, 1.5, 1.5})
		} else {
			copy(want[8:], []float32{0.5, 0.5, 0.5, 0.5})
		}
		same(t, fmt.Sprintf("%T: biases", cell), p.W[b.Off:], want)
	}
}
