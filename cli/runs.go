package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/spf13/cobra"
)

// runsDir is where train makes run directories.
const runsDir = "runs"

func (a *app) runsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs VERB",
		Short: "List, compare, check and thin out runs",
		Long: `Look after run directories. Where a verb takes RUNS, these are run directories,
or directories that have some in them; without any, runs/ is meant.`,
		Example: fmt.Sprintf(`  %[1]s runs list
  %[1]s runs show runs/a --csv > a.csv
  %[1]s runs diff runs/a runs/b
  %[1]s runs prune --keep 1 --best`, a.name),
		DisableFlagsInUseLine: true,
		Args:                  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("what to do is missing: %s", anyOf(verbs(cmd)))
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.AddCommand(a.listRunsCmd(), a.showRunCmd(), a.diffRunsCmd(), a.verifyRunsCmd(), a.pruneRunsCmd(), a.tensorboardCmd())
	return cmd
}

// record is what a run directory says.
type record struct {
	path     string
	dir      *run.Dir
	settings agent.Settings
	steps    []int64   // of checkpoints
	rows     []run.Row // metrics
	bytes    int64     // of the checkpoints
}

// openRecord reads a run directory.
func openRecord(path string) (*record, error) {
	r := &record{path: path}
	var err error
	if r.dir, err = run.Open(path); err != nil {
		return nil, err
	}
	if err := r.dir.ReadConfig(&r.settings); err != nil {
		return nil, err
	}
	if r.steps, err = r.dir.Steps(); err != nil {
		return nil, err
	}
	for _, s := range r.steps {
		n, err := r.dir.Size(s)
		if err != nil {
			return nil, err
		}
		r.bytes += n
	}
	r.rows, err = r.dir.ReadMetrics()
	return r, err
}

// measured returns a value of the last row; NaN: there is none.
func (r *record) measured(name string) float64 {
	if len(r.rows) == 0 {
		return math.NaN()
	}
	return valueOf(r.rows[len(r.rows)-1], name)
}

func valueOf(row run.Row, name string) float64 {
	for _, v := range row.Values {
		if v.Name == name {
			return v.V
		}
	}
	return math.NaN()
}

// step returns how far the run is saved.
func (r *record) step() int64 {
	if len(r.steps) == 0 {
		return 0
	}
	return r.steps[len(r.steps)-1]
}

// line is what `runs list --json` and `runs show --json` print of a run.
func (r *record) line() object {
	c := r.settings.Agent
	aux := make([]string, len(c.Aux))
	for i, e := range c.Aux {
		aux[i] = e.ID()
	}
	return object{
		{"v", 1}, {"kind", "run"}, {"run", r.path}, {"env", r.settings.Env}, {"algo", c.Algo}, {"seed", c.Seed}, {"aux", aux},
		{"step", r.step()}, {"steps", c.Steps}, {"finished", r.step() >= int64(c.Steps)}, {"episodes", finite(r.measured("episodes"))},
		{"return_mean", finite(r.measured("return_mean"))}, {"success", finite(r.measured("success"))}, {"len_mean", finite(r.measured("len_mean"))},
		{"checkpoints", r.steps}, {"bytes", r.bytes},
	}
}

// runsDepth is how far down runs are looked for: a comparison has DIR/runs/WORLD/ARM/SEED.
const runsDepth = 4

