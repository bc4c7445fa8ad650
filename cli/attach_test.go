package cli

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/viz"
)

// liveRun is a run that the test trains, open to viewers.
type liveRun struct {
	*agent.Run
	peek   *live.Peek
	server *live.Server
}

// openRun makes a run in dir, of a recurrent agent with auxiliary tasks unless it is to be plain.
func openRun(t testing.TB, dir, id string, plain bool) *liveRun {
	t.Helper()
	build := func() (env.Env, error) { return minigrid.New(id) }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := agent.Default("ppo", w.Spec())
	cfg.Worlds, cfg.Horizon, cfg.Steps, cfg.PPO.Minibatches = 4, 16, 100_000, 2
	if !plain {
		cfg.Net = cfg.Net.WithCore("gru", agent.ShapeOf(w.Spec()))
		for _, kind := range []string{"pixel-control", "value-replay"} {
			e, err := agent.NewExtra(kind)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Add(e)
		}
	}
	tr, err := agent.NewTrainer(cfg, build)
	if err != nil {
		t.Fatal(err)
	}
	r, err := agent.Create(dir, id, tr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	o := &liveRun{Run: r}
	o.open(t)
	return o
}

func (r *liveRun) open(t testing.TB) {
	t.Helper()
	cfg := live.Default()
	cfg.Interval = time.Millisecond
	r.peek = live.NewPeek()
	r.server = live.NewServer(r.peek, cfg)
	if err := r.server.Listen(r.Path()); err != nil {
		t.Fatal(err)
	}
	r.Peek(r.peek)
	server := r.server
	t.Cleanup(func() {
		if r.server == server {
			r.end(t, live.Lost)
		}
	})
}

// end lets go of all viewers.
func (r *liveRun) end(t testing.TB, how live.End) {
	t.Helper()
	r.Peek(nil)
	if err := r.server.Close(how); err != nil {
		t.Error(err)
	}
	r.server = nil
}

// train goes on until ok.
func (r *liveRun) train(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 5000 {
		if ok() {
			return
		}
		r.Update()
	}
	t.Fatalf("it does not come to be that %s", what)
}

// moment trains until there is another moment to show.
func (r *liveRun) moment(t testing.TB, f *attached) *viz.Snapshot {
	t.Helper()
	for {
		r.train(t, "a frame arrives", func() bool { return len(f.news) > 0 })
		<-f.news
		before := f.snap.Training
		s, err := f.next()
		if err != nil || s == nil {
			t.Fatalf("there is no moment: %v, %v", s, err)
		}
		if s.Training != before {
			return s
		}
	}
}

// What is shown of a run in training is its world: picture, view, policy and value are there, and so is what the network looks at, once
// its weights have come.
func TestAttached(t *testing.T) {
	t.Chdir(t.TempDir())
	r := openRun(t, "r", emptyRoom, false)
	ctx, leave := context.WithCancel(t.Context())
	a := newApp(ctx, Options{}, nil, io.Discard, io.Discard)
	f, err := a.attach("r")
	if err != nil {
		t.Fatal(err)
	}
	s := r.moment(t, f)
	if s.Title != emptyRoom || s.World == nil || s.View == nil || len(s.Policy) != 7 || s.Action < 0 || s.Value != s.Value || !strings.HasPrefix(s.Training, "training  step ") ||
		len(s.Thoughts) != 2 || s.Thoughts[0].Name != "pixel-control" || s.Mission == "" || s.History.Steps() != s.Step+1 {
		t.Errorf("%+v", s)
	}
	sum := float32(0)
	for _, p := range s.Policy {
		sum += p
	}
	if math.Abs(float64(sum)-1) > 1e-5 {
		t.Errorf("probabilities sum to %v", sum)
	}
	r.train(t, "the share of a task is known", func() bool {
		return r.moment(t, f).Thoughts[0].Share > 0
	})
	for _, want := range []struct {
		name  string
		world bool
		cells int
	}{{"saliency of the action", false, 49}, {"saliency of the value", false, 49}, {"value of each cell", true, 25}} {
		if name, err := f.overlay(); name != want.name || err != nil {
			t.Fatalf("overlay %q, %v, want %q", name, err, want.name)
		}
		r.train(t, want.name+" is laid over", func() bool {
			o := r.moment(t, f).Overlay
			return o.Name == want.name && o.World == want.world && len(o.Cell) == want.cells
		})
	}
	free := 0
	for _, v := range f.snap.Overlay.Cell {
		if v == v {
			free++
		}
	}
	if free != 8 { // 3 by 3, but for the goal
		t.Errorf("%d cells have a value, 8 are free", free)
	}
	leave()
	r.train(t, "the viewer has left", func() bool { <-time.After(time.Millisecond); return !r.peek.Watched() })
}

// When training stops the viewer says so and waits; when it goes on the viewer does; when it is over there is nothing more.
func TestAttachedEnds(t *testing.T) {
	t.Chdir(t.TempDir())
	r := openRun(t, "r", emptyRoom, true)
	a := newApp(t.Context(), Options{}, nil, io.Discard, io.Discard)
	f, err := a.attach("r")
	if err != nil {
		t.Fatal(err)
	}
	r.moment(t, f)
	r.end(t, live.Stopped)
	for s := &f.snap; s.Training != "training was stopped; waiting for it to be resumed"; {
		<-f.news
		if s, err = f.next(); err != nil || s == nil {
			t.Fatalf("while training stands still there is no moment: %v, %v", s, err)
		}
	}
	r.open(t)
	r.moment(t, f)
	r.end(t, live.Reached)
	for s := &f.snap; s != nil; {
		<-f.news
		if s, err = f.next(); err != nil {
			t.Fatal(err)
		}
	}
	if f.end() != "training is over" || f.snap.Training != f.end() {
		t.Errorf("at the end it says %q, shown is %q", f.end(), f.snap.Training)
	}
	if _, err := a.attach("r"); err == nil || !strings.Contains(err.Error(), "is not being trained: go on with it (rlrun train --resume r), or leave --attach out") {
		t.Errorf("attach to a run that is not in training: %v", err)
	}
	if _, err := a.attach("elsewhere"); err == nil || !strings.Contains(err.Error(), "there is no run directory elsewhere") {
		t.Errorf("attach to nothing: %v", err)
	}
}

// A frame that is not of the run's world is an error, not a panic.
func TestAttachedRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	r := openRun(t, "r", emptyRoom, false)
	f, err := newApp(t.Context(), Options{}, nil, io.Discard, io.Discard).attach("r")
	if err != nil {
		t.Fatal(err)
	}
	r.moment(t, f)
	good := func() *live.Frame {
		return &live.Frame{Obs: slices.Clone(f.obs), Vec: slices.Clone(f.vec), Policy: make([]float32, 7), World: f.world.(env.Stateful).AppendState(nil)}
	}
	if err := f.fill(good()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(x *live.Frame){
		"observation": func(x *live.Frame) { x.Obs = x.Obs[1:] },
		"vector":      func(x *live.Frame) { x.Vec = nil },
		"policy":      func(x *live.Frame) { x.Policy = nil },
		"action":      func(x *live.Frame) { x.Action = 7 },
		"negative":    func(x *live.Frame) { x.Action = -1 },
		"age":         func(x *live.Frame) { x.Age = math.MaxInt64 },
		"world":       func(x *live.Frame) { x.World = x.World[:5] },
		"picture":     func(x *live.Frame) { x.World, x.Picture, x.Size = nil, []byte{1}, [2]int64{1 << 40, 1 << 40} },
	} {
		x := good()
		spoil(x)
		if f.fill(x) == nil {
			t.Errorf("a frame with a wrong %s is shown", name)
		}
	}
	x := good()
	x.World, x.Picture, x.Size = nil, make([]byte, 4*6*5), [2]int64{6, 5}
	if err := f.fill(x); err != nil || f.snap.World.Rect != image.Rect(0, 0, 6, 5) || f.snap.View != nil {
		t.Errorf("a picture of a world that cannot be saved: %v, %v", err, f.snap.World.Rect)
	}
}

// A run that is looked on at through its socket, by one who asks for parameters too, until it is interrupted, and then resumed, ends as
// one that is not.
func TestTrainIsOpen(t *testing.T) {
	t.Chdir(t.TempDir())
	args := func(dir string) []string {
		return []string{"train", emptyRoom, "--algo", "a2c", "--steps", "30k", "--episodes", "1", "--run", dir}
	}
	must(t, args("alone")...)
	ctx, interrupt := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if code := Run(ctx, Options{}, args("watched"), nil, io.Discard, io.Discard); code != exitResumable {
			t.Errorf("exit %d; it was to be interrupted before it is over", code)
		}
	}()
	var c *live.Client
	for err := live.ErrNobody; err != nil; {
		if c, err = live.Dial("watched"); err != nil && !errors.Is(err, live.ErrNobody) {
			t.Fatal(err)
		}
		select {
		case <-over:
			t.Fatal("training was over before anybody could connect")
		case <-time.After(time.Millisecond):
		}
	}
	if err := c.Want(); err != nil {
		t.Fatal(err)
	}
	for frames, params, open := 0, 0, true; open; {
		select {
		case <-c.Ready():
			if c.Take() != nil {
				frames++
			}
		case <-c.Params():
			params++
		case <-c.Done():
			open = false
			if c.End() != live.Stopped || frames < 3 || params == 0 {
				t.Errorf("it ended with %v, %v after %d frames, parameters came %d times", c.End(), c.Err(), frames, params)
			}
		}
		if frames >= 3 && params > 0 {
			interrupt()
		}
	}
	_ = c.Close()
	<-over
	interrupt()
	if _, err := os.Lstat(filepath.Join("watched", "watch.sock")); err == nil {
		t.Error("the socket is left")
	}
	must(t, "train", "--resume", "watched", "--episodes", "1")
	sameRun(t, "alone", "watched")
}

