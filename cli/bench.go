package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/auxrl/auxrl/internal/bench"
	"github.com/spf13/cobra"
)

// benchFlags are those of `bench engine`.
type benchFlags struct {
	filter  name
	seconds number
	json    bool
}

func (a *app) benchCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench WHAT",
		Short: "Measure speed",
		Long:  "Measure the speed of a part of this program on this machine: engine, what\ncomputes networks; envs, worlds; agent, whole agents with and without auxiliary\ntasks.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("what to measure is missing: %s bench engine or %s bench envs", a.name, a.name)
			}
			return unknown("benchmark", args[0], verbs(cmd))
		},
		Example:               fmt.Sprintf("  %[1]s bench engine --filter step\n  %[1]s bench envs", a.name),
		DisableFlagsInUseLine: true,
		RunE:                  func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(a.benchEngineCmd(), a.benchEnvsCmd(), a.benchAgentCmd())
	return cmd
}

func (a *app) benchEngineCmd() *cobra.Command {
	f := benchFlags{filter: name{kind: "TEXT", such: "a part of a row's name"}, seconds: number{value: 2, min: 0.001, max: 3600}}
	cmd := &cobra.Command{
		Use:   "engine",
		Short: "Measure what computes networks",
		Long: `Measure the engine against this machine: a loop of nothing but multiplications
and additions, which is the peak, a copy of memory, operations on one core, and
on all cores whole training steps (frames in, forward, PPO's loss, backward,
clipping, Adam) and acting. A time is the quickest of many runs. Operations per
second count what convolutions and dense layers multiply and add, and nothing
else. Anything else that runs on the machine makes it slower than it is.`,
		Example: fmt.Sprintf(`  %[1]s bench engine
  %[1]s bench engine --filter step --seconds 10
  %[1]s bench engine --json`, a.name),
		Args: exactly(0, ""),
		RunE: func(*cobra.Command, []string) error { return a.benchEngine(&f) },

		ValidArgsFunction: cobra.NoFileCompletions,
	}
	fl := cmd.Flags()
	fl.Var(&f.filter, "filter", "measure only rows whose name has TEXT in it")
	fl.Var(&f.seconds, "seconds", "how long to measure each row")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line")
	completeFlags(cmd, map[string][]string{"filter": bench.Names(), "seconds": nil})
	return cmd
}

func (a *app) benchEngine(f *benchFlags) error {
	if err := knownRow(f.filter.text, bench.Names()); err != nil {
		return err
	}
	tell := a.benchLine
	if f.json {
		tell = a.benchJSON
	} else if _, err := fmt.Fprintf(a.out, "%s %s/%s, %d cores; the peak is %s\n%-37s %5s %11s %9s %8s %8s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0), bench.Kernels(), "NAME", "CORES", "MS", "GFLOP/S", "PEAK", "OF PEAK"); err != nil {
		return err
	}
	return bench.Engine(a.ctx, f.filter.text, time.Duration(f.seconds.value*float64(time.Second)), tell)
}

// knownRow names the nearest rows where the filter leaves none.
func knownRow(filter string, names []string) error {
	for _, n := range names {
		if strings.Contains(n, filter) {
			return nil
		}
	}
	if near := suggest(filter, names, sameWord); len(near) > 0 {
		return usagef("no row has %q in its name; did you mean %s?", filter, anyOf(near))
	}
	return usagef("no row has %q in its name; there are names such as %s", filter, strings.Join(names[len(names)-3:], ", "))
}

// benchLine prints a row of the table. Where memory is what counts there is its rate instead.
func (a *app) benchLine(r bench.Result) error {
	rate, peak, share := fmt.Sprintf("%.1f", r.Rate()/1e9), fmt.Sprintf("%.1f", r.Peak/1e9), percent(r.Rate()/r.Peak)
	if r.FLOPs == 0 {
		rate, peak, share = "-", "-", fmt.Sprintf("%.0f GB/s", r.Bytes/r.Seconds/1e9)
	}
	_, err := fmt.Fprintf(a.out, "%-37s %5d %11.4f %9s %8s %8s\n", r.Name, r.Cores, 1e3*r.Seconds, rate, peak, share)
	return err
}

func (a *app) benchJSON(r bench.Result) error {
	return json.NewEncoder(a.out).Encode(object{
		{"name", r.Name}, {"ms", 1e3 * r.Seconds}, {"gflops", finite(r.Rate() / 1e9)},
		{"peak_gflops", r.Peak / 1e9}, {"fraction", finite(r.Rate() / r.Peak)},
	})
}

func (a *app) benchAgentCmd() *cobra.Command {
	f := benchFlags{filter: name{kind: "TEXT", such: "a part of a row's name"}, seconds: number{value: 10, min: 0.001, max: 3600}}
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Measure whole agents",
		Long: `Measure whole agents, acting and learning: A2C with an LSTM of 256 units in 16
worlds of colour images that cost next to nothing, six actions, 20 steps per
update; by itself, with each task of UNREAL, with all, and with those that draw
alike sharing a pass. What tasks do to the encoder is measured in every tenth
update. Replay is short and full when measuring begins. The rate is that of the
quickest ten updates; COST is per step, as a multiple of the base agent's.`,
		Example: fmt.Sprintf("  %[1]s bench agent\n  %[1]s bench agent --filter 84", a.name),
		Args:    exactly(0, ""),
		RunE:    func(*cobra.Command, []string) error { return a.benchAgent(&f) },

		ValidArgsFunction: cobra.NoFileCompletions,
	}
	fl := cmd.Flags()
	fl.Var(&f.filter, "filter", "measure only rows whose name has TEXT in it")
	fl.Var(&f.seconds, "seconds", "how long to measure each row")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line")
	completeFlags(cmd, map[string][]string{"filter": bench.AgentNames(), "seconds": nil})
	return cmd
}

func (a *app) benchAgent(f *benchFlags) error {
	if err := knownRow(f.filter.text, bench.AgentNames()); err != nil {
		return err
	}
	if !f.json {
		if _, err := fmt.Fprintf(a.out, "%s %s/%s, %d cores\n%-26s %10s %6s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), "NAME", "STEPS/S", "COST"); err != nil {
			return err
		}
	}
	return bench.Agents(a.ctx, f.filter.text, time.Duration(f.seconds.value*float64(time.Second)), func(r bench.AgentResult) error {
		if f.json {
			return json.NewEncoder(a.out).Encode(object{{"name", r.Name}, {"sps", r.Rate}, {"cost", finite(r.Ratio)}})
		}
		_, err := fmt.Fprintf(a.out, "%-26s %10.0f %6s\n", r.Name, r.Rate, decimal(r.Ratio, 2))
		return err
	})
}
