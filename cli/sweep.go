package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/study"
	"github.com/auxrl/auxrl/internal/sweep"
	"github.com/spf13/cobra"
)

// sweepFlags are those of `sweep`.
type sweepFlags struct {
	out   name
	seeds name
	jobs  count
	json  bool
}

// Files of a sweep.
const (
	sweepTable = "sweep.csv"
	sweepBest  = "best.toml"
)

func (a *app) sweepCmd() *cobra.Command {
	f := sweepFlags{
		out: name{kind: "DIR", such: "a directory"}, seeds: name{kind: "SEEDS", such: "a number of seeds, a range or a list"}, jobs: count{0, 1, 1024},
	}
	cmd := &cobra.Command{
		Use:   "sweep FILE.toml",
		Short: "Look for good settings",
		Long: `Draw settings from the ranges in a file, train each configuration with several
seeds, and keep the best: random search, or, with rungs, successive halving,
which trains all for a part of the budget, and fewer and fewer for more. The
file alone says the settings; its base settings, without any draw, are tried
too. docs/sweep.md says what a file may hold. Seeds are 101 to 103 if the file
names none: reports use those up to 100.

DIR has the table as sweep.csv and the best configuration as best.toml, which
rlrun train takes with --preset or --config; the runs are below it too. The work
may be stopped or killed: the same command goes on, and table and file are the
same byte for byte, whatever --jobs is.`,
		Example: fmt.Sprintf(`  %[1]s sweep studies/sweeps/minigrid.toml --out sweeps/minigrid
  %[1]s train MiniGrid-DoorKey-6x6-v0 --preset sweeps/minigrid/best.toml`, a.name),
		Args: exactly(1, "FILE.toml, which says what to try,"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.sweep(cmd, args[0], &f) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"toml"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	fl := cmd.Flags()
	fl.Var(&f.out, "out", "directory of the sweep, which goes on with what is there")
	fl.Var(&f.seeds, "seeds", "other seeds than the file's: 101-105, or a list")
	fl.Var(&f.jobs, "jobs", "runs at a time (default: one per processor)")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per configuration instead of the table")
	completeFlags(cmd, map[string][]string{"seeds": nil, "jobs": nil}, "out")
	return cmd
}

// sweep tries what the file says, rung by rung.
func (a *app) sweep(cmd *cobra.Command, file string, f *sweepFlags) error {
	if f.out.text == "" {
		return usagef("--out DIR, where runs and results go, is missing")
	}
	if _, err := os.Lstat(filepath.Join(f.out.text, "config.json")); err == nil {
		return usagef("%s holds a run: choose another directory with --out", f.out.text)
	}
	s, err := sweep.Read(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usagef("there is no file %s", file)
		}
		return usage(err)
	}
	command := fmt.Sprintf("%s sweep %s", a.name, quote(file))
	if cmd.Flags().Changed("seeds") {
		if s.Study.Seeds, err = study.ParseSeeds(f.seeds.text); err != nil {
			return usagef("--seeds: %w", err)
		}
		command += " --seeds " + quote(f.seeds.text)
	}
	for _, n := range s.Study.Seeds {
		if n < sweep.FirstSeed {
			fmt.Fprintf(a.err, "%s: warning: reports use seeds below %d: what is tuned on them cannot be believed\n", a.name, sweep.FirstSeed)
			break
		}
	}
	arms, err := a.draws(s, file)
	if err != nil {
		return err
	}
	results, err := a.climb(s, arms, file, f)
	if err != nil {
		return err
	}
	return a.tellSweep(s, results, command, f)
}

// draws returns the configurations to try.
func (a *app) draws(s *sweep.Sweep, file string) ([]study.Arm, error) {
	st := s.On(s.Rungs-1, []study.Arm{{}})
	var before []agent.Config // in the first world
	arms, passed, why := s.Draw(func(arm study.Arm) error {
		st.Arms[0] = arm
		var first agent.Config
		for w := range st.Worlds {
			r, err := a.resolve(&st, w, 0, file, nil)
			if err != nil {
				return err
			}
			if w == 0 {
				first = r.Config
			}
		}
		for _, c := range before {
			if reflect.DeepEqual(c, first) {
				return errors.New("it is the same as another")
			}
		}
		before = append(before, first)
		return nil
	})
	switch {
	case len(arms) < 2:
		return nil, usage(why)
	case passed > 0:
		fmt.Fprintf(a.err, "%s: %d draws cannot work, or came before, and are passed over: %s\n", a.name, passed, tidy(why.Error()))
	}
	if n := len(arms) - 1; n < s.Configs {
		fmt.Fprintf(a.err, "%s: there are %d different configurations in the ranges, not %d\n", a.name, n, s.Configs)
	}
	return arms, nil
}

// climb goes from rung to rung and returns what became of each configuration, the best first.
func (a *app) climb(s *sweep.Sweep, arms []study.Arm, file string, f *sweepFlags) (results []sweep.Result, err error) {
	for i, rung := range s.Plan(len(arms)) {
		if s.Rungs > 1 {
			fmt.Fprintf(a.err, "rung %d of %d: %d configurations, %d steps\n", i+1, s.Rungs, len(arms), rung.Until)
		}
		st := s.On(i, arms)
		p, err := study.NewPlan(st, f.out.text, filepath.Join(f.out.text, fmt.Sprintf("rung-%d.jsonl", i+1)), func(w, k int) (study.Resolved, error) {
			return a.resolve(&st, w, k, file, nil)
		})
		if err != nil {
			return nil, usage(err)
		}
		if err := a.work(p, &compareFlags{jobs: f.jobs}); err != nil {
			return nil, err
		}
		if err := p.Sort(); err != nil {
			return nil, err
		}
		ranked, err := s.Rank(i, arms, p.Lines())
		if err != nil {
			return nil, err
		}
		if i == s.Rungs-1 {
			return append(ranked, results...), nil
		}
		left := s.Next(arms, ranked)
		results = append(ranked[len(left):], results...)
		arms = left
	}
	return results, nil
}

// tellSweep writes table and best configuration and prints them.
func (a *app) tellSweep(s *sweep.Sweep, results []sweep.Result, command string, f *sweepFlags) error {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.WriteAll(append([][]string{s.Header()}, s.Table(results, true)...)) // a buffer takes everything
	table := filepath.Join(f.out.text, sweepTable)
	if err := os.WriteFile(table, file.Bytes(), 0o666); err != nil {
		return err
	}
	best := filepath.Join(f.out.text, sweepBest)
	if err := os.WriteFile(best, s.Preset(results[0].Arm, a.found(s, results, command)), 0o666); err != nil {
		return err
	}
	if f.json {
		return a.tellSweepJSON(s, results)
	}
	var text bytes.Buffer
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{s.Header()}, s.Table(results, false)...) {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := a.printTable(&text); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.err, "table: %s; train with the best by\n  %s train %s --preset %s\n", table, a.name, quote(s.Study.Worlds[0].ID), quote(best))
	return err
}

