package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/auxrl/auxrl/internal/run"
	"github.com/spf13/cobra"
)

func (a *app) verifyRunsCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [RUNS]...",
		Short: "Check every checkpoint against its digests",
		Long: `Read settings, metrics and every file of every checkpoint, and compare them with
the digests in the checkpoint's manifest. The exit status is 1 if anything is
damaged.`,
		Example:           fmt.Sprintf("  %[1]s runs verify\n  %[1]s runs verify runs/doorkey --json", a.name),
		RunE:              func(_ *cobra.Command, args []string) error { return a.verifyRuns(args, asJSON) },
		ValidArgsFunction: completeDirs,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

func (a *app) verifyRuns(args []string, asJSON bool) error {
	paths, err := a.runPaths(args)
	if err != nil {
		return err
	}
	damaged, total := 0, 0
	tell := func(path, what string, bad error) error {
		total++
		verdict := "ok"
		if bad != nil {
			damaged++
			verdict = "damaged: " + tidy(bad.Error())
		}
		if asJSON {
			return json.NewEncoder(a.out).Encode(object{{"v", 1}, {"kind", "verify"}, {"run", path}, {"part", what}, {"ok", bad == nil}, {"why", verdict}})
		}
		_, err := fmt.Fprintf(a.out, "%s: %s: %s\n", path, what, verdict)
		return err
	}
	for _, path := range paths {
		d, err := run.Open(path)
		if err != nil {
			return err
		}
		var r record
		_, badMetrics := d.ReadMetrics()
		steps, err := d.Steps()
		if err := errors.Join(err, tell(path, "settings", d.ReadConfig(&r.settings)), tell(path, "metrics", badMetrics)); err != nil {
			return err
		}
		for _, s := range steps {
			if err := a.ctx.Err(); err != nil {
				return err
			}
			if err := tell(path, fmt.Sprintf("step %d", s), d.Verify(s)); err != nil {
				return err
			}
		}
	}
	if damaged > 0 {
		return fmt.Errorf("%d of %d parts are damaged; train --resume passes damaged checkpoints over", damaged, total)
	}
	return nil
}

// pruneFlags are those of `runs prune`.
type pruneFlags struct {
	keep            count
	best, yes, json bool
}

func (a *app) pruneRunsCmd() *cobra.Command {
	f := pruneFlags{keep: count{1, 1, 1000}}
	cmd := &cobra.Command{
		Use:   "prune [RUNS]...",
		Short: "Remove all but the last checkpoints",
		Long: `Remove checkpoints: all but the last K that are whole, and with --best also the
one at which training returned most. Damaged ones go too, but a run without any
whole one is left alone. Without --yes, only say what would be removed.`,
		Example: fmt.Sprintf("  %[1]s runs prune\n  %[1]s runs prune runs/doorkey --keep 2 --best --yes", a.name),
		RunE:    func(_ *cobra.Command, args []string) error { return a.pruneRuns(args, f) },

		ValidArgsFunction: completeDirs,
	}
	fl := cmd.Flags()
	fl.Var(&f.keep, "keep", "how many of the last checkpoints stay")
	fl.BoolVar(&f.best, "best", false, "the one with the highest return stays too")
	fl.BoolVar(&f.yes, "yes", false, "remove them, instead of saying what would be removed")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line")
	completeFlags(cmd, map[string][]string{"keep": nil})
	return cmd
}

func (a *app) pruneRuns(args []string, f pruneFlags) error {
	paths, err := a.runPaths(args)
	if err != nil {
		return err
	}
	var removed int
	var freed int64
	for _, path := range paths {
		n, bytes, err := a.pruneRun(path, f)
		removed, freed = removed+n, freed+bytes
		if err != nil {
			return a.explain(err, path)
		}
	}
	what := "removed"
	if !f.yes {
		what = "would be removed; --yes removes them"
	}
	_, err = fmt.Fprintf(a.err, "%d checkpoints of %.3g MB %s\n", removed, float64(freed)/1e6, what)
	return err
}

// pruneRun removes checkpoints of one run, which nobody writes to meanwhile.
func (a *app) pruneRun(path string, f pruneFlags) (removed int, freed int64, err error) {
	open := run.Open
	if f.yes {
		open = run.Resume
	}
	d, err := open(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	steps, err := d.Steps()
	if err != nil {
		return 0, 0, err
	}
	rows, err := d.ReadMetrics()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range expendableSteps(steps, rows, f, func(step int64) bool { return d.Verify(step) == nil }) {
		size, err := d.Size(s)
		if err != nil {
			return removed, freed, err
		}
		if f.yes {
			if err := d.Remove(s); err != nil {
				return removed, freed, err
			}
		}
		removed, freed = removed+1, freed+size
		if f.json {
			err = json.NewEncoder(a.out).Encode(object{{"v", 1}, {"kind", "prune"}, {"run", path}, {"step", s}, {"bytes", size}, {"removed", f.yes}})
		} else {
			_, err = fmt.Fprintf(a.out, "%s: step %d\n", path, s)
		}
		if err != nil {
			return removed, freed, err
		}
	}
	return removed, freed, nil
}

// expendableSteps returns the checkpoints that may go, of those there are in ascending order.
func expendableSteps(steps []int64, rows []run.Row, f pruneFlags, whole func(step int64) bool) []int64 {
	var good []int64
	for _, s := range steps {
		if whole(s) {
			good = append(good, s)
		}
	}
	if len(good) == 0 {
		return nil
	}
	keep := slices.Clone(good[max(0, len(good)-f.keep.n):])
	if f.best {
		best, most := int64(-1), math.Inf(-1)
		for _, s := range good {
			if r := returnAt(rows, s); r >= most { // of equals, the last
				best, most = s, r
			}
		}
		keep = append(keep, best)
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s int64) bool { return slices.Contains(keep, s) })
}

// returnAt returns what training returned last when a step was saved, or NaN.
func returnAt(rows []run.Row, step int64) float64 {
	r := math.NaN()
	for _, row := range rows {
		if row.Step <= step {
			r = valueOf(row, "return_mean")
		}
	}
	return r
}

// completeDirs leaves directories to the shell.
func completeDirs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}
