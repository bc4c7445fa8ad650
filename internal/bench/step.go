package bench

import (
	"fmt"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

var (
	nature   = policy.Shape{H: 84, W: 84, C: 4, Actions: 6}
	miniGrid = policy.Shape{H: 7, W: 7, C: 3, Codes: miniGridCodes, Vec: 4, Actions: 7}
	minAtar  = policy.Shape{H: 10, W: 10, C: 7, Codes: []int{2, 2, 2, 2, 2, 2, 2}, Actions: 6}
)

func steps() []row {
	var all []row
	for _, s := range []struct {
		name  string
		shape policy.Shape
		batch int
		build func(s policy.Shape, batch int, crew *team.Team) network
	}{
		{"nature", nature, 256, trained}, {"nature", nature, 32, trained}, {"minigrid", miniGrid, 256, trained}, {"minatar", minAtar, 256, young},
		{"impala", nature, 32, residual},
	} {
		all = append(all, row{fmt.Sprintf("%s_step_b%d", s.name, s.batch), true, func(crew *team.Team) subject {
			return step(s.build(s.shape, s.batch, crew), s.shape, s.batch, crew)
		}})
	}
	for _, s := range []struct {
		name  string
		shape policy.Shape
		batch int
		build func(s policy.Shape, batch int, crew *team.Team) network
	}{
		{"torchac", miniGrid, 1, branches}, {"minigrid", miniGrid, 1, trained}, {"minigrid", miniGrid, 16, trained},
		{"nature", nature, 1, trained}, {"nature", nature, 16, trained},
	} {
		all = append(all, row{fmt.Sprintf("%s_act_b%d", s.name, s.batch), true, func(crew *team.Team) subject {
			n, obs, vec := s.build(s.shape, s.batch, crew), observations(s.shape, s.batch), make([]float32, s.batch*s.shape.Vec)
			return subject{run: func() { n.forward(obs, vec, s.batch) }, flops: float64(s.batch) * n.once}
		}})
	}
	return all
}

// network is what a learner needs of one.
type network struct {
	forward    func(obs []byte, vec []float32, rows int)
	backward   func()
	logits     *nn.Tap
	value      *nn.Tap
	params     []*nn.Params
	once, both float64 // floating-point operations of a row: forward, and a training step
}

// trained is the network that rlrun trains on worlds of that shape.
func trained(s policy.Shape, batch int, crew *team.Team) network {
	return built(s, policy.Default(s), batch, crew)
}

// residual is the network of Espeholt et al. (2018).
func residual(s policy.Shape, batch int, crew *team.Team) network {
	return built(s, policy.Config{Encoder: "impala", Features: 256}, batch, crew)
}

func built(s policy.Shape, cfg policy.Config, batch int, crew *team.Team) network {
	n, err := policy.New(s, cfg, []string{""}, batch, 1, crew)
	if err != nil {
		panic("bench: the networks measured are valid")
	}
	once, both := n.FLOPs()
	return network{
		forward:  func(obs []byte, vec []float32, rows int) { n.Act(obs, vec, nil, rows) },
		backward: n.Backward, logits: n.Logits(), value: n.Values()[0], params: n.Params(), once: once, both: both,
	}
}

// branches is the network of MiniGrid's papers as torch-ac has it, without what rlrun's adds, a layer of features that also reads the
// direction: convolutions, and two branches of 64.
func branches(s policy.Shape, batch int, crew *team.Team) network {
	g, p := nn.NewGraph(batch, crew), new(nn.Params)
	at := g.Add("conv1", &nn.CodeConv{H: s.H, W: s.W, Codes: s.Codes, KH: 2, KW: 2, Out: 16, Act: nn.ReLU, Gain: 1}, p, nn.Input)
	at = g.Add("pool1", &nn.MaxPool{H: 6, W: 6, C: 16, K: 2, Stride: 2}, p, at)
	at = g.Add("conv2", &nn.Conv{H: 3, W: 3, C: 16, KH: 2, KW: 2, Out: 32, Stride: 1, Act: nn.ReLU, Gain: 1}, p, at)
	at = g.Add("conv3", &nn.Conv{H: 2, W: 2, C: 32, KH: 2, KW: 2, Out: 64, Stride: 1, Act: nn.ReLU, Gain: 1}, p, at)
	actor := g.Add("actor", &nn.Dense{In: 64, Out: 64, Act: nn.Tanh, Gain: 1}, p, at)
	critic := g.Add("critic", &nn.Dense{In: 64, Out: 64, Act: nn.Tanh, Gain: 1}, p, at)
	logits := g.Add("logits", &nn.Dense{In: 64, Out: s.Actions, Gain: 0.01}, p, actor)
	value := g.Add("value", &nn.Dense{In: 64, Out: 1, Gain: 1}, p, critic)
	p.Init(1)
	once, both := g.FLOPs()
	return network{
		forward:  func(obs []byte, _ []float32, rows int) { g.Forward(obs, nil, rows, "") },
		backward: g.Backward, logits: g.Tap(logits), value: g.Tap(value), params: []*nn.Params{p}, once: once, both: both,
	}
}

// young is the network of MinAtar's authors (Young & Tian 2019): one convolution of 16 maps, one layer of 128.
func young(s policy.Shape, batch int, crew *team.Team) network {
	g, p := nn.NewGraph(batch, crew), new(nn.Params)
	at := g.Add("conv1", &nn.CodeConv{H: s.H, W: s.W, Codes: s.Codes, KH: 3, KW: 3, Out: 16, Act: nn.ReLU, Gain: 1}, p, nn.Input)
	at = g.Add("features", &nn.Dense{In: g.Tap(at).Len(), Out: 128, Act: nn.ReLU, Gain: 1}, p, at)
	logits := g.Add("logits", &nn.Dense{In: 128, Out: s.Actions, Gain: 0.01}, p, at)
	value := g.Add("value", &nn.Dense{In: 128, Out: 1, Gain: 1}, p, at)
	p.Init(1)
	once, both := g.FLOPs()
	return network{
		forward:  func(obs []byte, vec []float32, rows int) { g.Forward(obs, vec, rows, "") },
		backward: g.Backward, logits: g.Tap(logits), value: g.Tap(value), params: []*nn.Params{p}, once: once, both: both,
	}
}

// step is what a learner does with a minibatch: forward, PPO's loss, backward, clipping, Adam. The step size is so small that
// however many steps change nothing that would be quicker or slower.
func step(n network, s policy.Shape, batch int, crew *team.Team) subject {
	cfg := agent.DefaultPPO()
	ppo, optimizer := agent.NewPPO(cfg, crew), nn.NewAdam(nn.DefaultAdam(), crew, n.params...)
	b := &replay.Batch{
		T: 1, B: batch, Obs: observations(s, batch), Vec: make([]float32, batch*s.Vec),
		Action: make([]int32, batch), LogP: make([]float32, batch),
		Targets: &replay.Targets{Adv: random(batch), Return: [][]float32{random(batch)}, Value: [][]float32{random(batch)}},
	}
	n.forward(b.Obs, b.Vec, batch)
	dist := policy.NewCategorical(s.Actions)
	for i := range b.Action {
		dist.Set(n.logits.Act[i*s.Actions : (i+1)*s.Actions])
		b.Action[i] = int32(dist.Sample(rng.Float64(rng.At(3, uint64(i)))))
		b.LogP[i] = dist.LogP[b.Action[i]]
	}
	values := []*nn.Tap{n.value}
	return subject{
		run: func() {
			n.forward(b.Obs, b.Vec, batch)
			ppo.Loss(b, n.logits, values)
			n.backward()
			optimizer.Step(1e-6, 0.5, n.params...)
		},
		flops: float64(batch) * n.both,
	}
}

// observations returns rows of bytes: noise for frames, mostly zeros for symbols.
func observations(s policy.Shape, rows int) []byte {
	codes := s.Codes
	if codes == nil {
		codes = []int{256}
	}
	return symbols(rows*s.H*s.W*s.C, codes)
}
