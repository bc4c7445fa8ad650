package cli

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
)

// evalFlags are those of `eval`.
type evalFlags struct {
	episodes count
	seed     seed
	greedy   bool
	json     bool
}

func (a *app) evalCmd() *cobra.Command {
	f := evalFlags{episodes: count{100, 1, maxEpisodes}, seed: 1}
	cmd := &cobra.Command{
		Use:   "eval RUN",
		Short: "Measure a trained agent",
		Long: `Measure the newest checkpoint of a run directory on worlds that training never
saw: with actions sampled from its policy, as in training, and greedy, the
likeliest action each time. Brackets hold the 95 % bootstrap interval of the
mean return. JSON has the greedy one beside the sampled one: greedy.return_mean
and so on.`,
		Example: fmt.Sprintf("  %[1]s eval runs/doorkey\n  %[1]s eval runs/doorkey --episodes 1000 --seed 5 --json", a.name),
		Args:    exactly(1, "RUN, a run directory,"),
		RunE: func(_ *cobra.Command, args []string) error {
			actor, build, err := a.open(args[0])
			if err != nil {
				return err
			}
			return a.evaluate(actor.Net(), build, actor.Step(), f)
		},
		ValidArgsFunction: completeRun,
	}
	fl := cmd.Flags()
	fl.Var(&f.episodes, "episodes", "episodes of each kind")
	fl.Var(&f.seed, "seed", "seed of layouts and sampled actions")
	fl.BoolVar(&f.greedy, "greedy", false, "only with the likeliest action each time")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	completeFlags(cmd, map[string][]string{"episodes": nil, "seed": nil})
	return cmd
}

// open returns the agent of a run directory and the constructor of its worlds, wrapped as the run's are.
func (a *app) open(dir string) (*policy.Actor, func() (env.Env, error), error) {
	actor, err := policy.Open(dir)
	if err != nil {
		return nil, nil, a.explain(err, dir)
	}
	a.warn(actor.Skipped())
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
// and prints the result. In JSON the greedy policy stands beside the sampled one, under keys with "greedy." in front.
func (a *app) evaluate(net *policy.Net, build func() (env.Env, error), step int, f evalFlags) error {
	kinds := []bool{false, true}
	if f.greedy {
		kinds = []bool{true}
	}
	done := a.passing(fmt.Sprintf("evaluating %d episodes ...", f.episodes.n*len(kinds)))
	defer done()
	measures := make([]measure, len(kinds))
	for i, greedy := range kinds {
		start := time.Now()
		s, err := agent.EvaluateContext(a.ctx, net, build, agent.EvalConfig{Episodes: f.episodes.n, Seed: uint64(f.seed), Greedy: greedy})
		if err != nil {
			return err
		}
		rate := float64(s.Episodes) * s.Len / max(time.Since(start).Seconds(), 1e-9)
		measures[i] = measure{kind: "eval", step: step, rate: rate, summary: s}
	}
	done()
	if f.json {
		m := measures[0]
		if len(measures) == 2 {
			g := measures[1].summary
			m.more = []named{{"greedy.return_mean", g.Mean}, {"greedy.return_lo", g.Lo}, {"greedy.return_hi", g.Hi}, {"greedy.success", g.Success}, {"greedy.len_mean", g.Len}}
		}
		return json.NewEncoder(a.out).Encode(m)
	}
	for i, m := range measures {
		if err := a.printSummary(m.summary, kinds[i]); err != nil {
			return err
		}
	}
	return nil
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
	_, err := fmt.Fprintf(a.out, "%-8s return %s [%s, %s]  success %s  length %s  (%d episodes)\n", label,
		decimal(s.Mean, 3), decimal(s.Lo, 3), decimal(s.Hi, 3), percent(s.Success), decimal(s.Len, 1), s.Episodes)
	return err
}
