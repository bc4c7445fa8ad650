//go:build unix

package viz

import (
	"os/exec"
	"syscall"
)

// alone keeps Ctrl-C from a program, which shall finish its file.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
