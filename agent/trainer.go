package agent

import (
	"fmt"
	"math"

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
	notes   []string // of the first weights
	build   func() (env.Env, error)
	workers *team.Team
	worlds  *env.Vec
	extras  *extras
	learner *Learner
	actor   *policy.Net // the learner's parameters, activations of its own
	roll    *rollout

	step     int // decisions taken
	updates  int
	episodes int
	recent   []env.Episode // the last recentLen, oldest first once it is full, from index episodes%recentLen on
	last     Update
	record   func(env.Episode)

	bad     int // updates in a row of which a step was dropped
	dropped int // updates of which a step was dropped
	retries int // times that the run was rolled back
	crashed int // worlds that panicked

	actKey, shuffleKey, renewKey uint64
}

// recentLen is how many of the last training episodes Recent summarises.
const recentLen = 100

// NewTrainer makes the worlds, which it wraps as the settings say, the network and what belongs to them. Close stops its workers.
func NewTrainer(cfg Config, build func() (env.Env, error)) (*Trainer, error) {
	return NewTrainerOn(cfg, build, 0)
}

// NewTrainerOn is NewTrainer with so many workers, for several trainers in one process; 0 takes one per processor. The result of a run
// does not depend on them.
func NewTrainerOn(cfg Config, build func() (env.Env, error), n int) (*Trainer, error) {
	workers := team.New(n)
	t, err := newTrainer(cfg, build, workers)
	if err != nil {
		workers.Close()
		return nil, err
	}
	return t, nil
}

