package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which build this is",
		Args:  exactly(0, "version"),
		RunE: func(*cobra.Command, []string) error {
			version, revision := "(devel)", "unknown revision"
			if info, ok := debug.ReadBuildInfo(); ok {
				if v := info.Main.Version; v != "" {
					version = v
				}
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			_, err := fmt.Fprintf(a.out, "%s %s (%s), %s %s/%s, %d processors\n",
				a.name, version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
			return err
		},
	}
}
