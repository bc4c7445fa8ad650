package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/internal/tb"
	"github.com/spf13/cobra"
)

// eventsDir is where a run's event files are.
const eventsDir = "tensorboard"

// events writes what a run logs for TensorBoard, while it trains. A nil one writes nothing.
type events struct {
	f *os.File
	w *tb.Writer
}

// newEvents begins an event file beside the run's metrics. What earlier files have after the step is void.
func newEvents(dir string, step int) (*events, error) {
	dir = filepath.Join(dir, eventsDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for at := time.Now().Unix(); ; at++ { // a name that sorts behind the others, and that none has
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%d.auxrl", at)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		w, err := tb.NewWriter(f, wall())
		if err == nil && step > 0 {
			err = w.Restart(int64(step)+1, wall())
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return &events{f, w}, nil
	}
}

// tagOf returns the name of a measure as TensorBoard groups charts: loss.policy is loss/policy.
func tagOf(name string) string { return strings.ReplaceAll(name, ".", "/") }

// wall returns the time as event files have it.
func wall() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

// log writes a row.
func (e *events) log(step int, names []string, values []float64) error {
	if e == nil {
		return nil
	}
	row := make([]tb.Scalar, len(names))
	for i, n := range names {
		row[i] = tb.Scalar{Tag: tagOf(n), Value: values[i]}
	}
	return e.w.Scalars(int64(step), wall(), row)
}

func (e *events) close() error {
	if e == nil {
		return nil
	}
	return e.f.Close()
}

// tensorboardCmd is `runs tensorboard`.
func (a *app) tensorboardCmd() *cobra.Command {
	out := name{kind: "DIR", such: "a directory"}
	cmd := &cobra.Command{
		Use:   "tensorboard RUN",
		Short: "Write the metrics of a run for TensorBoard",
		Long: `Write the metrics of a run as an event file for TensorBoard. Metrics know no
time: charts are over steps. train --tensorboard writes such files with the
time, while it trains.`,
		Example: fmt.Sprintf("  %[1]s runs tensorboard runs/doorkey\n  tensorboard --logdir runs", a.name),
		Args:    exactly(1, "RUN, a run directory,"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := out.text
			if dir == "" {
				dir = filepath.Join(args[0], eventsDir)
			}
			return a.convert(args[0], dir)
		},
		ValidArgsFunction: completeRun,
	}
	cmd.Flags().Var(&out, "out", "where to (default: RUN/"+eventsDir+")")
	completeFlags(cmd, nil, "out")
	return cmd
}

// convertedName is the name of an event file that is made of metrics: another conversion replaces it.
const convertedName = "events.out.tfevents.0.auxrl"

// convert makes an event file of a run's metrics.
func (a *app) convert(path, out string) error {
	d, err := run.Open(path)
	if err != nil {
		return a.explain(err, path)
	}
	rows, err := d.ReadMetrics()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	name := filepath.Join(out, convertedName)
	others, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, o := range others {
		if strings.Contains(o.Name(), "tfevents") && o.Name() != convertedName {
			return usagef("%s has events already, of train --tensorboard perhaps: choose another directory with --out", out)
		}
	}
	if err := writeEvents(name+".tmp", rows); err != nil {
		return err
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s: %d rows; look at them with\n  tensorboard --logdir %s\n", name, len(rows), quote(out))
	return err
}

func writeEvents(name string, rows []run.Row) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := tb.NewWriter(f, 0)
	if err != nil {
		return err
	}
	for _, r := range rows {
		scalars := make([]tb.Scalar, len(r.Values))
		for i, v := range r.Values {
			scalars[i] = tb.Scalar{Tag: tagOf(v.Name), Value: v.V}
		}
		if err := w.Scalars(r.Step, 0, scalars); err != nil {
			return err
		}
	}
	return nil
}
