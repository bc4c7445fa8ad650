package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/auxrl/auxrl/nn"
	"github.com/spf13/cobra"
)

const modulePath = "github.com/auxrl/auxrl"

func (a *app) versionCmd() *cobra.Command {
	return &cobra.Command{
		Use:                   "version",
		Short:                 "Say which build this is",
		DisableFlagsInUseLine: true,
		Args:                  exactly(0, ""),
		ValidArgsFunction:     cobra.NoFileCompletions,
		RunE:                  func(*cobra.Command, []string) error { return a.version() },
	}
}

func (a *app) version() error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	_, err := fmt.Fprintf(a.out, "%s %s, %s %s/%s, %d processors, kernels %s\n",
		a.name, build(info), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), nn.Kernels())
	return err
}

// build names the program's version and revision, and the version of this module if the program is another's.
func build(info *debug.BuildInfo) string {
	text := info.Main.Version
	if text == "" {
		text = "(devel)"
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			text += " revision " + s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			text += " modified"
		}
	}
	for _, m := range info.Deps {
		if m.Path == modulePath && info.Main.Path != modulePath {
			text += ", auxrl " + m.Version
		}
	}
	return text
}
