// Package cli is the command rlrun as a package: its verbs, flags and wiring. A program that adds worlds of its own to every verb
// is ten lines:
//
//	func main() {
//		cli.Main(cli.Options{Envs: env.Catalog{{ID: "Mine-v0", About: "what it is for", New: newMine}}})
//	}
//
// So is one that adds an auxiliary task, see examples/newtask.
//
// Results go to standard output, everything else to standard error. An error is one line that says what to do about it.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/viz/window"
	"github.com/spf13/cobra"
)

// Options says what a program adds to the command.
type Options struct {
	Name  string          // of the command, for help and messages; "": as it was called
	Envs  env.Catalog     // worlds besides the built-in ones
	Tasks []auxtasks.Kind // auxiliary tasks and bonuses besides the built-in ones
}

// Main runs the command with the program's arguments and exits. The first SIGINT or SIGTERM asks a run to stop in good order,
// the second ends it. A closed pipe is an error like others, so that a run can still be saved. The program's main function calls it, whose
// thread is kept for windows.
func Main(o Options) {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := context.WithCancel(context.Background())
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-asked
		signal.Stop(asked) // first: when a run says that it stops, the next signal has its usual effect
		stop()
	}()
	if o.Name == "" {
		o.Name = strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	}
	window.Run(func() { os.Exit(Run(ctx, o, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) })
}

// app is what every verb needs.
type app struct {
	ctx    context.Context
	name   string
	envs   env.Catalog
	tasks  []auxtasks.Kind // to be added
	out    io.Writer       // results
	err    io.Writer       // progress, warnings, errors
	getenv func(string) string

	building sync.Mutex // held while a world is made for one of several runs

	args    []string        // of the command
	environ func() []string // NAME=VALUE
}

// Run is Main without the process: it stops in good order when ctx ends, and returns the exit code.
func Run(ctx context.Context, o Options, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return newApp(ctx, o, args, stdout, stderr).run(stdin)
}

func newApp(ctx context.Context, o Options, args []string, stdout, stderr io.Writer) *app {
	a := &app{ctx: ctx, name: o.Name, out: stdout, err: stderr, getenv: os.Getenv, args: args, environ: os.Environ}
	if a.name == "" {
		a.name = "rlrun"
	}
	a.envs = append(a.envs, catalog.Builtin()...)
	a.envs = append(a.envs, o.Envs...)
	a.tasks = o.Tasks
	return a
}

// run executes the command.
func (a *app) run(stdin io.Reader) int {
	if err := a.envs.Validate(); err != nil {
		return a.fail(err)
	}
	for _, k := range a.tasks {
		if err := auxtasks.Add(k); err != nil {
			return a.fail(err)
		}
	}
	root := a.root()
	root.SetArgs(a.args)
	root.SetIn(stdin)
	root.SetOut(a.out)
	root.SetErr(a.err)
	if err := root.ExecuteContext(a.ctx); err != nil {
		return a.fail(err)
	}
	return exitOK
}

const rootLong = `Train, evaluate and watch agents that learn with auxiliary rewards and tasks.

Exit status:
   0  done
   1  failed
   2  wrong usage, or settings that cannot work
   3  the return that --require-return asks for was not reached
   4  diverged: losses or gradients are not finite, after three retries
  75  training was stopped by Ctrl-C or SIGTERM and saved: resume it`

// helpTemplate and usageTemplate put examples first.
const (
	helpTemplate  = "{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}\n\n{{end}}{{.UsageString}}"
	usageTemplate = `{{if .HasExample}}Examples:
{{.Example}}

{{end}}Usage:
  {{.UseLine}}{{if .HasAvailableSubCommands}}

Verbs:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .CommandPath .CommandPathPadding}}  {{.Short}}{{end}}{{end}}{{end}}

Flags:
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{if .HasAvailableSubCommands}}

{{.CommandPath}} VERB --help says more of a verb.{{end}}
`
)

// root builds the command tree.
func (a *app) root() *cobra.Command {
	version := false
	root := &cobra.Command{
		Use:                   a.name + " VERB",
		Long:                  rootLong,
		DisableFlagsInUseLine: true,
		Example: fmt.Sprintf(`  %[1]s train MiniGrid-DoorKey-5x5-v0     train an agent
  %[1]s watch runs/NAME                   watch it, even while it trains
  %[1]s eval runs/NAME                    measure it
  %[1]s envs DoorKey                      find a world`, a.name),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.version()
			}
			cmd.SetOut(a.err)
			if err := cmd.Help(); err != nil {
				return err
			}
			return usagef("no verb is given")
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpTemplate(helpTemplate)
	root.SetUsageTemplate(usageTemplate)
	root.Flags().BoolVar(&version, "version", false, "say which build this is")
	root.AddCommand(a.trainCmd(), a.compareCmd(), a.sweepCmd(), a.plotCmd(), a.evalCmd(), a.watchCmd(), a.playCmd(), a.envsCmd(), a.tasksCmd(), a.configCmd(), a.runsCmd(), a.benchCmd(),
		a.versionCmd(), a.completionCmd())
	for _, c := range root.Commands() { // again, now that their names begin with the root's: columns are as wide as these
		below := c.Commands()
		c.RemoveCommand(below...)
		c.AddCommand(below...)
	}
	root.SetHelpCommand(a.helpCmd(root))
	return root
}

// helpCmd is `help [VERB]`.
func (a *app) helpCmd(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Say more of a verb",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd := root
			for _, verb := range args {
				next, _, err := cmd.Find([]string{verb})
				if err != nil || next == cmd {
					return a.noVerb(cmd, []string{verb})
				}
				cmd = next
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return verbs(root), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// noVerb names the nearest verb for one that does not exist.
func (a *app) noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknown("verb", args[0], verbs(cmd))
}

// verbs lists those below a command.
func verbs(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// exactly wants n arguments, described by what.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usagef("%s is missing", what)
		case len(args) > n && n == 0:
			return usagef("unexpected argument %q", args[n])
		case len(args) > n:
			return usagef("unexpected argument %q after %q", args[n], args[n-1])
		}
		return nil
	}
}