// That nobody can look on is a warning.
func TestTrainWithoutSocket(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	deep := filepath.Join(strings.Repeat("d", 100), "r")
	r := must(t, "train", bandit, "--algo", "a2c", "--steps", "128", "--episodes", "1", "--run", deep)
	if !strings.Contains(r.err, "warning: this run cannot be watched from outside") {
		t.Errorf("it says\n%s", r.err)
	}
}

// What is said while a viewer has the terminal is said when it has gone.
func TestProgressHush(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, live: true, total: 100, now: time.Now, width: func() int { return 80 }, full: "#", empty: "."}
	p.pace.add(p.now(), 0)
	summary := func() agent.Summary { return agent.Summary{} }
	if err := errors.Join(p.hush(true), p.note("first"), p.update(10, summary, true), p.note("second")); err != nil || out.Len() > 0 {
		t.Errorf("while it is to be quiet it says %q, %v", out.String(), err)
	}
	if err := p.hush(false); err != nil || !strings.Contains(out.String(), "first") || strings.Index(out.String(), "first") > strings.Index(out.String(), "second") {
		t.Errorf("afterwards it says %q, %v", out.String(), err)
	}
	out.Reset()
	if err := p.update(10, summary, true); err != nil || out.Len() == 0 {
		t.Errorf("and then nothing, %v", err)
	}
}

