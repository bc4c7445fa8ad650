package policy

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// recurrent returns a small network with a core, and a batch of two sequences of five transitions with what stands before them.
func recurrent(t *testing.T, core string) (*Net, *auxtasks.Batch) {
	t.Helper()
	shape := Shape{H: 2, W: 2, C: 1, Codes: []int{3}, Vec: 2, Actions: 3}
	cfg := Config{Encoder: "small", Features: 5, Hidden: 4}.WithCore(core, shape)
	cfg.CoreSize = 4
	net, err := New(shape, cfg, []string{""}, 64, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &auxtasks.Batch{
		T: 5, B: 2, Obs: make([]byte, 10*4), Vec: make([]float32, 10*2), Action: make([]int32, 10), Reward: make([]float32, 10),
		Start: make([]bool, 10), State: make([]float32, 2*net.StateLen()), LastAction: []int32{2, -1}, LastReward: []float32{0.5, 0},
	}
	for i := range b.Obs {
		b.Obs[i] = byte(i * 7 % 3)
	}
	for i := range b.Action {
		b.Action[i], b.Reward[i], b.Vec[2*i] = int32(i%3), float32(i%4)-1.5, float32(i%5)/5
	}
	for i := range b.State {
		b.State[i] = float32(i%7)/7 - 0.4
	}
	b.Start[5], b.Start[8] = true, true
	return net, b
}

// The gradient through encoder, core and heads, with starts and stored states, is the slope of the objective.
func TestRecurrentGradient(t *testing.T) {
	for _, core := range Cores() {
		t.Run(core, func(t *testing.T) {
			net, b := recurrent(t, core)
			objective := func() (sum float64) {
				net.Forward(b, b.Obs, "")
				for i, v := range net.Logits().Act[:10*3] {
					sum += float64(v) * math.Sin(float64(i))
				}
				for i, v := range net.Values()[0].Act[:10] {
					sum += float64(v) * math.Cos(float64(i))
				}
				return sum
			}
			objective()
			for i := range 10 * 3 {
				net.Logits().Grad[i] = float32(math.Sin(float64(i)))
			}
			for i := range 10 {
				net.Values()[0].Grad[i] = float32(math.Cos(float64(i)))
			}
			net.Backward()
			const h = 2e-2
			for _, block := range net.Blocks() {
				p := block.Params
				for i := 0; i < len(p.W); i += 1 + len(p.W)/40 {
					w := p.W[i]
					p.W[i] = w + h
					up := objective()
					p.W[i] = w - h
					down := objective()
					p.W[i] = w
					if want := (up - down) / (2 * h); math.Abs(want-float64(p.G[i])) > 2e-3*(1+math.Abs(want)) {
						t.Errorf("%s, weight %d: gradient %v, slope %v", block.Name, i, p.G[i], want)
					}
				}
			}
		})
	}
}

// A pass over sequences says of each row what acting says that takes the same steps: through starts, from stored states, after the last
// actions and rewards, and of rows that follow a sequence's end.
func TestActingIsForward(t *testing.T) {
	for _, core := range Cores() {
		t.Run(core, func(t *testing.T) {
			net, b := recurrent(t, core)
			actor := net.Share(2).(*Net)
			m := actor.NewMemory(1)
			if !net.Recurrent() || net.StateLen() == 0 || net.Team() != nil || net.Rows() != 64 {
				t.Fatalf("recurrent %v, state of %d, %d rows", net.Recurrent(), net.StateLen(), net.Rows())
			}
			m.Grow(2)
			for i := range 2 {
				copy(m.State[i*m.width:], b.State[i*m.width:(i+1)*m.width])
				m.Saw(i, b.LastAction[i], b.LastReward[i])
			}
			net.Forward(b, b.Obs, "")
			want := slices.Clone(net.Logits().Act[:10*3])
			values := slices.Clone(net.Values()[0].Act[:10])
			for at := range b.T {
				for i := range b.B {
					if b.Start[at*2+i] {
						m.Begin(i)
					}
				}
				logits, value := actor.Act(b.Obs[at*8:at*8+8], b.Vec[at*4:at*4+4], m, 2)
				for i, v := range logits {
					if math.Abs(float64(v-want[at*6+i])) > 1e-6 {
						t.Fatalf("step %d: acting says %v, the pass %v", at, logits, want[at*6:at*6+6])
					}
				}
				if math.Abs(float64(value[0]-values[at*2])) > 1e-6 {
					t.Fatalf("step %d: acting values %v, the pass %v", at, value, values[at*2:])
				}
				for i := range b.B {
					m.Saw(i, b.Action[at*2+i], b.Reward[at*2+i])
				}
			}
		})
	}
}

// A pass goes no deeper than it must, and its gradient comes from as deep.
func TestUpTo(t *testing.T) {
	net, b := recurrent(t, "gru")
	touched := func(upto string, blocks ...string) {
		t.Helper()
		for _, p := range net.Params() {
			clear(p.G)
		}
		net.Forward(b, b.Obs, upto)
		tap := net.tap(upto)
		for i := range tap.Grad[:10*tap.Len()] {
			tap.Grad[i] = 1
		}
		net.Backward()
		for _, block := range net.Blocks() {
			sent := slices.ContainsFunc(block.Params.G, func(v float32) bool { return v != 0 })
			if want := slices.Contains(blocks, block.Name); sent != want {
				t.Errorf("up to %s: a gradient in %s is %v, want %v", upto, block.Name, sent, want)
			}
		}
	}
	touched("features", "encoder")
	touched("core", "encoder", "core")
	touched("logits", "encoder", "core", "actor")
	touched("value", "encoder", "core", "critic")
}

// An agent with a memory looks at what it did and saw in this episode, and forgets it when another begins.
func TestActorRemembers(t *testing.T) {
	net, b := recurrent(t, "lstm")
	a, err := Open(saved(t, net))
	if err != nil || len(a.Skipped()) > 0 || a.Net().Config() != net.Config() {
		t.Fatalf("%v, skipped %v", err, a.Skipped())
	}
	a.Greedy = true
	say := func(reward float64) []float32 {
		a.Act(b.Obs[:4], b.Vec[:2])
		a.Reward(reward)
		a.Act(b.Obs[4:8], b.Vec[2:4])
		return slices.Clone(a.Policy())
	}
	a.Begin()
	first := say(0)
	if slices.Equal(say(0), first) {
		t.Error("what came before makes no difference")
	}
	a.Begin()
	if !slices.Equal(say(0), first) {
		t.Error("it does not forget")
	}
	a.Begin()
	if slices.Equal(say(1), first) {
		t.Error("the last reward makes no difference")
	}
}

func TestMemory(t *testing.T) {
	net, _ := recurrent(t, "gru")
	m := net.NewMemory(3)
	for i := range m.State {
		m.State[i] = float32(i + 1)
	}
	m.Saw(1, 2, 0.5)
	other := net.NewMemory(1)
	other.Set(0, m, 1)
	if !slices.Equal(other.State, m.State[m.width:2*m.width]) || other.Action[0] != 2 || other.Reward[0] != 0.5 {
		t.Errorf("set: %+v", other)
	}
	var part Memory
	m.Part(&part, 1, 3)
	part.Begin(0)
	if m.Action[1] != -1 || m.State[m.width] != 0 || m.State[m.width-1] == 0 || m.State[2*m.width] == 0 {
		t.Error("a part has memory of its own, or too much of it")
	}
	state := slices.Clone(m.State)
	m.Grow(5)
	m.Grow(2)
	if !slices.Equal(m.State[:len(state)], state) || len(m.Action) != 5 || m.Action[4] != -1 || len(m.State) != 5*m.width {
		t.Errorf("grown: %+v", m)
	}
}

// The gates that remember begin at the forget bias, D of them, and no other weight does.
func TestForgetBias(t *testing.T) {
	for _, core := range Cores() {
		cfg := Config{Encoder: "small", Features: 5, Hidden: 4}.WithCore(core, gridShape)
		cfg.CoreSize, cfg.ForgetBias = 6, 1.5
		n, err := New(gridShape, cfg, []string{""}, 1, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, b := range n.Blocks() {
			for _, w := range b.Params.W {
				if w == 1.5 {
					found++
				}
			}
		}
		if found != 6 {
			t.Errorf("%s: %d of 6 gates begin at the forget bias", core, found)
		}
		for _, wrong := range []float32{-11, 11, float32(math.NaN()), float32(math.Inf(1))} {
			cfg.ForgetBias = wrong
			if err := cfg.Validate(gridShape); err == nil || !strings.Contains(err.Error(), "forget bias") {
				t.Errorf("%s: forget bias %g: %v", core, wrong, err)
			}
		}
	}
}

// A core is as large as its encoder's world asks for, and costs what it adds.
func TestWithCore(t *testing.T) {
	frames := Shape{H: 84, W: 84, C: 3, Actions: 6}
	unreal := Default(frames).WithEncoder("unreal", frames)
	if c := unreal.WithCore("lstm", frames); c.CoreSize != 256 || c.ForgetBias != 2 || !c.LastAction || !c.LastReward {
		t.Errorf("%+v", c)
	}
	if c := Default(gridShape).WithCore("gru", gridShape); c.CoreSize != 128 {
		t.Errorf("%+v", c)
	}
	plain := newNet(frames, unreal, []string{""}, 1, nil)
	// 16 maps of 8x8x3 at 20x20 places, 32 of 4x4x16 at 9x9, 256 features of 2592, and the heads.
	f, _ := plain.FLOPs()
	if want := 2 * float64(400*16*192+81*32*256+2592*unreal.Features); f < want || f > 1.1*want {
		t.Errorf("%v operations, want a little more than %v", f, want)
	}
	with := newNet(frames, unreal.WithCore("lstm", frames), []string{""}, 1, nil)
	if g, _ := with.FLOPs(); g < f+2*4*256*256 {
		t.Errorf("with a core %v operations, without %v", g, f)
	}
}
