package agent

import (
	"context"
	"fmt"
	"math"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/stats"
)

// Summary is about a number of episodes.
type Summary struct {
	Episodes int
	Mean     float64 // return; NaN without episodes
	Lo, Hi   float64 // 95 % bootstrap interval of the mean; NaN without episodes, or if a return is not finite
	Success  float64 // fraction of successes; NaN where the world has no such notion
	Len      float64 // mean length in decisions
}

// interval is how intervals of a Summary are made.
var interval = stats.Bootstrap{Reps: 2000, Level: 0.95}

// Summarize computes mean, its percentile bootstrap interval (see package stats), fraction of successes and mean length. The same
// episodes give the same interval. A return that is not finite leaves no interval.
func Summarize(episodes []env.Episode) Summary {
	n := len(episodes)
	s := Summary{Episodes: n, Mean: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), Success: math.NaN(), Len: math.NaN()}
	if n == 0 {
		return s
	}
	returns := make([]float64, n)
	sum, success, length := 0.0, 0, 0
	for i, e := range episodes {
		returns[i] = e.Return
		sum += e.Return
		length += e.Len
		if e.Success {
			success++
		}
	}
	s.Mean, s.Success, s.Len = sum/float64(n), float64(success)/float64(n), float64(length)/float64(n)
	if mean, err := interval.Interval([][]float64{returns}, stats.Mean); err == nil {
		s.Lo, s.Hi = mean.Lo, mean.Hi
	}
	return s
}

// summarize is Summarize for worlds of the given kind.
func summarize(episodes []env.Episode, spec env.Spec) Summary {
	s := Summarize(episodes)
	if !spec.Succeeds() {
		s.Success = math.NaN()
	}
	return s
}

// EvalConfig says how to evaluate.
type EvalConfig struct {
	Episodes int
	Seed     uint64 // of layouts and of sampled actions
	Greedy   bool   // the likeliest action instead of a sampled one
	Limit    int    // decisions after which an episode is cut, and counts as Truncated; 0: the world's StepLimit, or EndlessLimit if it has none
}

// EndlessLimit is how many decisions of an episode Evaluate takes in a world without a StepLimit, where a bad policy may never
// come to an end: far more than an episode of any world in env/catalog has.
const EndlessLimit = 10_000

// lanes is how many evaluation episodes are played at a time.
const lanes = 16

// Evaluate plays episodes on worlds of their own: episode i has the layout of env.EvalSeed(Seed, i), which training never
// draws, and a stream of actions of its own, so that no result depends on how many are played at a time.
func Evaluate(net *policy.Net, build func() (env.Env, error), cfg EvalConfig) (Summary, error) {
	return EvaluateContext(context.Background(), net, build, cfg)
}

// EvaluateContext is Evaluate until ctx ends: then it returns the context's error.
func EvaluateContext(ctx context.Context, net *policy.Net, build func() (env.Env, error), cfg EvalConfig) (Summary, error) {
	e, err := newEvaluation(net, build, cfg)
	if err != nil {
		return Summary{}, err
	}
	for e.running() {
		if err := ctx.Err(); err != nil {
			return Summary{}, err
		}
		e.step()
	}
	return summarize(e.episodes, e.spec), nil
}

func newEvaluation(net *policy.Net, build func() (env.Env, error), cfg EvalConfig) (*evaluation, error) {
	if cfg.Episodes < 1 {
		return nil, fmt.Errorf("%d episodes, must be at least 1", cfg.Episodes)
	}
	if cfg.Limit < 0 {
		return nil, fmt.Errorf("limit is %d, must not be negative", cfg.Limit)
	}
	e := &evaluation{cfg: cfg, episodes: make([]env.Episode, cfg.Episodes), key: rng.Key(cfg.Seed, "eval", "act")}
	n := min(lanes, cfg.Episodes)
	for range n {
		w, err := build()
		if err != nil {
			return nil, err
		}
		e.worlds = append(e.worlds, w)
	}
	e.spec = e.worlds[0].Spec()
	if e.cfg.Limit == 0 && e.spec.StepLimit == 0 {
		e.cfg.Limit = EndlessLimit
	}
	e.net = net.Share(n).(*policy.Net)
	e.mem = e.net.NewMemory(n)
	e.dist = policy.NewCategorical(len(e.spec.Actions))
	e.obs, e.vec = make([]byte, n*e.spec.ObsLen()), make([]float32, n*e.spec.VecLen())
	e.current, e.keys = make([]int, n), make([]uint64, n)
	for lane := range n {
		e.begin(lane, lane)
	}
	return e, nil
}

// evaluation is one under way: lane k plays episodes k, k+lanes, ...
type evaluation struct {
	cfg      EvalConfig
	spec     env.Spec
	net      *policy.Net
	mem      *policy.Memory
	dist     *policy.Categorical
	worlds   []env.Env
	obs      []byte
	vec      []float32
	current  []int    // [lane] episode being played; cfg.Episodes and more: none
	keys     []uint64 // [lane] stream of the episode's actions
	key      uint64
	episodes []env.Episode
}

// slot returns where a lane's observation stands.
func (e *evaluation) slot(lane int) (obs []byte, vec []float32) {
	n, v := e.spec.ObsLen(), e.spec.VecLen()
	return e.obs[lane*n : (lane+1)*n : (lane+1)*n], e.vec[lane*v : (lane+1)*v : (lane+1)*v]
}

func (e *evaluation) begin(lane, episode int) {
	e.current[lane] = episode
	if episode >= e.cfg.Episodes {
		return
	}
	e.keys[lane] = rng.At(e.key, uint64(episode))
	e.mem.Begin(lane)
	e.worlds[lane].Seed(env.EvalSeed(e.cfg.Seed, episode))
	obs, vec := e.slot(lane)
	e.worlds[lane].Reset(obs, vec)
}

func (e *evaluation) running() bool {
	for _, episode := range e.current {
		if episode < e.cfg.Episodes {
			return true
		}
	}
	return false
}

func (e *evaluation) step() {
	logits, _ := e.net.Act(e.obs, e.vec, e.mem, len(e.worlds))
	n := len(e.spec.Actions)
	for lane, w := range e.worlds {
		if e.current[lane] >= e.cfg.Episodes {
			continue
		}
		ep := &e.episodes[e.current[lane]]
		e.dist.Set(logits[lane*n : (lane+1)*n])
		act := e.dist.Mode()
		if !e.cfg.Greedy {
			act = e.dist.Sample(rng.Float64(rng.At(e.keys[lane], uint64(ep.Len))))
		}
		obs, vec := e.slot(lane)
		s := w.Step(act, obs, vec)
		e.mem.Saw(lane, int32(act), float32(s.Reward))
		ep.Count(s)
		if s.End == env.Running && ep.Len == e.cfg.Limit {
			s.End = env.Truncated
		}
		if s.End != env.Running {
			ep.World = lane
			ep.Finish(w, s.End, &e.spec)
			e.begin(lane, e.current[lane]+lanes)
		}
	}
}
