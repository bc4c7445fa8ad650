package systest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// timesVar says that the machine is quiet enough to measure times.
const timesVar = "AUXRL_TIMES"

// DoorKey-5x5 to a mean return of 0.90 in less than a second from the start of the process: the median of seeds 1 to 10, with the
// defaults and with the preset minigrid. Everything counts: making worlds and network, the first and the last checkpoint, the evaluation.
func TestDoorKeyTime(t *testing.T) {
	if os.Getenv(timesVar) != "1" {
		t.Skip(timesVar + "=1 measures this: on a machine that does nothing else")
	}
	dir := t.TempDir()
	finish(t, rlrun(t, dir, "version"), 0)
	for _, preset := range []string{"default", "minigrid"} {
		var wall, cpu []time.Duration
		for seed := range 10 {
			cmd := rlrun(t, dir, "train", "MiniGrid-DoorKey-5x5-v0", "--preset", preset, "--stop-at-return", "0.90", "--seed", fmt.Sprint(seed+1),
				"--run", fmt.Sprintf("%s-%d", preset, seed+1))
			begin := time.Now()
			_, said := finish(t, cmd, 0)
			wall = append(wall, time.Since(begin).Round(time.Millisecond))
			used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			cpu = append(cpu, used.Round(time.Millisecond))
			if !strings.Contains(said, "return 0.9 reached, ") {
				t.Errorf("preset %s, seed %d does not get there", preset, seed+1)
			}
		}
		t.Logf("preset %s: from start to end %v, processor time %v", preset, wall, cpu)
		slices.Sort(wall)
		slices.Sort(cpu)
		median := func(d []time.Duration) time.Duration { return (d[4] + d[5]) / 2 }
		t.Logf("preset %s: median %v, the longest %v; median processor time %v", preset, median(wall), wall[9], median(cpu))
		if median(wall) >= time.Second {
			t.Errorf("preset %s takes %v, must be less than a second", preset, median(wall))
		}
	}
}
