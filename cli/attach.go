package cli

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
)

// retryTime is how often a viewer looks whether training goes on again.
const retryTime = time.Second / 2

// attached is a run in training that is looked on at: a feed that arrives. What it shows is world 0 of the trainer, made again from the
// state that each frame brings.
type attached struct {
	*stage
	ctx      context.Context
	app      *app
	dir      string
	settings agent.Settings
	tell     *progress // of training, in words

	news chan struct{} // a frame arrived, or the connection changed

	mu     sync.Mutex
	client *live.Client // nil: training has stopped, it may go on
	ended  bool         // it will not
	state  string       // of the connection, in words; empty: it stands
	begun  bool         // a frame was shown
	round  int64        // episode of the last one

	lens   *lens
	asked  time.Time // when weights were, for the lens
	params chan live.Params
}

// attach looks on at a run that trains in another process.
func (a *app) attach(dir string) (*attached, error) {
	if _, err := agent.ReadSettings(dir); err != nil {
		return nil, a.explain(err, dir)
	}
	c, err := live.Dial(dir)
	if errors.Is(err, live.ErrNobody) {
		return nil, a.notTrained(dir)
	}
	if err != nil {
		return nil, err
	}
	return a.lookOn(a.ctx, dir, c)
}

func (a *app) notTrained(dir string) error {
	return usagef("the run in %s is not being trained: go on with it (%s), or leave --attach out", dir, a.resumeCommand(dir))
}

// lookOn shows what a client receives until the context ends; then it must be closed.
func (a *app) lookOn(ctx context.Context, dir string, c *live.Client) (*attached, error) {
	t := &attached{ctx: ctx, app: a, dir: dir, client: c, news: make(chan struct{}, 1), params: make(chan live.Params, 1)}
	err := t.open()
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	go t.relay(c)
	return t, nil
}

// open makes the world that frames are shown with.
func (t *attached) open() (err error) {
	if t.settings, err = agent.ReadSettings(t.dir); err != nil {
		return t.app.explain(err, t.dir)
	}
	build, err := t.app.worldOf(t.dir, t.settings.Env)
	if err != nil {
		return err
	}
	cfg := t.settings.Agent
	world, err := cfg.Wrap.Build(build)()
	if err != nil {
		return err
	}
	t.stage, t.lens = newStage(world), newLens(world)
	if t.meter == nil && cfg.PaysPlainly() {
		t.snap.Gamma = cfg.Gamma
	}
	t.tell = &progress{total: cfg.Steps, now: time.Now}
	return nil
}

// relay tells of what arrives, and connects again when training goes on.
func (t *attached) relay(c *live.Client) {
	for c != nil {
		select {
		case <-c.Ready():
		case p := <-c.Params():
			select {
			case t.params <- p:
			default: // those before were not looked at; they will do
			}
		case <-c.Done():
			_ = c.Close() // it is over
			t.lost(c)
			if c = t.again(); c != nil {
				t.set(c, false, "")
			}
		case <-t.ctx.Done():
			_ = c.Close() // nobody looks on any more
			return
		}
		t.arrive()
	}
}

func (t *attached) arrive() {
	select {
	case t.news <- struct{}{}:
	default:
	}
}

func (t *attached) set(c *live.Client, ended bool, state string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.client, t.ended, t.state = c, ended, state
}

// lost says why a connection ended, and whether another may come.
func (t *attached) lost(c *live.Client) {
	switch {
	case c.Err() != nil:
		t.set(nil, false, "the connection failed: "+tidy(c.Err().Error())+"; waiting")
	case c.End() == live.Reached:
		t.set(nil, true, "training is over")
	case c.End() == live.Failed:
		t.set(nil, true, "training failed")
	case c.End() == live.Stopped:
		t.set(nil, false, "training was stopped; waiting for it to be resumed")
	default:
		t.set(nil, false, "training has died; waiting for it to be resumed")
	}
	t.arrive()
}

// again waits until the run is in training again; nil: it never will be, or nobody looks on any more.
func (t *attached) again() *live.Client {
	for {
		t.mu.Lock()
		ended := t.ended
		t.mu.Unlock()
		if ended {
			return nil
		}
		select {
		case <-t.ctx.Done():
			return nil
		case <-time.After(retryTime):
		}
		if c, err := live.Dial(t.dir); err == nil {
			return c
		}
	}
}

