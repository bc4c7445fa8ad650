package cli_test

import (
	"context"
	"os"

	"github.com/auxrl/auxrl/cli"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
)

// A program adds worlds of its own to every verb. Its main function calls Main; Run is the same for a test.
func ExampleRun() {
	mine := env.Entry{ID: "Mine-v0", About: "a corridor of my own", New: func() (env.Env, error) { return catalog.New("Probe/Corridor-v0") }}
	o := cli.Options{Name: "mine", Envs: env.Catalog{mine}}
	cli.Run(context.Background(), o, []string{"envs", "mine"}, os.Stdin, os.Stdout, os.Stderr)
	// Output:
	// ID       OBS    ACTIONS  LIMIT  BEST    ABOUT
	// Mine-v0  1x8x1  2        32     0.8906  a corridor of my own
}
