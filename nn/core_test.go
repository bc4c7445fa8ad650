package nn

import (
	"fmt"
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/team"
)

// coreTest is a cell, a size of pass, and where sequences start: "", everywhere "all", or here and there "some".
type coreTest struct {
	build func() Cell
	T, B  int
	start string
	given bool // the states before step 0
	warm  int
}

func (c coreTest) String() string {
	return fmt.Sprintf("%T/T=%d/B=%d/start=%s/state=%v/warm=%d", c.build(), c.T, c.B, c.start, c.given, c.warm)
}

// coreTests is every cell at sizes where something does not divide: one step, one sequence, fewer sequences than shards.
func coreTests() (tests []coreTest) {
	for _, cell := range []func() Cell{
		func() Cell { return &LSTM{In: 3, D: 5, Forget: 1} },
		func() Cell { return &LSTM{In: 2, Side: 2, D: 3} },
		func() Cell { return &GRU{In: 3, D: 5} },
		func() Cell { return &GRU{Side: 2, D: 3} },
	} {
		tests = append(tests,
			coreTest{cell, 1, 1, "", false, 0},
			coreTest{cell, 1, 3, "some", true, 0},
			coreTest{cell, 4, 1, "", true, 0},
			coreTest{cell, 4, 1, "some", true, 1},
			coreTest{cell, 5, 2, "some", true, 0},
			coreTest{cell, 3, 3, "all", true, 0},
			coreTest{cell, 3, 9, "some", false, 2},
			coreTest{cell, 3, 2, "some", true, 3},
		)
	}
	return tests
}

// coreSubject is a core with weights, inputs, and an objective Σ dh h.
type coreSubject struct {
	*Core
	coreTest
	params          *Params
	x, beside, init []float32
	begins          []bool
	dh              []float32
}

func newCoreSubject(test coreTest, extra int, workers *team.Team) *coreSubject {
	s := &coreSubject{coreTest: test, params: &Params{}}
	n := test.T * test.B
	s.Core = NewCore("it", test.build(), s.params, n+extra, workers)
	s.params.Init(1)
	copy(s.params.W, randoms(len(s.params.W), "weights"))
	for i := range s.params.W {
		s.params.W[i] /= 2
	}
	s.x, s.beside = randoms(n*s.in, "x"), randoms(n*s.side, "side")
	if test.given {
		s.init = randoms(test.B*s.StateLen(), "state")
	}
	if test.start != "" {
		s.begins = make([]bool, n)
		for i := range s.begins {
			s.begins[i] = test.start == "all" || i%3 == 1
		}
	}
	s.dh = randoms(n*s.out, "dh")
	for _, buffer := range [][]float32{s.tap.Act, s.z, s.dz, s.keep, s.prev, s.next, s.dstate, s.turnedX, s.turnedH} {
		poison(buffer)
	}
	return s
}

func (s *coreSubject) forward() { s.Forward(s.x, s.beside, s.begins, s.init, s.T, s.B) }

// backward returns gradients that began at start.
func (s *coreSubject) backward(start float32) (dx, g []float32) {
	dx = make([]float32, len(s.x))
	for _, x := range [][]float32{dx, s.params.G} {
		for i := range x {
			x[i] = start
		}
	}
	copy(s.tap.Grad, s.dh)
	s.Backward(dx, s.warm)
	return dx, append([]float32(nil), s.params.G...)
}

// slowStep is the comment of a cell in float64: the state after a step with inputs x, the side among them, from state.
func slowStep(cell Cell, w, x, state []float64) []float64 {
	d, _ := cell.Sizes()
	all, input, recurrent := cell.gates()
	wx, wh, b := w, w[input*len(x)*d:], w[input*len(x)*d+recurrent*d*d:]
	from := func(w, x []float64, gate, j int) (sum float64) {
		for k, v := range x {
			sum += v * w[(gate*len(x)+k)*d+j]
		}
		return sum
	}
	sigm := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	h, next := state[:d], make([]float64, len(state))
	for j := range d {
		z := make([]float64, all)
		for gate := range z {
			z[gate] = b[gate*d+j]
			if gate < input {
				z[gate] += from(wx, x, gate, j)
			}
			if at := gate - (all - recurrent); at >= 0 {
				z[gate] += from(wh, h, at, j)
			}
		}
		if _, ok := cell.(*LSTM); ok {
			next[d+j] = sigm(z[1])*state[d+j] + sigm(z[0])*math.Tanh(z[2])
			next[j] = sigm(z[3]) * math.Tanh(next[d+j])
		} else {
			u := sigm(z[2])
			next[j] = (1-u)*math.Tanh(z[0]+sigm(z[1])*z[3]) + u*h[j]
		}
	}
	return next
}

