package cli

import (
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
)

// show is an agent that plays to be watched: a feed and a performance. It has a world, streams and parameters of its own.
type show struct {
	*stage
	app       *app
	dir       string // of the run; "": random actions
	one       bool   // one checkpoint was asked for, not the newest
	actor     *policy.Actor
	mind      *mind           // of the actor; nil: random actions
	lens      *lens           // likewise
	made      *run.Checkpoint // that the actor is made of; nil: the one in the directory
	weights   *weights        // that it is given while it is being trained; nil: those of the newest checkpoint
	seed      uint64
	episodes  int // how many are shown; 0: without end
	limit     int // steps after which an episode is cut; 0: only by the world
	likeliest bool

	episode int // that runs, or will next
	phase   phase
	chosen  int // by the agent, for the running moment
	taken   int // by a person instead; negative: none
}

// phase is what the next moment of a show is.
type phase uint8

const (
	opening phase = iota // the first of episode
	going                // what the action brings
	closed               // the first of the episode after
)

// newShow finds out what there is to watch.
func (a *app) newShow(what string, seed uint64) (*show, error) {
	s := &show{app: a, seed: seed, episode: 1, taken: -1}
	var build func() (env.Env, error)
	var err error
	if isPath(what) {
		s.dir = what
		s.actor, build, err = a.open(what)
		if path, _, one := run.Split(what); one {
			s.dir, s.one = path, true
		}
	} else {
		build, err = a.watchable(what)
	}
	if err != nil {
		return nil, err
	}
	world, err := build()
	if err != nil {
		return nil, err
	}
	s.stage = newStage(world)
	if s.actor == nil {
		s.actRandomly(len(s.snap.Actions))
		return s, nil
	}
	s.lens = newLens(world)
	s.lens.use(s.actor.Net())
	if err := s.think(); err != nil {
		return nil, err
	}
	if s.mind.tasks != nil {
		s.lens.losses = s.mind.tasks.Pointable()
		s.lens.open = func(task string) (*agent.Pointer, error) {
			return agent.NewPointer(s.made, s.dir, s.world, s.actor, task)
		}
	}
	return s, nil
}

// think opens what else belongs to the actor's checkpoint.
func (s *show) think() (err error) {
	settings, err := agent.ReadSettings(s.dir)
	if err != nil {
		return s.app.explain(err, s.dir)
	}
	if s.meter == nil && settings.Agent.PaysPlainly() {
		s.snap.Gamma = settings.Agent.Gamma
	}
	for _, e := range settings.Agent.Aux {
		if _, err := auxtasks.Lookup(e.Kind); err != nil { // of a program of the user's own
			fmt.Fprintf(s.app.err, "%s: warning: auxiliary tasks and bonuses are not shown: %s\n", s.app.name, tidy(err.Error()))
			s.mind = &mind{}
			return nil
		}
	}
	if s.mind, err = openMind(s.dir, nil, s.world, s.actor, &s.snap); err != nil {
		return s.app.explain(err, s.dir)
	}
	if s.one { // what the run measured last is of another time
		nan := float32(math.NaN())
		for i := range s.snap.Thoughts {
			t := &s.snap.Thoughts[i]
			t.Loss, t.Weight, t.Share, t.Cosine = nan, nan, nan, nan
		}
	}
	s.resize()
	return nil
}

// actRandomly makes the policy of one who knows nothing.
func (s *show) actRandomly(actions int) {
	s.snap.Policy = make([]float32, actions)
	for i := range s.snap.Policy {
		s.snap.Policy[i] = 1 / float32(actions)
	}
	s.snap.Entropy = float32(math.Log(float64(actions)))
}

// watchable returns the constructor of worlds with the given id.
func (a *app) watchable(id string) (func() (env.Env, error), error) {
	build, err := a.world(id)
	base, _, _ := strings.Cut(id, ":")
	if err == nil || slices.Contains(a.envs.IDs(), base) {
		return build, err
	}
	if near := a.nearWorlds(id); near != "" {
		return nil, usagef("%q is neither a run directory nor a world; did you mean %s?", id, near)
	}
	return nil, usagef("%q is neither a run directory nor a world; %s envs lists worlds", id, a.name)
}

