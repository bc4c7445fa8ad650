package cli

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/viz/page"
)

// A viewer that was asked for and cannot be had is an error that says what to do; auto says why it is a page.
func TestViewErrors(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	for args, want := range map[string][]string{
		"watch " + bandit + " --view pixel":                  {"no window can be opened: "},
		"watch " + bandit + " --view web --addr 256.0.0.1:1": {"the page cannot be served: "},
	} {
		r := rlrun(t, strings.Fields(args)...)
		if r.code != exitUsage || r.out != "" || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q", args, r.code, r.out, r.err)
		}
		for _, part := range want {
			if !strings.Contains(r.err, part) {
				t.Errorf("%s: %q does not say %q", args, r.err, part)
			}
		}
	}
	// Both a file and a viewer: without the viewer there is no file either.
	t.Chdir(t.TempDir())
	if r := rlrun(t, "watch", bandit, "--view", "term", "--out", "x.gif"); r.code != exitUsage {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
	if _, err := os.Stat("x.gif"); err == nil {
		t.Error("a file was left")
	}
	var said strings.Builder
	a := newApp(t.Context(), Options{}, nil, io.Discard, &said)
	sink, err := viewer{app: a, view: viewAuto, stdin: os.Stdin}.open()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	if p, ok := sink.(*page.Page); !ok || !strings.Contains(said.String(), "showing on a page (no window: ") || !strings.Contains(said.String(), p.URL()) {
		t.Errorf("%T, and it said %q", sink, said.String())
	}
	if !strings.HasSuffix(said.String(), "  (Ctrl-C ends it)\n") {
		t.Errorf("it said %q", said.String())
	}
	if _, err := (viewer{app: a, view: viewTerm, stdin: os.Stdin}).open(); err == nil {
		t.Error("what is no terminal was opened as one")
	}
}

// Beside training, a page says what ends it alone, and that Ctrl-C stops the training.
func TestPageBesideTraining(t *testing.T) {
	t.Chdir(t.TempDir())
	r := must(t, "train", bandit, "--algo", "a2c", "--steps", "128", "--episodes", "1", "--run", "r", "--watch=web")
	if !strings.Contains(r.err, "  (q there ends it; Ctrl-C here stops the training)\n") || strings.Contains(r.err, "Ctrl-C ends it") {
		t.Errorf("it says\n%s", r.err)
	}
}
