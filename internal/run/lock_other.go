//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package run

import "os"

// lockFile only opens the file: these systems have no lock that a dying process lets go of, and a lock that stays behind would
// keep a run from being resumed. Two writers are then not noticed.
func lockFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
}
