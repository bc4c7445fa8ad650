package systest

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/nn"
)

// A run that goes on with other kernels than it was saved with says so, names both, and goes on; settings that were changed behind its
// back stop it.
func TestResumedElsewhere(t *testing.T) {
	dir := t.TempDir()
	finish(t, rlrun(t, dir, "train", world, "--algo", "a2c", "--steps", "1k", "--episodes", "1", "--run", "r"), 0)
	settings, err := os.ReadFile(dir + "/r/config.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(settings), `"gamma": 0.99`, `"gamma": 0.5`, 1)
	if changed == string(settings) {
		t.Fatalf("the settings are %s", settings)
	}
	for _, text := range []string{changed, string(settings)} {
		if err := os.WriteFile(dir+"/r/config.json", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if text == changed {
			_, stderr := finish(t, rlrun(t, dir, "train", "--resume", "r", "--steps", "2k"), 2)
			if !strings.Contains(stderr, "was made with other settings") || !strings.Contains(stderr, "config.json in r has been changed") {
				t.Errorf("it said %q", stderr)
			}
		}
	}
	if nn.Kernels() == "plain Go" {
		t.Skip("this machine has one set of kernels")
	}
	cmd := rlrun(t, dir, "train", "--resume", "r", "--steps", "2k", "--episodes", "1")
	cmd.Env = append(os.Environ(), "AUXRL_F32=generic")
	_, stderr := finish(t, cmd, 0)
	want := "was made with the kernels " + runtime.GOARCH + " " + nn.Kernels() + ", not " + runtime.GOARCH + " plain Go: the run goes on"
	if !strings.Contains(stderr, want) {
		t.Errorf("it said %q, want %q", stderr, want)
	}
	_, stderr = finish(t, rlrun(t, dir, "train", "--resume", "r", "--steps", "3k", "--episodes", "1"), 0)
	if !strings.Contains(stderr, "was made with the kernels "+runtime.GOARCH+" plain Go, not") {
		t.Errorf("back on the first kernels, it said %q", stderr)
	}
}
