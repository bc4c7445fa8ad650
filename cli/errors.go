package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// Exit codes. 75 is EX_TEMPFAIL of sysexits.h: batch systems start such a job again.
const (
	exitOK        = 0
	exitFailed    = 1
	exitUsage     = 2  // also settings that cannot work
	exitMissed    = 3  // a return that is required was not reached
	exitDiverged  = 4  // numbers that are not finite, after all retries
	exitResumable = 75 // stopped by a signal; the run can be resumed
)

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

// fail prints an error in one line and returns the exit code. Of a closed pipe nothing is said: who closed it knows.
func (a *app) fail(err error) int {
	switch {
	case errors.Is(err, errStopped):
	case a.ctx.Err() != nil && errors.Is(err, a.ctx.Err()):
		fmt.Fprintf(a.err, "%s: interrupted\n", a.name)
	case !errors.Is(err, syscall.EPIPE):
		fmt.Fprintf(a.err, "%s: %s\n", a.name, tidy(err.Error()))
	}
	var coded codeError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitFailed
}

// packages are the names that errors of this module begin with. They tell a programmer where an error is from; to the user of a
// command they are noise.
var packages = []string{
	"agent", "auxtasks", "bench", "catalog", "env", "envtest", "live", "maze", "minatar", "minigrid", "nn", "npyrand", "page", "plot", "policy", "probe",
	"replay", "rng", "run", "stats", "study", "sweep", "tasktest", "tb", "viz", "window",
}

// tidy returns the text of an error as one line without names of packages.
func tidy(text string) string {
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "), ": ")
	last := len(parts) - 1
	parts = append(slices.DeleteFunc(parts[:last:last], func(s string) bool { return slices.Contains(packages, s) }), parts[last])
	return strings.Join(parts, ": ")
}

// explain says what is wrong with a directory that was given as a run to read, and what to do about it.
func (a *app) explain(err error, dir string) error {
	info, statErr := os.Stat(dir)
	_, lookupErr := a.envs.Lookup(dir)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, run.ErrInUse):
		return usagef("the run in %s is in use by another process: wait for that or stop it", dir)
	case lookupErr == nil && statErr != nil:
		return usagef("%s is a world, not a run directory: %s train %s makes one", dir, a.name, dir)
	case errors.Is(statErr, fs.ErrNotExist) && isCheckpoint(dir):
		return usagef("there is no checkpoint %s: %s runs show RUN lists those of a run", dir, a.name)
	case errors.Is(statErr, fs.ErrNotExist):
		return usagef("there is no run directory %s: %s train ENV --run %s makes one", dir, a.name, quote(dir))
	case statErr == nil && !info.IsDir():
		return usagef("%s is a file, not a run directory", dir)
	case errors.Is(err, run.ErrNoRun):
		return usagef("%s is a directory, but holds no run: it has no config.json", dir)
	case errors.Is(err, agent.ErrChanged):
		return usagef("%w; config.json in %s has been changed, or the world: put it back, config.toml says what it was", err, dir)
	case errors.Is(err, run.ErrNoCheckpoint):
		return fmt.Errorf("the run in %s has no checkpoint yet: go on with it (%s)", dir, a.resumeCommand(dir))
	}
	return err
}

// explainInit says what is wrong with a run that another shall begin with, if that is it.
func (a *app) explainInit(err error, init agent.Init) error {
	switch {
	case init.Run == "":
		return err
	case errors.Is(err, policy.ErrMisfit):
		return usage(err)
	}
	return a.explain(err, init.Run)
}

// isCheckpoint reports whether a path is one that a checkpoint would have.
func isCheckpoint(path string) bool {
	_, _, ok := run.Split(path)
	return ok
}

// explainNew says what is wrong with a directory that was given for a new run, and what to do about it.
func (a *app) explainNew(err error, dir string) error {
	info, statErr := os.Stat(dir)
	switch {
	case errors.Is(err, run.ErrExists):
		return usagef("%s already holds a run: go on with it (%s) or choose another directory with --run", dir, a.resumeCommand(dir))
	case errors.Is(err, run.ErrInUse):
		return usagef("%s is in use by another process: choose another directory with --run", dir)
	case errors.Is(err, run.ErrNoRun):
		return usagef("%s is not empty: choose another directory with --run", dir)
	case statErr == nil && !info.IsDir():
		return usagef("%s is a file: choose another directory with --run", dir)
	}
	return err
}

// resumeCommand is what the user types to go on with a run.
func (a *app) resumeCommand(dir string) string {
	return fmt.Sprintf("%s train --resume %s", a.name, quote(dir))
}

// quote makes a path safe to paste into a shell.
func quote(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@%=", r)
	}
	if path != "" && path[0] != '-' && strings.TrimLeftFunc(path, plain) == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
