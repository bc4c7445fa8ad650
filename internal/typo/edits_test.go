package typo

import "testing"

func TestEdits(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"ab", "ba", 1}, {"trian", "train", 1},
		{"ca", "abc", 3},
	} {
		if got := Edits(tc.a, tc.b); got != tc.want {
			t.Errorf("%q to %q: %d edits, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