// inputs returns what row reads, in float64.
func (s *coreSubject) inputs(x []float64, row int) []float64 {
	both := append([]float64(nil), x[row*s.in:(row+1)*s.in]...)
	return append(both, wide(s.beside[row*s.side:(row+1)*s.side])...)
}

// slow runs steps from..T-1 in float64 and returns the states after every row; those before step from are given.
func (s *coreSubject) slow(w, x []float64, states [][]float64, from int) (after [][]float64) {
	after = append(after, states...)
	for row := from * s.B; row < s.T*s.B; row++ {
		before := make([]float64, s.state)
		switch {
		case s.begins != nil && s.begins[row]:
		case row >= s.B:
			before = after[row-s.B]
		case s.init != nil:
			before = wide(s.init[row*s.state : (row+1)*s.state])
		}
		after = append(after, slowStep(s.cell, w, s.inputs(x, row), before))
	}
	return after
}

func (s *coreSubject) outputs(states [][]float64) (h []float64) {
	for _, state := range states {
		h = append(h, state[:s.out]...)
	}
	return h
}

// Outputs, states and gradients are those of the slow version, whose gradients are central differences. Where leading steps only
// warm the state, those run once, and the differences are of what follows.
func TestCoreAgainstSlowVersion(t *testing.T) {
	const start = 0.5
	for _, test := range coreTests() {
		t.Run(test.String(), func(t *testing.T) {
			s := newCoreSubject(test, 0, nil)
			w, x := wide(s.params.W), wide(s.x)
			s.forward()
			states := s.slow(w, x, nil, 0)
			compare(t, "h", s.Tap().Act, s.outputs(states), 2e-6)
			final := poison(make([]float32, s.B*s.StateLen()))
			s.State(final)
			var want []float64
			for _, state := range states[(s.T-1)*s.B:] {
				want = append(want, state...)
			}
			compare(t, "final state", final, want, 2e-6)

			warm := states[:s.warm*s.B]
			objective := func() (sum float64) {
				for i, v := range s.outputs(s.slow(w, x, warm, s.warm)) {
					sum += float64(s.dh[i]) * v
				}
				return sum
			}
			dx, g := s.backward(start)
			compare(t, "dx", dx, plus(slopes(objective, x), start), 1e-5)
			compare(t, "g", g, plus(slopes(objective, w), start), 1e-5)
			same(t, "gradients at the tap", s.Tap().Grad, make([]float32, len(s.Tap().Grad)))

			s.backward(0)
			copy(s.tap.Grad, s.dh)
			s.Backward(nil, s.warm)
			for i := range g {
				g[i] = 2 * (s.params.G[i] / 2)
			}
			first := append([]float32(nil), g...)
			s.backward(0)
			copy(s.tap.Grad, s.dh)
			s.Backward(nil, s.warm)
			same(t, "gradients of two Backward without dx", s.params.G, first)
			_, g = s.backward(0)
			compare(t, "twice the gradients", first, times(wide(g), 2), 1e-6)
		})
	}
}

func times(x []float64, a float64) []float64 {
	for i := range x {
		x[i] *= a
	}
	return x
}

// Step is Forward row by row, bit for bit, whatever the number of sequences and how they are split.
func TestStepEqualsForward(t *testing.T) {
	for _, test := range append(coreTests(), largeTests()...) {
		if !test.given {
			continue
		}
		t.Run(test.String(), func(t *testing.T) {
			s := newCoreSubject(test, 0, nil)
			s.forward()
			one := s.Share(1, nil)
			for b := range s.B {
				state := append([]float32(nil), s.init[b*s.state:(b+1)*s.state]...)
				for step := range s.T {
					row := step*s.B + b
					var begins []bool
					if s.begins != nil {
						begins = s.begins[row : row+1]
					}
					one.Step(s.x[row*s.in:(row+1)*s.in], s.beside[row*s.side:(row+1)*s.side], begins, state, 1)
					same(t, fmt.Sprintf("h of row %d", row), one.Tap().Act, s.Tap().Act[row*s.out:(row+1)*s.out])
					same(t, fmt.Sprintf("state after row %d", row), state, s.stateOf(s.next, row))
				}
			}
		})
	}
}