// arrived implements arriving.
func (t *attached) arrived() <-chan struct{} { return t.news }

// next implements feed: it returns the newest moment, of which the first is waited for.
func (t *attached) next() (*viz.Snapshot, error) {
	for {
		t.mu.Lock()
		c, ended, state := t.client, t.ended, t.state
		t.mu.Unlock()
		if c != nil {
			if f := c.Take(); f != nil {
				t.begun = true
				if err := t.fill(f); err != nil {
					return nil, err
				}
				return &t.snap, t.look(c, f)
			}
		}
		if ended {
			t.snap.Training = state
			return nil, nil
		}
		if t.begun {
			if state != "" {
				t.snap.Training = state
			}
			return &t.snap, nil
		}
		select {
		case <-t.news:
		case <-t.ctx.Done():
			return nil, nil
		}
	}
}

// end returns what a person is told when nothing more comes; empty: they know.
func (t *attached) end() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// fill makes the snapshot of a frame.
func (t *attached) fill(f *live.Frame) error {
	s := &t.snap
	if len(f.Obs) != len(t.obs) || len(f.Vec) != len(t.vec) || len(f.Policy) != len(s.Actions) || f.Action < 0 || int(f.Action) >= len(s.Actions) || f.Age < 0 || f.Age > math.MaxInt32 {
		return fmt.Errorf("%s: what the run shows is not of its world: it is trained by another program", t.dir)
	}
	copy(t.obs, f.Obs)
	copy(t.vec, f.Vec)
	t.name(f)
	if err := t.restore(f); err != nil {
		return err
	}
	s.Policy = append(s.Policy[:0], f.Policy...)
	s.Action, s.Value, s.Entropy = int(f.Action), f.Value, entropyOf(f.Policy)
	s.Episode, s.Step, s.Return = int(f.Episodes)+1, int(f.Age), float32(f.Return)
	if t.meter != nil && len(f.World) > 0 {
		ret, _ := t.meter.Paid()
		s.Return = float32(ret)
	}
	t.remember(f)
	t.measured(f)
	return nil
}

// name lists the tasks, of which the first frame tells.
func (t *attached) name(f *live.Frame) {
	s := &t.snap
	if len(s.Thoughts) == len(f.Tasks) {
		return
	}
	s.Thoughts = nil
	nan := float32(math.NaN())
	for _, k := range f.Tasks {
		s.Thoughts = append(s.Thoughts, viz.Thought{Name: k.Name, Came: -1, Loss: nan, Weight: nan, Share: nan, Cosine: nan})
	}
	t.resize()
}

// lensTime is how old the weights may be that an overlay is computed with.
const lensTime = 5 * time.Second

// look computes the overlay, and asks for what it needs.
func (t *attached) look(c *live.Client, f *live.Frame) error {
	select {
	case p := <-t.params:
		a, err := policy.FromCheckpoint(p.Checkpoint())
		if err != nil {
			return err
		}
		if err := a.Fits(agent.ShapeOf(t.world.Spec())); err != nil {
			return fmt.Errorf("%s: %w", t.dir, err)
		}
		t.lens.use(a.Net())
	default:
	}
	if t.lens.net != nil {
		m := t.lens.before
		if len(f.State) != len(m.State) || f.LastAction < -1 || int(f.LastAction) >= len(t.snap.Actions) {
			return fmt.Errorf("%s: what the agent remembers is not of its network", t.dir)
		}
		copy(m.State, f.State)
		m.Saw(0, int32(f.LastAction), f.LastReward)
	}
	if err := t.lens.lay(&t.snap, t.obs, t.vec); err != nil {
		return err
	}
	if now := time.Now(); t.lens.needsNet() && now.Sub(t.asked) > lensTime {
		t.asked = now
		_ = c.Want() // Done tells if the connection is gone
	}
	return nil
}

// overlay implements overlaid.
func (t *attached) overlay() (string, error) {
	t.asked = time.Time{}
	return t.lens.next(), nil
}

