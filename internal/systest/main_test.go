package systest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

const (
	switchVar = "AUXRL_SYSTEM"
	roleVar   = "AUXRL_SYSTEM_ROLE"
)

// roles is what the test binary does instead of testing when a test starts it as a child.
var roles = map[string]func(args []string) error{
	"save": saveForever,
	"hang": hang,
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		if err := roles[role](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv(switchVar) != "1" {
		fmt.Println("systest: skipped; make test-system runs these tests")
		return
	}
	status := m.Run()
	if err := os.RemoveAll(scratch()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

// child returns a command that runs the test binary in a role. It ends with the test at the latest.
func child(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), roleVar+"="+role)
	cmd.Stderr = os.Stderr
	return cmd
}
