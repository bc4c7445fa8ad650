package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/spf13/cobra"
)

// newMapFlag is the flag for a world that is drawn in a file.
func newMapFlag() name { return name{kind: "FILE", such: "a file's name"} }

func addMapFlag(cmd *cobra.Command, f *name) {
	cmd.Flags().Var(f, "map", "the world that is drawn in this text file, in place of ENV")
	cmd.MarkFlagFilename("map") //nolint:errcheck // the flag exists
}

// named returns the only argument, or the id of the world in a map's file where that is given instead.
func (a *app) named(args []string, file string) (string, error) {
	if file == "" {
		return args[0], nil
	}
	if len(args) > 0 {
		return "", usagef("--map %s and %s are two worlds: leave one out", quote(file), args[0])
	}
	m, err := a.readMap(file)
	if err != nil {
		return "", err
	}
	return a.draw(m), nil
}

// draw makes the world of a map known to the command, and returns its id.
func (a *app) draw(m *minigrid.Map) string {
	a.envs = append(a.envs, env.Entry{ID: m.ID(), About: m.About(), New: func() (env.Env, error) { return m.New(), nil }})
	return m.ID()
}

// readMap reads a map's file.
func (a *app) readMap(file string) (*minigrid.Map, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("there is no file %s; %s envs --help says what a map looks like", file, a.name)
	}
	if err != nil {
		return nil, usage(err)
	}
	defer f.Close()
	const limit = 1 << 20 // more than any map has
	text, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, usage(err)
	}
	m, err := minigrid.ParseMap(file, string(text))
	return m, usage(err)
}

// worldOf returns the constructor of the worlds of the run in a directory.
func (a *app) worldOf(dir, id string) (func() (env.Env, error), error) {
	s, err := agent.ReadSettings(dir)
	if err != nil {
		return nil, a.explain(err, dir)
	}
	if s.Source != "" {
		m, err := minigrid.ParseMap(id, s.Source)
		if err != nil {
			return nil, fmt.Errorf("%s: the run's map: %w", dir, err)
		}
		a.draw(m)
	}
	return a.world(id)
}

// planned is a world whose best return was planned.
type planned struct {
	env.Env
	best float64
}

// Spec describes the world.
func (p planned) Spec() env.Spec {
	s := p.Env.Spec()
	s.Best = p.best
	return s
}

// listMap lists the world in a map's file, with what the best agent gets in it.
func (a *app) listMap(file string, asJSON bool) error {
	m, err := a.readMap(file)
	if err != nil {
		return err
	}
	const episodes = 100
	best, err := m.Best(episodes, minigrid.PlanStates)
	if err == nil && best == 0 {
		fmt.Fprintf(a.err, "%s: warning: in %s no actions lead to success in time\n", a.name, m.ID())
	}
	e := env.Entry{ID: m.ID(), About: m.About(), New: func() (env.Env, error) { return planned{m.New(), best}, nil }}
	return a.list(env.Catalog{e}, asJSON)
}
