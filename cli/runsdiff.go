package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/auxrl/auxrl/internal/config"
	"github.com/spf13/cobra"
)

func (a *app) diffRunsCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff RUN RUN",
		Short: "Show how the settings and results of two runs differ",
		Long: `Show the settings in which two runs differ, and what each measured last. A dash
stands for what a run has not.`,
		Example: fmt.Sprintf("  %[1]s runs diff runs/plain runs/aux", a.name),
		Args:    exactly(2, "RUN RUN, two run directories,"),
		RunE: func(_ *cobra.Command, args []string) error {
			var two [2]*record
			for i, path := range args {
				r, err := openRecord(path)
				if err != nil {
					return a.explain(err, path)
				}
				two[i] = r
			}
			return a.diffRuns(two, asJSON)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 1 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// difference is something that two runs have differently; "-": one has not got it.
type difference struct {
	name string
	of   [2]string
}

func (a *app) diffRuns(two [2]*record, asJSON bool) error {
	var lists [2][]config.Setting
	for i, r := range two {
		var err error
		if lists[i], err = r.flat(); err != nil {
			return err
		}
	}
	settings := differences(lists)
	results := []difference{{name: "step"}}
	results[0].of = [2]string{fmt.Sprint(two[0].step()), fmt.Sprint(two[1].step())}
	for _, name := range []string{"episodes", "return_mean", "return_lo", "return_hi", "success", "len_mean"} {
		results = append(results, difference{name, [2]string{number6(two[0].measured(name)), number6(two[1].measured(name))}})
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(object{
			{"v", 1}, {"kind", "diff"}, {"runs", []string{two[0].path, two[1].path}}, {"settings", objectOf(settings)}, {"results", objectOf(results)},
		})
	}
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "SETTING\t%s\t%s\n", two[0].path, two[1].path)
	for _, d := range settings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", d.name, d.of[0], d.of[1])
	}
	if len(settings) == 0 {
		fmt.Fprintln(table, "(all the same)\t\t")
	}
	fmt.Fprintln(table, "\t\t\nRESULT\t\t")
	for _, d := range results {
		fmt.Fprintf(table, "%s\t%s\t%s\n", d.name, d.of[0], d.of[1])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return a.printTable(&text)
}

func objectOf(list []difference) object {
	o := make(object, len(list))
	for i, d := range list {
		o[i] = member{d.name, d.of}
	}
	return o
}

// flat returns all settings of a run by their keys, tasks and bonuses included.
func (r *record) flat() ([]config.Setting, error) {
	s := &settings{cfg: r.settings.Agent}
	if err := s.chooseExtras("", nil); err != nil {
		return nil, err
	}
	all := append([]config.Setting{{Key: "env", Value: r.settings.Env}}, inEffect(config.Of(&s.cfg, ""))...)
	for _, x := range s.extras {
		for _, l := range x.lines() {
			l.Key = x.table + "." + x.ID() + "." + l.Key
			all = append(all, l)
		}
	}
	return all, nil
}

// differences lists what the two have differently, in the order of the first, then of the second.
func differences(lists [2][]config.Setting) (found []difference) {
	var names []string
	values := [2]map[string]string{{}, {}}
	for i, list := range lists {
		for _, s := range list {
			values[i][s.Key] = config.Text(s.Value)
			if !slices.Contains(names, s.Key) {
				names = append(names, s.Key)
			}
		}
	}
	for _, n := range names {
		d := difference{n, [2]string{"-", "-"}}
		for i := range lists {
			if v, ok := values[i][n]; ok {
				d.of[i] = v
			}
		}
		if d.of[0] != d.of[1] {
			found = append(found, d)
		}
	}
	return found
}
