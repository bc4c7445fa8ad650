// Package cli is the command rlrun as a package: its verbs, flags and wiring. A program that adds worlds of its own to every verb
// is ten lines:
//
//	func main() {
//		cli.Main(cli.Options{Envs: env.Catalog{{ID: "Mine-v0", About: "what it is for", New: newMine}}})
//	}
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2 // also settings that cannot work
	exitDiverged = 4 // the loss is not a number any more
)

// Options says what a program adds to the command.
type Options struct {
	Name string      // of the command, for help and messages; "": as it was called
	Envs env.Catalog // worlds besides the built-in ones
}

// Main runs the command with the program's arguments and exits. The first SIGINT or SIGTERM asks a run to stop in good order,
// the second ends it.
func Main(o Options) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // the next signal has its usual effect
	}()
	if o.Name == "" {
		o.Name = strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	}
	os.Exit(Run(ctx, o, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// app is what every verb needs.
type app struct {
	ctx    context.Context
	name   string
	envs   env.Catalog
	in     io.Reader
	out    io.Writer // results
	err    io.Writer // progress, warnings, errors
	getenv func(string) string
}

// Run is Main without the process: it stops in good order when ctx ends, and returns the exit code.
func Run(ctx context.Context, o Options, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{ctx: ctx, name: o.Name, in: stdin, out: stdout, err: stderr, getenv: os.Getenv}
	if a.name == "" {
		a.name = "rlrun"
	}
	a.envs = append(a.envs, catalog.Builtin()...)
	a.envs = append(a.envs, o.Envs...)
	if err := a.envs.Validate(); err != nil {
		return a.fail(err)
	}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		return a.fail(err)
	}
	return exitOK
}

// codeError is an error with an exit code of its own.
type codeError struct {
	error
	code int
}

func (e codeError) Unwrap() error { return e.error }

// usage marks an error as one of usage.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return codeError{err, exitUsage}
}

// usagef returns an error of usage.
func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

// fail prints an error in one line and returns the exit code.
func (a *app) fail(err error) int {
	text := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
	fmt.Fprintf(a.err, "%s: %s\n", a.name, text)
	var coded codeError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitFailed
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   a.name,
		Short: "Train, evaluate and watch agents that learn with auxiliary rewards and tasks",
		Example: fmt.Sprintf(`  %[1]s train MiniGrid-DoorKey-5x5-v0     train an agent
  %[1]s watch runs/NAME                   watch it, even while it trains
  %[1]s eval runs/NAME                    measure it
  %[1]s envs DoorKey                      find a world`, a.name),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(a.err)
			if err := cmd.Help(); err != nil {
				return err
			}
			return usagef("no verb given")
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.trainCmd(), a.evalCmd(), a.watchCmd(), a.envsCmd(), a.versionCmd())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// noVerb names the nearest verb for one that does not exist.
func (a *app) noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	return usagef("no verb %q; did you mean %q? (%s --help lists all)", args[0], nearest(args[0], verbs), a.name)
}

// exactly wants n arguments, described by what.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usagef("%s is missing", what)
		case len(args) > n:
			return usagef("unexpected argument %q after %s", args[n], what)
		}
		return nil
	}
}