// Extra rows are steps from the states after the rows they follow. They disturb neither Forward's rows nor Backward, and gradients
// left at them vanish.
func TestExtra(t *testing.T) {
	for _, test := range append(coreTests(), largeTests()...) {
		t.Run(test.String(), func(t *testing.T) {
			const extra = 90
			plain, s := newCoreSubject(test, 0, nil), newCoreSubject(test, extra, nil)
			plain.forward()
			s.forward()
			n := s.T * s.B
			x, side := randoms(extra*s.in, "extra x"), randoms(extra*s.side, "extra side")
			from := make([]int32, extra)
			for i := range from {
				from[i] = int32(i * 2 % n)
			}
			s.Extra(x, side, from)
			one := s.Share(1, nil)
			for i, row := range from {
				state := append([]float32(nil), plain.stateOf(plain.next, int(row))...)
				one.Step(x[i*s.in:(i+1)*s.in], side[i*s.side:(i+1)*s.side], nil, state, 1)
				same(t, fmt.Sprintf("extra row %d", i), s.Tap().Act[(n+i)*s.out:(n+i+1)*s.out], one.Tap().Act)
			}
			s.Extra(x, side, from[:1]) // fewer than before
			same(t, "h", s.Tap().Act[:n*s.out], plain.Tap().Act)
			copy(s.tap.Grad[n*s.out:], randoms(extra*s.out, "left"))
			dx, g := s.backward(0)
			wantDx, wantG := plain.backward(0)
			same(t, "dx", dx, wantDx)
			same(t, "g", g, wantG)
			same(t, "gradients at the tap", s.tap.Grad, make([]float32, len(s.tap.Grad)))
			s.Extra(nil, nil, nil)
		})
	}
}

const largeExtra = 90

// largeTests is every cell at sizes where passes are split, and with as many sequences as do not divide.
func largeTests() (tests []coreTest) {
	for _, cell := range []func() Cell{
		func() Cell { return &LSTM{In: 17, Side: 3, D: 67, Forget: 1} },
		func() Cell { return &GRU{In: 17, Side: 3, D: 67} },
	} {
		for _, seqs := range []int{3, 19} {
			tests = append(tests, coreTest{cell, 9, seqs, "some", true, 1})
		}
	}
	return tests
}

// run passes everything once and returns all results.
func (s *coreSubject) run() (all []float32) {
	s.forward()
	n := s.T * s.B
	from := make([]int32, largeExtra)
	for i := range from {
		from[i] = int32(i * 5 % n)
	}
	s.Extra(randoms(len(from)*s.in, "extra x"), randoms(len(from)*s.side, "extra side"), from)
	all = append(all, s.tap.Act[:(n+len(from))*s.out]...)
	state := make([]float32, s.B*s.state)
	s.State(state)
	dx, g := s.backward(0)
	return append(append(append(all, state...), dx...), g...)
}

// Results are the same bit for bit whatever the number of workers and whatever ran before, and rows beyond those given stay
// untouched.
func TestCoreWorkers(t *testing.T) {
	for _, test := range largeTests() {
		t.Run(test.String(), func(t *testing.T) {
			s := newCoreSubject(test, largeExtra+3, nil)
			want := s.run()
			if s.B > 9 && (s.ranges != 4 || s.shares < 2) {
				t.Errorf("split into %d ranges and %d shares", s.ranges, s.shares)
			}
			behind := s.tap.Act[(s.T*s.B+largeExtra)*s.out:]
			same(t, "rows behind those given", behind, poison(make([]float32, len(behind))))
			same(t, "again", s.run(), want)
			for workers := 1; workers <= 3; workers++ {
				crew := team.New(workers)
				same(t, fmt.Sprintf("%d workers", workers), newCoreSubject(test, largeExtra, crew).run(), want)
				crew.Close()
			}
			more := test
			more.T, more.B, more.start = test.T+2, test.B+3, ""
			large := newCoreSubject(more, largeExtra, nil)
			large.run()
			small := newCoreSubject(test, largeExtra, nil)
			small.tap, small.prev, small.next, small.z, small.keep = large.tap, large.prev, large.next, large.z, large.keep
			small.dz, small.dstate = large.dz, large.dstate
			same(t, "in the buffers of a larger pass", small.run(), want)
		})
	}
}

