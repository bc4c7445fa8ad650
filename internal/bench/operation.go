package bench

import (
	"fmt"
	"math"

	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/nn"
)

// shard is how many rows convolutions are measured with: a worker's piece of a batch of 256.
const shard = 32

// miniGridCodes are how many kinds, colours and states MiniGrid's cells have.
var miniGridCodes = []int{11, 6, 4}

func operations() []row {
	var all []row
	for _, l := range []struct {
		name  string
		layer func() nn.Layer
		rows  []int
		codes []int // of an input that is symbols
		first bool  // reads the observation: it sends nothing back
	}{
		{"conv1", func() nn.Layer {
			return &nn.Conv{H: 84, W: 84, C: 4, KH: 8, KW: 8, Out: 32, Stride: 4, Act: nn.ReLU, Gain: 1, Bytes: true}
		}, nil, []int{256}, true},
		{"conv2", func() nn.Layer {
			return &nn.Conv{H: 20, W: 20, C: 32, KH: 4, KW: 4, Out: 64, Stride: 2, Act: nn.ReLU, Gain: 1}
		}, nil, nil, false},
		{"conv3", func() nn.Layer {
			return &nn.Conv{H: 9, W: 9, C: 64, KH: 3, KW: 3, Out: 64, Stride: 1, Act: nn.ReLU, Gain: 1}
		}, nil, nil, false},
		{"dense_3136x512", func() nn.Layer { return &nn.Dense{In: 3136, Out: 512, Act: nn.ReLU, Gain: 1} }, []int{1, 32, 256}, nil, false},
		{"minigrid_conv1", func() nn.Layer {
			return &nn.CodeConv{H: 7, W: 7, Codes: miniGridCodes, KH: 2, KW: 2, Out: 16, Act: nn.ReLU, Gain: 1}
		}, nil, miniGridCodes, true},
		{"minigrid_conv2", func() nn.Layer {
			return &nn.Conv{H: 3, W: 3, C: 16, KH: 2, KW: 2, Out: 32, Stride: 1, Act: nn.ReLU, Gain: 1}
		}, nil, nil, false},
		{"minigrid_conv3", func() nn.Layer {
			return &nn.Conv{H: 2, W: 2, C: 32, KH: 2, KW: 2, Out: 64, Stride: 1, Act: nn.ReLU, Gain: 1}
		}, nil, nil, false},
		{"impala_conv16", func() nn.Layer {
			return &nn.Conv{H: 42, W: 42, C: 16, KH: 3, KW: 3, Out: 16, Stride: 1, Pad: 1, Act: nn.ReLU, Gain: 1}
		}, nil, nil, false},
		{"impala_conv32", func() nn.Layer {
			return &nn.Conv{H: 21, W: 21, C: 32, KH: 3, KW: 3, Out: 32, Stride: 1, Pad: 1, Act: nn.ReLU, Gain: 1}
		}, nil, nil, false},
		{"dense_64x64", func() nn.Layer { return &nn.Dense{In: 64, Out: 64, Act: nn.Tanh, Gain: 1} }, []int{1, 32}, nil, false},
	} {
		batches := l.rows
		if batches == nil {
			batches = []int{shard}
		}
		for _, pass := range []string{"forward", "backward_weights", "backward_data"} {
			for _, n := range batches {
				name := l.name + "_" + pass
				if l.rows != nil {
					name = fmt.Sprintf("%s_b%d", name, n)
				}
				if pass != "forward" && n == 1 || pass == "backward_data" && l.first {
					continue
				}
				all = append(all, row{name, false, func(*team.Team) subject { return operation(l.layer(), n, pass, l.codes) }})
			}
		}
	}
	for _, depth := range []int{64, 256, 512} {
		all = append(all, row{fmt.Sprintf("block_k%d", depth), false, func(*team.Team) subject { return block(depth) }})
	}
	for _, seqs := range []int{1, 8, 16, 32} {
		all = append(all, row{fmt.Sprintf("lstm_gates_b%d", seqs), false, func(*team.Team) subject { return gates(seqs) }})
	}
	return append(all,
		row{"lstm_step_b16", false, func(*team.Team) subject { return lstmStep(16) }},
		row{"adam_1686k", false, func(*team.Team) subject { return adam() }},
	)
}

