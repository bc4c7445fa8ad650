package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/spf13/cobra"
)

// trainFlags are those of `train`.
type trainFlags struct {
	algo     string
	steps    count
	stopAt   number
	seed     seed
	run      string
	resume   string
	episodes count
	json     bool
}

// saveEvery is the time between checkpoints.
const saveEvery = time.Minute

func (a *app) trainCmd() *cobra.Command {
	f := trainFlags{algo: "ppo", steps: 200_000, seed: 1, episodes: 100}
	cmd := &cobra.Command{
		Use:   "train ENV",
		Short: "Train an agent",
		Long: `Train an agent and save it in a run directory: checkpoints every minute, at the end, and when it is interrupted. Ctrl-C once
finishes the update, saves, and prints the command that resumes. At the end the agent is evaluated on worlds that training never
saw. A step is one decision in one world.`,
		Example: fmt.Sprintf(`  %[1]s train MiniGrid-DoorKey-5x5-v0
  %[1]s train MiniGrid-DoorKey-8x8-v0 --steps 1M --seed 7 --run runs/doorkey
  %[1]s train --resume runs/doorkey`, a.name),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef("unexpected argument %q after ENV", args[1])
			case len(args) == 0 && f.resume == "":
				return usagef("ENV, the world's id, is missing (%s envs lists them)", a.name)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.resume != "" {
				return a.resume(cmd, args, &f)
			}
			return a.train(args[0], &f)
		},
		ValidArgsFunction: a.completeEnvs,
	}
	fl := cmd.Flags()
	fl.StringVar(&f.algo, "algo", f.algo, "algorithm, `NAME`: "+strings.Join(agent.Algos(), " or "))
	fl.Var(&f.steps, "steps", "budget in steps: 200000, 200k, 2M")
	fl.Var(&f.stopAt, "stop-at-return", "stop when the last 100 training episodes return this much on average")
	fl.Var(&f.seed, "seed", "seed of everything random")
	fl.StringVar(&f.run, "run", "", "run directory `DIR`, which must not exist (default: a new one below runs/)")
	fl.StringVar(&f.resume, "resume", "", "go on with the run in `DIR`; --steps raises its budget")
	fl.Var(&f.episodes, "episodes", "evaluation episodes at the end")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line")
	cmd.RegisterFlagCompletionFunc("algo", cobra.FixedCompletions(agent.Algos(), cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
	return cmd
}

// train starts a run.
func (a *app) train(id string, f *trainFlags) error {
	build, err := a.world(id)
	if err != nil {
		return err
	}
	w, err := build()
	if err != nil {
		return err
	}
	if err := f.validate(); err != nil {
		return err
	}
	cfg := agent.Default(f.algo, w.Spec())
	cfg.Seed, cfg.Steps = uint64(f.seed), int(f.steps)
	if err := cfg.Validate(w.Spec()); err != nil {
		return usage(err)
	}
	t, err := agent.NewTrainer(cfg, build)
	if err != nil {
		return err
	}
	r, err := a.create(f.run, id, t)
	if err != nil {
		t.Close()
		return err
	}
	return a.drive(r, f)
}

// validate checks flags that no settings check.
func (f *trainFlags) validate() error {
	for _, name := range agent.Algos() {
		if f.algo == name {
			if f.episodes < 1 {
				return usagef("--episodes is %d, must be at least 1", f.episodes)
			}
			return nil
		}
	}
	return usagef("no algorithm %q; did you mean %s? (there are %s)", f.algo, nearest(f.algo, agent.Algos()), strings.Join(agent.Algos(), ", "))
}

// create makes the run directory: the one asked for, or the first free one below runs.
func (a *app) create(dir, id string, t *agent.Trainer) (*agent.Run, error) {
	if dir != "" {
		r, err := agent.Create(dir, id, t)
		return r, a.explain(err, dir)
	}
	base := filepath.Join("runs", strings.ReplaceAll(id, "/", "-"))
	for n := 1; ; n++ {
		dir := fmt.Sprintf("%s-%d", base, n)
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		r, err := agent.Create(dir, id, t)
		if errors.Is(err, run.ErrExists) || errors.Is(err, run.ErrInUse) {
			continue // another process was quicker
		}
		return r, err
	}
}

// explain adds the way out to errors about run directories.
func (a *app) explain(err error, dir string) error {
	switch {
	case errors.Is(err, run.ErrExists):
		return usagef("%w: continue it with %s train --resume %s, or choose another directory with --run", err, a.name, dir)
	case errors.Is(err, run.ErrInUse):
		return usagef("%w: wait for it or stop it, or choose another directory with --run", err)
	case errors.Is(err, run.ErrNoRun):
		return usagef("%w: start one with %s train ENV --run %s", err, a.name, dir)
	case errors.Is(err, run.ErrNoCheckpoint):
		return fmt.Errorf("%w: wait for the first, which comes after a minute of training, or at its end", err)
	}
	return err
}

// resume goes on with a run.
func (a *app) resume(cmd *cobra.Command, args []string, f *trainFlags) error {
	for _, name := range []string{"algo", "seed", "run"} {
		if cmd.Flags().Changed(name) {
			return usagef("--%s cannot be changed by --resume: the run keeps its settings", name)
		}
	}
	s, err := agent.ReadSettings(f.resume)
	if err != nil {
		return a.explain(err, f.resume)
	}
	if len(args) == 1 && args[0] != s.Env {
		return usagef("the run in %s is of %s, not of %s", f.resume, s.Env, args[0])
	}
	f.algo = s.Agent.Algo
	if err := f.validate(); err != nil {
		return err
	}
	build, err := a.world(s.Env)
	if err != nil {
		return err
	}
	r, err := agent.Resume(f.resume, func(string) (env.Env, error) { return build() }, func(c *agent.Config) {
		if cmd.Flags().Changed("steps") {
			c.Steps = int(f.steps)
		}
	})
	if err != nil {
		return a.explain(err, f.resume)
	}
	for _, skipped := range r.Skipped {
		fmt.Fprintf(a.err, "%s: warning: passed over: %v\n", a.name, skipped)
	}
	f.steps = count(r.Config().Steps)
	if r.Finished() {
		return errors.Join(usagef("the run in %s has taken all of its %d steps: raise the budget with --steps", f.resume, r.Step()), r.Close())
	}
	return a.drive(r, f)
}

// drive trains until the budget is spent, the return is reached, or the run is interrupted.
func (a *app) drive(r *agent.Run, f *trainFlags) (err error) {
	defer func() { err = errors.Join(err, r.Close()) }()
	p := a.newProgress(r, f.json)
	if err := a.announce(r, p); err != nil {
		return err
	}
	if err := a.loop(r, f, p); err != nil {
		p.end()
		return err
	}
	p.end()
	if a.ctx.Err() != nil {
		return a.interrupted(r, p)
	}
	return a.conclude(r, f, p)
}

func (a *app) newProgress(r *agent.Run, asJSON bool) *progress {
	p := &progress{w: a.err, total: r.Config().Steps, start: time.Now(), first: r.Step()}
	if asJSON {
		p.enc = json.NewEncoder(a.out)
	} else {
		p.live = isTerminal(a.err) && a.getenv("TERM") != "dumb"
	}
	return p
}

// announce says what is about to run.
func (a *app) announce(r *agent.Run, p *progress) error {
	c := r.Config()
	if !r.Exact() {
		fmt.Fprintf(a.err, "%s: warning: worlds of %s cannot save their state: a resumed run begins new episodes\n", a.name, r.Env())
	}
	if p.enc != nil {
		return p.enc.Encode(map[string]any{"v": 1, "kind": "start", "env": r.Env(), "algo": c.Algo, "seed": c.Seed, "step": r.Step(), "steps": c.Steps, "run": r.Path()})
	}
	_, err := fmt.Fprintf(a.err, "%s, %s, seed %d, %d steps, in %s\n", r.Env(), c.Algo, c.Seed, c.Steps, r.Path())
	return err
}

// intervals is how many lines a run prints and logs.
const intervals = 50

// loop performs the updates.
func (a *app) loop(r *agent.Run, f *trainFlags, p *progress) error {
	every := max(r.Config().Steps/intervals, 1)
	saved := time.Now()
	for !r.Finished() && a.ctx.Err() == nil {
		before := r.Step()
		u := r.Update()
		if err := diverged(r, u); err != nil {
			return err
		}
		if err := p.update(r.Step(), r.Recent); err != nil {
			return err
		}
		reached := f.stopAt.set && r.Episodes() >= 100 && r.Recent().Mean >= f.stopAt.value
		if r.Step()/every != before/every || reached || r.Finished() {
			if err := a.measure(r, u, p); err != nil {
				return err
			}
		}
		if reached {
			break
		}
		if time.Since(saved) >= saveEvery {
			if err := r.Save(); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return r.Save()
}

// diverged reports a loss that is not a number: what is saved already stays, what is in memory is of no use.
func diverged(r *agent.Run, u agent.Update) error {
	sum := float64(u.Policy) + float64(u.Value) + float64(u.Entropy) + float64(u.Norm)
	if !math.IsNaN(sum) && !math.IsInf(sum, 0) {
		return nil
	}
	return codeError{fmt.Errorf("the run in %s diverged at step %d: the loss is not a number; checkpoints before it are intact", r.Path(), r.Step()), exitDiverged}
}

// measure prints and logs the state of the run. What is logged has no time in it: the same seed logs the same.
func (a *app) measure(r *agent.Run, u agent.Update, p *progress) error {
	names, values := losses(u)
	m := measure{kind: "train", step: r.Step(), rate: p.rate(r.Step()), summary: r.Recent(), names: names, values: values}
	m.summary.Episodes = r.Episodes()
	if err := p.interval(m); err != nil {
		return err
	}
	s := m.summary
	return r.Log(
		append([]string{"episodes", "return_mean", "return_lo", "return_hi", "success", "len_mean"}, names...),
		append([]float64{float64(s.Episodes), s.Mean, s.Lo, s.Hi, s.Success, s.Len}, values...))
}

// interrupted says how to go on.
func (a *app) interrupted(r *agent.Run, p *progress) error {
	command := fmt.Sprintf("%s train --resume %s", a.name, quote(r.Path()))
	if p.enc != nil {
		return p.enc.Encode(map[string]any{"v": 1, "kind": "stop", "step": r.Step(), "run": r.Path(), "resume": command})
	}
	_, err := fmt.Fprintf(a.err, "stopped and saved at step %d; go on with\n  %s\n", r.Step(), command)
	return err
}

// conclude evaluates the agent.
func (a *app) conclude(r *agent.Run, f *trainFlags, p *progress) error {
	trained := time.Since(p.start)
	e, err := evaluate(r.Net(), r.Build(), int(f.episodes), r.Config().Seed)
	if err != nil {
		return err
	}
	if p.enc != nil {
		return p.enc.Encode(e.fields(r.Step()))
	}
	fmt.Fprintf(a.err, "%d steps in %s (%s/s), saved in %s\n", r.Step(), clock(trained), short(int(p.rate(r.Step()))), r.Path())
	if err := e.print(a.out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.err, "watch it: %s watch %s\n", a.name, quote(r.Path()))
	return err
}

// quote makes a path safe to paste into a shell.
func quote(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@%=", r)
	}
	if strings.TrimLeftFunc(path, plain) == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
