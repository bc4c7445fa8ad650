package agent

import (
	"fmt"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
	"github.com/auxrl/auxrl/policy"
)

// Trainer runs worlds and learner in turn, one Update at a time or, with Train, to the end.
// One seed gives one result, bit for bit, whatever the number of processors.
type Trainer struct {
	cfg     Config
	build   func() (env.Env, error)
	workers *team.Team
	worlds  *env.Vec
	learner *Learner
	actor   *policy.Net // the learner's parameters, activations of its own
	roll    *rollout

	step     int // decisions taken
	updates  int
	episodes int
	recent   []env.Episode // the last recentLen, oldest first once it is full, from index episodes%recentLen on
	last     Update
	record   func(env.Episode)

	actKey, shuffleKey uint64
}

// recentLen is how many of the last training episodes Recent summarises.
const recentLen = 100

// NewTrainer makes the worlds, the network and what belongs to them. Close stops its workers.
func NewTrainer(cfg Config, build func() (env.Env, error)) (*Trainer, error) {
	workers := team.New(0)
	t, err := newTrainer(cfg, build, workers)
	if err != nil {
		workers.Close()
		return nil, err
	}
	return t, nil
}

func newTrainer(cfg Config, build func() (env.Env, error), workers *team.Team) (*Trainer, error) {
	probe, err := build()
	if err != nil {
		return nil, err
	}
	if err := cfg.Validate(probe.Spec()); err != nil {
		return nil, err
	}
	worlds, err := env.NewVec(cfg.Worlds, cfg.Seed, workers, build)
	if err != nil {
		return nil, err
	}
	objective, err := cfg.objective(workers)
	if err != nil {
		return nil, err
	}
	streams := []auxtasks.Stream{{Weight: 1, Gamma: cfg.Gamma, Episodic: true}}
	transitions := cfg.Worlds * cfg.Horizon
	rows := max(cfg.minibatchRows(objective.Plan()), cfg.Worlds)
	net, err := policy.New(ShapeOf(worlds.Spec()), cfg.Net, []string{""}, rows, cfg.Seed, workers)
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		cfg: cfg, build: build, workers: workers, worlds: worlds,
		learner:    NewLearner(net, objective, cfg.newOptimizer(workers, net.Params()), streams, cfg.ClipNorm, cfg.Horizon, cfg.Worlds, cfg.length()),
		actor:      net.ShareOn(cfg.Worlds, workers),
		roll:       newRollout(cfg.Horizon, worlds, net, len(streams)),
		recent:     make([]env.Episode, 0, recentLen),
		actKey:     rng.Key(cfg.Seed, "act"),
		shuffleKey: rng.Key(cfg.Seed, "shuffle"),
	}
	t.record = t.addEpisode
	t.worlds.Reset(t.roll.rows(transitions, transitions+cfg.Worlds))
	return t, nil
}

// Close stops the workers.
func (t *Trainer) Close() { t.workers.Close() }

// Config returns the settings.
func (t *Trainer) Config() Config { return t.cfg }

// Spec describes the worlds.
func (t *Trainer) Spec() env.Spec { return t.worlds.Spec() }

// Build returns the constructor of the worlds.
func (t *Trainer) Build() func() (env.Env, error) { return t.build }

// Net returns the network that is being trained.
func (t *Trainer) Net() *policy.Net { return t.learner.Net }

// Actor returns an agent that acts as the network does now; training on does not change it.
func (t *Trainer) Actor() *policy.Actor {
	spec := t.Spec()
	return policy.NewActor(t.Net(), spec.ID, spec.Actions)
}

// Step returns how many decisions were taken, over all worlds.
func (t *Trainer) Step() int { return t.step }

// Episodes returns how many training episodes ended.
func (t *Trainer) Episodes() int { return t.episodes }

// Exact reports whether a resumed run continues bit for bit: the worlds can be saved.
func (t *Trainer) Exact() bool { return t.worlds.Stateful() }

// Finished reports whether the budget is spent.
func (t *Trainer) Finished() bool { return t.step >= t.cfg.Steps }

// Train performs the updates that are left.
func (t *Trainer) Train() {
	for !t.Finished() {
		t.Update()
	}
}

// Update takes one rollout and learns from it.
func (t *Trainer) Update() Update {
	t.roll.next()
	t.roll.collect(t.worlds, t.actor, t.actKey, uint64(t.step), t.record)
	t.roll.bootstrap(t.learner.Net)
	b := &t.roll.batch
	t.learner.Objective.Targets(b, t.learner.Streams, t.roll.value)
	lr := t.cfg.LR
	if t.cfg.Anneal {
		lr *= max(0, 1-float32(t.step)/float32(t.cfg.Steps))
	}
	t.last = t.learner.Learn(b, lr, rng.At(t.shuffleKey, uint64(t.updates)))
	t.step += b.T * b.B
	t.updates++
	return t.last
}

// Last returns what the last Update measured.
func (t *Trainer) Last() Update { return t.last }

func (t *Trainer) addEpisode(e env.Episode) {
	if len(t.recent) < recentLen {
		t.recent = append(t.recent, e)
	} else {
		t.recent[t.episodes%recentLen] = e
	}
	t.episodes++
}

// Recent summarises the last 100 training episodes, or as many as there are.
func (t *Trainer) Recent() Summary { return summarize(t.recent, t.worlds.Spec()) }

// Evaluate plays episodes with the policy as it is now; see Evaluate. It changes nothing of the run.
func (t *Trainer) Evaluate(cfg EvalConfig) (Summary, error) {
	s, err := Evaluate(t.learner.Net, t.build, cfg)
	if err != nil {
		return Summary{}, fmt.Errorf("agent: evaluate: %w", err)
	}
	return s, nil
}
