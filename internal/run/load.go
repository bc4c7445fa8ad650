package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Steps returns the steps of the checkpoints there are, damaged ones included, in ascending order.
func (d *Dir) Steps() ([]int64, error) {
	names, err := d.fs.list(d.ckpt())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run: list checkpoints: %w", err)
	}
	var steps []int64
	for _, name := range names {
		match := stepName.FindStringSubmatch(name)
		if match == nil {
			continue
		}
		step, err := strconv.ParseInt(match[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("run: list checkpoints: %w", err)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// Split returns the run directory and the step of the directory of a checkpoint, and whether it looks like one.
func Split(path string) (dir string, step int64, ok bool) {
	path = filepath.Clean(path)
	match := stepName.FindStringSubmatch(filepath.Base(path))
	if match == nil || filepath.Base(filepath.Dir(path)) != ckptName {
		return "", 0, false
	}
	step, err := strconv.ParseInt(match[1], 10, 64)
	return filepath.Dir(filepath.Dir(path)), step, err == nil
}

// Load returns the newest checkpoint that is whole. Newer ones that are damaged are skipped; skipped says which and why, and
// the caller should pass that on. Without any checkpoint the error is [ErrNoCheckpoint]; if all are damaged, or one was written
// by a newer version, it is another: a run never starts again by accident.
func (d *Dir) Load() (c *Checkpoint, skipped []error, err error) {
	steps, err := d.Steps()
	if err != nil {
		return nil, nil, err
	}
	if len(steps) == 0 {
		return nil, nil, fmt.Errorf("run directory %s %w", d.path, ErrNoCheckpoint)
	}
	for i := len(steps) - 1; i >= 0; i-- {
		c, err := d.LoadStep(steps[i])
		if err == nil {
			return c, skipped, nil
		}
		if errors.Is(err, errNewerFormat) {
			return nil, skipped, err
		}
		skipped = append(skipped, err)
	}
	return nil, skipped, fmt.Errorf("run directory %s has no checkpoint that is whole: %w", d.path, errors.Join(skipped...))
}

// LoadStep returns the checkpoint of the given step.
func (d *Dir) LoadStep(step int64) (*Checkpoint, error) {
	c, err := d.loadStep(step)
	if err != nil {
		return nil, fmt.Errorf("run: checkpoint of step %d: %w", step, err)
	}
	return c, nil
}

func (d *Dir) loadStep(step int64) (*Checkpoint, error) {
	m, err := d.readManifest(step)
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Step: step, Files: make([]File, len(m.Files)), Digest: digest(m.bytes())}
	for i, e := range m.Files {
		data, err := d.readEntry(step, e)
		if err != nil {
			return nil, err
		}
		c.Files[i] = File{Name: e.Name, Data: data}
	}
	return c, nil
}

// LoadFile returns one file of the checkpoint of the given step. The others are not looked at.
func (d *Dir) LoadFile(step int64, name string) ([]byte, error) {
	m, err := d.readManifest(step)
	if err == nil {
		i := slices.IndexFunc(m.Files, func(e entry) bool { return e.Name == name })
		if i < 0 {
			err = fmt.Errorf("it has no file %s", name)
		} else if data, failed := d.readEntry(step, m.Files[i]); failed == nil {
			return data, nil
		} else {
			err = failed
		}
	}
	return nil, fmt.Errorf("run: checkpoint of step %d: %w", step, err)
}

// readManifest returns the manifest of a checkpoint.
func (d *Dir) readManifest(step int64) (manifest, error) {
	data, err := d.fs.read(filepath.Join(d.stepDir(step), manifestName), maxManifest)
	if err != nil {
		return manifest{}, err
	}
	return parseManifest(data, step)
}

// readEntry returns a file that is as the manifest says.
func (d *Dir) readEntry(step int64, e entry) ([]byte, error) {
	name := filepath.Join(d.stepDir(step), e.Name)
	data, err := d.fs.read(name, e.Size)
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != e.Size {
		return nil, fmt.Errorf("%s has %d bytes, want %d", name, len(data), e.Size)
	}
	if digest(data) != e.SHA256 {
		return nil, fmt.Errorf("%s has another SHA-256 than its manifest says", name)
	}
	return data, nil
}

// Verify reports what is wrong with the checkpoint of the given step: a file that is missing, or has another size or digest than the
// manifest says. Unlike LoadStep it takes next to no memory.
func (d *Dir) Verify(step int64) error {
	if err := d.verify(step); err != nil {
		return fmt.Errorf("run: checkpoint of step %d: %w", step, err)
	}
	return nil
}

func (d *Dir) verify(step int64) error {
	m, err := d.readManifest(step)
	if err != nil {
		return err
	}
	for _, e := range m.Files {
		name := filepath.Join(d.stepDir(step), e.Name)
		size, sum, err := d.fs.sum(name, e.Size)
		if err != nil {
			return err
		}
		if size != e.Size {
			return fmt.Errorf("%s has %d bytes, want %d", name, size, e.Size)
		}
		if sum != e.SHA256 {
			return fmt.Errorf("%s has another SHA-256 than its manifest says", name)
		}
	}
	return nil
}

// Remove removes the checkpoint of the given step.
func (d *Dir) Remove(step int64) error {
	d.mustWrite()
	if err := d.fs.removeAll(d.stepDir(step)); err != nil {
		return fmt.Errorf("run: remove checkpoint of step %d: %w", step, err)
	}
	return nil
}

// Size returns how many bytes the files of a checkpoint take, those of a damaged one included.
func (d *Dir) Size(step int64) (bytes int64, err error) {
	entries, err := os.ReadDir(d.stepDir(step))
	if err != nil {
		return 0, fmt.Errorf("run: size of checkpoint of step %d: %w", step, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // a file that has just gone has no size
			bytes += info.Size()
		}
	}
	return bytes, nil
}
