//go:build !unix

package viz

import "os/exec"

// alone keeps Ctrl-C from a program where that is possible.
func alone(*exec.Cmd) {}
