package systest

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/run"
)

// readEvents prints what TensorBoard reads in a directory: per tag, steps and values.
const readEvents = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}, purge_orphaned_data=True)
a.Reload()
print(json.dumps({t: [[e.step, repr(e.value)] for e in a.Scalars(t)] for t in a.Tags()["scalars"]}))
`

// The TensorBoard of PyPI reads every value of every row: of a run that was resumed, and of converted metrics. The package is installed
// into a directory of the test's own.
func TestTensorBoard(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	venv := filepath.Join(t.TempDir(), "venv")
	if out, err := exec.CommandContext(t.Context(), python, "-m", "venv", venv).CombinedOutput(); err != nil {
		t.Skipf("python3 makes no virtual environment: %v\n%s", err, out)
	}
	install := exec.CommandContext(t.Context(), filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", "tensorboard==2.21.0")
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("tensorboard cannot be installed: %v\n%s", err, out)
	}
	dir := t.TempDir()
	train := []string{"train", world, "--algo", "a2c", "--episodes", "1", "--tensorboard"}
	finish(t, rlrun(t, dir, append(train, "--steps", "1k", "--run", "r")...), 0)
	finish(t, rlrun(t, dir, "train", "--resume", "r", "--steps", "2k", "--episodes", "1", "--tensorboard"), 0)
	finish(t, rlrun(t, dir, "runs", "tensorboard", "r", "--out", "converted"), 0)
	d, err := run.Open(filepath.Join(dir, "r"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.ReadMetrics()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for _, logs := range []string{"r/tensorboard", "converted"} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(venv, "bin", "python"), "-c", readEvents, logs)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var read map[string][][2]any
		if err := json.Unmarshal(out, &read); err != nil {
			t.Fatal(err)
		}
		compareEvents(t, logs, rows, read)
	}
}

// compareEvents checks that there is everything in the events that is in the rows, and no more.
func compareEvents(t *testing.T, logs string, rows []run.Row, read map[string][][2]any) {
	t.Helper()
	events := 0
	for _, series := range read { // order: a sum
		events += len(series)
	}
	for _, r := range rows {
		for _, v := range r.Values {
			tag := strings.ReplaceAll(v.Name, ".", "/")
			series := read[tag]
			if len(series) == 0 {
				t.Fatalf("%s: %s at step %d is missing", logs, tag, r.Step)
			}
			step, text := series[0][0].(float64), series[0][1].(string)
			var got float64
			if text == "nan" {
				got = math.NaN()
			} else if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
			if want := float64(float32(v.V)); int64(step) != r.Step || got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%s: %s is %v at step %v, want %v at step %d", logs, tag, got, step, want, r.Step)
			}
			read[tag] = series[1:]
			events--
		}
	}
	if events != 0 {
		t.Errorf("%s: %d values more than rows have", logs, events)
	}
}
