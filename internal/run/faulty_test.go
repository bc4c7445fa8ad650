package run

import (
	"errors"
	"os"
	"path/filepath"
)

var errFull = errors.New("no space left on device")

// quick is the real file system without its syncs, of which the tests would do thousands.
type quick struct{ disk }

func (quick) syncDir(string) error { return nil }

func (q quick) create(name string) (file, error) {
	f, err := q.disk.create(name)
	return quickFile{f}, err
}

type quickFile struct{ file }

func (quickFile) Sync() error { return nil }

// faulty is a file system whose operation number failAt fails half-way. After that, it works again, or, if the process is
// thought to have died there, does nothing any more.
type faulty struct {
	fsys
	n, failAt int
	dies      bool
	failed    string // the operation that failed
}

// countOps returns how many operations f takes.
func countOps(d *Dir, f func()) int {
	c := &faulty{fsys: d.fs, failAt: -1}
	d.fs = c
	f()
	d.fs = c.fsys
	return c.n
}

// op reports whether the operation fails. The first that fails runs half first.
func (f *faulty) op(name, path string, half func()) error {
	n := f.n
	f.n++
	if n != f.failAt && (f.failed == "" || !f.dies) {
		return nil
	}
	if f.failed == "" {
		f.failed = name
		if half != nil {
			half()
		}
	}
	return &os.PathError{Op: name, Path: path, Err: errFull}
}

func (f *faulty) mkdir(name string) error {
	if err := f.op("mkdir", name, nil); err != nil {
		return err
	}
	return f.fsys.mkdir(name)
}

func (f *faulty) create(name string) (file, error) {
	if err := f.op("create", name, nil); err != nil {
		return nil, err
	}
	inner, err := f.fsys.create(name)
	return &faultyFile{inner, name, f}, err
}

func (f *faulty) rename(from, to string) error {
	if err := f.op("rename", to, nil); err != nil {
		return err
	}
	return f.fsys.rename(from, to)
}

func (f *faulty) link(from, to string) error {
	if err := f.op("link", to, nil); err != nil {
		return err
	}
	return f.fsys.link(from, to)
}

func (f *faulty) removeAll(name string) error {
	half := func() {
		if names, err := f.fsys.list(name); err == nil && len(names) > 0 {
			_ = f.fsys.removeAll(filepath.Join(name, names[0]))
		}
	}
	if err := f.op("remove", name, half); err != nil {
		return err
	}
	return f.fsys.removeAll(name)
}

func (f *faulty) list(name string) ([]string, error) {
	if err := f.op("list", name, nil); err != nil {
		return nil, err
	}
	return f.fsys.list(name)
}

func (f *faulty) read(name string, limit int64) ([]byte, error) {
	if err := f.op("read", name, nil); err != nil {
		return nil, err
	}
	return f.fsys.read(name, limit)
}

func (f *faulty) syncDir(name string) error {
	if err := f.op("sync", name, nil); err != nil {
		return err
	}
	return f.fsys.syncDir(name)
}

type faultyFile struct {
	file
	name string
	fs   *faulty
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.fs.op("write", f.name, func() { _, _ = f.file.Write(b[:len(b)/2]) }); err != nil {
		return len(b) / 2, err
	}
	return f.file.Write(b)
}

func (f *faultyFile) Sync() error {
	if err := f.fs.op("sync", f.name, nil); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *faultyFile) Close() error {
	err := f.file.Close() // in any case: the test must not run out of files
	if err := f.fs.op("close", f.name, nil); err != nil {
		return err
	}
	return err
}
