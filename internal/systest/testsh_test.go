package systest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a directory of programs that stands for a machine: a few real ones that test.sh needs, and stand-ins.
type machine struct{ bin, log string }

func newMachine(t *testing.T, programs map[string]string) machine {
	t.Helper()
	m := machine{bin: t.TempDir(), log: filepath.Join(t.TempDir(), "log")}
	for _, name := range []string{"sh", "sed", "dirname", "env"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(m.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range programs {
		text := "#!/bin/sh\necho \"" + name + " $*\" >>" + m.log + "\n" + strings.ReplaceAll(script, "BIN", m.bin) + "\n"
		if err := os.WriteFile(filepath.Join(m.bin, name), []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// run runs test.sh on the machine and returns its status, what it printed, and which stand-ins it called.
func (m machine) run(t *testing.T) (status int, output string, calls []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "../../test.sh")
	cmd.Env = []string{"PATH=" + m.bin}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	log, err := os.ReadFile(m.log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out), strings.Split(strings.TrimSpace(string(log)), "\n")
}

func TestTestScript(t *testing.T) {
	const ok = "true"
	const installs = `[ "$1" = update ] || echo '#!/bin/sh' >BIN/tmux; chmod +x BIN/tmux 2>/dev/null || true`
	with := func(changes map[string]string) map[string]string {
		all := map[string]string{"go": "echo go1.26.1", "gcc": ok, "git": ok, "make": ok, "tmux": ok, "chromium": ok, "qemu-aarch64-static": ok,
			"python3": ok, "pkg-config": ok, "Xvfb": ok, "xdotool": ok, "id": "echo 1000"}
		for name, script := range changes {
			all[name] = script
			if script == "" {
				delete(all, name)
			}
		}
		return all
	}
	for _, tc := range []struct {
		name     string
		programs map[string]string
		status   int
		says     string
		calls    string // the end of what is called
	}{
		{"all there", with(nil), 0, "all tests passed", "make check make test-system"},
		{"no go", with(map[string]string{"go": ""}), 2, "go is not found: install Go 1.26 or newer", ""},
		{"old go", with(map[string]string{"go": "echo go1.25.9"}), 2, "go is go1.25.9: install Go 1.26 or newer", "go env GOVERSION"},
		{"broken go", with(map[string]string{"go": "echo no toolchain; exit 1"}), 2, "go does not work: no toolchain", ""},
		{"strange go", with(map[string]string{"go": "echo weekly"}), 2, "not understood: weekly", ""},
		{"newer go", with(map[string]string{"go": "echo go2.0"}), 0, "all tests passed", ""},
		{"development go", with(map[string]string{"go": "echo devel go1.27-abc"}), 0, "all tests passed", ""},
		{"check fails", with(map[string]string{"make": "exit 3"}), 3, "make check", "make check"},
		{"no way to install", with(map[string]string{"tmux": "", "git": "", "apt-get": ok}), 2,
			"apt-get install -y git tmux\n", "id -u"},
		{"no browser", with(map[string]string{"chromium": "", "apt-get": ok}), 2, "apt-get install -y chromium\n", "id -u"},
		{"no emulator", with(map[string]string{"qemu-aarch64-static": "", "apt-get": ok}), 2, "apt-get install -y qemu-user-static\n", "id -u"},
		{"no python", with(map[string]string{"python3": "", "apt-get": ok}), 2, "apt-get install -y python3-venv\n", "id -u"},
		{"python without venv", with(map[string]string{"python3": "exit 1", "apt-get": ok}), 2, "apt-get install -y python3-venv\n", "id -u"},
		{"no apt-get", with(map[string]string{"tmux": "", "id": "echo 0"}), 2, "these Debian packages bring: tmux", ""},
		{"sudo asks", with(map[string]string{"tmux": "", "apt-get": ok, "sudo": "exit 1"}), 2, "apt-get install -y tmux\n", "sudo -n true"},
		{"root", with(map[string]string{"tmux": "", "id": "echo 0", "apt-get": installs, "chmod": "exec /bin/chmod \"$@\""}), 0, "missing: tmux",
			"apt-get install -y tmux chmod +x make check make test-system"},
		{"sudo", with(map[string]string{"tmux": "", "sudo": `[ "$1" = -n ] && shift; exec "$@"`, "true": ok, "apt-get": installs,
			"chmod": "exec /bin/chmod \"$@\""}), 0, "missing: tmux", "apt-get install -y tmux chmod +x make check make test-system"},
		{"nothing installed", with(map[string]string{"tmux": "", "id": "echo 0", "apt-get": ok}), 2, "still missing after the installation: tmux", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newMachine(t, tc.programs)
			status, output, calls := m.run(t)
			if status != tc.status || !strings.Contains(output, tc.says) {
				t.Errorf("status %d, want %d; output, which should say %q:\n%s", status, tc.status, tc.says, output)
			}
			called := strings.ReplaceAll(strings.Join(calls, " "), " "+m.bin+"/tmux", "")
			called = strings.ReplaceAll(called, "python3 -c import ensurepip ", "")
			if !strings.HasSuffix(called, tc.calls) {
				t.Errorf("called %q, want it to end in %q", called, tc.calls)
			}
			update, install := strings.Index(called, "apt-get update"), strings.Index(called, "apt-get install")
			if install >= 0 && (update < 0 || update > install) {
				t.Errorf("called %q: no apt-get update before the installation", called)
			}
		})
	}
}
