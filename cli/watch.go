package cli

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// watchFlags are those of `watch`.
type watchFlags struct {
	out      string
	episodes count
	fps      number
	seed     seed
	greedy   bool
	force    bool
}

// Defaults of watching: a file is finite, a terminal is left with Ctrl-C.
const (
	fileEpisodes = 3
	watchFPS     = 8
)

func (a *app) watchCmd() *cobra.Command {
	f := watchFlags{seed: 1, fps: number{value: watchFPS}}
	cmd := &cobra.Command{
		Use:   "watch RUN|ENV",
		Short: "Watch an agent, in the terminal or as a GIF",
		Long: `Watch an agent at work: what the world looks like, what the agent sees, what it thinks of its actions and of its prospects.
RUN is a run directory, also of a run under way: each episode is played by the newest checkpoint. With ENV, a world's id, actions
are random. Ctrl-C ends it; a file is complete then too.`,
		Example: fmt.Sprintf("  %[1]s watch runs/doorkey\n  %[1]s watch runs/doorkey --out doorkey.gif --episodes 5\n  %[1]s watch MiniGrid-FourRooms-v0", a.name),
		Args:    exactly(1, "RUN, a run directory, or ENV, a world's id,"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.watch(args[0], &f) },

		ValidArgsFunction: a.completeEnvs,
	}
	fl := cmd.Flags()
	fl.StringVar(&f.out, "out", "", "write to `FILE`.gif instead")
	fl.Var(&f.episodes, "episodes", "episodes to show (default: until Ctrl-C; in a file, 3)")
	fl.Var(&f.fps, "fps", "steps per second")
	fl.Var(&f.seed, "seed", "seed of layouts and sampled actions")
	fl.BoolVar(&f.greedy, "greedy", false, "take the likeliest action instead of a sampled one")
	fl.BoolVar(&f.force, "force", false, "replace FILE if it exists")
	return cmd
}

func (a *app) watch(what string, f *watchFlags) error {
	if f.episodes < 0 {
		return usagef("--episodes is %d, must not be negative", f.episodes)
	}
	if !(f.fps.value > 0) {
		return usagef("--fps is %v, must be positive", f.fps.value)
	}
	s, err := a.show(what, f)
	if err != nil {
		return err
	}
	sink, err := a.sink(f)
	if err != nil {
		return err
	}
	fps := f.fps.value
	episodes := int(f.episodes)
	if f.out != "" {
		fps = 0 // as fast as frames can be written
		if episodes == 0 {
			episodes = fileEpisodes
		}
	}
	err = s.play(a.ctx, sink, viz.NewPacer(fps, viz.SystemClock{}), episodes)
	if errors.Is(err, context.Canceled) {
		err = nil // how a viewer is left
	}
	if err = errors.Join(err, sink.Close()); err != nil {
		return err
	}
	if f.out != "" && s.shown > 0 {
		_, err = fmt.Fprintf(a.err, "%d frames in %s\n", s.shown, f.out)
	}
	return err
}

// sink returns where to show: the file if there is one, else the terminal.
func (a *app) sink(f *watchFlags) (viz.Sink, error) {
	if f.out != "" {
		c := viz.DefaultRecord()
		c.FPS, c.Overwrite = f.fps.value, f.force
		r, err := viz.NewRecorder(f.out, c)
		if errors.Is(err, os.ErrExist) {
			return nil, usagef("%s exists already: choose another --out, or replace it with --force", f.out)
		}
		if err != nil {
			return nil, usage(err)
		}
		return r, nil
	}
	file, ok := a.out.(*os.File)
	if !ok || !isTerminal(a.out) {
		return nil, usagef("the output is no terminal: name a file with --out FILE.gif")
	}
	return viz.NewTerminal(a.out, viz.TerminalSize(file), viz.DetectColor(a.getenv)), nil
}

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// show is an agent being watched. It has a world, streams and parameters of its own.
type show struct {
	app   *app
	dir   string // of the run; "": random actions
	flags *watchFlags
	world env.Env
	actor *policy.Actor
	obs   []byte
	vec   []float32
	snap  viz.Snapshot
	shown int
}

