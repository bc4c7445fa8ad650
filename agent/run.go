package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
)

// Run is a Trainer with a directory: settings, metrics and checkpoints. One process at a time writes to it.
type Run struct {
	*Trainer
	Skipped []error // damaged checkpoints that Resume passed over

	dir     *run.Dir
	metrics *run.Metrics
	times   *run.Metrics
	env     string

	saved   int         // step of the newest checkpoint; -1: none
	have    run.Same    // the segments of replay that it has
	held    []run.File  // those that it has not
	rest    []byte      // memory of the last freeze
	pending chan result // the save under way; nil: none
	late    error       // of one that is over
	rows    []row       // measured, but not yet written

	scores  map[int64]float64 // of the checkpoints there are
	foreign string            // kernels that the checkpoint it was resumed from was made with, if they are others
}

// row is a line of metrics.
type row struct {
	step   int64
	values []run.Value
}

// Settings are what a run directory says of a run.
type Settings struct {
	Env    string `json:"env"`
	Source string `json:"source,omitempty"` // the text that the worlds were made from, where they were; see env.Sourcer
	Agent  Config `json:"agent"`
}

// Create makes a run directory for a trainer. A directory that holds anything is refused.
func Create(path, envID string, t *Trainer) (*Run, error) {
	dir, err := run.Create(path)
	if err != nil {
		return nil, err
	}
	r := &Run{Trainer: t, dir: dir, env: envID, saved: -1, scores: map[int64]float64{}}
	if err := dir.WriteConfig(r.settings()); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	if err := r.openRows(); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return r, nil
}

func (r *Run) settings() Settings {
	return Settings{Env: r.env, Source: source(r.worlds.World(0)), Agent: r.cfg}
}

// source returns the text that a world was made from, "" if it was not.
func source(w env.Env) string {
	if s, ok := env.As[env.Sourcer](w); ok {
		return s.Source()
	}
	return ""
}

// ReadSettings returns the settings of the run in a directory.
func ReadSettings(path string) (Settings, error) {
	dir, err := run.Open(path)
	if err != nil {
		return Settings{}, err
	}
	return readSettings(dir)
}

func readSettings(dir *run.Dir) (Settings, error) {
	s := Settings{Agent: Config{Keep: DefaultKeep()}} // which older runs do not have
	return s, dir.ReadConfig(&s)
}

// openRows opens the files of metrics and of times, without what is beyond the step that the trainer is at.
func (r *Run) openRows() (err error) {
	if r.metrics, err = r.dir.Metrics(int64(r.step)); err != nil {
		return err
	}
	if r.times, err = r.dir.Times(int64(r.step)); err != nil {
		return errors.Join(err, r.metrics.Close())
	}
	return nil
}

// closeRows is the opposite.
func (r *Run) closeRows() error { return errors.Join(r.metrics.Close(), r.times.Close()) }

// Env returns the id of the worlds.
func (r *Run) Env() string { return r.env }

// Path returns the directory.
func (r *Run) Path() string { return r.dir.Path() }

// Keep stores a file for people beside those of the run, such as its settings in another form. It panics on a name that is the
// run's own.
func (r *Run) Keep(name string, data []byte) error { return r.dir.Keep(name, data) }

// Crashes tells of worlds that panicked since it was called before, and keeps of each what reproduces it in the run's directory: the
// names of the files. An error is of what could not be kept.
func (r *Run) Crashes() (crashes []env.Crash, files []string, err error) {
	crashes, r.roll.crashes = r.roll.crashes, nil
	for i, c := range crashes {
		data, failed := json.MarshalIndent(c, "", "  ")
		name := fmt.Sprintf("crash-%d-%d.json", r.crashed-len(crashes)+i+1, r.step)
		if failed == nil {
			failed = r.Keep(name, append(data, '\n'))
		}
		err, files = errors.Join(err, failed), append(files, filepath.Join(r.Path(), name))
	}
	return crashes, files, err
}

// Log appends named numbers to the run's metrics. If they cannot be written, the next Log or save tries again.
func (r *Run) Log(names []string, values []float64) error {
	line := row{step: int64(r.step), values: make([]run.Value, len(names))}
	for i, n := range names {
		line.values[i] = run.Value{Name: n, V: values[i]}
	}
	r.rows = append(r.rows, line)
	return r.log()
}

// LogTime notes how many seconds of training it took to get here, beside the metrics: see [Run.Seconds].
func (r *Run) LogTime(seconds float64) error {
	return r.times.Append(int64(r.step), []run.Value{{Name: secondsName, V: seconds}})
}

// secondsName is what a row of times has.
const secondsName = "seconds"

// Seconds returns how long earlier sessions trained to get to the step that the run was resumed at, as far as they noted it.
func (r *Run) Seconds() (float64, error) {
	rows, err := r.dir.ReadTimes()
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	last := 0.0
	for _, v := range rows[len(rows)-1].Values {
		if v.Name == secondsName && v.V > 0 {
			last = v.V
		}
	}
	return last, nil
}

func (r *Run) log() error {
	for len(r.rows) > 0 {
		if err := r.metrics.Append(r.rows[0].step, r.rows[0].values); err != nil {
			return err
		}
		r.rows = r.rows[1:]
	}
	return nil
}

// Close waits for a save under way, lets go of the directory and stops the workers. It does not save.
func (r *Run) Close() error {
	err := r.Wait()
	r.Trainer.Close()
	return errors.Join(err, r.log(), r.closeRows(), r.dir.Close())
}
