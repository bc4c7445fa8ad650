package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/stats"
	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
)

// evalFlags are those of `eval`.
type evalFlags struct {
	episodes count
	seed     seed
	greedy   bool
	json     bool
	require  number // return that is asked for
}

func newRequired() number { return number{min: -math.MaxFloat64, max: math.MaxFloat64} }

func (a *app) evalCmd() *cobra.Command {
	f := evalFlags{episodes: count{100, 1, maxEpisodes}, seed: 1, require: newRequired()}
	cmd := &cobra.Command{
		Use:   "eval RUNS...",
		Short: "Measure trained agents",
		Long: `Measure the newest checkpoint of run directories, or the one in
RUN/ckpt/step-N, on worlds that training never saw: with actions sampled from
its policy, as in training, and greedy, the likeliest action each time. Brackets
hold the 95 % bootstrap interval of the mean return. JSON has an object per run,
the greedy policy beside the sampled one: greedy.return_mean and so on. Of
several runs, or directories with runs in them, a table is printed; below it
stands, for runs that differ in nothing but their seeds, the interquartile mean
of their returns with its interval.`,
		Example: fmt.Sprintf(`  %[1]s eval runs/doorkey
  %[1]s eval runs/doorkey --episodes 1000 --seed 5 --json
  %[1]s eval runs --require-return 0.9`, a.name),
		Args: func(_ *cobra.Command, args []string) error {
			return exactly(1, "RUN, a run directory,")(nil, args[:min(len(args), 1)])
		},
		RunE: func(_ *cobra.Command, args []string) error {
			paths, err := args, error(nil)
			if !isCheckpoint(args[0]) || len(args) > 1 {
				paths, err = a.runPaths(args)
			}
			if err != nil {
				return err
			}
			if len(paths) > 1 {
				return a.evaluateAll(paths, f)
			}
			actor, build, err := a.open(paths[0])
			if err != nil {
				return err
			}
			measures, err := a.evaluate(actor.Net(), build, actor.Step(), f)
			if err != nil {
				return err
			}
			return f.check(paths[0], measures[0].summary)
		},
		ValidArgsFunction: completeDirs,
	}
	fl := cmd.Flags()
	fl.Var(&f.episodes, "episodes", "episodes of each kind")
	fl.Var(&f.seed, "seed", "seed of layouts and sampled actions")
	fl.BoolVar(&f.greedy, "greedy", false, "only with the likeliest action each time")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per run")
	fl.Var(&f.require, "require-return", "end with status 3 if the mean return of a run is less")
	completeFlags(cmd, map[string][]string{"episodes": nil, "seed": nil, "require-return": nil})
	return cmd
}

// check returns an error if a run does not return what is asked for.
func (f evalFlags) check(what string, s agent.Summary) error {
	if !f.require.set || s.Mean >= f.require.value {
		return nil
	}
	return codeError{fmt.Errorf("%s: the mean return is %s, required is %s", what, decimal(s.Mean, 3), f.require.String()), exitMissed}
}

// open returns the agent of a run directory and the constructor of its worlds, wrapped as the run's are.
func (a *app) open(dir string) (*policy.Actor, func() (env.Env, error), error) {
	actor, err := policy.Open(dir)
	if err != nil {
		return nil, nil, a.explain(err, dir)
	}
	a.warn(actor.Skipped())
	if path, _, one := run.Split(dir); one {
		dir = path
	}
	build, err := a.worldOf(dir, actor.About().Env)
	if err != nil {
		return nil, nil, err
	}
	settings, err := agent.ReadSettings(dir)
	if err != nil {
		return nil, nil, a.explain(err, dir)
	}
	build = settings.Agent.Wrap.Build(build)
	w, err := build()
	if err != nil {
		return nil, nil, err
	}
	if err := actor.Fits(agent.ShapeOf(w.Spec())); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return actor, build, nil
}

// evaluate measures an agent that was trained for so many steps, with sampled and with greedy actions or with the latter alone,
// and prints the result.
func (a *app) evaluate(net *policy.Net, build func() (env.Env, error), step int, f evalFlags) ([]measure, error) {
	measures, err := a.measureAgent(net, build, step, f, "")
	if err != nil {
		return nil, err
	}
	if f.json {
		return measures, json.NewEncoder(a.out).Encode(measures[0])
	}
	for i, m := range measures {
		if err := a.printSummary(m.summary, i == 1 || f.greedy); err != nil {
			return nil, err
		}
	}
	return measures, nil
}

// measureAgent returns what evaluate prints. The first measure also has the numbers of the greedy policy, if that is the second.
func (a *app) measureAgent(net *policy.Net, build func() (env.Env, error), step int, f evalFlags, of string) ([]measure, error) {
	kinds := []bool{false, true}
	if f.greedy {
		kinds = []bool{true}
	}
	done := a.passing(fmt.Sprintf("evaluating %d episodes%s ...", f.episodes.n*len(kinds), of))
	defer done()
	measures := make([]measure, len(kinds))
	for i, greedy := range kinds {
		start := time.Now()
		s, err := agent.EvaluateContext(a.ctx, net, build, agent.EvalConfig{Episodes: f.episodes.n, Seed: uint64(f.seed), Greedy: greedy})
		if err != nil {
			return nil, err
		}
		rate := float64(s.Episodes) * s.Len / max(time.Since(start).Seconds(), 1e-9)
		measures[i] = measure{kind: "eval", step: step, rate: rate, summary: s}
	}
	if len(measures) == 2 {
		g := measures[1].summary
		measures[0].more = []named{{"greedy.return_mean", g.Mean}, {"greedy.return_lo", g.Lo}, {"greedy.return_hi", g.Hi}, {"greedy.success", g.Success}, {"greedy.len_mean", g.Len}}
	}
	return measures, nil
}

