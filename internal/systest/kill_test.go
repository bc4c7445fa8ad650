package systest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/run"
)

// content is one file of the imagined run's checkpoints: a function of the step.
func content(step int64) []byte { return bytes.Repeat(fmt.Appendf(nil, "%016d", step), 16<<10) }

// saveForever is a run that only saves: it goes on from the last checkpoint and prints each step that is safe.
func saveForever(args []string) error {
	d, err := run.Resume(args[0])
	if err != nil {
		return err
	}
	defer d.Close()
	var step int64
	c, skipped, err := d.Load()
	switch {
	case err == nil:
		step = c.Step
	case !errors.Is(err, run.ErrNoCheckpoint):
		return err
	}
	if len(skipped) > 0 {
		return errors.Join(skipped...)
	}
	metrics, err := d.Metrics(step)
	if err != nil {
		return err
	}
	defer metrics.Close()
	for {
		step++
		if err := metrics.Append(step, []run.Value{{Name: "loss", V: 1 / float64(step)}}); err != nil {
			return err
		}
		files := []run.File{{Name: "a.bin", Data: content(step)}, {Name: "b.bin", Data: content(-step)}}
		if err := d.Save(step, files, run.DefaultKeep); err != nil {
			return err
		}
		fmt.Println(step)
	}
}

// A run that is killed at any moment goes on from the last checkpoint that it had finished, or the one after.
func TestKilledWhileSaving(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	d, err := run.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.WriteConfig(struct{}{}), d.Close()); err != nil {
		t.Fatal(err)
	}
	var safe int64
	for round := range 40 {
		cmd := child(t, "save", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + round%3 { // some checkpoints, then death a little later each time
			if lines.Scan() {
				if safe, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
					t.Fatal(err)
				}
			}
		}
		time.Sleep(time.Duration(round) * 300 * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			if safe, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Wait() // it was killed
		inspect(t, path, safe)
	}
	if safe < 40 {
		t.Errorf("40 rounds saved up to step %d only", safe)
	}
	t.Logf("killed 40 times in %d steps", safe)
}

// inspect checks what a killed run left behind.
func inspect(t *testing.T, path string, safe int64) {
	t.Helper()
	d, err := run.Resume(path)
	if err != nil {
		t.Fatalf("the lock outlives its process: %v", err)
	}
	defer d.Close()
	c, skipped, err := d.Load()
	if err != nil || len(skipped) > 0 {
		t.Fatalf("after step %d: error %v, skipped %v", safe, err, skipped)
	}
	if c.Step < safe || c.Step > safe+1 {
		t.Fatalf("step %d is loaded, step %d was the last that was said to be safe", c.Step, safe)
	}
	a, errA := c.File("a.bin")
	b, errB := c.File("b.bin")
	if err := errors.Join(errA, errB); err != nil || !bytes.Equal(a, content(c.Step)) || !bytes.Equal(b, content(-c.Step)) {
		t.Fatalf("step %d has other content than was saved (%v)", c.Step, err)
	}
	rows, err := d.ReadMetrics()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows[:c.Step] {
		if row.Step != int64(i)+1 {
			t.Fatalf("row %d is of step %d: rows were lost or doubled", i, row.Step)
		}
	}
}
