package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env/catalog"
)

func TestFamilyOf(t *testing.T) {
	for id, want := range map[string]string{
		"MiniGrid-DoorKey-8x8-v0": "MiniGrid-DoorKey", "MiniGrid-Empty-Random-5x5-v0": "MiniGrid-Empty", "MiniGrid-Fetch-5x5-N2-v0": "MiniGrid-Fetch",
		"MiniGrid-LavaCrossingS9N1-v0": "MiniGrid-LavaCrossing", "MiniGrid-KeyCorridorS3R1-v0": "MiniGrid-KeyCorridor", "MiniGrid-MultiRoom-N2-S4-v0": "MiniGrid-MultiRoom",
		"MiniGrid-DistShift1-v0": "MiniGrid-DistShift", "MiniGrid-MemoryS17Random-v0": "MiniGrid-Memory", "MiniGrid-ObstructedMaze-1Dlhb-v0": "MiniGrid-ObstructedMaze",
		"MiniGrid-ObstructedMaze-Full-v1": "MiniGrid-ObstructedMaze", "MiniGrid-Dynamic-Obstacles-Random-5x5-v0": "MiniGrid-Dynamic-Obstacles",
		"MiniGrid-LockedRoom-v0": "MiniGrid-LockedRoom", "BabyAI-GoToObjMazeS4R2-v0": "BabyAI-GoTo", "BabyAI-KeyCorridorS3R1-v0": "BabyAI-KeyCorridor", "MinAtar/SpaceInvaders-v1": "MinAtar/SpaceInvaders",
		"Probe/DeepSea-10-v0": "Probe/DeepSea", "Mine": "Mine", "9": "9",
	} {
		if got := familyOf(id); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	all := 0
	for _, f := range families(catalog.Builtin()) {
		all += len(f.entries)
		for _, e := range f.entries {
			if !strings.HasPrefix(e.ID, f.name) {
				t.Errorf("%s is in the family %s", e.ID, f.name)
			}
		}
	}
	if want := len(catalog.Builtin()); all != want {
		t.Errorf("%d worlds are in families, want %d", all, want)
	}
}

func TestBenchEnvs(t *testing.T) {
	lines := must(t, "bench", "envs", "--seconds", "0.001", "--filter", "*Catch*").lines()
	if len(lines) != 3 || !strings.HasSuffix(lines[0], ", one core, uniform actions, observations and resets included") || !strings.HasPrefix(lines[1], "WORLD  ") {
		t.Fatalf("the table is %q", lines)
	}
	if f := strings.Fields(lines[2]); len(f) != 5 || f[0] != "Probe/Catch-v0" || f[2] != "-" {
		t.Errorf("the row is %q", lines[2])
	}
	if row := must(t, "bench", "envs", "--seconds", "0.001", "--filter", "Breakout-v0").lines()[2]; !strings.Contains(row, " 428k ") || !strings.HasSuffix(row, "x           5.3M") {
		t.Errorf("the row is %q", row)
	}
	var row struct {
		ID     string
		Rate   float64  `json:"steps_per_s"`
		Python *float64 `json:"python_steps_per_s"`
		Gymnax *float64 `json:"gymnax_a100_steps_per_s"`
	}
	for id, known := range map[string]bool{"MiniGrid-DoorKey-8x8-v0": true, "Probe/Catch-v0": false} {
		line := must(t, "bench", "envs", "--seconds", "0.001", "--json", "--filter", id).out
		if got, want := keysOf(t, line), []string{"id", "steps_per_s", "python_steps_per_s", "gymnax_a100_steps_per_s"}; !slices.Equal(got, want) {
			t.Errorf("the keys of %s are %q, want %q", line, got, want)
		}
		row.Python, row.Gymnax = nil, nil
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.ID != id || !(row.Rate > 0) || (row.Python != nil) != known || row.Gymnax != nil {
			t.Errorf("%s: %+v, %v", line, row, err)
		}
	}
	if r := rlrun(t, "bench", "envs", "--filter", "Corridr"); r.code != exitUsage || !strings.Contains(r.err, "did you mean Probe/Corridor-v0?") {
		t.Errorf("no such world: exit %d, %q", r.code, r.err)
	}
}

// One world of each family is measured: the one whose speed elsewhere is known.
func TestBenchExamples(t *testing.T) {
	list := catalog.Builtin()
	chosen := examples(list).IDs()
	if len(chosen) != len(families(list)) {
		t.Errorf("%d worlds of %d families", len(chosen), len(families(list)))
	}
	for id := range references {
		if _, err := list.Lookup(id); err != nil {
			t.Errorf("a reference is for a world that there is not: %v", err)
		} else if !slices.Contains(chosen, id) {
			t.Errorf("%s, whose speed elsewhere is known, is not measured", id)
		}
	}
}