// next implements feed.
func (s *show) next() (*viz.Snapshot, error) {
	if s.phase == closed {
		s.episode++
		s.phase = opening
	}
	if s.phase == opening {
		if s.episodes > 0 && s.episode > s.episodes {
			return nil, nil
		}
		if err := s.begin(); err != nil {
			return nil, err
		}
		s.phase, s.taken = going, -1
		s.decide()
	} else {
		s.proceed()
	}
	s.draw()
	if s.lens != nil {
		if err := s.lens.lay(&s.snap, s.obs, s.vec); err != nil {
			return nil, err
		}
	}
	return &s.snap, nil
}

// begin starts the episode, played by the newest checkpoint.
func (s *show) begin() error {
	if s.dir != "" {
		if !s.one {
			if err := s.renew(); err != nil {
				return err
			}
		}
		s.snap.Training = "trained for " + short(s.actor.Step()) + " steps"
		s.actor.Greedy = s.likeliest
		s.actor.Seed(rng.At(s.seed, uint64(s.episode)))
		s.actor.Begin()
		s.mind.begin(&s.snap)
		s.lens.begin()
	}
	s.stage.begin(env.EvalSeed(s.seed, s.episode-1), s.episode)
	return nil
}

// renew takes the newest agent there is.
func (s *show) renew() error {
	newer, c, err := s.weights.newest(s.app.ctx, s.dir)
	if err == nil && newer.Step() != s.actor.Step() && newer.Fits(s.actor.About().Shape) == nil {
		s.actor, s.made = newer, c
		s.lens.use(newer.Net())
		if s.mind.tasks != nil {
			if s.mind, err = openMind(s.dir, c, s.world, newer, &s.snap); err != nil {
				return s.app.explain(err, s.dir)
			}
		}
	}
	if s.weights != nil {
		if f := s.weights.client.Take(); f != nil {
			fared(s.snap.Thoughts, f.Tasks)
		}
	}
	return nil
}

// decide lets the agent choose what it does next.
func (s *show) decide() {
	s.chosen = s.look()
	s.snap.Action = s.chosen
	s.snap.History.Append(s.snap.Value, s.snap.Reward)
}

// look shows the agent the observation, and returns its action.
func (s *show) look() int {
	if s.actor == nil {
		key := rng.Key(s.seed, "watch")
		return rng.Below(rng.At(rng.At(key, uint64(s.snap.Episode)), uint64(s.snap.Step)), len(s.snap.Actions))
	}
	s.lens.remember(s.actor.Memory())
	act := s.actor.Act(s.obs, s.vec)
	s.snap.Policy, s.snap.Entropy, s.snap.Value = s.actor.Policy(), s.actor.Entropy(), s.actor.Value()
	s.mind.see(&s.snap, s.obs, s.vec)
	s.lens.see(s.obs, s.vec)
	return act
}

// proceed takes the action, the person's if there is one.
func (s *show) proceed() {
	act := s.chosen
	if s.taken >= 0 {
		act, s.taken = s.taken, -1
		if s.actor != nil {
			s.actor.Took(act)
		}
	}
	step := s.step(act, s.limit)
	if s.actor != nil {
		s.actor.Reward(step.Reward)
		s.mind.took(act, step)
		s.lens.took(act, step)
	}
	if step.End == env.Running {
		s.decide()
		return
	}
	s.phase = closed
	s.look()
	s.snap.Action = -1
	if s.snap.Tail = 0; step.End == env.Truncated {
		s.snap.Tail = s.snap.Value
	}
	s.snap.History.Append(s.snap.Value, s.snap.Reward)
}

// restart implements performance, and so do the next methods.
func (s *show) restart() { s.phase = opening }

func (s *show) skip() { s.phase = closed }

func (s *show) reseed() uint64 {
	s.seed++
	s.episode, s.phase = 1, opening
	return s.seed
}

func (s *show) hasAgent() bool { return s.actor != nil }

