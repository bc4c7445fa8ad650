package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
)

// shells are those there is completion for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes verbs, flags and worlds",
		Long: `Print a script that completes verbs, flags, worlds and run directories in
SHELL: bash, zsh, fish or powershell. Below is what belongs into ~/.bashrc,
~/.zshrc (after compinit), ~/.config/fish/config.fish and $PROFILE.`,
		Example: fmt.Sprintf(`  source <(%[1]s completion bash)
  source <(%[1]s completion zsh)
  %[1]s completion fish | source
  %[1]s completion powershell | Out-String | Invoke-Expression`, a.name),
		DisableFlagsInUseLine: true,
		Args:                  exactly(1, "SHELL, one of bash, zsh, fish and powershell,"),
		ValidArgsFunction:     cobra.FixedCompletions(shells, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(shells, args[0]) {
				return unknown("shell", args[0], shells)
			}
			return completionScript(cmd.Root(), a.out, args[0])
		},
	}
}

func completionScript(root *cobra.Command, w io.Writer, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	}
	return root.GenPowerShellCompletionWithDesc(w)
}

// completeEnvs offers worlds to the shell.
func (a *app) completeEnvs(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var lines []string
	for _, e := range a.envs {
		lines = append(lines, e.ID+"\t"+e.About)
	}
	return lines, cobra.ShellCompDirectiveNoFileComp
}

// completeRunOrEnv offers worlds; where none fits, the shell goes on with directories of its own.
func (a *app) completeRunOrEnv(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	lines, directive := a.completeEnvs(cmd, args, typed)
	if len(args) == 0 {
		directive = cobra.ShellCompDirectiveDefault
	}
	return lines, directive
}

// completeRun leaves directories to the shell.
func completeRun(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeFlags says what the shell offers for the values of flags: names from a list, directories, or nothing.
func completeFlags(cmd *cobra.Command, lists map[string][]string, dirs ...string) {
	for _, flag := range dirs {
		cmd.MarkFlagDirname(flag) //nolint:errcheck // the flag exists
	}
	for flag, list := range lists {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
	}
}
