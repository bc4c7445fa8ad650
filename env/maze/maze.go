// Package maze has mazes of pixels: small ones on which agents that see images are tried.
package maze

import (
	"fmt"

	"github.com/auxrl/auxrl/env"
)

var table = []struct {
	id, about string
	build     func(id string) env.Env
}{
	{"Maze/Overhead-84x84-v0", "seven by seven cells seen from above, twenty steps to a goal out of sight: UNREAL's test maze",
		func(id string) env.Env { return newOverhead(id, 12) }},
	{"Maze/Overhead-42x42-v0", "the same in a quarter of the pixels", func(id string) env.Env { return newOverhead(id, 6) }},
}

// New makes the world with the given id.
func New(id string) (env.Env, error) {
	for _, e := range table {
		if e.id == id {
			return e.build(id), nil
		}
	}
	return nil, fmt.Errorf("maze: no world is called %q", id)
}

// IDs returns the ids of the worlds.
func IDs() []string {
	ids := make([]string, len(table))
	for i, e := range table {
		ids[i] = e.id
	}
	return ids
}

// Describe returns one line about the world with the given id, "" if there is none.
func Describe(id string) string {
	for _, e := range table {
		if e.id == id {
			return e.about
		}
	}
	return ""
}
