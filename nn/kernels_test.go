package nn

import (
	"slices"
	"testing"
)

func TestKernels(t *testing.T) {
	if got := Kernels(); !slices.Contains([]string{"avx512", "avx2", "plain Go"}, got) {
		t.Errorf("%q is no set of kernels", got)
	}
}