func TestCoreAllocatesNothing(t *testing.T) {
	crew := team.New(2)
	defer crew.Close()
	for name, workers := range map[string]*team.Team{"nil team": nil, "two workers": crew} {
		for _, cell := range []func() Cell{
			func() Cell { return &LSTM{In: 3, Side: 1, D: 5} },
			func() Cell { return &GRU{In: 3, Side: 1, D: 5} },
		} {
			s := newCoreSubject(coreTest{cell, 4, 16, "some", true, 1}, 2, workers)
			dx, from := make([]float32, len(s.x)), []int32{3, 5}
			state := make([]float32, 16*s.StateLen())
			if got := testing.AllocsPerRun(20, func() {
				s.forward()
				s.Extra(s.x, s.beside, from)
				s.Backward(dx, 1)
				s.Step(s.x, s.beside, s.begins, state, 16)
			}); got != 0 {
				t.Errorf("%s: %v allocations", name, got)
			}
		}
	}
}

// A NaN reaches all that depends on it, and nothing behind a start.
func TestCoreKeepsNaN(t *testing.T) {
	count := func(x []float32) (nan int) {
		for _, v := range x {
			if v != v {
				nan++
			}
		}
		return nan
	}
	for _, cell := range []func() Cell{func() Cell { return &LSTM{In: 3, D: 5} }, func() Cell { return &GRU{In: 3, D: 5} }} {
		fresh := func() *coreSubject {
			s := newCoreSubject(coreTest{cell, 6, 2, "", true, 0}, 0, nil)
			s.begins = make([]bool, 12)
			s.begins[3*2+1] = true // the second sequence starts again at step 3
			return s
		}
		for at := range fresh().params.W {
			s := fresh()
			s.params.W[at] = float32(math.NaN())
			s.forward()
			if got := count(s.tap.Act[11*5:]); got == 0 {
				t.Errorf("%T: NaN in weight %d does not reach the outputs", s.cell, at)
			}
			if _, g := s.backward(0); count(g) == 0 {
				t.Errorf("%T: NaN in weight %d does not reach the gradients", s.cell, at)
			}
		}

		s := fresh()
		poison(s.x[1*2*3+3 : 1*2*3+6]) // step 1 of the second sequence
		s.forward()
		for row := range 12 {
			want := 0
			if row == 3 || row == 5 {
				want = 5
			}
			if got := count(s.tap.Act[row*5 : (row+1)*5]); got != want {
				t.Errorf("%T: row %d: %d outputs are NaN, want %d", s.cell, row, got, want)
			}
		}
		if _, g := s.backward(0); count(g) != len(g) {
			t.Errorf("%T: NaN in the inputs: %d of %d gradients are NaN", s.cell, count(g), len(g))
		}

		s = fresh()
		poison(s.init[s.state:])
		s.forward()
		if got := count(s.tap.Act); got != 3*5 {
			t.Errorf("%T: NaN in a state: %d outputs are NaN, want those of three rows", s.cell, got)
		}

		s = fresh()
		s.forward()
		poison(s.dh[9*5 : 10*5]) // step 4 of the second sequence
		dx, _ := s.backward(0)
		for row := range 12 {
			want := 0
			if row == 9 || row == 7 {
				want = 3
			}
			if got := count(dx[row*3 : (row+1)*3]); got != want {
				t.Errorf("%T: row %d: %d gradients are NaN, want %d", s.cell, row, got, want)
			}
		}
	}
}

func TestCoreWithoutRows(t *testing.T) {
	s := newCoreSubject(coreTest{func() Cell { return &GRU{In: 2, D: 2} }, 2, 2, "", false, 0}, 0, nil)
	s.Backward(nil, 0)
	s.State(nil)
	s.Forward(nil, nil, nil, nil, 3, 0)
	s.Extra(nil, nil, nil)
	s.State(nil)
	s.Backward(nil, 1)
	if maxAbs(s.params.G) != 0 {
		t.Error("no rows have a gradient")
	}
	if got := s.Rows(); got != 4 {
		t.Errorf("rows: got %d, want 4", got)
	}
}

