package f32

import (
	"fmt"
	"os"
	"testing"
)

// TestMain runs all tests once for each set of kernels that this machine has, or for the one that AUXRL_F32 names.
func TestMain(m *testing.M) {
	if os.Getenv("AUXRL_F32") != "" {
		os.Exit(m.Run())
	}
	code := 0
	for _, s := range available() {
		active = s
		if c := m.Run(); c != 0 {
			fmt.Printf("with the set of kernels %s\n", setNames[s])
			code = c
		}
	}
	os.Exit(code)
}

func TestChoose(t *testing.T) {
	for _, s := range available() {
		if got := choose(setNames[s]); got != s {
			t.Errorf("%s: got %s", setNames[s], setNames[got])
		}
	}
	sets := available()
	if got := choose(""); got != sets[len(sets)-1] {
		t.Errorf("no choice: got %s, want the best", setNames[got])
	}
	if !panics(func() { choose("mmx") }) {
		t.Error("an unknown set was accepted")
	}
}