// show finds out what there is to watch.
func (a *app) show(what string, f *watchFlags) (*show, error) {
	s := &show{app: a, flags: f}
	var build func() (env.Env, error)
	var err error
	if info, statErr := os.Stat(what); statErr == nil && info.IsDir() {
		s.dir = what
		s.actor, build, err = a.open(what)
	} else if build, err = a.world(what); err != nil {
		err = usagef("%q is neither a run directory nor a world: %w", what, err)
	}
	if err != nil {
		return nil, err
	}
	if s.world, err = build(); err != nil {
		return nil, err
	}
	spec := s.world.Spec()
	s.obs, s.vec = make([]byte, spec.ObsLen()), make([]float32, spec.VecLen())
	s.snap = viz.Snapshot{Title: spec.ID, StepLimit: spec.StepLimit, Actions: spec.Actions, Value: float32(math.NaN())}
	room := viz.WorldLimit(image.Pt(viz.DefaultRecord().Width, viz.DefaultRecord().Height))
	if r, ok := s.world.(env.Renderer); ok {
		s.snap.World = image.NewRGBA(image.Rectangle{Max: r.RenderSize(room)})
	}
	if v, ok := s.world.(env.Viewer); ok {
		s.snap.View = image.NewRGBA(image.Rectangle{Max: v.ViewSize(image.Pt(room.X/3, room.Y/3))})
	}
	return s, nil
}

// play shows episodes, 0: without end, until the context ends.
func (s *show) play(ctx context.Context, sink viz.Sink, pace *viz.Pacer, episodes int) error {
	for n := 1; episodes == 0 || n <= episodes; n++ {
		s.begin(n)
		for {
			act := s.choose()
			if err := s.frame(ctx, sink, pace, act); err != nil {
				return err
			}
			step := s.world.Step(act, s.obs, s.vec)
			s.snap.Step++
			s.snap.Reward = float32(step.Reward)
			s.snap.Return += s.snap.Reward
			if step.End != env.Running {
				s.snap.End = step.End.String()
				s.choose()
				if err := s.frame(ctx, sink, pace, -1); err != nil {
					return err
				}
				break
			}
		}
		for range int(s.flags.fps.value) / 2 { // let the end be seen
			if err := s.frame(ctx, sink, pace, -1); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin starts an episode, played by the newest checkpoint.
func (s *show) begin(episode int) {
	if s.dir != "" {
		if newer, err := policy.Open(s.dir); err == nil && newer.Fits(s.actor.About().Shape) == nil {
			s.actor = newer
		}
		s.actor.Greedy = s.flags.greedy
		s.actor.Seed(rng.At(uint64(s.flags.seed), uint64(episode)))
	}
	s.world.Seed(env.EvalSeed(uint64(s.flags.seed), episode-1))
	s.world.Reset(s.obs, s.vec)
	s.snap.Episode, s.snap.Step, s.snap.Reward, s.snap.Return, s.snap.End = episode, 0, 0, 0, ""
	if m, ok := s.world.(env.Missioner); ok {
		s.snap.Mission = m.Mission()
	}
	s.snap.History.Reset()
}

// choose lets the agent look at the observation, and returns its action.
func (s *show) choose() int {
	if s.actor == nil {
		key := rng.Key(uint64(s.flags.seed), "watch")
		return rng.Below(rng.At(rng.At(key, uint64(s.snap.Episode)), uint64(s.snap.Step)), len(s.snap.Actions))
	}
	act := s.actor.Act(s.obs, s.vec)
	s.snap.Policy, s.snap.Entropy, s.snap.Value = s.actor.Policy(), s.actor.Entropy(), s.actor.Value()
	return act
}

// frame shows the moment before an action; negative: the episode is over.
func (s *show) frame(ctx context.Context, sink viz.Sink, pace *viz.Pacer, act int) error {
	if err := pace.Wait(ctx); err != nil {
		return err
	}
	s.snap.Action = act
	if act >= 0 || s.snap.End != "" && s.snap.History.Steps() <= s.snap.Step {
		s.snap.History.Append(s.snap.Value, s.snap.Reward)
	}
	if s.snap.World != nil {
		s.world.(env.Renderer).Render(s.snap.World)
	}
	if s.snap.View != nil {
		s.world.(env.Viewer).RenderView(s.snap.View)
	}
	s.shown++
	return sink.Show(&s.snap)
}
