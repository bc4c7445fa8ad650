// Package catalog lists the worlds of this module by id. It is the only package that imports every suite.
package catalog

import (
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/maze"
	"github.com/auxrl/auxrl/env/minatar"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/env/probe"
)

// Builtin returns all worlds of this module. The caller may append its own.
func Builtin() env.Catalog {
	return slices.Concat(
		optional(suite(minigrid.IDs(), minigrid.Describe, minigrid.New), minigrid.New),
		optional(suite(minatar.IDs(), minatar.Describe, minatar.New), minatar.New),
		optional(suite(maze.IDs(), maze.Describe, maze.New), maze.New),
		suite(probe.IDs(), probe.Describe, probe.New),
	)
}

// IDs returns the ids of the built-in worlds, suite by suite.
func IDs() []string { return Builtin().IDs() }

// New makes the built-in world with the given id. The error for an unknown id names the nearest.
func New(id string) (env.Env, error) { return Builtin().New(id) }

// Describe returns one line about the built-in world with the given id, "" if there is none.
func Describe(id string) string {
	e, err := Builtin().Lookup(id)
	if err != nil {
		return ""
	}
	return e.About
}

// optional lets the worlds of a suite take options, which its constructor reads behind the id and a colon.
func optional[W env.Env](list env.Catalog, build func(id string) (W, error)) env.Catalog {
	for i, e := range list {
		list[i].Option = func(options string) (env.Env, error) {
			w, err := build(e.ID + ":" + options)
			if err != nil {
				return nil, err // as in suite
			}
			return w, nil
		}
	}
	return list
}

// suite lists the worlds of one package, whose own type may be narrower than env.Env.
func suite[W env.Env](ids []string, about func(id string) string, build func(id string) (W, error)) env.Catalog {
	list := make(env.Catalog, len(ids))
	for i, id := range ids {
		list[i] = env.Entry{ID: id, About: about(id), New: func() (env.Env, error) {
			w, err := build(id)
			if err != nil {
				return nil, err // not a nil W, which would be an Env that is not nil
			}
			return w, nil
		}}
	}
	return list
}