// found says how the best configuration was found.
func (a *app) found(s *sweep.Sweep, results []sweep.Result, command string) []string {
	worlds := make([]string, len(s.Study.Worlds))
	for i, w := range s.Study.Worlds {
		worlds[i] = w.ID
	}
	best, base := results[0], results[0]
	for _, r := range results {
		if r.Arm.Name == sweep.BaseName {
			base = r
		}
	}
	row, baseRow := s.Table([]sweep.Result{best}, false)[0], s.Table([]sweep.Result{base}, false)[0]
	lines := []string{
		fmt.Sprintf("%s: the best of %d configurations in %s", best.Arm.Name, len(results), strings.Join(worlds, ", ")),
		fmt.Sprintf("seeds %s, %d steps: %s %s (%s to %s)", seedsText(s.Study.Seeds), s.Steps, s.Score, row[3], row[4], row[5]),
	}
	if best.Arm.Name != sweep.BaseName {
		lines = append(lines, fmt.Sprintf("without the draw, after %s steps: %s (%s to %s)", baseRow[2], baseRow[3], baseRow[4], baseRow[5]))
	}
	return append(lines, "found by: "+command+" --out DIR")
}

func seedsText(seeds []uint64) string {
	parts := make([]string, len(seeds))
	for i, n := range seeds {
		parts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(parts, ", ")
}

// tellSweepJSON prints an object per configuration, the best first.
func (a *app) tellSweepJSON(s *sweep.Sweep, results []sweep.Result) error {
	enc := json.NewEncoder(a.out)
	for i, r := range results {
		drawn := object{}
		for k, item := range r.Arm.Items {
			drawn = append(drawn, member{strings.Join(s.Ranges[k].Key, "."), item.Value})
		}
		line := object{{"v", 1}, {"kind", "sweep"}, {"rank", i + 1}, {"config", r.Arm.Name}, {"rung", r.Rung + 1}, {"score", finite(r.Score)}, {"runs", r.Runs}, {"settings", drawn}}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