func TestCorePanics(t *testing.T) {
	for name, call := range map[string]func(s *coreSubject){
		"more rows":           func(s *coreSubject) { s.Forward(s.x, s.beside, nil, nil, 4, 3) },
		"no step":             func(s *coreSubject) { s.Forward(s.x, s.beside, nil, nil, 0, 3) },
		"sequences below 0":   func(s *coreSubject) { s.Forward(s.x, s.beside, nil, nil, 1, -1) },
		"inputs missing":      func(s *coreSubject) { s.Forward(s.x[1:], s.beside, nil, nil, 3, 3) },
		"side missing":        func(s *coreSubject) { s.Forward(s.x, s.beside[1:], nil, nil, 3, 3) },
		"starts missing":      func(s *coreSubject) { s.Forward(s.x, s.beside, make([]bool, 8), nil, 3, 3) },
		"states missing":      func(s *coreSubject) { s.Forward(s.x, s.beside, nil, make([]float32, 14), 3, 3) },
		"state's length":      func(s *coreSubject) { s.State(make([]float32, 13)) },
		"step without states": func(s *coreSubject) { s.Step(s.x, s.beside, nil, nil, 1) },
		"too many extra rows": func(s *coreSubject) { s.Extra(s.x, s.beside, []int32{0, 1, 2}) },
		"extra inputs":        func(s *coreSubject) { s.Extra(s.x[:3], s.beside, []int32{0, 1}) },
		"extra side":          func(s *coreSubject) { s.Extra(s.x, s.beside[:1], []int32{0, 1}) },
		"extra before":        func(s *coreSubject) { s.Extra(s.x, s.beside, []int32{-1}) },
		"extra behind":        func(s *coreSubject) { s.Extra(s.x, s.beside, []int32{9}) },
		"burn below 0":        func(s *coreSubject) { s.Backward(nil, -1) },
		"burn above T":        func(s *coreSubject) { s.Backward(nil, 4) },
		"dx missing":          func(s *coreSubject) { s.Backward(make([]float32, 17), 0) },
		"core after Init":     func(s *coreSubject) { NewCore("b", &GRU{In: 1, D: 1}, s.params, 1, nil) },
	} {
		s := newCoreSubject(coreTest{func() Cell { return &GRU{In: 2, Side: 1, D: 5} }, 3, 3, "", true, 0}, 2, nil)
		s.forward()
		if !panics(func() { call(s) }) {
			t.Errorf("%s: no panic", name)
		}
	}
}

// BenchmarkCore runs T = 20 steps of 16 sequences. Work is that of the products: 2 (In+D) gates D per row forward, three times
// that with Backward.
func BenchmarkCore(b *testing.B) {
	const T, B, in, d = 20, 16, 256, 256
	for _, c := range []struct {
		name  string
		cell  func() Cell
		gates int
	}{
		{"lstm", func() Cell { return &LSTM{In: in, D: d, Forget: 1} }, 4},
		{"gru", func() Cell { return &GRU{In: in, D: d} }, 3},
	} {
		for _, workers := range []int{1, 2} {
			for _, pass := range []string{"forward", "both", "step"} {
				b.Run(fmt.Sprintf("cell=%s/workers=%d/pass=%s", c.name, workers, pass), func(b *testing.B) {
					crew := team.New(workers)
					defer crew.Close()
					p := &Params{}
					core := NewCore("core", c.cell(), p, T*B, crew)
					p.Init(1)
					x, dx, state := randoms(T*B*in, "x"), make([]float32, T*B*in), make([]float32, B*core.StateLen())
					start := make([]bool, T*B)
					flops := float64(2 * (in + d) * c.gates * d * T * B)
					run := func() { core.Forward(x, nil, start, state, T, B) }
					switch pass {
					case "both":
						flops *= 3
						run = func() {
							core.Forward(x, nil, start, state, T, B)
							copy(core.Tap().Grad, core.Tap().Act)
							core.Backward(dx, 0)
						}
					case "step":
						flops /= T
						run = func() { core.Step(x, nil, start, state, B) }
					}
					run()
					b.ReportAllocs()
					for b.Loop() {
						run()
					}
					b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
				})
			}
		}
	}
}