func (s *show) greedy() bool { return s.likeliest }

func (s *show) setGreedy(yes bool) {
	s.likeliest = yes
	if s.actor != nil {
		s.actor.Greedy = yes
	}
}

func (s *show) choices() []string { return s.world.Spec().Actions }

func (s *show) label(labels []string) {
	s.snap.Actions = s.choices()
	if labels != nil {
		s.snap.Actions = labels
	}
}

func (s *show) take(act int) { s.taken = act }

// overlay implements overlaid.
func (s *show) overlay() (string, error) {
	if s.lens == nil {
		return "", nil
	}
	name := s.lens.next()
	s.draw() // the last overlay may have changed the view
	return name, s.lens.lay(&s.snap, s.obs, s.vec)
}

// overlayOf lays what is called so over the pictures, or nothing if there is no such thing.
func (s *show) overlayOf(word string) error {
	if s.lens.choose(word) != nil {
		if err := s.lens.choose("none"); err != nil {
			return err
		}
	}
	return s.lens.lay(&s.snap, s.obs, s.vec)
}

// shows are several agents on the same seed, side by side. Who has ended an episode waits for the others.
type shows struct {
	all    []*show
	snap   viz.Snapshot
	fitted bool
}

// newShows labels the shows.
func newShows(all []*show, labels []string) *shows {
	c := &shows{all: all, snap: viz.Snapshot{Title: "the same seed", Value: float32(math.NaN()), Action: -1}}
	for i, s := range all {
		s.snap.Title = labels[i]
		c.snap.Tiles = append(c.snap.Tiles, &s.snap)
	}
	return c
}

func (c *shows) next() (*viz.Snapshot, error) {
	ended := true
	for _, s := range c.all {
		ended = ended && s.phase == closed
	}
	more := false
	for _, s := range c.all {
		if s.phase == closed && !ended {
			continue
		}
		snap, err := s.next()
		if err != nil {
			return nil, err
		}
		more = more || snap != nil
	}
	if !more {
		return nil, nil
	}
	c.fit()
	c.snap.Episode, c.snap.Step, c.snap.End = c.all[0].snap.Episode, 0, c.all[0].snap.End
	for _, s := range c.all {
		c.snap.Step = max(c.snap.Step, s.snap.Step)
		if s.phase != closed {
			c.snap.End = ""
		}
	}
	return &c.snap, nil
}

// fit makes the pictures as large as there is room, once it is known what there is to show.
func (c *shows) fit() {
	if c.fitted {
		return
	}
	c.fitted = true
	r := viz.DefaultRecord()
	room := viz.TileRoom(image.Pt(r.Width, r.Height), c.snap.Tiles)
	for _, s := range c.all {
		s.room = room
		s.resize()
		s.draw()
	}
}

func (c *shows) each(do func(s *show)) {
	for _, s := range c.all {
		do(s)
	}
}

func (c *shows) restart() { c.each((*show).restart) }
func (c *shows) skip()    { c.each((*show).skip) }

func (c *shows) reseed() (seed uint64) {
	c.each(func(s *show) { seed = s.reseed() })
	return seed
}

func (c *shows) hasAgent() bool     { return c.all[0].hasAgent() }
func (c *shows) greedy() bool       { return c.all[0].greedy() }
func (c *shows) setGreedy(yes bool) { c.each(func(s *show) { s.setGreedy(yes) }) }
func (c *shows) choices() []string  { return nil }
func (c *shows) label([]string)     {}
func (c *shows) take(int)           {}

// overlay implements overlaid: all show the same, or nothing where they have it not.
func (c *shows) overlay() (name string, err error) {
	var first *show // that has most to choose from
	for _, s := range c.all {
		if s.lens != nil && (first == nil || len(s.lens.choices) > len(first.lens.choices)) {
			first = s
		}
	}
	if first == nil {
		return "", nil
	}
	name, err = first.overlay()
	for _, s := range c.all {
		if s != first && s.lens != nil && name != "" {
			err = errors.Join(err, s.overlayOf(first.lens.chosen().word))
		}
	}
	return name, err
}