// operation is one pass of a layer.
func operation(layer nn.Layer, rows int, pass string, codes []int) subject {
	in := nn.Rows{}
	switch l := layer.(type) {
	case *nn.Conv:
		if l.Bytes {
			in.Bytes = symbols(rows*l.H*l.W*l.C, codes)
		} else {
			in.Floats = random(rows * l.H * l.W * l.C)
		}
	case *nn.CodeConv:
		in.Bytes = symbols(rows*l.H*l.W*len(l.Codes), codes)
	case *nn.Dense:
		in.Floats = random(rows * l.In)
	}
	o := nn.NewOperation(layer, in, rows)
	run := o.Forward
	switch pass {
	case "backward_weights":
		run = o.BackwardWeights
	case "backward_data":
		run = o.BackwardData
	}
	return subject{run: run, flops: o.FLOPs()}
}

// block is the largest block that the kernels compute at once, over and over on the same operands: sums of depth.
func block(depth int) subject {
	const tiles = 32
	m, n := 14, 32
	if f32.Kernels() == "avx2" {
		m, n = 6, 16
	}
	stride := depth + 16 // rows of A a power of two apart share cache lines
	p := f32.Product{
		C: random(m * n), CRow: n, A: random(m * stride), ARow: stride, ACol: 1, B: random(depth * n), BRow: n, I: random(n),
		M: m, N: n, K: depth, Segs: 1, Tiles: tiles, Floor: float32(math.Inf(-1)),
	}
	return subject{run: func() { f32.Mul(&p) }, flops: float64(2 * m * n * depth * tiles)}
}

// An LSTM of the size that recurrent agents have on the Nature encoder.
const lstmIn, lstmOut, lstmGates = 512, 256, 4

// gates is what an LSTM multiplies in one step: inputs and the output before with the weights of its gates.
func gates(seqs int) subject {
	const stride = lstmGates*lstmOut + 16
	z, x, h := random(seqs*stride), random(seqs*lstmIn), random(seqs*2*lstmOut)
	wx, wh, bias := random(lstmGates*lstmIn*lstmOut), random(lstmGates*lstmOut*lstmOut), random(lstmGates*lstmOut)
	inputs := f32.Product{
		C: z, CRow: stride, CTile: lstmOut, A: x, ARow: lstmIn, ACol: 1, B: wx, BRow: lstmOut, BTile: lstmIn * lstmOut,
		I: bias, ITile: lstmOut, M: seqs, N: lstmOut, K: lstmIn, Segs: 1, Tiles: lstmGates, Floor: float32(math.Inf(-1)),
	}
	before := inputs
	before.I, before.IRow = z, stride
	before.A, before.ARow, before.B, before.BTile, before.K = h, 2*lstmOut, wh, lstmOut*lstmOut, lstmOut
	return subject{
		run: func() {
			f32.Mul(&inputs)
			f32.Mul(&before)
		},
		flops: lstmFLOPs(seqs),
	}
}

func lstmFLOPs(seqs int) float64 { return float64(2 * seqs * (lstmIn + lstmOut) * lstmGates * lstmOut) }

// lstmStep is a whole step of that LSTM, nonlinearities included.
func lstmStep(seqs int) subject {
	p := new(nn.Params)
	core := nn.NewCore("lstm", &nn.LSTM{In: lstmIn, D: lstmOut}, p, seqs, nil)
	p.Init(1)
	x, state := random(seqs*lstmIn), make([]float32, seqs*core.StateLen())
	return subject{run: func() { core.Step(x, nil, nil, state, seqs) }, flops: lstmFLOPs(seqs)}
}

// weights returns as many as the Nature network has, with gradients.
func weights() *nn.Params {
	const n = 1_686_180
	p := &nn.Params{Views: []nn.View{{Name: "w", Shape: []int{n}}}}
	p.Alloc()
	copy(p.W, random(n))
	copy(p.G, p.W)
	return p
}

// adam reads the gradients for their norm, and then weights, gradients and two moments, and writes those.
func adam() subject {
	p := weights()
	a := nn.NewAdam(nn.DefaultAdam(), nil, p)
	return subject{run: func() { a.Step(1e-6, 0.5, p) }, bytes: float64(9 * 4 * len(p.W))}
}

// random returns numbers in [-1, 1).
func random(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(2*rng.Float64(rng.At(1, uint64(i))) - 1)
	}
	return x
}

// symbols returns bytes below the codes of their channels. Of few codes most are 0, as in grid worlds.
func symbols(n int, codes []int) []byte {
	b := make([]byte, n)
	for i := range b {
		x := rng.At(2, uint64(i))
		if count := uint64(codes[i%len(codes)]); count == 256 || x&3 == 0 {
			b[i] = byte(x >> 8 % count)
		}
	}
	return b
}