// The saliency of a task's loss lies over the view that the last action was taken from.
func TestLensLoss(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "r", "--core", "lstm", "--aux", "unreal,entropy")
	for _, task := range []string{"pixel-control", "value-replay", "entropy"} {
		f := testFeed(t, &watchFlags{seed: 1, overlay: name{text: task + "-loss"}}, "r").(*show)
		plain := testFeed(t, &watchFlags{seed: 1, overlay: name{text: "none"}}, "r").(*show)
		var before []byte
		laid := 0
		for range 40 {
			s, err := f.next()
			if err != nil {
				t.Fatal(err)
			}
			want, err := plain.next()
			if err != nil {
				t.Fatal(err)
			}
			now := slices.Clone(want.View.Pix)
			switch {
			case s.Overlay.Cell == nil && !slices.Equal(s.View.Pix, now):
				t.Fatalf("%s, step %d: nothing lies over the view, but it is another", task, s.Step)
			case s.Overlay.Cell != nil && !slices.Equal(s.View.Pix, before):
				t.Fatalf("%s, step %d: the view is not the one before the last action", task, s.Step)
			case s.Overlay.Cell != nil:
				laid++
				if slices.Max(s.Overlay.Cell) != 1 {
					t.Errorf("%s, step %d: the largest is %v", task, s.Step, slices.Max(s.Overlay.Cell))
				}
			}
			if before = now; s.Step == 0 && s.Overlay.Cell != nil {
				t.Errorf("%s: something is known before the first action", task)
			}
		}
		if laid < 30 {
			t.Errorf("%s: %d of 40 moments had a saliency", task, laid)
		}
	}
}

