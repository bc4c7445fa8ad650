package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/policy"
	"github.com/spf13/cobra"
)

// What --aux calls the three tasks of UNREAL together, and what --aux and --shape call having none but those that follow.
const (
	unreal = "unreal"
	none   = "none"
)

// extraFlag is a flag for auxiliary tasks, or for bonuses: NAME[=WEIGHT[..FINAL@FRACTION]], several with commas between.
type extraFlag struct {
	bonus bool
	list  []wanted
}

// wanted is one of the list.
type wanted struct {
	agent.Extra
	weighed bool   // with a weight
	none    string // a table, instead of an extra: what weaker sources and the list so far have in it goes
}

// table returns the flag's name, which is also that of the tables in files.
func (f *extraFlag) table() string {
	if f.bonus {
		return "shape"
	}
	return "aux"
}

func (f *extraFlag) Type() string { return "NAME[=WEIGHT],..." }

func (f *extraFlag) String() string {
	names := make([]string, len(f.list))
	for i, e := range f.list {
		if names[i] = e.ID(); e.none != "" {
			names[i] = none
		}
	}
	return strings.Join(names, ",")
}

func (f *extraFlag) Set(text string) error {
	for item := range strings.SplitSeq(text, ",") {
		kind, weight, weighed := strings.Cut(strings.TrimSpace(item), "=")
		if kind == none && !weighed {
			f.list = append(f.list[:0], wanted{none: f.table()})
			continue
		}
		kinds := []string{kind}
		if kind == unreal && !f.bonus {
			kinds = agent.UnrealTasks()
		}
		for _, kind := range kinds {
			e, err := f.find(kind)
			if err != nil {
				return err
			}
			if weighed {
				if err := weigh(&e, weight); err != nil {
					return err
				}
			}
			f.list = append(f.list, wanted{Extra: e, weighed: weighed})
		}
	}
	return nil
}

// find looks a kind up among tasks, or among bonuses.
func (f *extraFlag) find(kind string) (agent.Extra, error) {
	if k, err := auxtasks.Lookup(kind); err == nil && k.IsBonus == f.bonus {
		return agent.NewExtra(kind)
	} else if err == nil {
		if f.bonus {
			return agent.Extra{}, fmt.Errorf("bonuses to the reward; %s is a task: give it to --aux", kind)
		}
		return agent.Extra{}, fmt.Errorf("auxiliary tasks; %s is a bonus to the reward: give it to --shape", kind)
	}
	names := kindNames(f.bonus)
	what := "auxiliary tasks"
	if f.bonus {
		what = "bonuses to the reward"
	}
	if near := suggest(kind, names, sameWord); len(near) > 0 {
		return agent.Extra{}, fmt.Errorf("%s, such as %s", what, anyOf(near))
	}
	return agent.Extra{}, fmt.Errorf("%s, of %s", what, strings.Join(names, ", "))
}

// kindNames lists the tasks, or the bonuses.
func kindNames(bonus bool) (names []string) {
	if !bonus {
		names = append(names, unreal)
	}
	for _, k := range auxtasks.Kinds() {
		if k.IsBonus == bonus {
			names = append(names, k.Name)
		}
	}
	return names
}

// weigh reads WEIGHT or WEIGHT..FINAL@FRACTION.
func weigh(e *agent.Extra, text string) error {
	from, rest, moves := strings.Cut(text, "..")
	w, err := strconv.ParseFloat(from, 32)
	e.Weight = float32(w)
	if err == nil && moves {
		to, over, given := strings.Cut(rest, "@")
		final, bad := strconv.ParseFloat(to, 32)
		fraction := 1.0
		if given && bad == nil {
			fraction, bad = strconv.ParseFloat(over, 32)
		}
		e.Final, e.Over = float32(final), float32(fraction)
		if err = bad; err == nil && !(fraction > 0 && fraction <= 1) {
			return fmt.Errorf("a weight such as 0.5, or 0.5..0.1@0.8 to move it over the first 80%% of the steps; %s is no fraction of them", over)
		}
	}
	if err != nil {
		return fmt.Errorf("a weight such as 0.5 behind %s=, or 0.5..0.1@0.8 to move it over the first 80%% of the steps", e.Kind)
	}
	return nil
}

// auxFlags are those of `train` that add to the loss and to the reward, and the core that tasks sit on.
type auxFlags struct {
	aux, shape extraFlag
	balance    name
	measure    count
	share      bool
	encoder    name
	core       name
}

