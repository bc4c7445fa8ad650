package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/nn"
	"github.com/spf13/cobra"
)

// Files that a run directory has for people. Programs read config.json.
const (
	configFile   = "config.toml"
	sessionsFile = "sessions.jsonl"
)

func (a *app) configCmd() *cobra.Command {
	f := newTrainFlags()
	cmd := &cobra.Command{
		Use:   "config ENV",
		Short: "Print the settings that train would use",
		Long: `Print the settings with which train would train, as a TOML file that --config
takes, with where each value is from in a comment behind it. The sources, each
stronger than the one before: the preset; the file of --config; variables such
as RLRUN_LR or RLRUN_PPO_CLIP, RLRUN_AUX and RLRUN_SHAPE; --set; other flags.
In a file, a table [aux.NAME] or [shape.NAME] asks for a task or bonus and has
its settings, of which rlrun tasks NAME tells; kind = "..." gives a second one
of a kind another NAME. A setting of the kind's own that is called weight like
the common one is in [shape.NAME.settings].`,
		Example: fmt.Sprintf(`  %[1]s config MiniGrid-DoorKey-5x5-v0 --aux pixel-control > mine.toml
  %[1]s train MiniGrid-DoorKey-5x5-v0 --config mine.toml
  %[1]s config MiniGrid-DoorKey-5x5-v0 --set ppo.clip=0.1 --set worlds=32`, a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && f.mapFile.text == "" {
				return usagef("ENV, the world's id, is missing (%s envs lists them)", a.name)
			}
			return exactly(len(args[:min(len(args), 1)]), "")(nil, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := a.named(args, f.mapFile.text)
			if err != nil {
				return err
			}
			s, err := a.settings(cmd, id, &f)
			if err != nil {
				return err
			}
			_, err = a.out.Write(s.toml(a.titleOf(id)))
			return err
		},
		ValidArgsFunction: a.completeEnvs,
	}
	f.addSettings(cmd)
	f.addSeed(cmd)
	return cmd
}

// titleOf is the first line of a file of settings for worlds with that id.
func (a *app) titleOf(id string) string { return "Settings of " + a.name + " train " + quote(id) }

// describe keeps, beside a run, its settings with their origins, and the command and build of this session.
func (a *app) describe(r *agent.Run, settings []byte) error {
	if err := r.Keep(configFile, settings); err != nil {
		return err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	line, err := json.Marshal(object{
		{"v", 1}, {"step", r.Step()}, {"command", append([]string{a.name}, a.args...)}, {"seed", r.Config().Seed}, {"version", build(info)},
		{"go", runtime.Version()}, {"platform", runtime.GOOS + "/" + runtime.GOARCH}, {"kernels", nn.Kernels()},
	})
	if err != nil {
		return err
	}
	earlier, err := os.ReadFile(filepath.Join(r.Path(), sessionsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return r.Keep(sessionsFile, append(append(earlier, line...), '\n'))
}

// redescribe is describe for a run that goes on, perhaps with another budget: what is as it was keeps its origin.
func (a *app) redescribe(r *agent.Run) error {
	s := &settings{cfg: r.Config()}
	name := filepath.Join(r.Path(), configFile)
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	origins := config.Origins(old)
	if err := s.chooseExtras("the run", nil); err != nil {
		return err
	}
	s.fields = config.Of(&s.cfg, "the run")
	restoreOrigins(s.fields, origins, func(key string) string { return key })
	for _, x := range s.extras {
		restoreOrigins(x.fields, origins, func(key string) string { return x.table + "." + x.ID() + "." + key })
		restoreOrigins(x.own, origins, func(key string) string { return x.table + "." + x.ID() + "." + ownKey(key) })
	}
	if before, ok := stepsOf(old); ok && before != s.cfg.Steps {
		s.fields.SetOrigin("steps", "--steps, when the run was resumed")
	}
	return a.describe(r, s.toml(a.titleOf(r.Env())))
}

// restoreOrigins takes the origins that a file says, in which a setting has the key that full returns.
func restoreOrigins(fields *config.Settings, origins map[string]string, full func(key string) string) {
	for _, key := range fields.Keys() {
		if from, ok := origins[full(key)]; ok {
			fields.SetOrigin(key, from)
		}
	}
}

// stepsOf returns the budget that a file of settings says.
func stepsOf(text []byte) (steps int, ok bool) {
	items, err := config.Parse(bytes.TrimSpace(text))
	if err != nil {
		return 0, false
	}
	for _, i := range items {
		if n, isInt := i.Value.(int64); isInt && len(i.Key) == 1 && i.Key[0] == "steps" {
			return int(n), true
		}
	}
	return 0, false
}
