package run

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// crashVar names, in tests, the operation of saving a checkpoint before which the process kills itself, as NAME:N: the N-th of that
// name since the process began. The names are those of [crashPoints].
const crashVar = "AUXRL_CRASH"

// crashPoints are the operations on checkpoints that change something: "torn" writes half of a file first, "syncdir" makes the names
// in a checkpoint durable, "syncparent" the name of the checkpoint.
var crashPoints = []string{"mkdir", "create", "write", "torn", "sync", "close", "link", "rename", "syncdir", "syncparent", "remove"}

// onDisk returns the real file system, or one that kills the process if the environment asks for that.
func onDisk() fsys {
	name, count, ok := strings.Cut(os.Getenv(crashVar), ":")
	n, err := strconv.Atoi(count)
	if !ok || err != nil {
		return disk{}
	}
	return &deadly{fsys: disk{}, name: name, left: int64(n), die: kill}
}

// kill ends the process as kill -9 does.
func kill() {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		panic("run: the process cannot be killed")
	}
	select {} // until it is
}

// deadly is a file system that kills the process before an operation.
type deadly struct {
	fsys
	name string
	left int64 // operations of that name until then; atomic
	die  func()
}

func (d *deadly) at(name string) bool { return name == d.name && atomic.AddInt64(&d.left, -1) == 0 }

// before is called before an operation on a path, which is of a checkpoint or does not count.
func (d *deadly) before(name, path string) {
	if saves(path) && d.at(name) {
		d.die()
	}
}

// saves reports whether a path is the directory of checkpoints or below it.
func saves(path string) bool {
	for range 3 {
		if filepath.Base(path) == ckptName {
			return true
		}
		path = filepath.Dir(path)
	}
	return false
}

func (d *deadly) mkdir(name string) error {
	d.before("mkdir", name)
	return d.fsys.mkdir(name)
}

func (d *deadly) create(name string) (file, error) {
	d.before("create", name)
	f, err := d.fsys.create(name)
	return &deadlyFile{f, d, name}, err
}

func (d *deadly) rename(from, to string) error {
	d.before("rename", to)
	return d.fsys.rename(from, to)
}

func (d *deadly) link(from, to string) error {
	d.before("link", to)
	return d.fsys.link(from, to)
}

func (d *deadly) removeAll(name string) error {
	d.before("remove", name)
	return d.fsys.removeAll(name)
}

func (d *deadly) syncDir(name string) error {
	if filepath.Base(name) == ckptName {
		d.before("syncparent", name)
	} else {
		d.before("syncdir", name)
	}
	return d.fsys.syncDir(name)
}

type deadlyFile struct {
	file
	fs   *deadly
	name string
}

func (f *deadlyFile) Write(b []byte) (int, error) {
	f.fs.before("write", f.name)
	if saves(f.name) && f.fs.at("torn") {
		_, _ = f.file.Write(b[:len(b)/2]) // the process dies of it anyway
		f.fs.die()
	}
	return f.file.Write(b)
}

func (f *deadlyFile) Sync() error {
	f.fs.before("sync", f.name)
	return f.file.Sync()
}

func (f *deadlyFile) Close() error {
	f.fs.before("close", f.name)
	return f.file.Close()
}
