// Package run keeps a training run on disk: its settings, its metrics and its checkpoints. It knows nothing of learning.
//
// A run directory looks like this:
//
//	config.json                  the settings in effect
//	config.toml, sessions.jsonl  the same for people; the commands that wrote to it: see Keep
//	metrics.jsonl                one JSON object per line
//	times.jsonl                  the same, of how long it took: see Times
//	ckpt/step-000000001000/      a checkpoint: named files and MANIFEST.json, which has their sizes and digests
//	lock                         held by the process that writes
//
// One process writes; any number read. [Create] and [Resume] take the lock, [Open] does not. A process that dies lets go of it.
package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// These errors are found in what the package returns with errors.Is.
var (
	ErrInUse        = errors.New("is in use by another process")
	ErrExists       = errors.New("already holds a run")
	ErrNoRun        = errors.New("holds no run")
	ErrNoCheckpoint = errors.New("has no checkpoint yet")
)

const (
	configName  = "config.json"
	metricsName = "metrics.jsonl"
	timesName   = "times.jsonl"
	ckptName    = "ckpt"
	lockName    = "lock"

	maxConfig = 256 << 10 // bytes of config.json that are read
)

// Dir is a run directory. Its methods are for one goroutine at a time.
type Dir struct {
	path string
	fs   fsys
	lock *os.File // nil: opened for reading
}

// Create makes a run directory, with the directories above it, and locks it. A directory that has anything in it is refused.
func Create(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("run: create directory: %w", err)
	}
	if err := refuseUsed(path); err != nil { // before the lock file appears in what may be anything
		return nil, err
	}
	d, err := lockDir(path)
	if err != nil {
		return nil, err
	}
	if err := refuseUsed(path); err != nil { // again: another process may have come and gone
		_ = d.Close() // the reason for giving up says more
		return nil, err
	}
	return d, nil
}

// Resume locks the run directory that Create made, to go on writing to it.
func Resume(path string) (*Dir, error) {
	if _, err := Open(path); err != nil {
		return nil, err
	}
	return lockDir(path)
}

// Open returns the run directory for reading. It may be written to meanwhile: what is read is whole all the same.
func Open(path string) (*Dir, error) {
	_, err := os.Lstat(filepath.Join(path, configName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run directory %s %w: it has no %s", path, ErrNoRun, configName)
	}
	if err != nil {
		return nil, fmt.Errorf("run: open directory: %w", err)
	}
	return &Dir{path: path, fs: disk{}}, nil
}

// Path returns the directory's path as it was given.
func (d *Dir) Path() string { return d.path }

// Close lets go of the lock. The directory can still be read.
func (d *Dir) Close() error {
	if d.lock == nil {
		return nil
	}
	f := d.lock
	d.lock = nil
	if err := f.Close(); err != nil {
		return fmt.Errorf("run: unlock: %w", err)
	}
	return nil
}

// WriteConfig stores v, the settings in effect, as JSON. A crash leaves the old settings or the new ones.
func (d *Dir) WriteConfig(v any) error {
	d.mustWrite()
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("run: write config: %w", err)
	}
	if err := d.replace(configName, append(data, '\n')); err != nil {
		return fmt.Errorf("run: write config: %w", err)
	}
	return nil
}

// Keep stores a file beside the run's own, which nothing here reads. A crash leaves the old content or the new. It panics on a
// name that a checkpoint's file could not have, or that is the run's own.
func (d *Dir) Keep(name string, data []byte) error {
	d.mustWrite()
	if !fileName.MatchString(name) || slices.Contains([]string{configName, metricsName, timesName, ckptName, lockName}, name) {
		panic("run: keep: a file name that is not allowed")
	}
	if err := d.replace(name, data); err != nil {
		return fmt.Errorf("run: keep %s: %w", name, err)
	}
	return nil
}

// replace writes a file of the directory aside, makes it durable and gives it its name.
func (d *Dir) replace(name string, data []byte) error {
	name = filepath.Join(d.path, name)
	if err := writeFile(d.fs, name+".tmp", data); err != nil {
		return err
	}
	if err := d.fs.rename(name+".tmp", name); err != nil {
		return err
	}
	return d.fs.syncDir(d.path)
}

// ReadConfig fills v with the settings that WriteConfig stored. A setting that v does not have is an error.
func (d *Dir) ReadConfig(v any) error {
	name := filepath.Join(d.path, configName)
	data, err := d.fs.read(name, maxConfig)
	if err != nil {
		return fmt.Errorf("run: read config: %w", err)
	}
	if err := decodeStrict(data, v); err != nil {
		return fmt.Errorf("run: read config: %s: %w", name, err)
	}
	return nil
}

func (d *Dir) mustWrite() {
	if d.lock == nil {
		panic("run: write to a directory that is closed or opened for reading")
	}
}

// refuseUsed returns an error if there is anything but a lock file.
func refuseUsed(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("run: create directory: %w", err)
	}
	used := false
	for _, e := range entries {
		switch e.Name() {
		case configName, ckptName:
			return fmt.Errorf("run directory %s %w; continue it with rlrun train --resume %s or choose another with --run DIR",
				path, ErrExists, path)
		case lockName:
		default:
			used = true
		}
	}
	if used {
		return fmt.Errorf("run directory %s is not empty and %w; choose another with --run DIR", path, ErrNoRun)
	}
	return nil
}

func lockDir(path string) (*Dir, error) {
	f, err := lockFile(filepath.Join(path, lockName))
	if errors.Is(err, ErrInUse) {
		return nil, fmt.Errorf("run directory %s %w", path, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("run: lock directory: %w", err)
	}
	return &Dir{path: path, fs: onDisk(), lock: f}, nil
}

// Lock makes a directory, with those above it, and locks it against other processes that do the same: of several runs together. It
// lasts until the lock is closed or the process ends. The error of a directory that is locked is [ErrInUse].
func Lock(path string) (io.Closer, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("run: create directory: %w", err)
	}
	d, err := lockDir(path)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// decodeStrict decodes one JSON value whose every key v knows.
func decodeStrict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}
