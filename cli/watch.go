package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
)

// watchFlags are those of `watch`.
type watchFlags struct {
	out      name
	mapFile  name
	episodes count
	fps      number
	seed     seed
	greedy   bool
	force    bool
	light    bool
}

// Defaults of watching: a file is finite, a terminal is left with Ctrl-C.
const (
	fileEpisodes = 3
	fileLimit    = 1000 // steps of an episode in a file, in worlds without a limit of their own
	watchFPS     = 8
	maxFPS       = 50 // of a GIF
)

func (a *app) watchCmd() *cobra.Command {
	f := watchFlags{
		out: name{kind: "FILE", such: "a file's name"}, mapFile: newMapFlag(), episodes: count{0, 1, maxEpisodes},
		seed: 1, fps: number{value: watchFPS, min: 0.1, max: maxFPS},
	}
	cmd := &cobra.Command{
		Use:   "watch RUN|ENV",
		Short: "Watch an agent, in the terminal or in a file",
		Long: `Watch an agent at work: what the world looks like, what the agent sees, what
it thinks of its actions and of its prospects. RUN is a run directory, also of
a run under way: each episode is played by the newest checkpoint. With ENV, a
world's id, or --map FILE, actions are random. Of a run with auxiliary tasks
files show what each task predicts, and how it fared in training. Ctrl-C ends
it; a file is complete then too.`,
		Example: fmt.Sprintf("  %[1]s watch runs/doorkey\n  %[1]s watch runs/doorkey --out doorkey.gif --episodes 5\n  %[1]s watch MiniGrid-FourRooms-v0", a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if f.mapFile.text != "" {
				return nil
			}
			return exactly(1, "RUN, a run directory, or ENV, a world's id,")(nil, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			what, err := a.named(args, f.mapFile.text)
			if err != nil {
				return err
			}
			return a.watch(what, &f)
		},

		ValidArgsFunction: a.completeRunOrEnv,
	}
	fl := cmd.Flags()
	fl.Var(&f.out, "out", "write to this file instead: "+strings.Join(endings(), ", "))
	fl.Var(&f.episodes, "episodes", "episodes to show (default: on a terminal all, in a file 3)")
	fl.Var(&f.fps, "fps", "steps per second")
	fl.Var(&f.seed, "seed", "seed of layouts and sampled actions")
	fl.BoolVar(&f.greedy, "greedy", false, "take the likeliest action instead of a sampled one")
	fl.BoolVar(&f.force, "force", false, "replace FILE if it exists")
	fl.BoolVar(&f.light, "light", false, "dark on light, in files with pictures")
	addMapFlag(cmd, &f.mapFile)
	cmd.MarkFlagFilename("out", extensions()...) //nolint:errcheck // the flag exists
	completeFlags(cmd, map[string][]string{"episodes": nil, "fps": nil, "seed": nil})
	return cmd
}

func (a *app) watch(what string, f *watchFlags) error {
	s, err := a.show(what, f)
	if err != nil {
		return err
	}
	sink, err := a.sink(f)
	if err != nil {
		return err
	}
	fps, episodes, done := f.fps.value, f.episodes.n, func() {}
	if f.out.text != "" {
		fps = 0 // as fast as frames can be written
		if episodes == 0 {
			episodes = fileEpisodes
		}
		if s.snap.StepLimit == 0 {
			s.limit = fileLimit
		}
		done = a.passing(fmt.Sprintf("recording %d episodes ...", episodes))
	}
	err = s.play(a.ctx, sink, viz.NewPacer(fps, viz.SystemClock{}), episodes)
	done()
	if err != nil && errors.Is(err, a.ctx.Err()) {
		err = nil // how a viewer is left
	}
	if err = errors.Join(err, sink.Close()); err != nil {
		return err
	}
	if f.out.text != "" && s.shown > 0 {
		_, err = fmt.Fprintf(a.err, "%d frames in %s\n", s.shown, f.out.text)
	}
	return err
}

// sink returns where to show: the file if there is one, else the terminal.
func (a *app) sink(f *watchFlags) (viz.Sink, error) {
	if f.out.text != "" {
		return a.recorder(f)
	}
	file, ok := a.out.(*os.File)
	if !ok || !isTerminal(file) {
		return nil, usagef("standard output is no terminal: name a file with --out FILE, such as agent.gif")
	}
	return viz.NewTerminal(a.out, viz.TerminalSize(file), viz.DetectColor(a.getenv)), nil
}

func (a *app) recorder(f *watchFlags) (viz.Sink, error) {
	out := filepath.Clean(f.out.text)
	c := viz.DefaultRecord()
	c.FPS, c.Overwrite, c.Light = f.fps.value, f.force, f.light
	c.FFmpeg, _ = exec.LookPath("ffmpeg")
	r, err := viz.NewRecorder(out, c)
	switch {
	case errors.Is(err, viz.ErrFormat):
		return nil, usagef("--out takes a file whose name ends in %s, such as %s.gif, not %q", anyOf(endings()), strings.TrimSuffix(out, filepath.Ext(out)), out)
	case errors.Is(err, viz.ErrFFmpeg):
		return nil, usagef("--out %s needs the program ffmpeg, which is not on the PATH: install it, or choose another of %s", out, strings.Join(endings(), ", "))
	case errors.Is(err, fs.ErrExist):
		return nil, usagef("%s exists already: choose another --out, or replace it with --force", out)
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--out %s cannot be made: there is no directory %s", out, filepath.Dir(out))
	case err != nil:
		return nil, err
	}
	return r, nil
}

// endings lists how names of files may end.
func endings() (list []string) {
	for _, f := range viz.Formats() {
		list = append(list, f.Ext)
	}
	return list
}

// extensions is endings without the dots.
func extensions() []string { return strings.Split(strings.Join(endings(), "")[1:], ".") }

// show is an agent being watched. It has a world, streams and parameters of its own.
type show struct {
	*stage
	app   *app
	dir   string // of the run; "": random actions
	flags *watchFlags
	actor *policy.Actor
	mind  *mind // of the actor; nil: random actions
	limit int   // steps after which an episode is cut; 0: only by the world
}

// show finds out what there is to watch.
func (a *app) show(what string, f *watchFlags) (*show, error) {
	s := &show{app: a, flags: f}
	var build func() (env.Env, error)
	var err error
	if _, statErr := os.Stat(what); statErr == nil {
		s.dir = what
		s.actor, build, err = a.open(what)
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
	return s, s.think()
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
	if s.mind, err = openMind(s.dir, s.world, s.actor, &s.snap); err != nil {
		return s.app.explain(err, s.dir)
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

// play shows episodes, 0: without end, until the context ends.
func (s *show) play(ctx context.Context, sink viz.Sink, pace *viz.Pacer, episodes int) error {
	for n := 1; episodes == 0 || n <= episodes; n++ {
		if err := s.begin(n); err != nil {
			return err
		}
		for {
			act := s.choose()
			if err := s.frame(ctx, sink, pace, act); err != nil {
				return err
			}
			step := s.step(act, s.limit)
			if s.actor != nil {
				s.actor.Reward(step.Reward)
				s.mind.took(act, step)
			}
			if step.End != env.Running {
				s.choose()
				if s.snap.Tail = 0; step.End == env.Truncated {
					s.snap.Tail = s.snap.Value
				}
				if err := s.frame(ctx, sink, pace, -1); err != nil {
					return err
				}
				break
			}
		}
		for range int(s.flags.fps.value) / 2 { // let the end be seen
			if err := s.hold(ctx, sink, pace); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold waits for as long as a frame stands; in a file that takes one more.
func (s *show) hold(ctx context.Context, sink viz.Sink, pace *viz.Pacer) error {
	if s.flags.out.text == "" {
		return pace.Wait(ctx)
	}
	return s.frame(ctx, sink, pace, -1)
}

// begin starts an episode, played by the newest checkpoint.
func (s *show) begin(episode int) error {
	if s.dir != "" {
		if newer, err := policy.Open(s.dir); err == nil && newer.Step() != s.actor.Step() && newer.Fits(s.actor.About().Shape) == nil {
			s.actor = newer
			if s.mind.tasks != nil {
				if s.mind, err = openMind(s.dir, s.world, newer, &s.snap); err != nil {
					return s.app.explain(err, s.dir)
				}
			}
		}
		s.actor.Greedy = s.flags.greedy
		s.actor.Seed(rng.At(uint64(s.flags.seed), uint64(episode)))
		s.actor.Begin()
		s.mind.begin(&s.snap)
	}
	s.stage.begin(env.EvalSeed(uint64(s.flags.seed), episode-1), episode)
	return nil
}

// choose lets the agent look at the observation, and returns its action.
func (s *show) choose() int {
	if s.actor == nil {
		key := rng.Key(uint64(s.flags.seed), "watch")
		return rng.Below(rng.At(rng.At(key, uint64(s.snap.Episode)), uint64(s.snap.Step)), len(s.snap.Actions))
	}
	act := s.actor.Act(s.obs, s.vec)
	s.snap.Policy, s.snap.Entropy, s.snap.Value = s.actor.Policy(), s.actor.Entropy(), s.actor.Value()
	s.mind.see(&s.snap, s.obs, s.vec)
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
	return s.show(sink)
}
