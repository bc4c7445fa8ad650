package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/bench"
	"github.com/spf13/cobra"
)

// reference is how fast a world is elsewhere, in steps per second; 0: unknown.
type reference struct {
	python float64 // the original, CPython on one core of a shared cloud machine with two (Zen 4), with its observation: measured
	gymnax float64 // gymnax 1.0 on one A100, 2000 worlds at once, random policy: its README
}

// references are by id. Python's MiniGrid is 3.1.0 by gym.make, with resets; MinAtar is commit 4241f24, state and act.
var references = map[string]reference{
	"MiniGrid-Empty-8x8-v0":             {python: 8_700},
	"MiniGrid-DoorKey-8x8-v0":           {python: 10_600},
	"MiniGrid-FourRooms-v0":             {python: 8_300},
	"MiniGrid-MultiRoom-N6-v0":          {python: 9_500},
	"MiniGrid-KeyCorridorS3R3-v0":       {python: 10_500},
	"MiniGrid-LavaCrossingS9N3-v0":      {python: 9_600},
	"MiniGrid-Dynamic-Obstacles-8x8-v0": {python: 6_700},
	"BabyAI-GoToLocal-v0":               {python: 8_300},
	"MinAtar/Breakout-v0":               {python: 428_000, gymnax: 5_300_000},
	"MinAtar/Asterix-v0":                {python: 336_000, gymnax: 1_100_000},
	"MinAtar/Freeway-v0":                {python: 157_000, gymnax: 1_100_000},
	"MinAtar/Seaquest-v0":               {python: 271_000},
	"MinAtar/SpaceInvaders-v0":          {python: 47_000, gymnax: 3_000_000},
}

// benchEnvsFlags are those of `bench envs`.
type benchEnvsFlags struct {
	filter  name
	seconds number
	json    bool
}

func (a *app) benchEnvsCmd() *cobra.Command {
	f := benchEnvsFlags{filter: name{kind: "PATTERN", such: "a part of a world's id"}, seconds: number{value: 0.5, min: 0.001, max: 3600}}
	cmd := &cobra.Command{
		Use:   "envs",
		Short: "Measure worlds",
		Long: `Measure how many decisions a second worlds take on one core, with uniform
actions, observations and resets included: one world of each family, or all
those that PATTERN of ` + "`envs`" + ` finds. It is the quickest of many stretches.

PYTHON is the original, CPython on one core of a shared cloud machine with two
(Zen 4), measured by us: MiniGrid 3.1.0 and MinAtar, with their observations.
GYMNAX is what gymnax 1.0's README says of one A100 with 2000 worlds at once.`,
		Example: fmt.Sprintf("  %[1]s bench envs\n  %[1]s bench envs --filter DoorKey --seconds 2\n  %[1]s bench envs --json", a.name),
		Args:    exactly(0, ""),
		RunE:    func(*cobra.Command, []string) error { return a.benchEnvs(&f) },

		ValidArgsFunction: cobra.NoFileCompletions,
	}
	fl := cmd.Flags()
	fl.Var(&f.filter, "filter", "measure the worlds that PATTERN finds")
	fl.Var(&f.seconds, "seconds", "how long to measure each world")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line")
	completeFlags(cmd, map[string][]string{"filter": nil, "seconds": nil})
	return cmd
}

func (a *app) benchEnvs(f *benchEnvsFlags) error {
	entries, err := a.match(f.filter.text)
	if err != nil {
		return err
	}
	if f.filter.text == "" {
		entries = examples(entries)
	}
	width := len("WORLD")
	for _, e := range entries {
		width = max(width, len(e.ID))
	}
	if !f.json {
		if _, err := fmt.Fprintf(a.out, "%s %s/%s, one core, uniform actions, observations and resets included\n%-*s %9s %9s %7s %14s\n",
			runtime.Version(), runtime.GOOS, runtime.GOARCH, width, "WORLD", "STEPS/S", "PYTHON", "FASTER", "GYMNAX (A100)"); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		rate, err := bench.StepsPerSecond(func() (env.Env, error) { return construct(e) }, time.Duration(f.seconds.value*float64(time.Second)))
		if err != nil {
			return err
		}
		if err := a.tellWorld(e.ID, width, rate, f.json); err != nil {
			return err
		}
	}
	return nil
}

// examples returns a world of each family: the one that others were measured with, else the last, which is the largest.
func examples(c env.Catalog) env.Catalog {
	var list env.Catalog
	for _, f := range families(c) {
		chosen := f.entries[len(f.entries)-1]
		for _, e := range f.entries {
			if _, ok := references[e.ID]; ok {
				chosen = e
			}
		}
		list = append(list, chosen)
	}
	return list
}

func (a *app) tellWorld(id string, width int, rate float64, asJSON bool) error {
	ref := references[id]
	if asJSON {
		orNull := func(v float64) any {
			if v == 0 {
				return nil
			}
			return v
		}
		return json.NewEncoder(a.out).Encode(object{
			{"id", id}, {"steps_per_s", math.Round(rate)}, {"python_steps_per_s", orNull(ref.python)}, {"gymnax_a100_steps_per_s", orNull(ref.gymnax)},
		})
	}
	python, faster, gymnax := "-", "-", "-"
	if ref.python > 0 {
		python, faster = short(int(ref.python)), fmt.Sprintf("%.0fx", rate/ref.python)
	}
	if ref.gymnax > 0 {
		gymnax = short(int(ref.gymnax))
	}
	line := fmt.Sprintf("%-*s %9s %9s %7s %14s", width, id, short(int(rate)), python, faster, gymnax)
	_, err := fmt.Fprintln(a.out, strings.TrimRight(line, " "))
	return err
}
