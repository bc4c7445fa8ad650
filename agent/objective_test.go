package agent

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/replay"
)

// golden is testdata/ppo_loss.json: the clipped loss with value clipping and entropy, forward and backward, in PyTorch.
type golden struct {
	Origin string `json:"origin"`
	PPO    struct {
		Rows, Actions   int
		Clip, VF, Ent   float32
		Logits          []float32
		Action          []int32
		Adv, Value, Ret []float32
		OldLogP         []float32 `json:"old_logp"`
		OldValue        []float32 `json:"old_value"`
		Entropy         []float32
		PolicyLoss      float32   `json:"policy_loss"`
		ValueLoss       float32   `json:"value_loss"`
		Loss            float32   `json:"loss"`
		DLogits         []float32 `json:"d_logits"`
		DValue          []float32 `json:"d_value"`
	} `json:"ppo_loss"`
}

func readGolden(t *testing.T) golden {
	data, err := os.ReadFile("testdata/ppo_loss.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// taps returns logits and one value tap with the given activations.
func taps(logits, value []float32, actions int) (*nn.Tap, []*nn.Tap) {
	return &nn.Tap{H: 1, W: 1, C: actions, Act: logits, Grad: make([]float32, len(logits))},
		[]*nn.Tap{{H: 1, W: 1, C: 1, Act: value, Grad: make([]float32, len(value))}}
}

func TestPPOLossAgainstPyTorch(t *testing.T) {
	g := readGolden(t).PPO
	b := &replay.Batch{T: 1, B: g.Rows, Action: g.Action, LogP: g.OldLogP, Targets: &replay.Targets{
		Adv: g.Adv, Return: [][]float32{g.Ret}, Value: [][]float32{g.OldValue},
	}}
	cfg := DefaultPPO()
	cfg.Normalize, cfg.Clip, cfg.ValueClip, cfg.Value, cfg.Entropy = false, g.Clip, g.Clip, g.VF, g.Ent
	logits, values := taps(g.Logits, g.Value, g.Actions)
	s := NewPPO(cfg, nil).Loss(b, logits, values)
	ent := float32(0)
	for _, h := range g.Entropy {
		ent += h / float32(g.Rows)
	}
	got := []float32{s.Policy, s.Value, s.Entropy, s.Policy + g.VF*s.Value - g.Ent*s.Entropy}
	if want := []float32{g.PolicyLoss, g.ValueLoss, ent, g.Loss}; !close32(got, want, 2e-6) {
		t.Errorf("policy, value, entropy, loss: got %v, want %v", got, want)
	}
	if !close32(logits.Grad, g.DLogits, 2e-6) {
		t.Errorf("logits: got %v, want %v", logits.Grad, g.DLogits)
	}
	if !close32(values[0].Grad, g.DValue, 2e-6) {
		t.Errorf("values: got %v, want %v", values[0].Grad, g.DValue)
	}
}

// Per-sample losses at clip range 0.2, by hand.
func TestPPOSurrogate(t *testing.T) {
	p := NewPPO(DefaultPPO(), nil)
	for _, c := range []struct {
		ratio, adv, loss, slope float32
		clipped                 bool
	}{
		{1.3, 1, -1.2, 0, true},
		{1.3, -1, 1.3, 1.3, true},
		{0.7, 1, -0.7, -0.7, true},
		{0.7, -1, 0.8, 0, true},
		{1.1, 2, -2.2, -2.2, false},
	} {
		loss, slope, clipped := p.surrogate(float32(math.Log(float64(c.ratio))), 0, c.adv)
		if !close32([]float32{loss, slope}, []float32{c.loss, c.slope}, 1e-6) || clipped != c.clipped {
			t.Errorf("ratio %v, advantage %v: got %v, slope %v, clipped %v; want %v, %v, %v", c.ratio, c.adv, loss, slope, clipped, c.loss, c.slope, c.clipped)
		}
	}
}

// Central differences of both objectives' losses, away from the clip's kinks.
func TestLossGradients(t *testing.T) {
	const rows, actions = 5, 3
	logits := []float32{0.3, -0.2, 0.1, 1, 0.5, -0.5, 0, 0, 0, -1, 2, 0.4, 0.7, 0.2, 0.1}
	value := []float32{0.1, -0.4, 0.3, 0.9, -1}
	b := &replay.Batch{T: 1, B: rows, Action: []int32{0, 2, 1, 1, 0}, LogP: []float32{-1, -2, -1.1, -0.3, -0.8}, Targets: &replay.Targets{
		Adv: []float32{1, -0.5, 2, 0.3, -1}, Return: [][]float32{{0.5, 0, 0.2, 1, 0}}, Value: [][]float32{{0.2, -0.1, 0.3, 0.5, -0.5}},
	}}
	ppo, a2c := DefaultPPO(), DefaultA2C()
	ppo.Entropy, a2c.Entropy = 0.01, 0.01
	for name, o := range map[string]Objective{"ppo": NewPPO(ppo, nil), "a2c": NewA2C(a2c, nil)} {
		total := func() float64 {
			l, v := taps(logits, value, actions)
			s := o.Loss(b, l, v)
			return float64(s.Policy) + 0.5*float64(s.Value) - 0.01*float64(s.Entropy)
		}
		l, v := taps(logits, value, actions)
		o.Loss(b, l, v)
		for _, c := range []struct {
			name    string
			x, grad []float32
		}{{"logits", logits, l.Grad}, {"value", value, v[0].Grad}} {
			for i := range c.x {
				const h = 1e-2
				old := c.x[i]
				c.x[i] = old + h
				up := total()
				c.x[i] = old - h
				down := total()
				c.x[i] = old
				if want := (up - down) / (2 * h); math.Abs(want-float64(c.grad[i])) > 1e-4 {
					t.Errorf("%s: %s[%d]: got %v, want %v", name, c.name, i, c.grad[i], want)
				}
			}
		}
	}
}

func TestNormalize(t *testing.T) {
	a := actorCritic{cfg: ActorCritic{Normalize: true}}
	got := a.advantages(&replay.Batch{Targets: &replay.Targets{Adv: []float32{1, 2, 3}}})
	if want := []float32{-1, 0, 1}; !close32(got, want, 1e-6) {
		t.Errorf("got %v, want %v", got, want)
	}
	one := a.advantages(&replay.Batch{Targets: &replay.Targets{Adv: []float32{7}}})
	if one[0] != 7 {
		t.Errorf("a single advantage became %v", one[0])
	}
}

// Two streams: the second's advantage joins with its weight, each head gets its own return.
func TestTargetsOfStreams(t *testing.T) {
	b := line(1, -1)
	b.Paid = [][]float32{{1, 0, 2}, {1, 0, 2}}
	b.Targets = &replay.Targets{Adv: make([]float32, 3)}
	for range 2 {
		b.Targets.Return = append(b.Targets.Return, make([]float32, 3))
		b.Targets.Value = append(b.Targets.Value, make([]float32, 3))
	}
	value := []float32{0.5, 0.4, 0.3, 0.2, 0.7}
	ppo := NewPPO(PPOConfig{ActorCritic: ActorCritic{Lambda: 0.8}}, nil)
	ppo.Targets(b, []auxtasks.Stream{{Weight: 1, Gamma: 0.9, Episodic: true}, {Name: "x", Weight: 2, Gamma: 0.9, Episodic: true}}, [][]float32{value, value})
	want := []float32{0.572, -0.4, 1.88}
	for i := range want {
		if !close32([]float32{b.Targets.Adv[i], b.Targets.Return[1][i]}, []float32{3 * want[i], want[i] + value[i]}, 1e-6) {
			t.Errorf("transition %d: advantage %v, return %v", i, b.Targets.Adv[i], b.Targets.Return[1][i])
		}
	}
}

// Transitions of weight 0 are as if they were not there, even if they are not numbers; all of weight 1 are as without weights.
func TestLossHonoursWeight(t *testing.T) {
	const rows, actions = 7, 3
	for _, normalize := range []bool{false, true} {
		for name, weight := range map[string][]float32{
			"some": {1, 0, 1, 1, 0, 1, 0}, "all": {1, 1, 1, 1, 1, 1, 1}, "none": make([]float32, rows), "one": {0, 0, 0, 0, 1, 0, 0},
		} {
			for algo, objective := range map[string]func() Objective{
				"ppo": func() Objective {
					cfg := DefaultPPO()
					cfg.Normalize, cfg.ValueClip = normalize, 0.2
					return NewPPO(cfg, nil)
				},
				"a2c": func() Objective {
					cfg := DefaultA2C()
					cfg.Normalize = normalize
					return NewA2C(cfg, nil)
				},
			} {
				full := &replay.Batch{T: 1, Weight: weight, Targets: &replay.Targets{Return: make([][]float32, 1), Value: make([][]float32, 1)}}
				part := &replay.Batch{T: 1, Targets: &replay.Targets{Return: make([][]float32, 1), Value: make([][]float32, 1)}}
				add := func(b *replay.Batch, i int, bad float32) {
					x := float32(i) + bad
					b.B++
					b.Action, b.LogP = append(b.Action, int32(i%actions)), append(b.LogP, -1-x/9)
					b.Targets.Adv = append(b.Targets.Adv, float32(i%4)-1.3+bad)
					b.Targets.Return[0], b.Targets.Value[0] = append(b.Targets.Return[0], x/3), append(b.Targets.Value[0], x/4)
				}
				var logits, value, fullLogits, fullValue []float32
				for i, w := range weight {
					row, v := []float32{float32(i) / 5, -0.3, float32(i%2) / 2}, float32(i)/3.5
					fullLogits, fullValue = append(fullLogits, row...), append(fullValue, v)
					if w == 0 {
						add(full, i, nan)
						continue
					}
					add(full, i, 0)
					add(part, i, 0)
					logits, value = append(logits, row...), append(value, v)
				}
				gotLogits, gotValues := taps(fullLogits, fullValue, actions)
				got := objective().Loss(full, gotLogits, gotValues)
				var want Stats
				wantLogits, wantValues := taps(logits, value, actions)
				if part.B > 0 && (!normalize || part.B > 1) { // one advantage alone is not normalised
					want = objective().Loss(part, wantLogits, wantValues)
				} else if part.B == 1 {
					continue
				}
				var keptLogits, keptValues []float32
				for i, w := range weight {
					if l, v := gotLogits.Grad[i*actions:(i+1)*actions], gotValues[0].Grad[i]; w != 0 {
						keptLogits, keptValues = append(keptLogits, l...), append(keptValues, v)
					} else if l[0] != 0 || l[1] != 0 || l[2] != 0 || v != 0 {
						t.Errorf("%s/%s: row %d has gradients %v, %v", algo, name, i, l, v)
					}
				}
				if !close32(keptLogits, wantLogits.Grad, 1e-6) || !close32(keptValues, wantValues[0].Grad, 1e-6) {
					t.Errorf("%s/%s, normalised %v: gradients %v, %v, want %v, %v", algo, name, normalize, keptLogits, keptValues, wantLogits.Grad, wantValues[0].Grad)
				}
				if !close32([]float32{got.Policy, got.Value, got.Entropy, got.KL, got.Clipped}, []float32{want.Policy, want.Value, want.Entropy, want.KL, want.Clipped}, 1e-6) {
					t.Errorf("%s/%s, normalised %v: %+v, want %+v", algo, name, normalize, got, want)
				}
			}
		}
	}
}
