package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/policy"
	"github.com/spf13/cobra"
)

func (a *app) evalCmd() *cobra.Command {
	episodes, s, asJSON := count(100), seed(1), false
	cmd := &cobra.Command{
		Use:   "eval RUN",
		Short: "Measure a trained agent",
		Long: `Measure a trained agent on worlds that training never saw: with actions sampled from its policy, as in training, and greedy
beside it. Intervals are 95 % bootstrap intervals of the mean return.`,
		Example: fmt.Sprintf("  %[1]s eval runs/doorkey\n  %[1]s eval runs/doorkey --episodes 1000 --seed 5 --json", a.name),
		Args:    exactly(1, "RUN, a run directory,"),
		RunE: func(_ *cobra.Command, args []string) error {
			if episodes < 1 {
				return usagef("--episodes is %d, must be at least 1", episodes)
			}
			actor, build, err := a.open(args[0])
			if err != nil {
				return err
			}
			e, err := evaluate(actor.Net(), build, int(episodes), uint64(s))
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(e.fields(actor.Step()))
			}
			return e.print(a.out)
		},
	}
	cmd.Flags().Var(&episodes, "episodes", "episodes of each kind")
	cmd.Flags().Var(&s, "seed", "seed of layouts and sampled actions")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// open returns the agent of a run directory and the constructor of its worlds.
func (a *app) open(dir string) (*policy.Actor, func() (env.Env, error), error) {
	actor, err := policy.Open(dir)
	if err != nil {
		return nil, nil, a.explain(err, dir)
	}
	build, err := a.world(actor.About().Env)
	if err != nil {
		return nil, nil, err
	}
	w, err := build()
	if err != nil {
		return nil, nil, err
	}
	if err := actor.Fits(agent.ShapeOf(w.Spec())); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return actor, build, nil
}

// evaluation is a measurement with sampled and one with greedy actions.
type evaluation struct {
	sampled, greedy agent.Summary
	rate            float64 // decisions per second
}

func evaluate(net *policy.Net, build func() (env.Env, error), episodes int, seed uint64) (evaluation, error) {
	var e evaluation
	var err error
	start := time.Now()
	if e.sampled, err = agent.Evaluate(net, build, agent.EvalConfig{Episodes: episodes, Seed: seed}); err != nil {
		return e, err
	}
	if e.greedy, err = agent.Evaluate(net, build, agent.EvalConfig{Episodes: episodes, Seed: seed, Greedy: true}); err != nil {
		return e, err
	}
	decisions := float64(episodes) * (e.sampled.Len + e.greedy.Len)
	e.rate = decisions / max(time.Since(start).Seconds(), 1e-9)
	return e, nil
}

// fields are the evaluation as a JSON object: the sampled policy under the plain keys, the greedy one under greedy.*.
func (e evaluation) fields(step int) map[string]any {
	f := measure{kind: "eval", step: step, rate: e.rate, summary: e.sampled}.fields()
	g := e.greedy
	f["greedy.return_mean"], f["greedy.return_lo"], f["greedy.return_hi"] = finite(g.Mean), finite(g.Lo), finite(g.Hi)
	f["greedy.success"], f["greedy.len_mean"] = finite(g.Success), finite(g.Len)
	return f
}

func (e evaluation) print(w io.Writer) error {
	for _, row := range []struct {
		name string
		s    agent.Summary
	}{{"sampled", e.sampled}, {"greedy", e.greedy}} {
		s := row.s
		if _, err := fmt.Fprintf(w, "%-8s return %s [%s, %s]  success %s  length %s  (%d episodes)\n", row.name,
			decimal(s.Mean, 3), decimal(s.Lo, 3), decimal(s.Hi, 3), percent(s.Success), decimal(s.Len, 1), s.Episodes); err != nil {
			return err
		}
	}
	return nil
}