// evaluateAll measures several runs. One that cannot be measured does not hide the others.
func (a *app) evaluateAll(paths []string, f evalFlags) error {
	var failed error
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	if f.greedy {
		fmt.Fprintln(table, "RUN\tENV\tSEED\tSTEP\tRETURN\tSUCCESS\tLENGTH")
	} else {
		fmt.Fprintln(table, "RUN\tENV\tSEED\tSTEP\tRETURN\tSUCCESS\tLENGTH\tGREEDY RETURN\tSUCCESS")
	}
	var records []*record
	returns := map[string]float64{}
	for i, path := range paths {
		r, m, err := a.evaluateRun(path, f, fmt.Sprintf(" of %s, %d of %d runs", path, i+1, len(paths)))
		if a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		if err != nil {
			failed = errors.Join(failed, a.explain(err, path))
			continue
		}
		records, returns[path] = append(records, r), m[0].summary.Mean
		failed = errors.Join(failed, f.check(path, m[0].summary))
		if f.json {
			if err := json.NewEncoder(a.out).Encode(m[0]); err != nil {
				return err
			}
			continue
		}
		s := m[0].summary
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%s", path, r.settings.Env, r.settings.Agent.Seed, short(m[0].step), bracketed(s.Mean, s.Lo, s.Hi), percent(s.Success), decimal(s.Len, 1))
		if len(m) == 2 {
			fmt.Fprintf(table, "\t%s\t%s", decimal(m[1].summary.Mean, 3), percent(m[1].summary.Success))
		}
		fmt.Fprintln(table)
	}
	if len(records) > 0 {
		if err := errors.Join(table.Flush(), a.evaluateGroups(&text, records, returns, f.json)); err != nil {
			return err
		}
	}
	return failed
}

// evaluateRun measures one of several runs.
func (a *app) evaluateRun(path string, f evalFlags, of string) (*record, []measure, error) {
	r, err := openRecord(path)
	if err != nil {
		return nil, nil, err
	}
	actor, build, err := a.open(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := a.measureAgent(actor.Net(), build, actor.Step(), f, of)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	m[0].run, m[0].env = path, r.settings.Env
	return r, m, nil
}

// evaluateGroups prints the table of runs, if there is one, and what groups of runs return that differ in their seeds alone.
func (a *app) evaluateGroups(text *bytes.Buffer, records []*record, returns map[string]float64, asJSON bool) error {
	groups, _, err := groupRuns(records)
	if err != nil {
		return err
	}
	for i, g := range groups {
		if len(g.runs) < 2 {
			continue
		}
		scores := make([]float64, len(g.runs))
		for k, r := range g.runs {
			scores[k] = returns[r.path]
		}
		x, err := stats.Default().Interval([][]float64{scores}, stats.IQM)
		if err != nil {
			return fmt.Errorf("%s: %w", g.label, err)
		}
		if asJSON {
			err := json.NewEncoder(a.out).Encode(object{
				{"v", 1}, {"kind", "eval-group"}, {"label", g.label}, {"env", g.runs[0].settings.Env}, {"runs", len(scores)},
				{"return_iqm", x.Value}, {"return_lo", x.Lo}, {"return_hi", x.Hi}, {"return_least", slices.Min(scores)},
			})
			if err != nil {
				return err
			}
			continue
		}
		if i == 0 || !bytes.Contains(text.Bytes(), []byte("\n\n")) {
			text.WriteByte('\n')
		}
		fmt.Fprintf(text, "%s: return %s, interquartile mean of %d runs; the least %s\n", g.label, bracketed(x.Value, x.Lo, x.Hi), len(scores), decimal(slices.Min(scores), 3))
	}
	if asJSON {
		return nil
	}
	return a.printTable(text)
}

// bracketed prints a number with its interval.
func bracketed(v, lo, hi float64) string {
	return fmt.Sprintf("%s [%s, %s]", decimal(v, 3), decimal(lo, 3), decimal(hi, 3))
}

// passing says on a terminal what goes on, until the function that it returns is called for the first time.
func (a *app) passing(text string) (done func()) {
	if !isTerminal(a.err) || viz.DetectColor(a.getenv) == viz.Plain {
		return func() {}
	}
	fmt.Fprint(a.err, text)
	return sync.OnceFunc(func() { fmt.Fprint(a.err, clearLine) })
}

func (a *app) printSummary(s agent.Summary, greedy bool) error {
	label := "sampled"
	if greedy {
		label = "greedy"
	}
	_, err := fmt.Fprintf(a.out, "%-8s return %s  success %s  length %s  (%d episodes)\n", label,
		bracketed(s.Mean, s.Lo, s.Hi), percent(s.Success), decimal(s.Len, 1), s.Episodes)
	return err
}
