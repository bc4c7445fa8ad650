package cli

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestBenchEngine(t *testing.T) {
	args := []string{"bench", "engine", "--seconds", "0.001", "--filter"}
	lines := must(t, append(args, "minigrid_conv")...).lines()
	if len(lines) != 2+8 || !strings.Contains(lines[0], " cores; the peak is a ") || !strings.HasPrefix(lines[1], "NAME  ") {
		t.Fatalf("the table is %q", lines)
	}
	for _, line := range lines[2:] {
		if f := strings.Fields(line); len(f) != 6 || !strings.HasPrefix(f[0], "minigrid_conv") || f[1] != "1" || !strings.HasSuffix(f[5], "%") {
			t.Errorf("a row is %q", line)
		}
	}
	if row := must(t, append(args, "adam")...).lines()[2]; !strings.HasSuffix(row, " GB/s") {
		t.Errorf("the row of what reads memory is %q", row)
	}
}

func TestBenchEngineJSON(t *testing.T) {
	for filter, counts := range map[string]bool{"minigrid_act_b1": true, "adam": false} {
		line := must(t, "bench", "engine", "--json", "--seconds", "0.001", "--filter", filter).lines()[0]
		if got, want := keysOf(t, line), []string{"name", "ms", "gflops", "peak_gflops", "fraction"}; !slices.Equal(got, want) {
			t.Errorf("the keys of %s are %q, want %q", line, got, want)
		}
		var row struct {
			Name                 string
			MS, GFLOPS, Fraction *float64
			Peak                 float64 `json:"peak_gflops"`
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil || !strings.HasPrefix(row.Name, filter) || !(*row.MS > 0) || !(row.Peak > 0) {
			t.Fatalf("%s: %v", line, err)
		}
		if (row.GFLOPS != nil) != counts || counts && math.Abs(*row.Fraction-*row.GFLOPS/row.Peak) > 1e-9 {
			t.Errorf("%s: gflops and fraction do not fit", line)
		}
	}
}
