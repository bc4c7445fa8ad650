package auxtasks_test

import (
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// Check says what New would, without dimensions, and refuses numbers that no memory is taken for.
func TestCheck(t *testing.T) {
	for _, k := range auxtasks.Kinds() {
		if err := k.Check(nil); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
		if err := k.Check([]byte(`{"nosuch": 1}`)); err == nil {
			t.Errorf("%s takes a setting that it has not", k.Name)
		}
	}
	for _, tc := range []struct{ kind, settings, want string }{
		{"reward-prediction", `{"hidden": 1000000000}`, "hidden is 1000000000, at most 16384 is possible"},
		{"counts", `{"Fade": 9000000000}`, "fade is 9000000000, at most 2147483647 is possible"},
		{"pixel-control", `{"len": 5000}`, "len is 5000, at most 4096 is possible"},
		{"pixel-control", `{"len": 0}`, "len is 0, must be at least 1"},
	} {
		k, err := auxtasks.Lookup(tc.kind)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Check([]byte(tc.settings)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: error is %v, want %s", tc.kind, tc.settings, err, tc.want)
		}
	}
}
