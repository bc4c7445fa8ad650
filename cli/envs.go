package cli

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"text/tabwriter"

	"github.com/auxrl/auxrl/env"
	"github.com/spf13/cobra"
)

func (a *app) envsCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "envs [PATTERN]",
		Short: "List worlds",
		Long: `List worlds: what they show, what one can do in them, when the clock ends an episode, the best mean return where it is
known. PATTERN is a part of an id, in any case, or has * and ? in it.`,
		Example: fmt.Sprintf("  %[1]s envs\n  %[1]s envs doorkey\n  %[1]s envs 'MiniGrid-*Crossing*'", a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("unexpected argument %q after PATTERN", args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			pattern := ""
			if len(args) == 1 {
				pattern = args[0]
			}
			return a.listEnvs(pattern, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	cmd.AddCommand(a.digestCmd())
	return cmd
}

// envLine is what `envs --json` prints of a world.
type envLine struct {
	V         int         `json:"v"`
	Kind      string      `json:"kind"`
	ID        string      `json:"id"`
	About     string      `json:"about"`
	Obs       [3]int      `json:"obs"` // height, width, channels
	Codes     []int       `json:"codes,omitempty"`
	Vector    []env.Field `json:"vector,omitempty"`
	Actions   []string    `json:"actions"`
	StepLimit int         `json:"step_limit"`
	Best      *float64    `json:"best"` // null: unknown
}

func (a *app) listEnvs(pattern string, asJSON bool) error {
	entries, err := a.match(pattern)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(a.out)
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "ID\tOBSERVATION\tACTIONS\tLIMIT\tBEST\tABOUT")
	}
	for _, e := range entries {
		w, err := e.New()
		if err != nil {
			return err
		}
		s := w.Spec()
		line := envLine{1, "env", e.ID, e.About, [3]int{s.H, s.W, s.C}, s.Codes, s.Vector, s.Actions, s.StepLimit, nil}
		best := "-"
		if s.Best != 0 {
			line.Best, best = &s.Best, fmt.Sprintf("%.4g", s.Best)
		}
		if asJSON {
			if err := enc.Encode(line); err != nil {
				return err
			}
			continue
		}
		limit := "-"
		if s.StepLimit > 0 {
			limit = fmt.Sprint(s.StepLimit)
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", e.ID, obsText(s), len(s.Actions), limit, best, e.About)
	}
	return table.Flush()
}

// obsText says what an observation is made of.
func obsText(s env.Spec) string {
	text := fmt.Sprintf("%dx%dx%d", s.H, s.W, s.C)
	if s.Codes != nil {
		text += " codes"
	}
	for _, f := range s.Vector {
		text += fmt.Sprintf(" + %s %d", f.Name, f.Len)
	}
	return text
}

// match returns the worlds whose id fits a pattern.
func (a *app) match(pattern string) (env.Catalog, error) {
	var found env.Catalog
	folded := strings.ToLower(pattern)
	for _, e := range a.envs {
		id := strings.ToLower(e.ID)
		ok := strings.Contains(id, folded)
		if strings.ContainsAny(folded, "*?[") {
			var err error
			if ok, err = path.Match(folded, id); err != nil {
				return nil, usagef("the pattern %q is malformed: a [ must be closed", pattern)
			}
		}
		if ok {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil, usagef("no world matches %q; the nearest id is %s", pattern, nearest(pattern, a.envs.IDs()))
	}
	return found, nil
}

// world returns the constructor of worlds with the given id.
func (a *app) world(id string) (func() (env.Env, error), error) {
	e, err := a.envs.Lookup(id)
	if err != nil {
		return nil, usage(err)
	}
	return e.New, nil
}

// completeEnvs offers ids to the shell.
func (a *app) completeEnvs(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.envs.IDs(), cobra.ShellCompDirectiveNoFileComp
}
