package bench

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// AgentResult is what was measured of an agent.
type AgentResult struct {
	Name  string
	Rate  float64 // decisions per second, acting and learning included
	Ratio float64 // cost per decision, as a multiple of that of the base agent on the same observations; NaN if that was not measured
}

// arm is an agent to measure.
type arm struct {
	size  int      // side of the observation
	name  string   // of what is added
	aux   []string // kinds of tasks
	share bool
}

func (a arm) label() string { return "lstm_" + strconv.Itoa(a.size) + "_" + a.name }

func arms() (list []arm) {
	for _, size := range []int{84, 42} {
		list = append(list, arm{size: size, name: "base"})
		for _, kind := range agent.UnrealTasks() {
			list = append(list, arm{size: size, name: kind, aux: []string{kind}})
		}
		list = append(list, arm{size: size, name: "unreal", aux: agent.UnrealTasks()},
			arm{size: size, name: "unreal_shared", aux: agent.UnrealTasks(), share: true})
	}
	return list
}

// AgentNames lists the agents in order.
func AgentNames() (names []string) {
	for _, a := range arms() {
		names = append(names, a.label())
	}
	return names
}

// window is how many updates are timed together: conflict is measured in every tenth.
const window = 10

// Agents measures whole agents, those whose name contains filter, each for about so long: A2C with an LSTM of 256 units in 16 worlds of
// colour images that cost next to nothing, six actions, 20 steps per update, with and without the tasks of UNREAL, conflict measured
// every tenth update. Replay is short enough to be full when measuring begins. The rate is that of the quickest ten updates.
func Agents(ctx context.Context, filter string, each time.Duration, told func(AgentResult) error) error {
	base := map[int]float64{}
	for _, a := range arms() {
		if !strings.Contains(a.label(), filter) {
			continue
		}
		r, err := a.measure(ctx, each)
		if err != nil {
			return err
		}
		if a.name == "base" {
			base[a.size] = r.Rate
		}
		r.Ratio = math.NaN()
		if b := base[a.size]; b > 0 {
			r.Ratio = b / r.Rate
		}
		if err := told(r); err != nil {
			return err
		}
	}
	return nil
}

func (a arm) measure(ctx context.Context, each time.Duration) (AgentResult, error) {
	build := func() (env.Env, error) { return &noise{size: a.size}, nil }
	cfg, err := agent.Preset("unreal", "a2c", (&noise{size: a.size}).Spec())
	if err != nil {
		return AgentResult{}, err
	}
	cfg.Steps, cfg.Aux, cfg.Mixer.Share = math.MaxInt32, nil, a.share
	cfg.ReplayLen = window * cfg.Horizon // full by the end of the first window: the system's first touch of memory is not a step's cost
	for _, kind := range a.aux {
		e, err := agent.NewExtra(kind)
		if err != nil {
			return AgentResult{}, err
		}
		cfg.Add(e)
	}
	t, err := agent.NewTrainer(cfg, build)
	if err != nil {
		return AgentResult{}, err
	}
	defer t.Close()
	best, start := time.Duration(math.MaxInt64), time.Now()
	for n := 0; n < 3 || time.Since(start) < each; n++ {
		if err := ctx.Err(); err != nil {
			return AgentResult{}, err
		}
		at := time.Now()
		for range window {
			t.Update()
		}
		if n > 0 { // in the first buffers are made
			best = min(best, time.Since(at))
		}
	}
	return AgentResult{Name: a.label(), Rate: window * float64(cfg.Worlds*cfg.Horizon) / best.Seconds()}, nil
}

// noise is a world that costs little more than the bytes of its observations: an image of noise that moves on by a line, a reward now
// and then.
type noise struct {
	size  int
	key   uint64
	step  int
	draws uint64
	image []byte // twice the height
}

const (
	noiseLen     = 300 // steps of an episode
	noiseRewards = 20  // one step in so many is paid
)

func (n *noise) Spec() env.Spec {
	return env.Spec{ID: "noise", H: n.size, W: n.size, C: 3, Frames: 1, Actions: []string{"a", "b", "c", "d", "e", "f"}, StepLimit: noiseLen}
}

func (n *noise) Seed(seed uint64) {
	n.key, n.draws = rng.Key(seed, "noise"), 0
	n.image = make([]byte, 2*n.size*n.size*3)
	for i := range n.image {
		n.image[i] = byte(rng.At(n.key, uint64(i)))
	}
}

func (n *noise) Reset(obs []byte, _ []float32) {
	n.step = 0
	n.show(obs)
}

func (n *noise) show(obs []byte) {
	copy(obs, n.image[n.step%n.size*n.size*3:])
}

func (n *noise) Step(_ int, obs []byte, _ []float32) env.Step {
	n.step++
	n.draws++
	n.show(obs)
	s := env.Step{}
	if rng.Below(rng.At(n.key, n.draws), noiseRewards) == 0 {
		s.Reward = 1
	}
	if n.step == noiseLen {
		s.End = env.Truncated
	}
	return s
}