func newAuxFlags() auxFlags {
	return auxFlags{
		shape: extraFlag{bonus: true}, balance: name{auxtasks.Fixed, "RULE", strings.Join(auxtasks.Balances(), ", ")},
		measure: count{10, 0, maxSteps}, encoder: name{kind: "NAME", such: strings.Join(policy.Encoders(), ", ")},
		core: name{kind: "KIND", such: strings.Join(append(policy.Cores(), "none"), ", ")},
	}
}

func (f *auxFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.Var(&f.aux, "aux", "auxiliary tasks, see the verb tasks; a weight may move: entropy=0.05..0.001@0.5; none: without those of the preset")
	fl.Var(&f.shape, "shape", "bonuses to the reward, see the verb tasks")
	fl.Var(&f.balance, "balance", "how tasks are weighed against the main loss: "+strings.Join(auxtasks.Balances(), ", "))
	fl.Var(&f.measure, "measure", "measure conflict between losses every so many updates; 0: never")
	fl.BoolVar(&f.share, "share", false, "tasks that draw alike share one draw and one pass")
	fl.Var(&f.encoder, "encoder", "convolutions: "+strings.Join(policy.Encoders(), ", "))
	fl.Var(&f.core, "core", "recurrent core: "+strings.Join(policy.Cores(), ", ")+" or none")
	completeFlags(cmd, map[string][]string{
		"aux": append(kindNames(false), none), "shape": append(kindNames(true), none), "balance": auxtasks.Balances(), "measure": nil, "encoder": policy.Encoders(), "core": append(policy.Cores(), "none"),
	})
}

// names lists the flags.
func (f *auxFlags) names() []string {
	return []string{"aux", "shape", "balance", "measure", "share", "encoder", "core"}
}

// tasksCmd is `tasks`.
func (a *app) tasksCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tasks [NAME]",
		Short: "List auxiliary tasks and bonuses",
		Long: `List what may be added to the loss (--aux) and to the reward (--shape). With
NAME, or as JSON, also what it needs and costs, where it is from, and what its
settings are.`,
		Example: fmt.Sprintf("  %[1]s tasks\n  %[1]s tasks pixel-control\n  %[1]s train Probe/Corridor-v0 --aux reward-prediction,entropy=0.01", a.name),
		Args: func(_ *cobra.Command, args []string) error {
			return exactly(len(args[:min(len(args), 1)]), "")(nil, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.tellTask(args[0], asJSON)
			}
			return a.listTasks(asJSON)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return append(kindNames(false)[1:], kindNames(true)...), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

func (a *app) listTasks(asJSON bool) error {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, part := range []struct {
		bonus bool
		title string
	}{{false, "TASK (--aux)"}, {true, "BONUS (--shape)"}} {
		if part.bonus {
			fmt.Fprintln(table, "\t\t")
		}
		fmt.Fprintf(table, "%s\tWEIGHT\tABOUT\n", part.title)
		for _, k := range auxtasks.Kinds() {
			if k.IsBonus != part.bonus {
				continue
			}
			if asJSON {
				if err := json.NewEncoder(a.out).Encode(kindLine(k)); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(table, "%s\t%v\t%s\n", k.Name, k.Weight, k.About)
		}
	}
	if asJSON {
		return nil
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return a.printTable(&text)
}

// kindLine is what `tasks --json` prints of a kind.
func kindLine(k auxtasks.Kind) object {
	kind := "task"
	if k.IsBonus {
		kind = "bonus"
	}
	return object{
		{"v", 1}, {"kind", kind}, {"name", k.Name}, {"about", k.About}, {"needs", k.Needs}, {"weight", k.Weight}, {"cost", k.Cost},
		{"source", k.Source}, {"settings", k.Settings},
	}
}

func (a *app) tellTask(name string, asJSON bool) error {
	k, err := auxtasks.Lookup(name)
	if err != nil {
		return unknown("task or bonus", name, append(kindNames(false)[1:], kindNames(true)...))
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(kindLine(k))
	}
	settings, err := json.Marshal(k.Settings)
	if err != nil {
		return err
	}
	flag := "--aux"
	if k.IsBonus {
		flag = "--shape"
	}
	_, err = fmt.Fprintf(a.out, "%s (%s)\n  about     %s\n  needs     %s\n  weight    %v\n  cost      %s\n  source    %s\n  settings  %s\n",
		k.Name, flag, k.About, k.Needs, k.Weight, k.Cost, k.Source, settings)
	return err
}
