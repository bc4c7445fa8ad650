package agent

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/run"
)

// ErrDiverged is in the errors of runs whose numbers are not finite any more.
var ErrDiverged = errors.New("diverged")

// ErrWorlds is in the error of runs that stop because of their worlds.
var ErrWorlds = errors.New("worlds of the run panicked")

const (
	// MaxCrashes is how often a world may panic in a run. Its episode is dropped, and another world takes its place.
	MaxCrashes = 3

	// MaxRetries is how often a run that diverges is rolled back.
	MaxRetries = 3

	patience = 3 // updates in a row that may fail before the run has diverged

	dumpName = "diverged"
)

// Sound reports whether the run may be saved: the last update was made in full, and what the next is made of is finite.
func (t *Trainer) Sound() bool {
	if t.bad > 0 {
		return false
	}
	infinite := func(s []float32) bool { return slices.ContainsFunc(s, func(v float32) bool { return !finite(v) }) }
	for _, p := range t.learner.arenas {
		if infinite(p.W) {
			return false
		}
	}
	for _, m := range t.moments() {
		if infinite(m.Data) {
			return false
		}
	}
	if t.extras.mixer != nil {
		for _, m := range t.extras.mixer.Tensors() {
			if infinite(m.Data) {
				return false
			}
		}
	}
	return !infinite(t.roll.mem.State)
}

// Dropped returns how many updates were not made in full, because a loss or a gradient was not finite.
func (t *Trainer) Dropped() int { return t.dropped }

// Retries returns how often the run was rolled back. Each time halved the step size and changed the random numbers.
func (t *Trainer) Retries() int { return t.retries }

// retry sets what depends on the number of retries.
func (t *Trainer) retry(n int) {
	t.retries = n
	t.actKey, t.shuffleKey, t.renewKey = t.key("act"), t.key("shuffle"), t.key("renewed")
}

// key returns that of the random numbers for a purpose.
func (t *Trainer) key(purpose string) uint64 {
	key := rng.Key(t.cfg.Seed, purpose)
	if t.retries > 0 {
		key = rng.At(key^rng.Key(t.cfg.Seed, "retry"), uint64(t.retries))
	}
	return key
}

// Rollback returns to the newest whole checkpoint of a run that diverged, from where it goes on with half the step size and other
// random numbers. After MaxRetries it gives up: it leaves that checkpoint, as the last retry began with it, in a run directory of its
// own, which diverges in the same way when it is resumed, and the error, an [ErrDiverged], names it.
func (r *Run) Rollback() error {
	step, retries := r.step, r.retries
	late := r.Wait() // told by the next save
	c, skipped, err := r.dir.Load()
	if err != nil {
		return errors.Join(fmt.Errorf("agent: the run %w at step %d", ErrDiverged, step), err)
	}
	r.Skipped = append(r.Skipped, skipped...)
	if err := r.restore(c); err != nil {
		return err
	}
	if retries >= MaxRetries {
		r.retry(retries)
		dump, err := r.dump()
		if err != nil {
			return errors.Join(fmt.Errorf("agent: the run %w at step %d, after %d retries", ErrDiverged, step, retries), err)
		}
		return fmt.Errorf("agent: the run %w at step %d, after %d retries; it does so again from %s", ErrDiverged, step, retries, dump)
	}
	r.retry(retries + 1)
	r.late, r.rows = late, nil
	if err := r.closeRows(); err != nil {
		return err
	}
	return r.openRows()
}

// dump saves the trainer in a run directory within the run's.
func (r *Run) dump() (path string, err error) {
	files, err := r.files(r.env)
	if err != nil {
		return "", err
	}
	var dir *run.Dir
	for n := 1; ; n++ {
		path = filepath.Join(r.Path(), dumpName)
		if n > 1 {
			path = fmt.Sprintf("%s-%d", path, n)
		}
		if dir, err = run.Create(path); !errors.Is(err, run.ErrExists) || n == 100 {
			break
		}
	}
	if err != nil {
		return "", err
	}
	err = dir.WriteConfig(r.settings())
	if err == nil {
		err = dir.Save(int64(r.step), files, 1)
	}
	return path, errors.Join(err, dir.Close())
}
