package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
)

func (a *app) envsCmd() *cobra.Command {
	var asJSON bool
	mapFile := newMapFlag()
	cmd := &cobra.Command{
		Use:   "envs [PATTERN]",
		Short: "List worlds",
		Long: `List worlds: the size of what they show (height x width x channels of the
image, + floats beside it), how many actions there are, after how many steps
the clock ends an episode, the best mean return where it is known. PATTERN is
a part of an id, in any case, or has * and ? in it.

Wherever a MiniGrid world is named, options may follow: full shows the whole
grid, view=N so many squares ahead, onehot and rgb write squares another way,
tile=N in tiles of N pixels: MiniGrid-DoorKey-8x8-v0:full,rgb,tile=16. MinAtar
takes sticky=P, ramping=off and limit=N; Maze layout=N and texture=N, seeds of
walls and looks, actions=Lab-8, six, Doom-3 or Memory-Maze-6, and depth, of all
pixels, for tasks to predict: Maze/Static01-42x42-v0:layout=7,actions=six.

A world of your own takes a text file and no program, such as

  task: pick up blue ball
  k = red key
  D = locked red door
  o = blue ball
  map:
  #######
  #>k#..#
  #..D.o#
  #######

--map FILE lists it here and, in place of ENV, is for play, train and watch.
# is wall, . free, G the goal, ~ lava; > v < ^ @ start the agent; other
characters are what you say: COLOUR key, ball, box, box with THING, wall, floor,
open, closed or locked COLOUR door. Further lines before map: are task: reach
goal or open COLOUR door, mission: TEXT, steps: N, see-through: yes, see:
OPTIONS as above, and remarks after //.`,
		Example: fmt.Sprintf("  %[1]s envs\n  %[1]s envs doorkey\n  %[1]s envs 'MiniGrid-*Crossing*'\n  %[1]s envs MiniGrid-Empty-8x8-v0:full", a.name),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 && len(suggest(args[0], verbs(cmd), sameWord)) > 0 {
				return a.noVerb(cmd, args)
			}
			return exactly(len(args[:min(len(args), 1)]), "")(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			pattern := ""
			if mapFile.text != "" {
				if len(args) > 0 {
					return usagef("--map %s and %s are two questions: leave one out", quote(mapFile.text), args[0])
				}
				return a.listMap(mapFile.text, asJSON)
			}
			if len(args) == 1 {
				pattern = args[0]
			}
			return a.listEnvs(pattern, asJSON)
		},
		ValidArgsFunction: a.completeEnvs,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	addMapFlag(cmd, &mapFile)
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
	Success   *float64    `json:"success"`        // smallest return that counts as one; null: returns do not tell
	Goal      bool        `json:"goal,omitempty"` // episodes that terminate are successes
	Best      *float64    `json:"best"`           // null: unknown
}

func (a *app) listEnvs(pattern string, asJSON bool) error {
	entries, err := a.match(pattern)
	if err != nil {
		return err
	}
	return a.list(entries, asJSON)
}

// list prints worlds.
func (a *app) list(entries env.Catalog, asJSON bool) error {
	var text bytes.Buffer
	enc := json.NewEncoder(a.out)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tOBS\tACTIONS\tLIMIT\tBEST\tABOUT")
	for _, e := range entries {
		w, err := construct(e)
		if err != nil {
			return err
		}
		s := w.Spec()
		line := envLine{1, "env", e.ID, e.About, [3]int{s.H, s.W, s.C}, s.Codes, s.Vector, s.Actions, s.StepLimit, nil, s.Goal, nil}
		best, limit := "-", "-"
		if s.Best != 0 {
			line.Best, best = &s.Best, fmt.Sprintf("%.4g", s.Best)
		}
		if s.Success != 0 {
			line.Success = &s.Success
		}
		if s.StepLimit > 0 {
			limit = strconv.Itoa(s.StepLimit)
		}
		if asJSON {
			if err := enc.Encode(line); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", e.ID, obsText(s), len(s.Actions), limit, best, e.About)
	}
	if asJSON {
		return nil
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return a.printTable(&text)
}

// printTable prints lines; on a terminal they are cut at its margin, because a table whose lines wrap is hard to read.
func (a *app) printTable(text *bytes.Buffer) error {
	if f, ok := a.out.(*os.File); ok && isTerminal(f) {
		columns, _ := viz.TerminalSize(f)()
		text = bytes.NewBuffer(cut(text.Bytes(), columns))
	}
	_, err := text.WriteTo(a.out)
	return err
}

// cut returns lines of at most so many columns.
func cut(text []byte, columns int) []byte {
	var b []byte
	for line := range bytes.Lines(text) {
		if r := []rune(strings.TrimSuffix(string(line), "\n")); len(r) > columns {
			line = []byte(string(r[:max(columns-1, 0)]) + "…\n")
		}
		b = append(b, line...)
	}
	return b
}

// obsText says how large an observation is: height x width x channels, and the floats beside them.
func obsText(s env.Spec) string {
	text := fmt.Sprintf("%dx%dx%d", s.H, s.W, s.C)
	if n := s.VecLen(); n > 0 {
		text += fmt.Sprintf("+%d", n)
	}
	return text
}

// match returns the worlds whose id fits a pattern.
func (a *app) match(pattern string) (env.Catalog, error) {
	var found env.Catalog
	if strings.Contains(pattern, ":") { // a world with options
		e, err := a.entry(pattern)
		return env.Catalog{e}, err
	}
	folded := strings.ToLower(pattern)
	for _, e := range a.envs {
		id := strings.ToLower(e.ID)
		ok := strings.Contains(id, folded)
		if strings.ContainsAny(folded, "*?[") {
			var err error
			if ok, err = path.Match(flat(folded), flat(id)); err != nil {
				return nil, usagef("the pattern %q is malformed: a [ must be closed", pattern)
			}
		}
		if ok {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		if len(suggest(pattern, []string{"digest"}, sameWord)) > 0 {
			return nil, usagef("no world %q; did you mean %s envs digest?", pattern, a.name)
		}
		return nil, a.noWorld(pattern)
	}
	return found, nil
}

// flat returns an id in which * may stand for anything, the slash included.
func flat(id string) string { return strings.ReplaceAll(id, "/", "\x00") }

// world returns the constructor of worlds with the given id.
func (a *app) world(id string) (func() (env.Env, error), error) {
	e, err := a.entry(id)
	return func() (env.Env, error) { return construct(e) }, err
}

// entry returns the world with the given id, with the options behind a colon if there are any.
func (a *app) entry(id string) (env.Entry, error) {
	base, _, optional := strings.Cut(id, ":")
	if !slices.Contains(a.envs.IDs(), base) {
		return env.Entry{}, a.noWorld(base)
	}
	e, err := a.envs.Lookup(id)
	if err == nil && optional {
		_, err = construct(e) // bad options are an error of usage, not of the world
	}
	return e, usage(err)
}

// construct makes a world. An error names it.
func construct(e env.Entry) (env.Env, error) {
	w, err := e.New()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.ID, err)
	}
	return w, nil
}

// noWorld names the nearest worlds for one that does not exist.
func (a *app) noWorld(typed string) error {
	if near := a.nearWorlds(typed); near != "" {
		return usagef("no world %q; did you mean %s?", typed, near)
	}
	return usagef("no world %q; %s envs lists them", typed, a.name)
}

func (a *app) nearWorlds(typed string) string {
	return anyOf(suggest(typed, a.envs.IDs(), idForms))
}

// idForms returns an id as it is often written: in lower case, with dashes, without its version, suite, size.
func idForms(id string) []string {
	id = strings.NewReplacer("/", "-", "_", "-", " ", "-").Replace(strings.ToLower(id))
	if bare := strings.TrimRight(id, "0123456789"); strings.HasSuffix(bare, "-v") {
		id = strings.TrimSuffix(bare, "-v")
	}
	forms := []string{id}
	if _, rest, ok := strings.Cut(id, "-"); ok {
		word, _, _ := strings.Cut(rest, "-")
		forms = append(forms, rest, word)
	}
	return forms
}