// The value of each cell is what the critic says of what the agent would see there, and where the agent stands it is the agent's.
func TestLensCells(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "r", "--core", "lstm")
	f := testFeed(t, &watchFlags{seed: 1, overlay: name{text: "cells"}}, "r").(*show)
	for range 30 {
		s, err := f.next()
		if err != nil {
			t.Fatal(err)
		}
		if s.End != "" {
			continue
		}
		w := f.world.(*minigrid.World)
		obs, vec := w.Spec().Buffers()
		stands, agree := 0, 0
		for cell, v := range s.Overlay.Cell {
			if !w.ObserveFrom(cell/5, cell%5, obs, vec) {
				if v == v {
					t.Fatalf("cell %d has a value, but nobody can stand there", cell)
				}
				continue
			}
			stands++
			if slices.Equal(obs, f.obs) && slices.Equal(vec, f.vec) && math.Abs(float64(v-s.Value)) < 1e-5 {
				agree++
			}
		}
		if stands != 8 || agree == 0 {
			t.Fatalf("step %d: of %d cells, %d have what the agent sees and its value", s.Step, stands, agree)
		}
	}
	if _, err := newApp(t.Context(), Options{}, nil, io.Discard, io.Discard).feed([]string{emptyRoom}, &watchFlags{overlay: name{text: "cells"}}); err == nil {
		t.Error("an overlay of random actions is taken")
	}
}

// What a frame costs whoever shows it: in the terminal, and as the picture of a page.
func BenchmarkAttached(b *testing.B) {
	b.Chdir(b.TempDir())
	r := openRun(b, "r", "MiniGrid-DoorKey-6x6-v0", false)
	f, err := newApp(b.Context(), Options{}, nil, io.Discard, io.Discard).attach("r")
	if err != nil {
		b.Fatal(err)
	}
	r.moment(b, f)
	r.train(b, "weights have come", func() bool {
		if f.lens.net == nil {
			f.lens.at = 2
			r.moment(b, f)
		}
		return f.lens.net != nil
	})
	frame := &live.Frame{
		Obs: slices.Clone(f.obs), Vec: slices.Clone(f.vec), Policy: slices.Clone(f.snap.Policy), World: f.world.(env.Stateful).AppendState(nil),
		State: slices.Clone(f.lens.before.State), LastAction: -1, Tasks: []live.Task{{Name: "pixel-control"}, {Name: "value-replay"}},
	}
	dash := &drawing{img: image.NewRGBA(image.Rect(0, 0, 960, 600))}
	sinks := map[string]viz.Sink{"none": viz.Sinks{}, "term": viz.NewTerminal(io.Discard, func() (int, int) { return 120, 40 }, viz.TrueColor), "picture": dash}
	for _, view := range []string{"none", "term", "picture"} {
		for at, overlay := range f.lens.choices {
			if view != "none" && at != 0 {
				continue
			}
			b.Run("view="+view+"/overlay="+overlay.word, func(b *testing.B) {
				b.ReportAllocs()
				f.lens.at = at
				for b.Loop() {
					frame.Age = (frame.Age + 1) % 300
					frame.Action = frame.Age % 7
					if err := errors.Join(f.fill(frame), f.lens.lay(&f.snap, f.obs, f.vec), sinks[view].Show(&f.snap)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// drawing is a sink that draws.
type drawing struct {
	viz.Dashboard
	img *image.RGBA
}

func (p *drawing) Show(s *viz.Snapshot) error { p.Draw(p.img, s); return nil }
func (p *drawing) Close() error               { return nil }