func newTrainer(cfg Config, build func() (env.Env, error), workers *team.Team) (*Trainer, error) {
	if err := cfg.ValidateSizes(); err != nil {
		return nil, err
	}
	build = cfg.Wrap.Build(build)
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
	if cfg.RewardNorm {
		worlds.Norm = env.NewRewardNorm(cfg.Worlds, float64(cfg.Gamma))
	}
	objective, err := cfg.objective(workers)
	if err != nil {
		return nil, err
	}
	extras, err := newExtras(cfg, worlds.Spec(), workers)
	if err != nil {
		return nil, err
	}
	rows := max(cfg.minibatchRows(objective.Plan()), cfg.Worlds)
	wanted, err := extras.findTasks(cfg, rows)
	if err != nil {
		return nil, err
	}
	net, err := policy.New(ShapeOf(worlds.Spec()), cfg.Net, extras.names(), max(rows, wanted), cfg.Seed, workers)
	if err != nil {
		return nil, err
	}
	notes, err := cfg.begin(net, worlds.Spec().Actions)
	if err != nil {
		return nil, err
	}
	if err := extras.attach(cfg, net); err != nil {
		return nil, err
	}
	if err := worlds.Watch(extras.watch); err != nil {
		return nil, err
	}
	transitions := cfg.Worlds * cfg.Horizon
	optimizer := cfg.newOptimizer(workers, append(net.Params(), extras.heads()...))
	t := &Trainer{
		cfg: cfg, notes: notes, build: build, workers: workers, worlds: worlds, extras: extras,
		learner: NewLearner(net, objective, optimizer, extras.streams, cfg.ClipNorm, cfg.Horizon, cfg.Worlds, cfg.length()),
		actor:   net.ShareOn(cfg.Worlds, workers),
		roll:    newRollout(cfg.Horizon, worlds, net, len(extras.streams)),
		recent:  make([]env.Episode, 0, recentLen),
	}
	t.retry(0)
	t.roll.watch(extras.watch, worlds.Spec().SignalsLen())
	if extras.mixer != nil {
		t.learner.Mixer, t.learner.Mixes = extras.mixer, cfg.AuxSteps
	}
	if extras.ring != nil {
		t.learner.Replay = extras.ring
		if cfg.DropEnds {
			t.learner.Replay = dropEnds{extras.ring}
		}
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

// Build returns the constructor of the worlds, wrapped.
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

// Train performs the updates that are left, unless Err says why not.
func (t *Trainer) Train() {
	for !t.Finished() && t.Err() == nil {
		t.Update()
	}
}

// Update takes one rollout and learns from it.
func (t *Trainer) Update() Update {
	t.roll.next()
	t.worlds.Renew(rng.At(t.renewKey, uint64(t.step)))
	before := len(t.roll.crashes)
	t.roll.collect(t.worlds, t.actor, t.actKey, uint64(t.step), t.record)
	t.crashed += len(t.roll.crashes) - before
	t.roll.bootstrap(t.learner.Net)
	b := &t.roll.batch
	t.extras.pay(b, t.roll.value, t.updates)
	t.learner.Objective.Targets(b, t.learner.Streams, t.roll.value)
	t.extras.settle(b)
	if t.extras.ring != nil {
		t.extras.ring.Add(b)
	}
	lr := t.cfg.LR
	if t.cfg.Anneal {
		lr *= max(0, 1-float32(t.step)/float32(t.cfg.Steps))
	}
	lr = float32(math.Ldexp(float64(lr), -t.retries))
	t.learner.Measure = t.cfg.Mixer.Every > 0 && t.updates%t.cfg.Mixer.Every == 0
	t.last = t.learner.Learn(b, lr, rng.At(t.shuffleKey, uint64(t.updates)))
	t.step += b.T * b.B
	t.updates++
	t.bad++
	if t.last.Dropped == 0 {
		t.bad = 0
	} else {
		t.dropped++
	}
	t.roll.peek.give()
	return t.last
}

// Last returns what the last Update measured.
func (t *Trainer) Last() Update { return t.last }

// Tasks returns what the last step of the auxiliary tasks measured, one report per task; valid until the next Update.
func (t *Trainer) Tasks() []auxtasks.TaskReport {
	if t.extras.mixer == nil {
		return nil
	}
	return t.extras.mixer.Reports()
}

// Gradients returns how long the gradient of the main loss was in each layer of encoder and core when it was last measured, every
// Mixer.Every updates, whether there are tasks or not; nil before that, valid until the next Update. fresh says that it was in the last
// one.
func (t *Trainer) Gradients() (norms []LayerNorm, fresh bool) { return t.learner.Gradients() }

// Layers names the layers in which conflict is measured, in the order of TaskReport.Cosine.
func (t *Trainer) Layers() []string {
	if t.extras.mixer == nil {
		return nil
	}
	return t.extras.mixer.Layers()
}

// Bonuses appends to dst what each bonus paid in the last Update.
func (t *Trainer) Bonuses(dst []BonusReport) []BonusReport {
	for _, b := range t.extras.bonuses {
		dst = append(dst, BonusReport{b.name, b.mean})
	}
	return dst
}

// Err returns why the run should not go on as it is: it diverged, see [Run.Rollback], its worlds panic too often, or an
// auxiliary task has no effect.
func (t *Trainer) Err() error {
	if t.bad >= patience || t.bad > 0 && t.Finished() {
		return fmt.Errorf("agent: the run %w: at step %d, %d updates in a row had a loss or a gradient that is not finite", ErrDiverged, t.step, t.bad)
	}
	if t.crashed > MaxCrashes {
		return fmt.Errorf("agent: %w %d times", ErrWorlds, t.crashed)
	}
	if t.extras.mixer == nil {
		return nil
	}
	return t.extras.mixer.Err()
}

// ReplayBytes returns how much memory replay takes.
func (t *Trainer) ReplayBytes() int64 {
	if t.extras.ring == nil {
		return 0
	}
	return t.extras.ring.Bytes()
}

func (t *Trainer) addEpisode(e env.Episode) {
	if len(t.recent) < recentLen {
		t.recent = append(t.recent, e)
	} else {
		t.recent[t.episodes%recentLen] = e
	}
	t.episodes++
}

// RecentMean returns the mean return of the last 100 training episodes, or as many as there are; NaN if there are none. It is Recent
// for those who ask after every update: the interval takes a millisecond.
func (t *Trainer) RecentMean() float64 {
	sum := 0.0
	for _, e := range t.recent {
		sum += e.Return
	}
	return sum / float64(len(t.recent))
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