// restore makes the world of a frame, and draws it.
func (t *attached) restore(f *live.Frame) error {
	switch saved, _ := env.As[env.Stateful](t.world); {
	case len(f.World) > 0 && saved != nil:
		if err := saved.RestoreState(f.World); err != nil {
			return fmt.Errorf("%s: the world that the run shows: %w", t.dir, err)
		}
		if m, ok := env.As[env.Missioner](t.world); ok {
			t.snap.Mission = m.Mission()
		}
		t.draw()
		return nil
	case len(f.Picture) > 0:
		w, h := f.Size[0], f.Size[1]
		if w < 1 || h < 1 || w > 1<<14 || h > 1<<14 || int64(len(f.Picture)) != 4*w*h {
			return fmt.Errorf("%s: the run shows %d bytes as a picture of %d by %d", t.dir, len(f.Picture), w, h)
		}
		t.snap.World = &image.RGBA{Pix: append([]byte(nil), f.Picture...), Stride: int(4 * w), Rect: image.Rect(0, 0, int(w), int(h))}
	default:
		t.snap.World = nil
	}
	t.snap.View = t.stack.newest
	t.stack.draw(t.obs)
	return nil
}

// remember adds the steps since the last frame to the course of the episode. Those that nobody was told of leave a gap.
func (t *attached) remember(f *live.Frame) {
	h := &t.snap.History
	first := int(f.Age) + 1 - len(f.Trace)
	if f.Round != t.round || first < h.Steps() {
		h.Reset()
	}
	t.round = f.Round
	for range first - h.Steps() {
		h.Append(float32(math.NaN()), 0)
	}
	for _, m := range f.Trace {
		h.Append(m.Value, m.Reward)
		t.snap.Reward = m.Reward
	}
}

// measured fills in how training goes.
func (t *attached) measured(f *live.Frame) {
	now := time.Now()
	if n := len(t.tell.pace.step); t.tell.start.IsZero() || f.Step < int64(t.tell.pace.step[n-1]) { // it was rolled back, or resumed
		t.tell.start, t.tell.pace = now, pace{}
	}
	t.tell.pace.add(now, int(f.Step))
	m := measure{step: int(f.Step), summary: agent.Summary{Mean: float64(f.Recent[0]), Success: float64(f.Recent[1])}}
	if len(t.tell.pace.at) > 1 {
		m.rate = t.tell.pace.rate()
	}
	words := t.tell.words(m)
	words[4] = "" // the mean length is not known
	t.snap.Training = "training  " + strings.Join(nonempty(words), "  ")
	fared(t.snap.Thoughts, f.Tasks)
}

// fared fills in what training measured of tasks.
func fared(thoughts []viz.Thought, tasks []live.Task) {
	for i := range thoughts {
		for _, k := range tasks {
			if to := &thoughts[i]; to.Name == k.Name {
				to.Loss, to.Weight, to.Share, to.Cosine = known(k.Loss, to.Loss), k.Weight, known(k.Share, to.Share), known(k.Cosine, to.Cosine)
			}
		}
	}
}

// known returns v, or what was known before.
func known(v, before float32) float32 {
	if v != v {
		return before
	}
	return v
}

// entropyOf returns that of probabilities, in nats.
func entropyOf(p []float32) float32 {
	h := 0.0
	for _, v := range p {
		if v > 0 {
			h -= float64(v) * math.Log(float64(v))
		}
	}
	return float32(h)
}

// attachFeed is the feed of `watch --attach`.
func (a *app) attachFeed(what []string, f *watchFlags) (feed, error) {
	if len(what) != 1 {
		return nil, usagef("--attach takes one RUN, the directory of a run in training")
	}
	if f.out.text != "" && f.view == viewAuto {
		return nil, usagef("with --attach, --out needs a --view too: training may last long")
	}
	if f.own {
		s, err := a.ownShow(what[0], uint64(f.seed))
		if err == nil {
			s.lens.wanted = f.overlay.text
			s.setGreedy(f.greedy)
		}
		return s, err
	}
	t, err := a.attach(what[0])
	if err == nil {
		t.lens.wanted = f.overlay.text
	}
	return t, err
}
