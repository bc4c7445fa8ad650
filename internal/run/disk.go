package run

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// fsys is what saving asks of a file system. Tests put failing ones in its place.
type fsys interface {
	mkdir(name string) error
	create(name string) (file, error) // empties a file that exists
	rename(from, to string) error
	link(from, to string) error // gives a file a second name
	removeAll(name string) error
	list(name string) ([]string, error) // names in order
	read(name string, limit int64) ([]byte, error)
	sum(name string, limit int64) (size int64, digest string, err error)
	syncDir(name string) error
}

type file interface {
	io.WriteCloser
	Sync() error
}

// disk is the real file system.
type disk struct{}

func (disk) mkdir(name string) error          { return os.Mkdir(name, 0o777) }
func (disk) create(name string) (file, error) { return os.Create(name) }
func (disk) rename(from, to string) error     { return os.Rename(from, to) }
func (disk) link(from, to string) error       { return os.Link(from, to) }
func (disk) removeAll(name string) error      { return os.RemoveAll(name) }

func (disk) list(name string) ([]string, error) {
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// read returns a regular file of at most limit bytes. Links and devices are refused: reading them could leave the
// directory or never end.
func (disk) read(name string, limit int64) ([]byte, error) {
	if err := readable(name, limit); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// sum is read for the digest alone.
func (disk) sum(name string, limit int64) (size int64, digest string, err error) {
	if err := readable(name, limit); err != nil {
		return 0, "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}

// readable refuses what is no regular file of at most limit bytes.
func readable(name string, limit int64) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &os.PathError{Op: "read", Path: name, Err: fmt.Errorf("not a regular file: %w", fs.ErrInvalid)}
	}
	if info.Size() > limit {
		return &os.PathError{Op: "read", Path: name, Err: fmt.Errorf("%d bytes are more than the %d expected", info.Size(), limit)}
	}
	return nil
}

// syncDir makes the names in a directory durable.
func (disk) syncDir(name string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// writeFile writes a file and makes its content durable.
func writeFile(fs fsys, name string, data []byte) error {
	f, err := fs.create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		_ = f.Close() // the write's error says more
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close() // the sync's error says more
		return err
	}
	return f.Close()
}
