package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/spf13/cobra"
)

// trainFlags are those of `train`.
type trainFlags struct {
	algo     name
	preset   name
	config   name
	init     name
	freeze   name
	set      assignments
	steps    count
	stopAt   number
	require  number
	seed     seed
	run      name
	mapFile  name
	resume   name
	episodes count
	json     bool
	events   bool // for TensorBoard
	aux      auxFlags
	wrap     wrapFlags
	watch    view // "": nobody looks on
	stdin    io.Reader
}

func newTrainFlags() trainFlags {
	return trainFlags{
		algo:   name{"ppo", "NAME", strings.Join(agent.Algos(), " or ")},
		preset: name{"default", "NAME", anyOf(agent.Presets())},
		steps:  count{200_000, 1, maxSteps}, episodes: count{100, 1, maxEpisodes}, seed: 1,
		stopAt:  number{min: -math.MaxFloat64, max: math.MaxFloat64},
		require: newRequired(),
		aux:     newAuxFlags(),
		mapFile: newMapFlag(), config: name{kind: "FILE", such: "a TOML file"},
		init: name{kind: "RUN", such: "a run directory"}, freeze: name{kind: "PART", such: "encoder, core or encoder,core"},
		run: name{kind: "DIR", such: "a directory"}, resume: name{kind: "DIR", such: "a directory"},
	}
}

func (a *app) trainCmd() *cobra.Command {
	f := newTrainFlags()
	cmd := &cobra.Command{
		Use:   "train ENV",
		Short: "Train an agent",
		Long: `Train an agent and save it in a run directory: checkpoints at the start, every
minute, at the end, and when it is interrupted. Ctrl-C once finishes the
update, saves, and prints the command that resumes. At the end the agent is
evaluated on worlds that training never saw. A step is one decision in one
world. The directory's metrics.jsonl has a line for each of 50 intervals.

` + wrapHelp,
		Example: fmt.Sprintf(`  %[1]s train MiniGrid-DoorKey-5x5-v0
  %[1]s train MiniGrid-DoorKey-8x8-v0 --steps 1M --seed 7 --run runs/doorkey
  %[1]s train MiniGrid-MemoryS7-v0 --core lstm --aux reward-prediction
  %[1]s train MinAtar/Seaquest-v1 --steps 2M --reward-clip 1
  %[1]s train --map maze.map
  %[1]s train MiniGrid-DoorKey-6x6-v0 --init runs/doorkey --freeze encoder
  %[1]s train --resume runs/doorkey`, a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && f.resume.text == "" && f.mapFile.text == "" {
				return usagef("ENV, the world's id, is missing (%s envs lists them)", a.name)
			}
			return exactly(len(args[:min(len(args), 1)]), "")(nil, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdin = cmd.InOrStdin()
			if f.resume.text != "" {
				return a.resume(cmd, args, &f)
			}
			id, err := a.named(args, f.mapFile.text)
			if err != nil {
				return err
			}
			return a.train(cmd, id, &f)
		},
		ValidArgsFunction: a.completeEnvs,
	}
	fl := cmd.Flags()
	f.addSettings(cmd)
	f.addSeed(cmd)
	fl.Var(&f.stopAt, "stop-at-return", "stop when the last 100 training episodes return this much on average")
	fl.Var(&f.require, "require-return", "end with status 3 if the evaluation at the end returns less")
	fl.Var(&f.run, "run", "run directory, new or empty (default: a new one below runs/)")
	fl.Var(&f.resume, "resume", "go on with the run in this directory; --steps changes its budget")
	fl.Var(&f.episodes, "episodes", "evaluation episodes at the end")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line, the evaluation last")
	fl.Var(&f.watch, "watch", "look on meanwhile: --watch, or --watch=VIEW of "+strings.Join(views, ", "))
	fl.Lookup("watch").NoOptDefVal = string(viewAuto)
	fl.BoolVar(&f.events, "tensorboard", false, "also write event files for TensorBoard, below the run directory")
	completeFlags(cmd, map[string][]string{"episodes": nil, "stop-at-return": nil, "require-return": nil}, "run", "resume")
	return cmd
}

// train starts a run.
func (a *app) train(cmd *cobra.Command, id string, f *trainFlags) error {
	s, err := a.settings(cmd, id, f)
	if err != nil {
		return err
	}
	t, err := agent.NewTrainer(s.cfg, s.build)
	if err != nil {
		return a.explainInit(err, s.cfg.Init)
	}
	if init := t.Config().Init; init != s.cfg.Init {
		s.cfg.Init = init
		s.fields.SetOrigin("init.step", "the newest there was")
	}
	for _, note := range t.Begun() {
		fmt.Fprintf(a.err, "%s: from %s: %s\n", a.name, s.cfg.Init.Run, note)
	}
	r, err := a.create(f.run.text, id, t)
	if err != nil {
		t.Close()
		return err
	}
	if err := a.describe(r, s.toml(a.titleOf(id))); err != nil {
		return errors.Join(err, r.Close())
	}
	return a.drive(r, f)
}

// create makes the run directory: the one asked for, or the first free one below runs.
func (a *app) create(dir, id string, t *agent.Trainer) (*agent.Run, error) {
	if dir != "" {
		r, err := agent.Create(dir, id, t)
		if err != nil {
			return nil, a.explainNew(err, dir)
		}
		return r, nil
	}
	base := filepath.Join("runs", strings.NewReplacer("/", "-", ":", "-", ",", "-", "=", "").Replace(id))
	for n := 1; ; n++ {
		dir := fmt.Sprintf("%s-%d", base, n)
		if _, err := os.Lstat(dir); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w; choose a run directory with --run", err)
		}
		r, err := agent.Create(dir, id, t)
		if errors.Is(err, run.ErrExists) || errors.Is(err, run.ErrInUse) {
			continue // another process was quicker
		}
		return r, err
	}
}

// resume goes on with a run.
func (a *app) resume(cmd *cobra.Command, args []string, f *trainFlags) error {
	dir := f.resume.text
	for _, flag := range slices.Concat([]string{"algo", "preset", "config", "set", "seed", "run", "map", "init", "freeze"}, f.aux.names(), wrapNames) {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s does not go with --resume: the run keeps its own", flag)
		}
	}
	s, err := agent.ReadSettings(dir)
	if err != nil {
		return a.explain(err, dir)
	}
	if len(args) == 1 && args[0] != s.Env {
		return usagef("the run in %s is of %s, not of %s", dir, s.Env, args[0])
	}
	build, err := a.worldOf(dir, s.Env)
	if err != nil {
		return err
	}
	r, err := agent.Resume(dir, func(string) (env.Env, error) { return build() }, func(c *agent.Config) {
		if cmd.Flags().Changed("steps") {
			c.Steps = f.steps.n
		}
	})
	if err != nil {
		return a.explain(err, dir)
	}
	a.warn(r.Skipped)
	if r.Finished() {
		return errors.Join(usagef("the run in %s has taken %d steps, its budget is %d: raise that with --steps, or measure it (%s eval %s)",
			dir, r.Step(), r.Config().Steps, a.name, quote(dir)), r.Close())
	}
	if err := a.redescribe(r); err != nil {
		return errors.Join(err, r.Close())
	}
	return a.drive(r, f)
}

// warn tells of damaged checkpoints that were passed over.
func (a *app) warn(skipped []error) {
	for _, err := range skipped {
		fmt.Fprintf(a.err, "%s: warning: a damaged checkpoint is passed over: %s\n", a.name, tidy(err.Error()))
	}
}
