package run

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

const maxStep = 999_999_999_999 // twelve digits

var (
	stepName = regexp.MustCompile(`^step-([0-9]{12})$`)
	tempName = regexp.MustCompile(`^\.tmp-[0-9]{1,9}$`)
)

// Keep says which checkpoints stay when one is saved. Those of later steps always do.
type Keep struct {
	Last  int     // so many of the newest, at least 1
	Steps []int64 // and those of these steps, such as the best
}

// Save stores a checkpoint and then removes all but the last keep of those up to this step. It writes aside, makes every file
// durable, writes the manifest last, renames, and reads the result back before anything is removed: whatever fails and whenever
// the process dies, the checkpoint before it stays whole. The error names the file and the cause; saving can be tried again.
//
// A run has one history: Save refuses to replace a checkpoint with other content or to go behind a later one. One that is
// damaged it replaces, and one that is there already, with the same content, it leaves.
//
// It panics if step is negative or above 999999999999, keep is less than 1, or a file name is not allowed or given twice.
func (d *Dir) Save(step int64, files []File, keep int) error {
	return d.SaveWith(step, files, Same{}, Keep{Last: keep})
}

// Same names files that an earlier checkpoint holds, to be the same in the one that is saved.
type Same struct {
	Step  int64
	Names []string
}

// SaveWith is Save of a checkpoint that has files in common with an earlier one: they are linked, or copied where the file system has
// no links. Either checkpoint may be removed or moved without the other.
func (d *Dir) SaveWith(step int64, files []File, same Same, keep Keep) error {
	d.mustWrite()
	if step < 0 || step > maxStep {
		panic("run: save: step out of range")
	}
	if keep.Last < 1 {
		panic("run: save: keep must be at least 1")
	}
	if err := d.save(step, files, same); err != nil {
		return fmt.Errorf("run: save checkpoint of step %d: %w", step, err)
	}
	if err := d.prune(step, keep); err != nil {
		return fmt.Errorf("run: checkpoint of step %d is saved, but an old one cannot be removed: %w", step, err)
	}
	return nil
}

func (d *Dir) save(step int64, files []File, same Same) error {
	m, err := d.describe(step, files, same)
	if err != nil {
		return err
	}
	if err := d.fs.mkdir(d.ckpt()); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := d.fs.syncDir(d.path); err != nil {
		return err
	}
	if err := d.removeLeftovers(); err != nil {
		return err
	}
	saved, err := d.checkHistory(&m)
	if err != nil {
		return err
	}
	if saved {
		return d.fs.syncDir(d.ckpt()) // perhaps what failed last time
	}
	temp, err := d.makeTemp()
	if err != nil {
		return err
	}
	if err := d.commit(temp, &m, files, same); err != nil {
		_ = d.fs.removeAll(temp) // best effort; the next Save tries again
		return err
	}
	if _, err := d.loadStep(step); err != nil {
		return fmt.Errorf("it does not read back: %w", err)
	}
	return nil
}

// checkHistory looks at the checkpoints of this step and later. There are none but when a run was resumed from an earlier one.
// It reports whether this very checkpoint is there.
func (d *Dir) checkHistory(m *manifest) (saved bool, err error) {
	steps, err := d.Steps()
	if err != nil {
		return false, err
	}
	for _, s := range steps {
		if s < m.Step {
			continue
		}
		c, err := d.loadStep(s)
		switch {
		case errors.Is(err, errNewerFormat):
			return false, err
		case err != nil && s == m.Step: // damaged: nothing is lost with it
			if err := d.fs.removeAll(d.stepDir(s)); err != nil {
				return false, err
			}
		case err != nil:
		case s == m.Step && c.Digest == digest(m.bytes()):
			saved = true
		default:
			return false, fmt.Errorf("the run has another checkpoint of step %d; continue from that or in a new run directory", s)
		}
	}
	return saved, nil
}

// describe returns the manifest of a checkpoint to be.
func (d *Dir) describe(step int64, files []File, same Same) (manifest, error) {
	if len(same.Names) == 0 {
		return newManifest(step, files, nil), nil
	}
	old, err := d.readManifest(same.Step)
	if err != nil {
		return manifest{}, err
	}
	var more []entry
	for _, name := range same.Names {
		i := slices.IndexFunc(old.Files, func(e entry) bool { return e.Name == name })
		if i < 0 {
			return manifest{}, fmt.Errorf("the checkpoint of step %d has no file %s", same.Step, name)
		}
		more = append(more, old.Files[i])
	}
	return newManifest(step, files, more), nil
}

// commit writes the checkpoint into temp and gives it its name.
func (d *Dir) commit(temp string, m *manifest, files []File, same Same) error {
	for _, name := range same.Names {
		from, to := filepath.Join(d.stepDir(same.Step), name), filepath.Join(temp, name)
		if d.fs.link(from, to) == nil {
			continue
		}
		data, err := d.fs.read(from, maxFileSize)
		if err != nil {
			return err
		}
		if err := writeFile(d.fs, to, data); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := writeFile(d.fs, filepath.Join(temp, f.Name), f.Data); err != nil {
			return err
		}
	}
	if err := writeFile(d.fs, filepath.Join(temp, manifestName), m.bytes()); err != nil {
		return err
	}
	if err := d.fs.syncDir(temp); err != nil {
		return err
	}
	if err := d.fs.rename(temp, d.stepDir(m.Step)); err != nil {
		return err
	}
	return d.fs.syncDir(d.ckpt())
}

// makeTemp makes a directory beside the checkpoints. The lock keeps others from choosing the same.
func (d *Dir) makeTemp() (string, error) {
	var err error
	for i := range 100 { // a leftover may resist being removed
		temp := filepath.Join(d.ckpt(), ".tmp-"+strconv.Itoa(i))
		if err = d.fs.mkdir(temp); !errors.Is(err, fs.ErrExist) {
			return temp, err
		}
	}
	return "", err
}

// removeLeftovers removes what saves that did not end left behind.
func (d *Dir) removeLeftovers() error {
	names, err := d.fs.list(d.ckpt())
	if err != nil {
		return err
	}
	for _, name := range names {
		if tempName.MatchString(name) {
			if err := d.fs.removeAll(filepath.Join(d.ckpt(), name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune removes the checkpoints before step that are not to be kept.
func (d *Dir) prune(step int64, keep Keep) error {
	steps, err := d.Steps()
	if err != nil {
		return err
	}
	n, _ := slices.BinarySearch(steps, step+1) // steps[:n] are up to step
	for _, s := range steps[:max(0, n-keep.Last)] {
		if slices.Contains(keep.Steps, s) {
			continue
		}
		if err := d.fs.removeAll(d.stepDir(s)); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) ckpt() string { return filepath.Join(d.path, ckptName) }

func (d *Dir) stepDir(step int64) string {
	return filepath.Join(d.ckpt(), fmt.Sprintf("step-%012d", step))
}