// runPaths returns the run directories that are meant: those given, and those in directories that are given. None comes twice.
func (a *app) runPaths(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{runsDir}
	}
	var paths []string
	for _, arg := range args {
		found := findRuns(nil, filepath.Clean(arg), runsDepth)
		if len(found) == 0 {
			return nil, a.explainRuns(arg)
		}
		for _, path := range found {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}

// findRuns appends a run directory, or those below a directory. What cannot be read has none.
func findRuns(paths []string, dir string, depth int) []string {
	if _, err := run.Open(dir); !errors.Is(err, run.ErrNoRun) {
		if err == nil {
			paths = append(paths, dir)
		}
		return paths
	}
	entries, err := os.ReadDir(dir)
	if err != nil || depth == 0 {
		return paths
	}
	for _, e := range entries {
		switch {
		case e.IsDir():
			paths = findRuns(paths, filepath.Join(dir, e.Name()), depth-1)
		case e.Type()&os.ModeSymlink != 0: // it may lead anywhere, but to a run is fine
			paths = findRuns(paths, filepath.Join(dir, e.Name()), 0)
		}
	}
	return paths
}

// explainRuns says why there are no runs in what was given for some.
func (a *app) explainRuns(arg string) error {
	if _, err := run.Open(arg); !errors.Is(err, run.ErrNoRun) {
		return a.explain(err, arg)
	}
	_, err := os.ReadDir(arg)
	switch {
	case err == nil:
		return usagef("%s is no run directory, and there is none in it", arg)
	case arg == runsDir && errors.Is(err, os.ErrNotExist):
		return usagef("there is no directory runs here: %s train ENV makes one", a.name)
	}
	return a.explain(run.ErrNoRun, arg)
}

func (a *app) listRunsCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "list [RUNS]...",
		Short:             "List runs with what they reached",
		Example:           fmt.Sprintf("  %[1]s runs list\n  %[1]s runs list runs elsewhere --json", a.name),
		RunE:              func(_ *cobra.Command, args []string) error { return a.listRuns(args, asJSON) },
		ValidArgsFunction: completeDirs,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// listRuns prints a line of each run. One that cannot be read does not hide the others.
func (a *app) listRuns(args []string, asJSON bool) error {
	paths, err := a.runPaths(args)
	if err != nil {
		return err
	}
	var failed error
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RUN\tENV\tALGO\tSEED\tSTEP\tRETURN\tSUCCESS\tCHECKPOINTS\tSIZE")
	for _, path := range paths {
		r, err := openRecord(path)
		if err != nil {
			failed = errors.Join(failed, a.explain(err, path))
			continue
		}
		if asJSON {
			if err := json.NewEncoder(a.out).Encode(r.line()); err != nil {
				return err
			}
			continue
		}
		c := r.settings.Agent
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s/%s\t%s\t%s\t%d\t%.3g MB\n", path, r.settings.Env, c.Algo, c.Seed, short(int(r.step())), short(c.Steps),
			decimal(r.measured("return_mean"), 3), percent(r.measured("success")), len(r.steps), float64(r.bytes)/1e6)
	}
	if !asJSON {
		if err := errors.Join(table.Flush(), a.printTable(&text)); err != nil {
			return err
		}
	}
	return failed
}

func (a *app) showRunCmd() *cobra.Command {
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show a run: what it is, its last measures, its checkpoints",
		Long: `Show a run. With --csv, print its metrics as a table with commas: a column for
each value that any row has, empty where a row has none.`,
		Example: fmt.Sprintf("  %[1]s runs show runs/doorkey\n  %[1]s runs show runs/doorkey --csv > doorkey.csv", a.name),
		Args:    exactly(1, "RUN, a run directory,"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := openRecord(args[0])
			switch {
			case err != nil:
				return a.explain(err, args[0])
			case asCSV && asJSON:
				return usagef("--csv and --json do not go together")
			case asCSV:
				return a.printCSV(r.rows)
			case asJSON:
				return json.NewEncoder(a.out).Encode(r.line())
			}
			return a.showRun(r)
		},
		ValidArgsFunction: completeRun,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print the metrics as CSV")
	return cmd
}

func (a *app) showRun(r *record) error {
	var text bytes.Buffer
	c := r.settings.Agent
	fmt.Fprintf(&text, "%s with %s, seed %d: step %d of %d\n", r.settings.Env, c.Algo, c.Seed, r.step(), c.Steps)
	if w := c.Wrap.String(); w != "" {
		fmt.Fprintf(&text, "  wrapped: %s\n", w)
	}
	for _, e := range c.Aux {
		fmt.Fprintf(&text, "  + %s %v\n", e.ID(), e.Weight)
	}
	if n := len(r.rows); n > 0 {
		row := r.rows[n-1]
		fmt.Fprintf(&text, "measured at step %d:\n", row.Step)
		table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		for _, v := range row.Values {
			fmt.Fprintf(table, "  %s\t%s\n", v.Name, number6(v.V))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprintf(&text, "checkpoints, %.3g MB:\n", float64(r.bytes)/1e6)
	for _, s := range r.steps {
		fmt.Fprintf(&text, "  step %d\n", s)
	}
	_, err := text.WriteTo(a.out)
	return err
}

// number6 prints a number with up to six digits; what is none is a dash.
func number6(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// printCSV prints metrics as a table. Nothing is rounded.
func (a *app) printCSV(rows []run.Row) error {
	names := []string{"step"}
	for _, r := range rows {
		for _, v := range r.Values {
			if !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	w := csv.NewWriter(a.out)
	if err := w.Write(names); err != nil {
		return err
	}
	cells := make([]string, len(names))
	for _, r := range rows {
		cells[0] = strconv.FormatInt(r.Step, 10)
		for i, n := range names[1:] {
			cells[i+1] = ""
			if v := valueOf(r, n); !math.IsNaN(v) {
				cells[i+1] = strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
